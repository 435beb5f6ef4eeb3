#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

Attribute Text(const char* value) { return std::string(value); }

TEST_CASE("MaxPool takes the largest element, and says where it was") {
  CheckRows({
      {"MaxPool",
       {"float32[1,1,7]=0,1,2,3,4,5,6"},
       {{"kernel_shape", Ints{2}}, {"dilations", Ints{3}}, {"strides", Ints{2}}},
       "float32[1,1,2]=3,5"},
      {"MaxPool",
       {"float32[1,1,3]=-3,-1,-2"},
       {{"kernel_shape", Ints{3}}, {"pads", Ints{1, 1}}},
       "float32[1,1,3]=-1,-1,-1"},
      {"MaxPool", {"int8[1,1,3]=-100,5,100"}, {{"kernel_shape", Ints{2}}}, "int8[1,1,2]=5,100"},
      {"MaxPool", {"uint8[1,1,3]=0,200,100"}, {{"kernel_shape", Ints{2}}}, "uint8[1,1,2]=200,200"},
      {"MaxPool",
       {"float32[1,1,3]=-inf,-inf,1"},
       {{"kernel_shape", Ints{2}}},
       "float32[1,1,2]=-inf,1 int64[1,1,2]=0,2",
       2},
  });
  CheckInBothLayouts({
      {"MaxPool",
       {"float32[1,1,4,4]=-5,2,-2,5,1,-3,4,0,-4,3,-1,-5,2,-2,5,1"},
       {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}},
       "float32[1,1,2,2]=2,5,3,5"},
      {"MaxPool",
       {"float32[1,1,4,4]=-5,2,-2,5,1,-3,4,0,-4,3,-1,-5,2,-2,5,1"},
       {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}},
       "float32[1,1,2,2]=2,5,3,5 int64[1,1,2,2]=1,3,9,14",
       2},
      {"MaxPool",
       {"float32[1,2,2,3]=-5,2,-2,5,1,-3,4,0,-4,3,-1,-5"},
       {{"kernel_shape", Ints{2, 2}}, {"storage_order", int64_t{1}}},
       "float32[1,2,1,2]=5,2,4,0 int64[1,2,1,2]=1,2,6,8",
       2},
      {"MaxPool",
       {"float32[1,1,2,2,2]=-5,2,-2,5,1,-3,4,0"},
       {{"kernel_shape", Ints{2, 1, 2}}, {"storage_order", int64_t{1}}},
       "float32[1,1,1,2,1]=2,5 int64[1,1,1,2,1]=4,6",
       2},
  });
}

TEST_CASE("ceil_mode adds a window unless it would start in the padding at the end") {
  CheckRows({
      {"MaxPool",
       {"float32[1,1,5]=0,1,2,3,4"},
       {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}, {"ceil_mode", int64_t{1}}},
       "float32[1,1,3]=1,3,4"},
      {"MaxPool",
       {"float32[1,1,5]=0,1,2,3,4"},
       {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}, {"ceil_mode", int64_t{0}}},
       "float32[1,1,2]=1,3"},
      {"MaxPool",
       {"float32[1,1,3]=0,1,2"},
       {{"kernel_shape", Ints{2}},
        {"strides", Ints{3}},
        {"pads", Ints{0, 1}},
        {"ceil_mode", int64_t{1}}},
       "float32[1,1,1]=1"},
      {"AveragePool",
       {"float32[1,1,5]=0,1,2,3,4"},
       {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}, {"ceil_mode", int64_t{1}}},
       "float32[1,1,3]=0.5,2.5,4"},
      {"AveragePool",
       {"float32[1,1,5]=0,1,2,3,4"},
       {{"kernel_shape", Ints{2}},
        {"strides", Ints{2}},
        {"ceil_mode", int64_t{1}},
        {"count_include_pad", int64_t{1}}},
       "float32[1,1,3]=0.5,2.5,4"},
      {"AveragePool",
       {"float32[1,1,5]=0,1,2,3,4"},
       {{"kernel_shape", Ints{3}},
        {"strides", Ints{2}},
        {"pads", Ints{1, 1}},
        {"ceil_mode", int64_t{1}},
        {"count_include_pad", int64_t{1}}},
       "float32[1,1,3]=0.3333333,2,2.333333"},
      {"AveragePool",
       {"float32[1,1,6]=0,1,2,3,4,5"},
       {{"kernel_shape", Ints{3}},
        {"strides", Ints{2}},
        {"pads", Ints{1, 1}},
        {"ceil_mode", int64_t{1}},
        {"count_include_pad", int64_t{1}}},
       "float32[1,1,4]=0.3333333,2,4,2.5"},
      {"AveragePool",
       {"float32[1,1,6]=0,1,2,3,4,5"},
       {{"kernel_shape", Ints{3}},
        {"strides", Ints{2}},
        {"pads", Ints{1, 1}},
        {"ceil_mode", int64_t{1}}},
       "float32[1,1,4]=0.5,2,4,5"},
  });
}

