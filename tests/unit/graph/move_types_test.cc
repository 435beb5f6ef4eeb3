#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("Concat and Split are each other's inverse") {
  const auto axis = [](int64_t value) { return std::pair("axis", Attribute(value)); };
  CheckRows({
      {"Concat", {"float32[2,3]", "float32[2,0]", "float32[2,4]"}, {axis(1)}, "float32[2,7]"},
      {"Concat", {"int64[1]"}, {axis(-1)}, "int64[1]"},
      {"Concat",
       {"float32[2,3]", "float32[3,3]"},
       {axis(1)},
       "INVALID_ARGUMENT: input 1 has shape [3,3], expected that of input 0, [2,3], but for axis "
       "1"},
      {"Concat",
       {"float32[2,3]", "float32[2]"},
       {axis(0)},
       "INVALID_ARGUMENT: input 1 has shape [2], expected that of input 0, [2,3], but for axis 0"},
      {"Concat",
       {"float32[2]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: attribute 'axis' is missing, expected an int"},
      {"Concat",
       {"float32[]", "float32[]"},
       {axis(0)},
       "INVALID_ARGUMENT: input 0 has shape [], expected rank 1 or more"},
      {"Concat",
       {"float32[1500000000]", "float32[1500000000]"},
       {axis(0)},
       "RESOURCE_EXHAUSTED: output 0: element count overflows, shape [3000000000] has a dimension "
       "over 2^31 - 1"},
      {"Split",
       {"float32[6,2]", "int64[3]=1,2,3"},
       {},
       "float32[1,2] float32[2,2] float32[3,2]",
       3},
      {"Split",
       {"float32[7]"},
       {{"num_outputs", int64_t{3}}},
       "float32[3] float32[3] float32[1]",
       3},
      {"Split", {"float32[2,6]"}, {axis(-1)}, "float32[2,3] float32[2,3]", 2},
      {"Split",
       {"float32[7]"},
       {},
       "INVALID_ARGUMENT: cannot split 7 elements into 3 parts of equal size",
       3},
      {"Split",
       {"float32[5]"},
       {{"num_outputs", int64_t{4}}},
       "INVALID_ARGUMENT: cannot split 5 elements into 4 parts of equal size",
       4},
      {"Split",
       {"float32[6]", "int64[2]=2,3"},
       {},
       "INVALID_ARGUMENT: input 1 (split) is [2,3], expected 2 sizes with the sum 6",
       2},
      {"Split",
       {"float32[6]", "int64[2]=-1,7"},
       {},
       "INVALID_ARGUMENT: input 1 (split) is [-1,7], expected 2 sizes with the sum 6",
       2},
      {"Split",
       {"float32[6]", "int64[1]=6"},
       {},
       "INVALID_ARGUMENT: input 1 (split) is [6], expected 2 sizes with the sum 6",
       2},
      {"Split",
       {"float32[6]"},
       {{"num_outputs", int64_t{3}}},
       "INVALID_ARGUMENT: attribute 'num_outputs' is 3, expected 2, the outputs",
       2},
      {"Split",
       {"float32[6]", "int64[2]=3,3"},
       {{"num_outputs", int64_t{2}}},
       "INVALID_ARGUMENT: input 1 (split) and attribute 'num_outputs' are both given, expected one "
       "of them",
       2},
  });
}

