#include "unit/graph/axis_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("elementwise operators keep an axis, aligned as they broadcast") {
  CheckFlows({
      {"Relu", {"float32[2,4]"}, {}, "0:0 1:1"},
      {"kairos.Swish", {"float32[4]"}, {}, "0:0"},
      {"Cast", {"float32[2,4]"}, {{"to", int64_t{7}}}, "0:0 1:1"},
      {"CastLike", {"float32[2]", "int64[2]"}, {}, "-0:- 0-:0 00:0"},
      {"Clip", {"float32[2,4]", "float32[]=-0.5", ""}, {}, "0--:0 1--:1"},
      {"Identity", {"float32[2,4]"}, {}, "0:0 1:1"},
      // Whole operands are the same for all items: of size 1, or without the axis.
      {"Add", {"float32[2,4]", "float32[4]"}, {}, "0-:0 10:1"},
      {"Add", {"float32[2,4]", "float32[2,1]"}, {}, "00:0 1-:1"},
      {"Sub", {"float32[4]", "float32[2,1,4]"}, {}, "-0:0 02:2"},
      {"Less", {"float32[2,4]", "float32[2,4]"}, {}, "00:0 11:1"},
      {"PRelu", {"float32[2,4,2]", "float32[4,1]"}, {}, "0-:0 10:1 2-:2"},
      {"Max", {"float32[2,4]", "float32[4]", "float32[1,1]"}, {}, "0--:0 10-:1"},
      {"Where", {"bool[2,1]", "float32[4]", "float32[2,4]"}, {}, "-01:1 0-0:0"},
      {"Dropout", {"float32[2,4]"}, {}, "0:00 1:11", 2},
      {"Dropout", {"float32[2,4]", "float32[]=0.5", "bool[]=0"}, {}, "0--:0 1--:1"},
  });
}

TEST_CASE("windows and normalisations see one image at a time") {
  const Attribute kernel = Ints{2, 2};
  CheckFlows({
      {"Conv", {"float32[2,2,4,4]", "float32[2,2,2,2]", "float32[2]"}, {}, "0--:0"},
      {"Conv", {"float32[2,2,4,4]", "float32[2,1,2,2]"}, {{"group", int64_t{2}}}, "0-:0"},
      {"ConvTranspose", {"float32[2,2,4,4]", "float32[2,2,2,2]"}, {}, "0-:0"},
      {"ConvInteger", {"uint8[2,2,4,4]", "uint8[2,2,2,2]", "uint8[]=3"}, {}, "0--:0"},
      {"DeformConv",
       {"float32[2,2,3,3]", "float32[2,2,2,2]", "float32[2,8,2,2]", "float32[2]",
        "float32[2,4,2,2]"},
       {},
       "0-0-0:0"},
      {"AveragePool", {"float32[2,4,4,4]"}, {{"kernel_shape", kernel}}, "0:0 1:1"},
      {"LpPool", {"float32[2,4,4,4]"}, {{"kernel_shape", kernel}}, "0:0 1:1"},
      {"MaxPool", {"float32[2,4,4,4]"}, {{"kernel_shape", kernel}}, "0:0 1:1"},
      // The indices count from the start of the whole input.
      {"MaxPool", {"float32[2,4,4,4]"}, {{"kernel_shape", kernel}}, "", 2},
      {"GlobalAveragePool", {"float32[2,4,4,4]"}, {}, "0:0 1:1"},
      {"GlobalMaxPool", {"float32[2,4,4,4]"}, {}, "0:0 1:1"},
      {"BatchNormalization",
       {"float32[4,2,2]", "float32[2]", "float32[2]", "float32[2]=1,2", "float32[2]=1,2"},
       {},
       "0----:0 10000:1 2----:2"},
      {"BatchNormalization",
       {"float32[4,2,2]", "float32[2]", "float32[2]", "float32[2]=1,2", "float32[2]=1,2"},
       {{"training_mode", int64_t{1}}},
       "",
       3},
      {"InstanceNormalization", {"float32[2,2,4]", "float32[2]", "float32[2]"}, {}, "0--:0"},
      {"GroupNormalization",
       {"float32[2,4,4]", "float32[4]", "float32[4]"},
       {{"num_groups", int64_t{2}}},
       "0--:0"},
      {"LRN", {"float32[2,4,4]"}, {{"size", int64_t{3}}}, "0:0"},
      {"DepthToSpace", {"float32[2,4,2,2]"}, {{"blocksize", int64_t{2}}}, "0:0"},
      {"SpaceToDepth", {"float32[2,4,2,2]"}, {{"blocksize", int64_t{2}}}, "0:0"},
      {"Resize", {"float32[2,2,4]", "", "float32[3]=1,1,2"}, {}, "0--:0"},
      {"Resize",
       {"float32[2,2,4]", "", "", "int64[3]=2,2,8"},
       {{"mode", std::string("linear")}},
       "0---:0",
       1,
       3},
      {"Resize", {"float32[2,2,4]", "", "float32[3]=2,1,1"}, {}, ""},
      // As long as before, but read from other places.
      {"Resize", {"float32[2,4]", "", "float32[2]=1.2,1"}, {}, ""},
      {"GridSample", {"float32[2,2,4,4]", "float32[2,2,2,2]"}, {}, "00:0"},
      {"RoiAlign",
       {"float32[1,2,4,4]", "float32[2,4]=0,0,1,1,0,0,2,2", "int64[2]=0,0"},
       {},
       "-00:0"},
      {"MaxRoiPool",
       {"float32[1,2,4,4]", "float32[2,5]=0,0,0,1,1,0,0,0,2,2"},
       {{"pooled_shape", kernel}},
       "-0:0"},
  });
}