TEST_CASE("AveragePool counts padding if asked, but not what lies beyond it") {
  CheckRows({
      {"AveragePool",
       {"float32[1,1,7]=0,1,2,3,4,5,6"},
       {{"kernel_shape", Ints{3}},
        {"dilations", Ints{2}},
        {"pads", Ints{2, 2}},
        {"count_include_pad", int64_t{1}}},
       "float32[1,1,7]=0.6666667,1.333333,2,3,4,2.666667,3.333333"},
      {"AveragePool",
       {"float32[1,1,7]=0,1,2,3,4,5,6"},
       {{"kernel_shape", Ints{3}}, {"dilations", Ints{2}}, {"pads", Ints{2, 2}}},
       "float32[1,1,7]=1,2,2,3,4,4,5"},
  });
  CheckInBothLayouts({
      {"AveragePool",
       {"float32[1,1,3,3]=0,1,2,3,4,5,6,7,8"},
       {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{1, 1, 0, 0}}},
       "float32[1,1,3,3]=0,0.5,1.5,1.5,2,3,4.5,5,6"},
      {"AveragePool",
       {"float32[1,1,3,3]=0,1,2,3,4,5,6,7,8"},
       {{"kernel_shape", Ints{2, 2}},
        {"pads", Ints{1, 1, 0, 0}},
        {"count_include_pad", int64_t{1}}},
       "float32[1,1,3,3]=0,0.25,0.75,0.75,2,3,2.25,5,6"},
  });
}

TEST_CASE("auto_pad of pools") {
  CheckRows({
      {"AveragePool",
       {"float32[1,1,4]=0,1,2,3"},
       {{"kernel_shape", Ints{2}}, {"auto_pad", Text("SAME_UPPER")}},
       "float32[1,1,4]=0.5,1.5,2.5,3"},
      {"AveragePool",
       {"float32[1,1,4]=0,1,2,3"},
       {{"kernel_shape", Ints{2}}, {"auto_pad", Text("SAME_LOWER")}},
       "float32[1,1,4]=0,0.5,1.5,2.5"},
      {"AveragePool",
       {"float32[1,1,4]=0,1,2,3"},
       {{"kernel_shape", Ints{2}}, {"auto_pad", Text("VALID")}},
       "float32[1,1,3]=0.5,1.5,2.5"},
      {"AveragePool",
       {"float32[1,1,4]=0,1,2,3"},
       {{"kernel_shape", Ints{2}},
        {"auto_pad", Text("SAME_UPPER")},
        {"count_include_pad", int64_t{1}}},
       "float32[1,1,4]=0.5,1.5,2.5,1.5"},
      {"MaxPool",
       {"float32[1,1,6]=0,1,2,3,4,5"},
       {{"kernel_shape", Ints{3}}, {"auto_pad", Text("SAME_UPPER")}, {"strides", Ints{2}}},
       "float32[1,1,3]=2,4,5"},
      {"MaxPool",
       {"float32[1,1,6]=0,1,2,3,4,5"},
       {{"kernel_shape", Ints{3}}, {"auto_pad", Text("SAME_LOWER")}, {"strides", Ints{2}}},
       "float32[1,1,3]=1,3,5"},
  });
}

TEST_CASE("LpPool") {
  CheckRows({
      {"LpPool",
       {"float32[1,1,4]=3,-4,12,5"},
       {{"kernel_shape", Ints{2}}},
       "float32[1,1,3]=5,12.64911,13"},
      {"LpPool",
       {"float32[1,1,4]=3,-4,12,5"},
       {{"kernel_shape", Ints{2}}, {"p", int64_t{1}}, {"pads", Ints{1, 0}}},
       "float32[1,1,4]=3,7,16,17"},
      {"LpPool",
       {"float32[1,1,4]=3,-4,12,5"},
       {{"kernel_shape", Ints{2}}, {"p", int64_t{3}}, {"strides", Ints{2}}},
       "float32[1,1,2]=4.497941,12.28264"},
  });
}

TEST_CASE("global pools") {
  CheckRows({
      {"GlobalAveragePool", {"float32[1,2,3]=0,1,2,3,4,5"}, {}, "float32[1,2,1]=1,4"},
  });
  CheckInBothLayouts({
      {"GlobalAveragePool",
       {"float32[2,2,2,2]=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"},
       {},
       "float32[2,2,1,1]=1.5,5.5,9.5,13.5"},
      {"GlobalMaxPool",
       {"float32[1,2,2,3]=-9,-2,-6,1,-3,-7,0,-4,-8,-1,-5,-9"},
       {},
       "float32[1,2,1,1]=1,0"},
  });
}

}  // namespace
}  // namespace kairos::testing
