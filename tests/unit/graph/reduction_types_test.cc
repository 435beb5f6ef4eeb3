#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("reductions drop or keep the axes they are given, all by default") {
  CheckRows({
      {"ReduceSum", {"float32[2,3,4]"}, {}, "float32[1,1,1]"},
      {"ReduceSum", {"float32[2,3,4]"}, {{"keepdims", int64_t{0}}}, "float32[]"},
      {"ReduceMean", {"float32[2,3,4]", "int64[2]=0,-1"}, {{"keepdims", int64_t{0}}}, "float32[3]"},
      {"ReduceMax", {"bool[2,3]", "int64[1]=1"}, {}, "bool[2,1]"},
      {"ReduceProd", {"int64[2,3]", "int64[0]="}, {}, "int64[1,1]"},
      {"ReduceL2",
       {"float32[2,3]", "int64[0]="},
       {{"noop_with_empty_axes", int64_t{1}}},
       "float32[2,3]"},
      {"ReduceMin", {"float32[]"}, {}, "float32[]"},
      {"ArgMax", {"float32[2,3,4]"}, {{"axis", int64_t{-2}}}, "int64[2,1,4]"},
      {"ArgMin", {"int8[2,3]"}, {{"keepdims", int64_t{0}}}, "int64[3]"},
      {"ReduceSum",
       {"float32[2,3]", "int64[1]"},
       {},
       "FAILED_PRECONDITION: input 1 (axes) decides the output's shape but its value is not known"},
      {"ReduceSum",
       {"float32[2,3]", "int64[1]=2"},
       {},
       "INVALID_ARGUMENT: input 1 (axes): axis is 2, expected -2 to 1 because the rank is 2"},
      {"ReduceSum",
       {"float32[2,3]", "int64[2]=1,-1"},
       {},
       "INVALID_ARGUMENT: input 1 (axes): axes are [1,-1], axis 1 is given twice, expected "
       "distinct "
       "ones"},
      {"ReduceSum",
       {"float32[2,3]", "int64[1]=-9223372036854775808"},
       {},
       "INVALID_ARGUMENT: input 1 (axes): axis is -9223372036854775808, expected -2 to 1 because "
       "the "
       "rank is 2"},
      {"ReduceSum",
       {"float32[2,3]", "int64[9]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [9], expected at most 8 elements"},
      {"ReduceSum",
       {"float32[2,3]", "int64[1,1]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [1,1], expected rank 1"},
      {"ReduceSum",
       {"int8[2,3]"},
       {},
       "INVALID_ARGUMENT: input 0 has type int8, expected floating point or an integer type of 32 "
       "or "
       "64 bits"},
      {"ArgMax",
       {"float32[]"},
       {},
       "INVALID_ARGUMENT: attribute 'axis' is 0, expected none because the rank is 0"},
      {"ArgMax",
       {"float32[0,3]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [0,3], expected elements along axis 0"},
  });
}

TEST_CASE("operators along an axis check it and keep the shape") {
  CheckRows({
      {"Softmax", {"float32[2,3]"}, {}, "float32[2,3]"},
      {"LogSoftmax", {"float32[2,3]"}, {{"axis", int64_t{-2}}}, "float32[2,3]"},
      {"Hardmax",
       {"float32[2,3]"},
       {{"axis", int64_t{-3}}},
       "INVALID_ARGUMENT: attribute 'axis' is -3, expected -2 to 1 because the rank is 2"},
      {"LpNormalization",
       {"float32[2,3]"},
       {{"p", int64_t{3}}},
       "INVALID_ARGUMENT: attribute 'p' is 3, expected 1 to 2"},
      {"CumSum", {"int32[2,3]", "int64[]=1"}, {}, "int32[2,3]"},
      {"CumSum", {"int32[2,3]", "int32[]"}, {}, "int32[2,3]"},
      {"CumSum",
       {"int32[2,3]", "int32[]=2"},
       {},
       "INVALID_ARGUMENT: input 1 (axis) is 2, expected -2 to 1 because the rank is 2"},
      {"CumSum",
       {"int32[2,3]", "int32[2]=0,1"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2], expected one element"},
      {"TopK", {"float32[2,5]", "int64[1]=3"}, {}, "float32[2,3] int64[2,3]", 2},
      {"TopK",
       {"float32[2,5]", "int64[1]=0"},
       {{"axis", int64_t{0}}},
       "float32[0,5] int64[0,5]",
       2},
      {"TopK",
       {"float32[2,5]", "int64[1]=6"},
       {},
       "INVALID_ARGUMENT: input 1 (k) is 6, expected 0 to 5, the elements along axis 1",
       2},
      {"TopK",
       {"float32[2,5]", "int64[1]=-1"},
       {},
       "INVALID_ARGUMENT: input 1 (k) is -1, expected 0 to 5, the elements along axis 1",
       2},
      {"TopK",
       {"float32[2,5]", "int64[1]"},
       {},
       "FAILED_PRECONDITION: input 1 (k) decides the output's shape but its value is not known",
       2},
  });
}

TEST_CASE("matrix products follow numpy") {
  CheckRows({
      {"MatMul", {"float32[2,3]", "float32[3,4]"}, {}, "float32[2,4]"},
      {"MatMul", {"float32[3]", "float32[3]"}, {}, "float32[]"},
      {"MatMul", {"float32[3]", "float32[5,3,4]"}, {}, "float32[5,4]"},
      {"MatMul", {"float32[5,2,3]", "float32[3]"}, {}, "float32[5,2]"},
      {"MatMul", {"float32[5,1,2,3]", "float32[7,3,4]"}, {}, "float32[5,7,2,4]"},
      {"MatMul", {"float32[2,0]", "float32[0,4]"}, {}, "float32[2,4]"},
      {"MatMul",
       {"float32[2,3]", "float32[4,5]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [4,5], expected 3 rows because input 0 is [2,3]"},
      {"MatMul",
       {"float32[]", "float32[3]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [], expected rank 1 or more"},
      {"MatMul",
       {"float32[2,2,3]", "float32[3,3,4]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [3,3,4], expected one whose batch broadcasts with "
       "[2,2,3] of input 0"},
      {"Gemm", {"float32[2,3]", "float32[3,4]"}, {}, "float32[2,4]"},
      {"Gemm",
       {"float32[3,2]", "float32[4,3]", "float32[4]"},
       {{"transA", int64_t{1}}, {"transB", int64_t{1}}},
       "float32[2,4]"},
      {"Gemm", {"float32[2,3]", "float32[3,4]", "float32[]"}, {}, "float32[2,4]"},
      {"Gemm",
       {"float32[2,3]", "float32[4,5]"},
       {{"transB", int64_t{1}}},
       "INVALID_ARGUMENT: input 1 has shape [4,5], expected 3 columns because input 0 is [2,3]"},
      {"Gemm",
       {"float32[2,3]", "float32[3,4]", "float32[3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [3], expected one that broadcasts to [2,4]"},
      {"Gemm",
       {"float32[2,3,1]", "float32[3,4]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,3,1], expected rank 2"},
  });
}

InferCase EinsumRow(const char* equation, std::vector<std::string> inputs, std::string expected) {
  return {"Einsum", std::move(inputs), {{"equation", std::string(equation)}}, std::move(expected)};
}

TEST_CASE("Einsum's output is read from the equation") {
  CheckRows({
      EinsumRow("ij,jk->ik", {"float32[2,3]", "float32[3,4]"}, "float32[2,4]"),
      EinsumRow("ij, jk", {"float32[2,3]", "float32[3,4]"}, "float32[2,4]"),
      EinsumRow("ij->ji", {"float32[2,3]"}, "float32[3,2]"),
      EinsumRow("ba", {"float32[2,3]"}, "float32[3,2]"),
      EinsumRow("ij->", {"float32[2,3]"}, "float32[]"),
      EinsumRow("ii", {"float32[2,2]"}, "float32[]"),
      EinsumRow("...ii->...i", {"float32[5,2,2]"}, "float32[5,2]"),
      EinsumRow("b...d,...de->b...e", {"float32[2,5,3]", "float32[1,3,4]"}, "float32[2,5,4]"),
      EinsumRow("i...,i...", {"float32[2,5]", "float32[2,7,1]"}, "float32[7,5]"),
      EinsumRow("bij,bjk->bik", {"float32[5,2,3]", "float32[5,3,4]"}, "float32[5,2,4]"),
  });
}

TEST_CASE("Einsum refuses equations that are malformed or do not fit the inputs") {
  const std::string prefix = "INVALID_ARGUMENT: attribute 'equation' is ";
  CheckRows({
      EinsumRow(
          "ij", {"float32[2]"},
          "INVALID_ARGUMENT: input 0 has shape [2], expected rank 2 because the equation gives "
          "it 2 labels"),
      EinsumRow(
          "ij,jk", {"float32[2,3]", "float32[4,5]"},
          "INVALID_ARGUMENT: input 1 has shape [4,5], expected 3 for 'j' as in its first use"),
      EinsumRow("i,j", {"float32[2]"}, (prefix + "'i,j', got 2 terms, expected 1, one per input")),
      EinsumRow("i->j", {"float32[2]"},
                (prefix + "'i->j', expected each label of the output in an input and only once")),
      EinsumRow("i->ii", {"float32[2]"},
                (prefix + "'i->ii', expected each label of the output in an input and only once")),
      EinsumRow("i->i->i", {"float32[2]"}, (prefix + "'i->i->i', expected at most one '->'")),
      EinsumRow("i1", {"float32[2,2]"},
                (prefix + "'i1', expected letters and at most one '...' in a term")),
      EinsumRow("i..", {"float32[2,2]"},
                (prefix + "'i..', expected letters and at most one '...' in a term")),
      EinsumRow("......", {"float32[2,2]"},
                (prefix + "'......', expected letters and at most one '...' in a term")),
      EinsumRow("...i->i", {"float32[2,2]"},
                (prefix + "'...i->i', expected '...' in the output as in the inputs")),
      EinsumRow(
          "...i,...i", {"float32[2,2]", "float32[3,2]"},
          "INVALID_ARGUMENT: input 1 has shape [3,2], expected one whose '...' broadcasts with "
          "[2]"),
      EinsumRow("abcde,fghij->abcdefghij", {"float32[1,1,1,1,1]", "float32[1,1,1,1,1]"},
                "RESOURCE_EXHAUSTED: output 0: rank 10 exceeds the limit 8"),
  });
}

TEST_CASE("quantisation takes its types from the zero point and the scale") {
  CheckRows({
      {"QuantizeLinear", {"float32[2,3]", "float32[]=0.5"}, {}, "uint8[2,3]"},
      {"QuantizeLinear", {"float32[2,3]", "float32[]=0.5", "int8[]=0"}, {}, "int8[2,3]"},
      {"QuantizeLinear",
       {"float32[2,3]", "float32[3]"},
       {{"output_dtype", int64_t{5}}},
       "int16[2,3]"},
      {"QuantizeLinear",
       {"float32[2,3]", "float32[2]", "int8[2]"},
       {{"axis", int64_t{-2}}},
       "int8[2,3]"},
      {"DequantizeLinear", {"int8[2,3]", "float16[]=0x3c00"}, {}, "float16[2,3]"},
      {"DequantizeLinear", {"int32[2,3]", "float32[3]"}, {}, "float32[2,3]"},
  });
}

TEST_CASE("quantisation refuses scales and zero points that mean nothing") {
  const std::string x = "float32[2,3]";
  const std::string bad =
      "INVALID_ARGUMENT: input 1 (scale) is not a finite number above 0 at element ";
  CheckRows({
      {"QuantizeLinear", {x, "float32[]=0"}, {}, bad + "0"},
      {"QuantizeLinear", {x, "float32[]=-0.0"}, {}, bad + "0"},
      {"QuantizeLinear", {x, "float32[]=nan"}, {}, bad + "0"},
      {"QuantizeLinear", {x, "float32[3]=1,2,-1"}, {}, bad + "2"},
      {"DequantizeLinear", {"int8[2]", "float16[]=0x7c00"}, {}, bad + "0"},
      {"DequantizeLinear", {"int8[2]", "bfloat16[]=0x7f80"}, {}, bad + "0"},
      {"DequantizeLinear", {"int8[2]", "float64[]=inf"}, {}, bad + "0"},
      {"QuantizeLinear",
       {x, "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2], expected [3] because input 0 is [2,3] and axis is "
       "1"},
      {"QuantizeLinear",
       {x, "float32[3]", "int8[]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [], expected [3] because input 1 (scale) has that "
       "shape"},
      {"DequantizeLinear",
       {"int8[2,3]", "float32[]", "uint8[]"},
       {},
       "INVALID_ARGUMENT: input 2 has type uint8, expected int8 because input 0 has it"},
      {"QuantizeLinear",
       {x, "float32[]", "int8[]"},
       {{"output_dtype", int64_t{2}}},
       "INVALID_ARGUMENT: input 2 (zero point) has type int8, expected uint8 as attribute "
       "'output_dtype'"},
      {"QuantizeLinear",
       {x, "float32[]"},
       {{"output_dtype", int64_t{1}}},
       "INVALID_ARGUMENT: attribute 'output_dtype' is float32, expected int8, uint8, int16 or "
       "uint16"},
      {"QuantizeLinear",
       {x, "float32[]"},
       {{"block_size", int64_t{16}}},
       "INVALID_ARGUMENT: attribute 'block_size' is 16, expected 0"},
      {"QuantizeLinear",
       {x, "float32[3]"},
       {{"axis", int64_t{2}}},
       "INVALID_ARGUMENT: attribute 'axis' is 2, expected -2 to 1 because the rank is 2"},
  });
}

}  // namespace
}  // namespace kairos::testing