TEST_CASE(
    "products carry rows, columns and stacks of matrices, never the axis that is summed over") {
  CheckFlows({
      {"MatMul", {"float32[4,2]", "float32[2,6]"}, {}, "-1:1 0-:0"},
      {"MatMul", {"float32[2,4,2]", "float32[2,6]"}, {}, "-1:2 0-:0 1-:1"},
      {"MatMul", {"float32[2,4,2]", "float32[2,2,6]"}, {}, "-2:2 00:0 1-:1"},
      {"MatMul", {"float32[2,4,2]", "float32[4,1,2,6]"}, {}, "-0:0 -3:3 0-:1 1-:2"},
      {"MatMul", {"float32[1,4,2]", "float32[2,2,6]"}, {}, "-0:0 -2:2 1-:1"},
      {"MatMul", {"float32[2]", "float32[2,2,6]"}, {}, "-0:0 -2:1"},
      {"MatMul", {"float32[2,4,2]", "float32[2]"}, {}, "0-:0 1-:1"},
      {"MatMul", {"float32[2]", "float32[2]"}, {}, ""},
      {"Gemm", {"float32[4,2]", "float32[2,6]"}, {}, "-1:1 0-:0"},
      {"Gemm", {"float32[4,2]", "float32[2,6]", "float32[6]"}, {}, "-10:1 0--:0"},
      {"Gemm", {"float32[4,2]", "float32[2,6]", "float32[4,1]"}, {}, "-1-:1 0-0:0"},
      {"Gemm",
       {"float32[2,4]", "float32[6,2]", "float32[]"},
       {{"transA", int64_t{1}}, {"transB", int64_t{1}}},
       "-0-:1 1--:0"},
      {"MatMulInteger", {"uint8[4,2]", "uint8[2,6]", "uint8[]=1", "uint8[6]"}, {}, "0---:0"},
      {"MatMulInteger", {"uint8[4,2]", "uint8[2,6]", "uint8[4]"}, {}, "-1-:1"},
      {"QLinearMatMul",
       {"uint8[4,2]", "float32[]=0.5", "uint8[]=1", "uint8[2,6]", "float32[]=0.5", "uint8[]=1",
        "float32[]=0.5", "uint8[]=1"},
       {},
       "---1----:1 0-------:0"},
  });
}