TEST_CASE("Expand, Tile and Trilu check their arguments") {
  CheckRows({
      {"Expand", {"float32[3,1]", "int64[3]=2,1,6"}, {}, "float32[2,3,6]"},
      {"Expand", {"float32[3,4]", "int64[1]=1"}, {}, "float32[3,4]"},
      {"Expand",
       {"float32[3]", "int64[1]=-1"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) is [-1], expected no negative number"},
      {"Expand",
       {"float32[3]", "int64[1]=2"},
       {},
       "INVALID_ARGUMENT: input 1 (shape) is [2], expected one that broadcasts with [3] of input "
       "0"},
      {"Expand",
       {"float32[1]", "int64[2]=1099511627777,1"},
       {},
       "RESOURCE_EXHAUSTED: output 0: element count overflows, shape [1099511627777,1] has a "
       "dimension over 2^31 - 1"},
      {"Expand",
       {"float32[1]", "int64[3]=0,4611686018427387904,4"},
       {},
       "RESOURCE_EXHAUSTED: output 0: element count overflows, shape [0,4611686018427387904,4] has "
       "a "
       "dimension over 2^31 - 1"},
      {"Tile", {"float32[2,3]", "int64[2]=2,0"}, {}, "float32[4,0]"},
      {"Tile",
       {"float32[2,3]", "int64[1]=2"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [1], expected [2] because input 0 has rank 2"},
      {"Tile",
       {"float32[2]", "int64[1]=-1"},
       {},
       "INVALID_ARGUMENT: input 1 (repeats) is [-1], expected no negative number"},
      {"Tile",
       {"float32[2]", "int64[1]=9223372036854775807"},
       {},
       "RESOURCE_EXHAUSTED: input 1 (repeats) is [9223372036854775807], the output's element count "
       "overflows"},
      {"Trilu", {"float32[2,3]", "int64[]=-1"}, {{"upper", int64_t{0}}}, "float32[2,3]"},
      {"Trilu",
       {"float32[3]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [3], expected rank 2 or more"},
  });
}

TEST_CASE("Slice clamps as ONNX says") {
  CheckRows({
      {"Slice",
       {"float32[20,10]", "int64[2]=0,0", "int64[2]=3,10", "int64[2]=0,1", "int64[2]=1,1"},
       {},
       "float32[3,10]"},
      {"Slice", {"float32[20,10]", "int32[1]=-5", "int32[1]=1000"}, {}, "float32[5,10]"},
      {"Slice",
       {"float32[10]", "int64[1]=9", "int64[1]=-1000", "int64[1]=0", "int64[1]=-3"},
       {},
       "float32[4]"},
      {"Slice", {"float32[10]", "int64[1]=20", "int64[1]=5"}, {}, "float32[0]"},
      {"Slice",
       {"float32[10]", "int64[1]=9223372036854775807", "int64[1]=-9223372036854775808",
        "int64[1]=-1", "int64[1]=-9223372036854775808"},
       {},
       "float32[1]"},
      {"Slice",
       {"float32[10]", "int64[1]=0", "int64[1]=9223372036854775807", "",
        "int64[1]=9223372036854775807"},
       {},
       "float32[1]"},
      {"Slice", {"float32[0]", "int64[1]=0", "int64[1]=5", "", "int64[1]=-1"}, {}, "float32[0]"},
      {"Slice",
       {"float32[10]", "int64[1]=0", "int64[1]=5", "", "int64[1]=0"},
       {},
       "INVALID_ARGUMENT: input 4 (steps) is [0], expected no 0"},
      {"Slice",
       {"float32[10,10]", "int64[2]=0,0", "int64[2]=5,5", "int64[2]=1,-1"},
       {},
       "INVALID_ARGUMENT: input 3 (axes): axes are [1,-1], axis 1 is given twice, expected "
       "distinct "
       "ones"},
      {"Slice",
       {"float32[10]", "int64[2]=0,0", "int64[2]=5,5"},
       {},
       "INVALID_ARGUMENT: input 3 (axes): axis is 1, expected -1 to 0 because the rank is 1"},
      {"Slice",
       {"float32[10]", "int64[1]=0", "int64[2]=5,5"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [2], expected 1 elements as input 1 (starts) has"},
      {"Slice",
       {"float32[10]", "int64[1]", "int64[1]=1"},
       {},
       "FAILED_PRECONDITION: input 1 (starts) decides the output's shape but its value is not "
       "known"},
      {"Slice",
       {"float32[10]", "int64[1]=0", "int32[1]=1"},
       {},
       "INVALID_ARGUMENT: input 2 has type int32, expected int64 because input 1 has it"},
  });
}

TEST_CASE("Pad grows and crops, within what the mode can repeat") {
  const auto mode = [](const char* name) {
    return std::pair("mode", Attribute(std::string(name)));
  };
  CheckRows({
      {"Pad", {"float32[3,2]", "int64[4]=0,2,0,0"}, {}, "float32[3,4]"},
      {"Pad", {"float32[3,2]", "int64[4]=1,-1,2,0", "float32[]=1"}, {}, "float32[6,1]"},
      {"Pad", {"float32[3,2]", "int64[2]=1,2", "", "int32[1]=-1"}, {mode("edge")}, "float32[3,5]"},
      {"Pad", {"float32[3]", "int64[2]=2,2"}, {mode("reflect")}, "float32[7]"},
      {"Pad", {"float32[3]", "int64[2]=7,0"}, {mode("wrap")}, "float32[10]"},
      {"Pad", {"float32[0]", "int64[2]=1,1"}, {}, "float32[2]"},
      {"Pad",
       {"float32[3]", "int64[2]=3,0"},
       {mode("reflect")},
       "INVALID_ARGUMENT: input 1 (pads) has 3 for axis 0 of 3 elements, expected at most 2 in "
       "mode "
       "reflect"},
      {"Pad",
       {"float32[0]", "int64[2]=1,0"},
       {mode("edge")},
       "INVALID_ARGUMENT: input 1 (pads) has 1 for axis 0 of 0 elements, expected at most 0 in "
       "mode "
       "edge"},
      {"Pad",
       {"float32[3]", "int64[2]=-2,-2"},
       {},
       "INVALID_ARGUMENT: input 1 (pads) takes 4 elements from axis 0, expected at most 3, its "
       "size"},
      {"Pad",
       {"float32[3]", "int64[2]=-9223372036854775808,0"},
       {},
       "INVALID_ARGUMENT: input 1 (pads) has -9223372036854775808 for axis 0, expected less than "
       "2^31 in size"},
      {"Pad",
       {"float32[3,2]", "int64[2]=1,1"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2], expected [4] because 2 axes are padded"},
      {"Pad",
       {"float32[3]", "int64[2]=1,1", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [2], expected one element"},
      {"Pad",
       {"float32[3]", "int64[2]=1,1"},
       {mode("mirror")},
       "INVALID_ARGUMENT: attribute 'mode' is 'mirror', expected constant, reflect, edge, wrap"},
      {"Pad",
       {"float32[3]", "int64[4]=1,1,1,1", "", "int64[2]=0,-1"},
       {},
       "INVALID_ARGUMENT: input 3 (axes): axes are [0,-1], axis 0 is given twice, expected "
       "distinct "
       "ones"},
  });
}

TEST_CASE("gathering and scattering check all but the indices themselves") {
  CheckRows({
      {"Gather", {"float32[5,4]", "int64[2,3]"}, {}, "float32[2,3,4]"},
      {"Gather", {"float32[5,4]", "int32[]"}, {{"axis", int64_t{-1}}}, "float32[5]"},
      {"Gather",
       {"float32[]", "int32[]"},
       {},
       "INVALID_ARGUMENT: attribute 'axis' is 0, expected none because the rank is 0"},
      {"Gather",
       {"float32[5]", "float32[1]"},
       {},
       "INVALID_ARGUMENT: input 1 has type float32, expected int32 or int64"},
      {"GatherElements", {"float32[5,4]", "int64[9,3]"}, {}, "float32[9,3]"},
      {"GatherElements",
       {"float32[5,4]", "int64[5,5]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [5,5], expected at most 4 in dimension 1 because input "
       "0 "
       "is [5,4]"},
      {"GatherElements",
       {"float32[5,4]", "int64[5]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [5], expected rank 2"},
      {"GatherND", {"float32[2,3,4]", "int64[7,2]"}, {}, "float32[7,4]"},
      {"GatherND", {"float32[2,3,4]", "int64[2,1]"}, {{"batch_dims", int64_t{1}}}, "float32[2,4]"},
      {"GatherND", {"float32[2,3]", "int64[2]"}, {}, "float32[]"},
      {"GatherND",
       {"float32[2,3]", "int64[7,3]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [7,3], expected 1 to 2 in the last dimension because "
       "input 0 is [2,3]"},
      {"GatherND",
       {"float32[2,3]", "int64[5,1]"},
       {{"batch_dims", int64_t{1}}},
       "INVALID_ARGUMENT: input 1 has shape [5,1], expected the first 1 dimensions of [2,3] of "
       "input "
       "0"},
      {"GatherND",
       {"float32[2,3]", "int64[2,1]"},
       {{"batch_dims", int64_t{2}}},
       "INVALID_ARGUMENT: attribute 'batch_dims' is 2, expected less than the ranks 2 and 2 of the "
       "inputs"},
      {"ScatterElements",
       {"float32[3,3]", "int64[2,3]", "float32[2,3]"},
       {{"reduction", std::string("add")}},
       "float32[3,3]"},
      {"ScatterElements",
       {"float32[3,3]", "int64[2,3]", "float32[3,3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [3,3], expected [2,3] because input 1 (indices) has "
       "that "
       "shape"},
      {"ScatterElements",
       {"float32[3,3]", "int64[2,4]", "float32[2,4]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2,4], expected at most 3 in dimension 1 because input "
       "0 "
       "is [3,3]"},
      {"ScatterND", {"float32[4,4,4]", "int64[2,1]", "float32[2,4,4]"}, {}, "float32[4,4,4]"},
      {"ScatterND",
       {"float32[4,4]", "int64[2,1]", "float32[2,3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [2,3], expected [2,4] because input 0 is [4,4] and "
       "input "
       "1 [2,1]"},
      {"ScatterND",
       {"float32[4,4]", "int64[2,0]", "float32[2,4,4]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2,0], expected 1 to 2 in the last dimension because "
       "input 0 is [4,4]"},
      {"ScatterND",
       {"float32[4]", "int64[1,1]", "float32[1]"},
       {{"reduction", std::string("sub")}},
       "INVALID_ARGUMENT: attribute 'reduction' is 'sub', expected none, add, mul, max, min"},
  });
}

}  // namespace
}  // namespace kairos::testing
