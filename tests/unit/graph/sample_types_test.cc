// Types of the operators that sample between elements, and of deformable convolution.
#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("sampling operators have the extents of their grid or their attributes") {
  CheckRows({
      {"AffineGrid", {"float32[2,2,3]", "int64[4]=2,3,5,6"}, {}, "float32[2,5,6,2]"},
      {"AffineGrid", {"float32[2,3,4]", "int64[5]=2,3,4,5,6"}, {}, "float32[2,4,5,6,3]"},
      {"GridSample", {"float32[2,3,5,6]", "float32[2,7,8,2]"}, {}, "float32[2,3,7,8]"},
      {"GridSample", {"int8[2,3,5]", "float16[2,7,1]"}, {}, "int8[2,3,7]"},
      {"RoiAlign",
       {"float32[2,3,5,6]", "float32[7,4]", "int64[7]"},
       {{"output_height", int64_t{2}}, {"output_width", int64_t{3}}},
       "float32[7,3,2,3]"},
      {"MaxRoiPool",
       {"float32[2,3,5,6]", "float32[7,5]"},
       {{"pooled_shape", Ints{2, 3}}},
       "float32[7,3,2,3]"},
      {"DeformConv",
       {"float32[1,4,5,5]", "float32[6,2,3,3]", "float32[1,36,3,3]", "float32[6]",
        "float32[1,18,3,3]"},
       {{"group", int64_t{2}}, {"offset_group", int64_t{2}}},
       "float32[1,6,3,3]"},
  });
}

TEST_CASE("sampling operators refuse what does not fit together") {
  CheckRows({
      {"AffineGrid",
       {"float32[2,2,3]", "int64[5]=2,3,4,5,6"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,2,3], expected [2,3,4] because input 1 (size) is "
       "[2,3,4,5,6]"},
      {"AffineGrid",
       {"float32[2,2,3]", "int64[3]=2,3,4"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [3], expected 4 or 5 elements"},
      {"AffineGrid",
       {"float32[2,2,3]", "int64[4]=2,3,-4,1"},
       {},
       "INVALID_ARGUMENT: input 1 (size) is [2,3,-4,1], expected no negative number"},
      {"GridSample",
       {"float32[2,3,5,6]", "float32[1,7,8,2]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [1,7,8,2], expected 2 grids of 2 coordinates because "
       "input 0 is [2,3,5,6]"},
      {"RoiAlign",
       {"float32[2,3,5,6]", "float32[7,5]", "int64[7]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [7,5], expected [7,4] because a region is 4 "
       "coordinates"},
      {"RoiAlign",
       {"float32[2,3,5,6]", "float32[7,4]", "int64[6]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [6], expected [7] because input 1 is [7,4]"},
      {"MaxRoiPool",
       {"float32[2,3,5,6]", "float32[7,4]"},
       {{"pooled_shape", Ints{2, 3}}},
       "INVALID_ARGUMENT: input 1 has shape [7,4], expected [7,5] because a region is an index and "
       "4 coordinates"},
      {"MaxRoiPool",
       {"float32[2,3,5,6]", "float32[7,5]"},
       {{"pooled_shape", Ints{2}}},
       "INVALID_ARGUMENT: attribute 'pooled_shape' has 1 elements, expected 2"},
      {"DeformConv",
       {"float32[1,4,5,5]", "float32[6,4,3,3]", "float32[1,9,3,3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [1,9,3,3], expected [1,18,3,3] because the output is "
       "[1,6,3,3] and input 1 is [6,4,3,3]"},
      {"DeformConv",
       {"float32[1,4,5,5]", "float32[6,4,3,3]", "float32[1,9,3,3]"},
       {{"offset_group", int64_t{3}}},
       "INVALID_ARGUMENT: attribute 'offset_group' is 3, expected a divisor of 4 because input 0 "
       "is [1,4,5,5]"},
  });
}

}  // namespace
}  // namespace kairos::testing
