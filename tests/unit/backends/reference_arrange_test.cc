// CenterCropPad, Col2Im and their like, products of 8-bit integers, and optimisers. Expectations
// are what ONNX Runtime or ONNX's reference evaluator make of the same inputs.
#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

const std::string kTraining = "ai.onnx.preview.training.";

TEST_CASE("CenterCropPad crops and pads around the middle") {
  CheckRows({
      {"CenterCropPad",
       {"int8[2,5]=1,2,3,4,5,6,7,8,9,10", "int64[2]=3,2"},
       {},
       "int8[3,2]=2,3,7,8,0,0"},
      {"CenterCropPad",
       {"float32[1,2]=1,2", "int32[1]=5"},
       {{"axes", Ints{-1}}},
       "float32[1,5]=0,1,2,0,0"},
      {"CenterCropPad", {"float32[2]=1,2", "int64[1]=0"}, {}, "float32[0]="},
  });
}

TEST_CASE("Col2Im sums what blocks share") {
  const std::string columns =
      "float32[1,4,4]=-0.9375,-0.3125,0.3125,0.9375,-0.4375,0.1875,0.8125,-0.5625,0.0625,0.6875,"
      "-0.6875,-0.0625,0.5625,-0.8125,-0.1875,0.4375";
  CheckRows({
      {"Col2Im",
       {columns, "int64[2]=3,3", "int64[2]=2,2"},
       {},
       "float32[1,1,3,3]=-0.9375,-0.75,0.1875,0.375,3,-1.375,-0.6875,-0.25,0.4375"},
      {"Col2Im",
       {columns, "int64[2]=3,3", "int64[2]=2,2"},
       {{"strides", Ints{2, 2}}, {"pads", Ints{1, 0, 0, 1}}},
       "float32[1,1,3,3]=0.0625,0.5625,0.6875,0.3125,0.8125,0.9375,-0.6875,-0.1875,-0.0625"},
      {"Col2Im",
       {"uint8[1,2,2]=1,2,250,10", "int64[1]=3", "int64[1]=2"},
       {},
       "uint8[1,1,3]=1,252,10"},
  });
}

TEST_CASE("Det of matrices that need exchanges, and of singular ones") {
  CheckRows({
      {"Det", {"float32[3,3]=0,2,1,4,0,-1,2,1,3"}, {}, "float32[]=-24"},
      {"Det", {"float64[2,2,2]=1,2,2,4,3,0,0,5"}, {}, "float64[2]=0,15"},
      {"Det", {"float32[0,0]="}, {}, "float32[]=1"},
  });
}

TEST_CASE("MaxUnpool puts elements where the indices say, counted in the pool's input") {
  const std::vector<std::pair<const char*, Attribute>> two = {{"kernel_shape", Ints{2, 2}},
                                                              {"strides", Ints{2, 2}}};
  CheckRows({
      {"MaxUnpool",
       {"float32[1,1,2,2]=1,2,3,4", "int64[1,1,2,2]=5,7,13,15"},
       two,
       "float32[1,1,4,4]=0,0,0,0,0,1,0,2,0,0,0,0,0,3,0,4"},
      {"MaxUnpool",
       {"float32[1,1,2,2]=1,2,3,4", "int64[1,1,2,2]=5,7,13,15", "int64[4]=1,1,5,5"},
       two,
       "float32[1,1,5,5]=0,0,0,0,0,0,1,0,2,0,0,0,0,0,0,0,3,0,4,0,0,0,0,0,0"},
      {"MaxUnpool",
       {"float32[1,1,2,2]=1,2,3,4", "int64[1,1,2,2]=5,7,13,16"},
       two,
       "INVALID_ARGUMENT: MaxUnpool: index is out of range, got 16, expected 0 to 15"},
      {"MaxUnpool",
       {"float32[1,1,2,2]=1,2,3,4", "int64[1,1,2,2]=5,7,13,15", "int64[4]=1,1,4,3"},
       two,
       "INVALID_ARGUMENT: MaxUnpool: index 7 is outside of the output, expected one in [1,1,4,3]"},
  });
}

TEST_CASE("ReverseSequence reverses the first steps of each sequence") {
  CheckRows({
      {"ReverseSequence", {"int16[3,2]=1,2,3,4,5,6", "int64[2]=3,2"}, {}, "int16[3,2]=5,4,3,2,1,6"},
      {"ReverseSequence",
       {"int16[2,3,1]=1,2,3,4,5,6", "int64[2]=0,3"},
       {{"batch_axis", int64_t{0}}, {"time_axis", int64_t{1}}},
       "int16[2,3,1]=1,2,3,6,5,4"},
      {"ReverseSequence",
       {"int16[3,2]=1,2,3,4,5,6", "int64[2]=3,4"},
       {},
       "INVALID_ARGUMENT: ReverseSequence: length of sequence 1 is out of range, got 4, expected 0 "
       "to 3"},
  });
}

TEST_CASE("GlobalLpPool takes the p-norm of each plane") {
  CheckRowsNearly({
      {"GlobalLpPool",
       {"float32[1,2,2,2]=-0.4375,-0.0625,0.3125,-0.3125,0.0625,0.4375,-0.1875,0.1875"},
       {{"p", int64_t{3}}},
       "float32[1,2,1,1]=0.5253823,0.4597351"},
      {"GlobalLpPool", {"float32[1,1,2]=3,-4"}, {}, "float32[1,1,1]=5"},
  });
}

