#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

TEST_CASE("Softmax, LogSoftmax and Hardmax along any axis") {
  CheckRows({
      {"Softmax",
       {"float32[2,2]=0,1,2,0"},
       {},
       "float32[2,2]=0.2689414,0.7310586,0.8807971,0.1192029"},
      {"Softmax",
       {"float32[2,2]=0,1,2,0"},
       {{"axis", int64_t{0}}},
       "float32[2,2]=0.1192029,0.7310586,0.8807971,0.2689414"},
      {"Softmax", {"float32[3]=1000,1001,-1000"}, {}, "float32[3]=0.2689414,0.7310586,0"},
      {"LogSoftmax",
       {"float32[3]=1000,1001,-1000"},
       {},
       "float32[3]=-1.313262,-0.3132617,-2001.313"},
      {"LogSoftmax",
       {"float32[1,2,2]=0,1,2,0"},
       {{"axis", int64_t{1}}},
       "float32[1,2,2]=-2.126928,-0.3132617,-0.126928,-1.313262"},
      {"Hardmax", {"float32[2,3]=1,3,3,2,0,-1"}, {}, "float32[2,3]=0,1,0,1,0,0"},
      {"Hardmax",
       {"float32[2,3]=1,3,3,2,0,-1"},
       {{"axis", int64_t{-2}}},
       "float32[2,3]=0,1,1,1,0,0"},
      {"Softmax", {"float32[2,0]="}, {}, "float32[2,0]="},
      {"Softmax", {"float32[0,2]="}, {}, "float32[0,2]="},
      {"Softmax", {"float32[1]=5"}, {}, "float32[1]=1"},
      {"Softmax", {"float64[2]=0,1"}, {}, "float64[2]=0.2689414,0.7310586"},
      {"Softmax", {"float16[2]=0,1"}, {}, "float16[2]=0.269043,0.730957"},
  });
}

TEST_CASE("BatchNormalization by given statistics, and by those of the batch") {
  CheckRows({
      {"BatchNormalization",
       {"float32[2,2]=0,1,2,3", "float32[2]=1,2", "float32[2]=0,10", "float32[2]=1,2",
        "float32[2]=4,1"},
       {{"epsilon", 0.0f}},
       "float32[2,2]=-0.5,8,0.5,12"},
      {"BatchNormalization",
       {"float32[1,2,4]=1,2,3,4,0,0,4,4", "float32[2]=2,1", "float32[2]=0,10", "float32[2]=0,100",
        "float32[2]=1,100"},
       {{"epsilon", 0.75f}, {"momentum", 0.5f}, {"training_mode", int64_t{1}}},
       "float32[1,2,4]=-2.12132,-0.7071068,0.7071068,2.12132,9.082337,9.082337,10.91766,10.91766 "
       "float32[2]=1.25,51 float32[2]=1.125,52",
       3},
  });
  CheckInBothLayouts({
      {"BatchNormalization",
       {"float32[1,2,1,2]=0,1,2,3", "float32[2]=1,2", "float32[2]=0,10", "float32[2]=1,2",
        "float32[2]=4,1"},
       {{"epsilon", 0.0f}},
       "float32[1,2,1,2]=-0.5,0,10,12"},
      {"BatchNormalization",
       {"float32[2,2,1,1]=0,1,2,3", "float32[2]=1,1", "float32[2]=0,0", "float32[2]=0,0",
        "float32[2]=1,1"},
       {{"training_mode", int64_t{1}}},
       "float32[2,2,1,1]=-0.999995,-0.999995,0.999995,0.999995"},
  });
}

