#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

TEST_CASE("unary functions have the values of their definitions") {
  CheckRows({
      {"Abs", {"float32[4]=-1.5,0,nan,-inf"}, {}, "float32[4]=1.5,0,nan,inf"},
      {"Ceil", {"float64[3]=-1.5,0.2,2"}, {}, "float64[3]=-1,1,2"},
      {"Celu", {"float32[2]=-1,2"}, {{"alpha", 2.0f}}, "float32[2]=-0.7869387,2"},
      {"Elu", {"float32[3]=-1,0,2"}, {}, "float32[3]=-0.6321205,0,2"},
      {"Erf", {"float32[2]=0.5,-0.5"}, {}, "float32[2]=0.5204999,-0.5204999"},
      {"Exp", {"float32[3]=0,1,-inf"}, {}, "float32[3]=1,2.718282,0"},
      {"Gelu", {"float32[2]=1,-1"}, {}, "float32[2]=0.8413448,-0.1586553"},
      {"Gelu", {"float32[1]=1"}, {{"approximate", std::string("tanh")}}, "float32[1]=0.841192"},
      {"HardSigmoid", {"float32[4]=-3,1,9,nan"}, {}, "float32[4]=0,0.7,1,nan"},
      {"HardSwish", {"float32[4]=-4,-1,1,4"}, {}, "float32[4]=-0,-0.3333333,0.6666667,4"},
      {"LeakyRelu", {"float32[2]=-2,2"}, {}, "float32[2]=-0.02,2"},
      {"Mish", {"float32[2]=1,-20"}, {}, "float32[2]=0.8650984,-4.122307e-08"},
      {"Relu", {"float32[4]=-1,0,2,nan"}, {}, "float32[4]=0,0,2,nan"},
      {"Round", {"float32[5]=0.5,1.5,2.5,-0.5,-1.5"}, {}, "float32[5]=0,2,2,-0,-2"},
      {"Selu", {"float32[2]=-1,1"}, {}, "float32[2]=-1.111331,1.050701"},
      {"Shrink", {"float32[3]=-2,0.25,2"}, {{"bias", 1.5f}}, "float32[3]=-0.5,0,0.5"},
      {"Sigmoid", {"float32[3]=0,-200,200"}, {}, "float32[3]=0.5,0,1"},
      {"Sign", {"float32[4]=-3,0,5,nan"}, {}, "float32[4]=-1,0,1,nan"},
      {"Softplus", {"float32[3]=0,1000,-1000"}, {}, "float32[3]=0.6931472,1000,0"},
      {"Softsign", {"float32[2]=1,-3"}, {}, "float32[2]=0.5,-0.75"},
      {"kairos.Swish", {"float32[2]=1,-1"}, {}, "float32[2]=0.7310586,-0.2689414"},
      {"ThresholdedRelu", {"float32[3]=1,1.5,-1"}, {}, "float32[3]=0,1.5,0"},
  });
}

TEST_CASE("unary functions of other types keep to those types") {
  CheckRows({
      {"Abs", {"int8[3]=-128,-1,3"}, {}, "int8[3]=-128,1,3"},
      {"Neg", {"int32[2]=-2147483648,5"}, {}, "int32[2]=-2147483648,-5"},
      {"Sign", {"uint8[2]=0,200"}, {}, "uint8[2]=0,1"},
      {"BitwiseNot", {"uint8[2]=0,255"}, {}, "uint8[2]=255,0"},
      {"BitwiseNot", {"int16[1]=5"}, {}, "int16[1]=-6"},
      {"Relu", {"int64[2]=-3,3"}, {}, "int64[2]=0,3"},
      {"Not", {"bool[2]=1,0"}, {}, "bool[2]=0,1"},
      {"IsNaN", {"float16[3]=nan,inf,1"}, {}, "bool[3]=1,0,0"},
      {"IsInf", {"float32[3]=-inf,inf,1"}, {}, "bool[3]=1,1,0"},
      {"IsInf", {"float32[2]=-inf,inf"}, {{"detect_negative", int64_t{0}}}, "bool[2]=0,1"},
      {"Sqrt", {"bfloat16[1]=2"}, {}, "bfloat16[1]=1.414062"},
      {"Exp", {"float16[2]=12,1"}, {}, "float16[2]=inf,2.71875"},
      {"Sqrt", {"float32[0]="}, {}, "float32[0]="},
      {"Sqrt", {"float32[]=4"}, {}, "float32[]=2"},
  });
}