TEST_CASE("integer products subtract zero points, of the whole or of each line") {
  CheckRows({
      {"ConvInteger",
       {"uint8[1,1,3,3]=1,2,3,4,5,6,7,8,9", "uint8[1,1,2,2]=1,2,3,4", "uint8[]=2"},
       {{"pads", Ints{1, 1, 0, 0}}},
       "int32[1,1,3,3]=-4,-3,4,6,17,27,24,47,57"},
      {"ConvInteger",
       {"uint8[1,2,2,2]=1,2,3,4,5,6,7,8", "int8[2,1,1,2]=1,-2,3,-4", "uint8[]=1", "int8[2]=1,2"},
       {{"group", int64_t{2}}},
       "int32[1,2,2,1]=-3,-9,-26,-36"},
      {"MatMulInteger",
       {"uint8[2,3]=1,2,3,4,250,6", "int8[3,2]=1,2,3,4,-5,-6", "uint8[1]=1", "int8[2]=1,-1"},
       {},
       "int32[2,2]=-10,-5,468,1229"},
      {"MatMulInteger",
       {"uint8[2,3]=1,2,3,4,250,6", "int8[3,2]=1,2,3,4,-5,-6"},
       {},
       "int32[2,2]=-8,-8,724,972"},
      {"MatMulInteger",
       {"int8[2,1,2]=1,2,3,4", "uint8[2]=200,100", "int8[2,1,1]=0,1"},
       {},
       "int32[2,1]=400,700"},
  });
}

TEST_CASE("quantised products round half to even and saturate") {
  CheckRows({
      // Sums -6, -8, 472, 1226: times 0.5 * scale / 0.75.
      {"QLinearMatMul",
       {"uint8[2,3]=1,2,3,4,250,6", "float32[]=0.5", "uint8[]=2", "int8[3,2]=1,2,3,4,-5,-6",
        "float32[2]=0.25,0.125", "int8[2]=1,-1", "float32[]=0.75", "uint8[]=128"},
       {},
       "uint8[2,2]=127,127,207,230"},
      // Ties: 1 * 0.5, 3 * 0.5, 5 * 0.5 and -1 * 0.5.
      {"QLinearMatMul",
       {"int8[4,1]=1,3,5,-1", "float32[]=0.5", "int8[]=0", "int8[1,1]=1", "float32[]=1", "int8[]=0",
        "float32[]=1", "int8[]=10"},
       {},
       "int8[4,1]=10,12,12,10"},
      {"QLinearConv",
       {"uint8[1,1,1,3]=0,3,255", "float32[]=0.5", "uint8[]=2", "int8[2,1,1,1]=1,-2",
        "float32[2]=1,2", "int8[2]=0,0", "float32[]=1", "int8[]=-3", "int32[2]=1,-1"},
       {},
       "int8[1,2,1,3]=-3,-2,124,0,-6,-128"},
  });
}

TEST_CASE("DynamicQuantizeLinear finds a scale for which zero is exact") {
  CheckRows({
      {"DynamicQuantizeLinear",
       {"float32[6]=0,2,-3,-2.5,1.34,0.5"},
       {},
       "uint8[6]=153,255,0,26,221,179 float32[]=0.01960784 uint8[]=153",
       3},
      {"DynamicQuantizeLinear", {"float32[2]=0,0"}, {}, "uint8[2]=0,0 float32[]=1 uint8[]=0", 3},
      {"DynamicQuantizeLinear", {"float32[0]="}, {}, "uint8[0]= float32[]=1 uint8[]=0", 3},
  });
}

TEST_CASE("optimisers follow their formulas") {
  // ONNX's own cases cover several tensors; here are the terms that they leave at 0.
  CheckRowsNearly({
      // r = 0.1 / (1 + 2 * 0.5), gradient 1 + 0.5 * 2 = 2, state 1 + 4
      {kTraining + "Adagrad",
       {"float32[]=0.1", "int64[]=2", "float32[1]=2", "float32[1]=1", "float32[1]=1"},
       {{"norm_coefficient", 0.5f}, {"decay_factor", 0.5f}, {"epsilon", 0.0f}},
       "float32[1]=1.955279 float32[1]=5",
       2},
      // gradient 2; v = 1, h = 2; x = 2 - 0.1 * 1 / sqrt(2); then times 1 - 0.5
      {kTraining + "Adam",
       {"float32[]=0.1", "int64[]=0", "float32[1]=2", "float32[1]=1", "float32[1]=0",
        "float32[1]=0"},
       {{"norm_coefficient", 0.5f},
        {"norm_coefficient_post", 0.5f},
        {"alpha", 0.5f},
        {"beta", 0.5f},
        {"epsilon", 0.0f}},
       "float32[1]=0.9646447 float32[1]=1 float32[1]=2",
       3},
      // The first step takes beta for 1: v = 0.5 * 4 + 2; x = 2 - 0.1 * (2 + 0.5 * 4)
      {kTraining + "Momentum",
       {"float32[]=0.1", "int64[]=0", "float32[1]=2", "float32[1]=1", "float32[1]=4"},
       {{"norm_coefficient", 0.5f},
        {"alpha", 0.5f},
        {"beta", 0.25f},
        {"mode", std::string("nesterov")}},
       "float32[1]=1.6 float32[1]=4",
       2},
  });
}

}  // namespace
}  // namespace kairos::testing