TEST_CASE("InstanceNormalization and GroupNormalization scale each channel") {
  CheckRows({
      {"InstanceNormalization",
       {"float32[2,2,2]=1,3,5,5,0,8,2,4", "float32[2]=1,2", "float32[2]=0,10"},
       {{"epsilon", 0.0f}},
       "float32[2,2,2]=-1,1,nan,nan,-1,1,8,12"},
      {"GroupNormalization",
       {"float32[1,4,1]=1,3,5,9", "float32[4]=1,2,1,1", "float32[4]=0,10,0,1"},
       {{"epsilon", 0.0f}, {"num_groups", int64_t{2}}},
       "float32[1,4,1]=-1,12,-1,2"},
  });
  CheckInBothLayouts({
      {"InstanceNormalization",
       {"float32[1,2,1,2]=1,3,5,7", "float32[2]=1,2", "float32[2]=0,10"},
       {{"epsilon", 0.0f}},
       "float32[1,2,1,2]=-1,1,8,12"},
      {"GroupNormalization",
       {"float32[1,2,1,2]=1,3,5,7", "float32[2]=1,1", "float32[2]=0,10"},
       {{"epsilon", 0.0f}, {"num_groups", int64_t{1}}},
       "float32[1,2,1,2]=-1.341641,-0.4472136,10.44721,11.34164"},
  });
}

TEST_CASE("LayerNormalization, its mean and its inverse deviation") {
  CheckRows({
      {"LayerNormalization",
       {"float32[2,2]=1,3,5,9", "float32[2]=1,2", "float32[2]=0,10"},
       {{"epsilon", 0.0f}},
       "float32[2,2]=-1,12,-1,12"},
      {"LayerNormalization",
       {"float32[2,2]=1,3,5,9", "float32[2]=1,2"},
       {{"epsilon", 0.0f}},
       "float32[2,2]=-1,2,-1,2 float32[2,1]=2,7 float32[2,1]=1,0.5",
       3},
      {"LayerNormalization",
       {"float32[1,2,2]=1,3,1,3", "float32[2,2]=1,2,3,4", "float32[2,2]=0,0,0,1"},
       {{"epsilon", 0.0f}, {"axis", int64_t{1}}},
       "float32[1,2,2]=-1,2,-3,5 float32[1,1,1]=2 float32[1,1,1]=1",
       3},
      {"LayerNormalization",
       {"float32[2,2]=1,3,1,3", "float32[2,2]=1,2,3,4"},
       {{"epsilon", 3.0f}, {"axis", int64_t{-2}}},
       "float32[2,2]=-0.5,1,-1.5,2"},
  });
}

TEST_CASE("LRN looks at as many channels as there are") {
  CheckRows({
      {"LRN",
       {"float32[1,4,1,1]=1,2,3,4"},
       {{"size", int64_t{2}}, {"alpha", 2.0f}, {"beta", 0.5f}, {"bias", 1.0f}},
       "float32[1,4,1,1]=0.4082483,0.5345225,0.5883484,0.9701425"},
  });
  CheckInBothLayouts({
      {"LRN",
       {"float32[1,4,1,1]=1,2,3,4"},
       {{"size", int64_t{3}}, {"alpha", 3.0f}, {"beta", 1.0f}, {"bias", 0.0f}},
       "float32[1,4,1,1]=0.2,0.1428571,0.1034483,0.16"},
  });
}

TEST_CASE("MeanVarianceNormalization and LpNormalization") {
  CheckRows({
      {"MeanVarianceNormalization", {"float32[1,2,1,2]=1,3,5,9"}, {}, "float32[1,2,1,2]=-1,1,-1,1"},
      {"MeanVarianceNormalization",
       {"float32[1,2,1,2]=1,3,5,9"},
       {{"axes", Ints{1, -1}}},
       "float32[1,2,1,2]=-1.183216,-0.5070925,0.1690308,1.521278"},
      {"LpNormalization", {"float32[3,2]=3,4,0,0,-6,8"}, {}, "float32[3,2]=0.6,0.8,0,0,-0.6,0.8"},
      {"LpNormalization",
       {"float32[3,2]=3,4,0,0,-6,8"},
       {{"p", int64_t{1}}},
       "float32[3,2]=0.4285714,0.5714286,0,0,-0.4285714,0.5714286"},
      {"LpNormalization",
       {"float32[2,2]=3,4,4,0"},
       {{"axis", int64_t{0}}},
       "float32[2,2]=0.6,1,0.8,0"},
  });
}

}  // namespace
}  // namespace kairos::testing