TEST_CASE("binary operators broadcast as numpy does") {
  CheckRows({
      {"Add",
       {"float32[2,3]=1,2,3,4,5,6", "float32[3]=10,20,30"},
       {},
       "float32[2,3]=11,22,33,14,25,36"},
      {"Sub", {"float32[2,1]=1,2", "float32[1,3]=1,2,3"}, {}, "float32[2,3]=0,-1,-2,1,0,-1"},
      {"Mul", {"float32[]=3", "float32[1,1,2]=1,2"}, {}, "float32[1,1,2]=3,6"},
      {"Add", {"float32[0,3]=", "float32[3]=1,2,3"}, {}, "float32[0,3]="},
      {"Max",
       {"float32[3]=1,nan,3", "float32[3]=2,2,nan", "float32[]=0"},
       {},
       "float32[3]=2,nan,nan"},
      {"Min", {"int32[3]=5,-5,0", "int32[]=1"}, {}, "int32[3]=1,-5,0"},
      {"Sum", {"float32[2]=1,2", "float32[2]=3,4", "float32[1]=5"}, {}, "float32[2]=9,11"},
      {"Sum", {"float32[2]=1,2"}, {}, "float32[2]=1,2"},
      {"Mean", {"float32[2]=1,2", "float32[2]=3,5"}, {}, "float32[2]=2,3.5"},
      {"PRelu", {"float32[2,2]=-1,-2,3,-4", "float32[2]=0.5,2"}, {}, "float32[2,2]=-0.5,-4,3,-8"},
  });
}

TEST_CASE("comparisons and logic make bool, whatever byte a true is") {
  CheckRows({
      {"Equal", {"float32[3]=1,nan,2", "float32[3]=1,nan,3"}, {}, "bool[3]=1,0,0"},
      {"Equal", {"bool[2]=1,0", "bool[2]=1,1"}, {}, "bool[2]=1,0"},
      {"Greater", {"uint64[2]=1,2", "uint64[]=1"}, {}, "bool[2]=0,1"},
      {"LessOrEqual", {"int8[3]=-1,0,1", "int8[]=0"}, {}, "bool[3]=1,1,0"},
      {"And", {"bool[4]=0,0,1,1", "bool[4]=0,1,0,1"}, {}, "bool[4]=0,0,0,1"},
      {"Or", {"bool[4]=0,0,1,1", "bool[4]=0,1,0,1"}, {}, "bool[4]=0,1,1,1"},
      {"Xor", {"bool[4]=0,0,1,1", "bool[4]=0,1,0,1"}, {}, "bool[4]=0,1,1,0"},
      {"BitwiseXor", {"int16[2]=5,-1", "int16[2]=3,1"}, {}, "int16[2]=6,-2"},
  });
}

TEST_CASE("integers wrap, and what a processor traps on is defined") {
  CheckRows({
      {"Add", {"uint8[1]=250", "uint8[1]=10"}, {}, "uint8[1]=4"},
      {"Mul", {"int8[1]=100", "int8[1]=2"}, {}, "int8[1]=-56"},
      {"Div",
       {"int32[4]=7,-7,7,-2147483648", "int32[4]=2,2,0,-1"},
       {},
       "int32[4]=3,-3,0,-2147483648"},
      {"Div",
       {"int64[1]=-9223372036854775808", "int64[1]=-1"},
       {},
       "int64[1]=-9223372036854775808"},
      {"Mod", {"int32[4]=-7,7,7,-2147483648", "int32[4]=3,-3,0,-1"}, {}, "int32[4]=2,-2,0,0"},
      {"Mod", {"int32[2]=-7,7", "int32[2]=3,-3"}, {{"fmod", int64_t{1}}}, "int32[2]=-1,1"},
      {"Mod",
       {"float32[2]=-4.5,5", "float32[2]=2,-3"},
       {{"fmod", int64_t{1}}},
       "float32[2]=-0.5,2"},
      {"BitShift",
       {"uint8[3]=1,200,1", "uint8[3]=3,1,9"},
       {{"direction", std::string("LEFT")}},
       "uint8[3]=8,144,0"},
      {"BitShift",
       {"uint64[2]=16,16", "uint64[2]=2,64"},
       {{"direction", std::string("RIGHT")}},
       "uint64[2]=4,0"},
      {"BitShift",
       {"uint64[1]=16", "uint64[1]=64"},
       {{"direction", std::string("LEFT")}},
       "uint64[1]=0"},
  });
}

TEST_CASE("pointwise kernels read and write channels-last tensors") {
  CheckRows({
      {"Neg",
       {"float32[1,2,1,3]=1,2,3,4,5,6"},
       {},
       "float32[1,2,1,3]=-1,-2,-3,-4,-5,-6",
       1,
       {},
       Layout::kChannelsLast},
      {"Add",
       {"float32[1,2,1,3]=1,2,3,4,5,6", "float32[2,1,1]=10,20"},
       {},
       "float32[1,2,1,3]=11,12,13,24,25,26",
       1,
       {},
       Layout::kChannelsLast},
      {"Mul",
       {"float32[1,2,1,2]=1,2,3,4", "float32[1,2,1,2]=1,10,100,1000"},
       {},
       "float32[1,2,1,2]=1,20,300,4000",
       1,
       {},
       Layout::kChannelsLast},
  });
}

}  // namespace
}  // namespace kairos::testing