TEST_CASE("what works along an axis keeps the others") {
  const Attribute none = std::string("none");
  CheckFlows({
      {"Softmax", {"float32[2,4,2]"}, {{"axis", int64_t{1}}}, "0:0 2:2"},
      {"LogSoftmax", {"float32[2,4]"}, {}, "0:0"},
      {"LpNormalization", {"float32[2,4]"}, {{"axis", int64_t{0}}}, "1:1"},
      {"LayerNormalization",
       {"float32[2,4,2]", "float32[4,2]", "float32[4,2]"},
       {{"axis", int64_t{1}}},
       "0--:000",
       3},
      {"MeanVarianceNormalization", {"float32[2,2,2,2]"}, {}, "1:1"},
      {"CumSum", {"float32[2,4]", "int64[]=1"}, {}, "0-:0"},
      {"TopK", {"float32[2,4]", "int64[1]=2"}, {}, "0-:00", 2},
      {"ReduceSum", {"float32[2,4,6]", "int64[1]=1"}, {}, "0-:0 2-:2"},
      {"ReduceMean", {"float32[2,4,6]", "int64[2]=0,-2"}, {{"keepdims", int64_t{0}}}, "2-:0"},
      {"ReduceMax", {"float32[2,4]"}, {}, ""},
      {"ReduceMax", {"float32[2,4]"}, {{"noop_with_empty_axes", int64_t{1}}}, "0:0 1:1"},
      {"ArgMax", {"float32[2,4,6]"}, {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}}, "0:0 2:1"},
      {"Trilu", {"float32[2,4,4]"}, {}, "0:0"},
      {"Det", {"float32[2,4,4]"}, {}, "0:0"},
      {"DFT", {"float32[2,4,4,2]"}, {}, "0:0 1:1"},
      {"NegativeLogLikelihoodLoss",
       {"float32[2,4,2]", "int64[2,2]=0,1,2,3", "float32[4]"},
       {{"reduction", none}},
       "00-:0"},
      {"NegativeLogLikelihoodLoss", {"float32[2,4]", "int64[2]=0,1"}, {}, ""},
      {"QuantizeLinear", {"float32[2,4]", "float32[4]=1,2,1,2", "uint8[4]"}, {}, "0--:0"},
      {"DequantizeLinear", {"uint8[2,4]", "float32[]=0.5", "uint8[]=1"}, {}, "0--:0 1--:1"},
      {"DynamicQuantizeLinear", {"float32[2,4]"}, {}, "", 3},
  });
}

TEST_CASE("recurrent operators carry the batch, along the axis that it has in each state") {
  const std::vector<std::string> time_first = {
      "float32[2,4,2]",   "float32[1,8,2]", "float32[1,8,2]", "float32[1,16]",
      "int32[4]=2,1,2,1", "float32[1,4,2]", "float32[1,4,2]"};
  CheckFlows({
      {"LSTM", time_first, {}, "1---011:211", 3},
      {"GRU", {"float32[2,4,2]", "float32[1,6,2]", "float32[1,6,2]"}, {}, "1--:21", 2},
      {"RNN",
       {"float32[4,2,2]", "float32[1,2,2]", "float32[1,2,2]", "", "", "float32[4,1,2]"},
       {{"layout", int64_t{1}}},
       "0----0:00",
       2},
      {"ReverseSequence", {"float32[4,2]", "int64[2]=3,4"}, {}, "10:1"},
  });
}

