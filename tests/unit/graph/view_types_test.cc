#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("Reshape copies, infers and checks dimensions") {
  CheckRows({
      {"Reshape", {"float32[2,3,4]", "int64[2]=6,4"}, {}, "float32[6,4]"},
      {"Reshape", {"float32[2,3,4]", "int64[3]=0,-1,2"}, {}, "float32[2,6,2]"},
      {"Reshape", {"float32[1]", "int64[0]="}, {}, "float32[]"},
      {"Reshape", {"float32[0,3]", "int64[2]=3,0"}, {{"allowzero", int64_t{1}}}, "float32[3,0]"},
      {"Reshape", {"float32[0,3]", "int64[2]=0,3"}, {}, "float32[0,3]"},
      {"Reshape", {"float32[0,3]", "int64[2]=-1,3"}, {}, "float32[0,3]"},
      {"Reshape",
       {"float32[7]", "int64[2]=2,-1"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) asks for [2,-1], expected 7 elements because input 0 is "
       "[7]"},
      {"Reshape",
       {"float32[7]", "int64[2]=2,3"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) asks for [2,3], expected 7 elements because input 0 is "
       "[7]"},
      {"Reshape",
       {"float32[7]", "int64[2]=-1,-1"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) is [-1,-1], expected at most one -1"},
      {"Reshape",
       {"float32[7]", "int64[1]=-2"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) is [-2], expected no number below -1"},
      {"Reshape",
       {"float32[7]", "int64[2]=7,0"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) is [7,0], dimension 1 cannot be copied from input 0, "
       "which "
       "is [7]"},
      {"Reshape",
       {"float32[0,3]", "int64[2]=0,-1"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) asks for [0,-1], expected 0 elements because input 0 is "
       "[0,3]"},
      {"Reshape",
       {"float32[0]", "int64[2]=0,-1"},
       {{"allowzero", int64_t{1}}},
       "INVALID_ARGUMENT: input 1 (shape) is [0,-1], expected no 0 beside -1 because attribute "
       "'allowzero' is 1"},
      {"Reshape",
       {"float32[16]", "int64[3]=4294967296,4294967296,16"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) asks for [4294967296,4294967296,16], expected 16 "
       "elements "
       "because input 0 is [16]"},
      {"Reshape",
       {"float32[2,3]", "int64[2]"},
       {},
       "FAILED_PRECONDITION: input 1 (shape) decides the output's shape but its value is not "
       "known"},
      {"Reshape",
       {"float32[2,3]", "int64[9]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [9], expected at most 8 elements"},
      {"Reshape",
       {"float32[2,3]", "int32[2]"},
       {},
       "INVALID_ARGUMENT: input 1 has type int32, expected int64"},
  });
}

TEST_CASE("Flatten, Squeeze, Unsqueeze and Identity change the shape alone") {
  CheckRows({
      {"Flatten", {"float32[2,3,4]"}, {}, "float32[2,12]"},
      {"Flatten", {"float32[2,3,4]"}, {{"axis", int64_t{0}}}, "float32[1,24]"},
      {"Flatten", {"float32[2,3,4]"}, {{"axis", int64_t{3}}}, "float32[24,1]"},
      {"Flatten", {"float32[2,3,4]"}, {{"axis", int64_t{-1}}}, "float32[6,4]"},
      {"Flatten", {"float32[]"}, {{"axis", int64_t{0}}}, "float32[1,1]"},
      {"Flatten",
       {"float32[2]"},
       {{"axis", int64_t{2}}},
       "INVALID_ARGUMENT: attribute 'axis' is 2, expected -1 to 1 because the rank is 1"},
      {"Squeeze", {"float32[1,3,1]"}, {}, "float32[3]"},
      {"Squeeze", {"float32[1,3,1]", "int64[1]=-1"}, {}, "float32[1,3]"},
      {"Squeeze", {"float32[1,3,1]", "int64[0]="}, {}, "float32[1,3,1]"},
      {"Squeeze",
       {"float32[1,3,1]", "int64[1]=1"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [1,3,1], expected size 1 at axis 1 to be squeezed"},
      {"Squeeze",
       {"float32[1,3,1]", "int64[2]=2,-1"},
       {},
       "INVALID_ARGUMENT: input 1 (axes): axes are [2,-1], axis 2 is given twice, expected "
       "distinct "
       "ones"},
      {"Unsqueeze", {"float32[3]", "int64[2]=0,-1"}, {}, "float32[1,3,1]"},
      {"Unsqueeze", {"float32[]", "int64[1]=0"}, {}, "float32[1]"},
      {"Unsqueeze", {"float32[3,4]", "int64[2]=3,0"}, {}, "float32[1,3,4,1]"},
      {"Unsqueeze",
       {"float32[3]", "int64[1]=2"},
       {},
       "INVALID_ARGUMENT: input 1 (axes): axis is 2, expected -2 to 1 because the rank is 2"},
      {"Unsqueeze",
       {"float32[1,1,1,1,1,1,1,1]", "int64[1]=0"},
       {},
       "RESOURCE_EXHAUSTED: output 0: rank 9 exceeds the limit 8"},
      {"Identity", {"bool[2,3]"}, {}, "bool[2,3]"},
  });
}

TEST_CASE("Transpose wants a permutation, the reversal by default") {
  const std::string bad = "expected a permutation of the 3 axes of input 0";
  CheckRows({
      {"Transpose", {"float32[2,3,4]"}, {}, "float32[4,3,2]"},
      {"Transpose", {"float32[2,3,4]"}, {{"perm", Ints{0, 2, 1}}}, "float32[2,4,3]"},
      {"Transpose", {"float32[]"}, {}, "float32[]"},
      {"Transpose",
       {"float32[2,3,4]"},
       {{"perm", Ints{0, 1}}},
       "INVALID_ARGUMENT: attribute 'perm' is [0,1], " + bad},
      {"Transpose",
       {"float32[2,3,4]"},
       {{"perm", Ints{0, 1, 1}}},
       "INVALID_ARGUMENT: attribute 'perm' is [0,1,1], " + bad},
      {"Transpose",
       {"float32[2,3,4]"},
       {{"perm", Ints{0, 1, 3}}},
       "INVALID_ARGUMENT: attribute 'perm' is [0,1,3], " + bad},
      {"Transpose",
       {"float32[2,3,4]"},
       {{"perm", Ints{0, 1, -1}}},
       "INVALID_ARGUMENT: attribute 'perm' is [0,1,-1], " + bad},
  });
}

}  // namespace
}  // namespace kairos::testing
