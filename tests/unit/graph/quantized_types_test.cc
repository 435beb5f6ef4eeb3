// Types of the products of 8-bit integers.
#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("integer products are int32, quantised ones of the type of the zero point") {
  CheckRows({
      {"ConvInteger",
       {"uint8[1,2,5,5]", "int8[4,2,3,3]", "uint8[]", "int8[4]"},
       {},
       "int32[1,4,3,3]"},
      {"MatMulInteger", {"uint8[3,2,4]", "int8[4,5]", "uint8[1]", "int8[5]"}, {}, "int32[3,2,5]"},
      {"MatMulInteger",
       {"int8[3,2,4]", "int8[3,4,5]", "int8[3,2,1]", "int8[3,1,5]"},
       {},
       "int32[3,2,5]"},
      {"MatMulInteger", {"int8[4]", "int8[4]"}, {}, "int32[]"},
      {"QLinearConv",
       {"uint8[1,2,5,5]", "float32[]", "uint8[]", "int8[4,2,3,3]", "float32[4]", "int8[4]",
        "float32[]", "int8[]", "int32[4]"},
       {{"pads", Ints{1, 1, 1, 1}}},
       "int8[1,4,5,5]"},
      {"QLinearMatMul",
       {"uint8[2,4]", "float32[2]", "uint8[2]", "int8[4,3]", "float32[]", "int8[]", "float32[]",
        "uint8[]"},
       {},
       "uint8[2,3]"},
      {"DynamicQuantizeLinear", {"float32[2,3]"}, {}, "uint8[2,3] float32[] uint8[]", 3},
  });
}

TEST_CASE("integer products refuse parameters that fit neither the whole nor its lines") {
  CheckRows({
      {"ConvInteger",
       {"uint8[1,2,5,5]", "int8[4,2,3,3]", "uint8[2]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [2], expected one element"},
      {"ConvInteger",
       {"uint8[1,2,5,5]", "int8[4,2,3,3]", "", "int8[3]"},
       {},
       "INVALID_ARGUMENT: input 3 has shape [3], expected [4] because there are 4 output channels"},
      {"ConvInteger",
       {"uint8[1,2,5,5]", "int8[4,2,3,3]", "int8[]"},
       {},
       "INVALID_ARGUMENT: input 2 has type int8, expected uint8 because input 0 has it"},
      {"ConvInteger",
       {"int16[1,2,5,5]", "int8[4,2,3,3]"},
       {},
       "INVALID_ARGUMENT: input 0 has type int16, expected int8 or uint8"},
      {"QLinearConv",
       {"uint8[1,3,5,5]", "float32[]", "uint8[]", "int8[4,2,3,3]", "float32[]", "int8[]",
        "float32[]", "int8[]"},
       {},
       "INVALID_ARGUMENT: input 3 has shape [4,2,3,3], expected 3 channels because input 0 is "
       "[1,3,5,5]"},
      {"MatMulInteger",
       {"uint8[2,4]", "int8[4,5]", "uint8[4]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [4], expected one element, [2] or [2,1] because input "
       "0 is [2,4]"},
      {"MatMulInteger",
       {"uint8[2,4]", "int8[4,5]", "", "int8[4]"},
       {},
       "INVALID_ARGUMENT: input 3 has shape [4], expected one element, [5] or [1,5] because input "
       "1 is [4,5]"},
      {"QLinearMatMul",
       {"uint8[2,4]", "float32[]", "uint8[]", "int8[3,3]", "float32[]", "int8[]", "float32[]",
        "uint8[]"},
       {},
       "INVALID_ARGUMENT: input 3 has shape [3,3], expected 4 rows because input 0 is [2,4]"},
  });
}

}  // namespace
}  // namespace kairos::testing