TEST_CASE("moves carry an axis where its items stay together") {
  CheckFlows({
      {"Transpose", {"float32[2,4,6]"}, {{"perm", Ints{2, 0, 1}}}, "0:1 1:2 2:0"},
      {"Transpose", {"float32[2,4]"}, {}, "0:1 1:0"},
      {"Reshape", {"float32[2,4,6]", "int64[2]=8,6"}, {}, "0-:0 2-:1", 1, 1},
      {"Reshape", {"float32[2,24]", "int64[4]=2,1,4,6"}, {}, "0-:0 1-:2", 1, 1},
      {"Reshape", {"float32[6,4]", "int64[2]=4,6"}, {}, "0-:0", 1, 1},
      {"Reshape", {"float32[2,9]", "int64[2]=3,6"}, {}, "", 1, 1},
      {"Flatten", {"float32[2,4,6]"}, {}, "0:0 1:1"},
      {"Squeeze", {"float32[1,4,1,6]"}, {}, "1:0 3:1"},
      {"Unsqueeze", {"float32[4,6]", "int64[2]=0,2"}, {}, "0-:1 1-:3"},
      {"Concat", {"float32[2,4]", "float32[2,2]"}, {{"axis", int64_t{1}}}, "00:0"},
      {"Split", {"float32[2,4]", "int64[2]=1,3"}, {{"axis", int64_t{1}}}, "0-:00", 2},
      {"Slice", {"float32[2,4,4]", "int64[1]=1", "int64[1]=9", "int64[1]=1"}, {}, "0---:0 2---:2"},
      {"Slice", {"float32[2,4]", "int64[2]=0,1", "int64[2]=9,3"}, {}, "0--:0"},
      {"Slice",
       {"float32[2,4]", "int64[1]=-1", "int64[1]=-9", "int64[1]=0", "int64[1]=-1"},
       {},
       "1----:1"},
      {"Pad", {"float32[2,4]", "int64[4]=0,1,0,0"}, {}, "0-:0"},
      {"Pad", {"float32[2,4]", "int64[2]=1,0", "", "int64[1]=-1"}, {}, "0---:0"},
      {"CenterCropPad", {"float32[2,4]", "int64[1]=2"}, {{"axes", Ints{1}}}, "0-:0"},
      {"Expand", {"float32[2,1]", "int64[3]=4,2,6"}, {}, "0-:1", 1, 1},
      {"Tile", {"float32[2,4]", "int64[2]=1,2"}, {}, "0-:0"},
  });
}

TEST_CASE("look-ups carry the axes that they do not look along, and those of indices") {
  CheckFlows({
      {"Gather", {"float32[2,4,6]", "int64[2,1]=0,3"}, {{"axis", int64_t{1}}}, "-0:1 0-:0 2-:3"},
      {"Gather", {"float32[2,4]", "int64[]=0"}, {}, "1-:0"},
      {"GatherElements", {"float32[2,4]", "int64[2,1]=0,3"}, {{"axis", int64_t{1}}}, "00:0"},
      {"ScatterElements",
       {"float32[2,4]", "int64[2,1]=0,3", "float32[2,1]"},
       {{"axis", int64_t{1}}},
       "000:0"},
      {"GatherND", {"float32[2,4]", "int64[2,2]=0,3,1,1"}, {}, "-0:0"},
      {"GatherND",
       {"float32[2,4]", "int64[2,2,1]=0,3,1,1"},
       {{"batch_dims", int64_t{1}}},
       "-1:1 00:0"},
      {"OneHot", {"int64[2,4]", "int64[]=3", "float32[2]"}, {{"axis", int64_t{0}}}, "0--:1 1--:2"},
  });
}

TEST_CASE("what reads the extent, data or chance is not let through") {
  CheckFlows({
      {"Shape", {"float32[2,4]"}, {}, ""},
      {"Size", {"float32[2,4]"}, {}, ""},
      {"ConstantOfShape", {"int64[2]=2,4"}, {}, ""},
      {"EyeLike", {"float32[2,4]"}, {}, ""},
      {"RandomUniformLike", {"float32[2,4]"}, {}, ""},
      {"NonZero", {"float32[2,4]"}, {}, ""},
  });
}

}  // namespace
}  // namespace kairos::testing
