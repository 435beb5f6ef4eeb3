#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

Attribute Text(const char* value) { return std::string(value); }

TEST_CASE("convolutions over one, two and three axes, plain and channels-last") {
  CheckRows({
      {"Conv", {"float32[1,1,5]=0,1,2,3,4", "float32[1,1,3]=1,2,3"}, {}, "float32[1,1,3]=8,14,20"},
  });
  CheckInBothLayouts({
      {"Conv",
       {"float32[1,1,4,4]=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15",
        "float32[1,1,3,3]=0,1,2,3,4,5,6,7,8", "float32[1]=10"},
       {{"pads", Ints{1, 1, 1, 1}}},
       "float32[1,1,4,4]=83,131,164,113,181,268,304,196,289,412,448,280,149,197,212,123"},
      {"Conv",
       {"float32[1,1,2,2,3]=0,1,2,3,4,5,6,7,8,9,10,11",
        "float32[2,1,2,2,2]=-2,0,2,-1,1,-2,0,2,-1,1,-2,0,2,-1,1,-2"},
       {},
       "float32[1,2,1,1,2]=14,14,-11,-13"},
  });
}

TEST_CASE("strides, dilations and uneven padding of convolutions") {
  CheckRows({
      {"Conv",
       {"float32[1,1,7]=0,1,2,3,4,5,6", "float32[1,1,3]=1,2,3"},
       {{"strides", Ints{2}}, {"pads", Ints{1, 0}}},
       "float32[1,1,3]=3,14,26"},
      {"Conv",
       {"float32[1,1,7]=0,1,2,3,4,5,6", "float32[1,1,3]=1,2,3"},
       {{"dilations", Ints{3}}},
       "float32[1,1,1]=24"},
  });
  CheckInBothLayouts({
      {"Conv",
       {"float32[1,1,5,5]=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24",
        "float32[1,1,2,2]=-2,0,2,-1"},
       {{"strides", Ints{2, 3}}, {"dilations", Ints{2, 1}}, {"pads", Ints{1, 0, 0, 1}}},
       "float32[1,1,2,2]=4,7,4,1"},
  });
}

TEST_CASE("groups of channels, more of them than a tile has, and several batches") {
  CheckRows({
      {"Conv",
       {"float32[1,4,2]=0,1,2,3,4,5,6,7", "float32[2,2,1]=-2,0,2,-1"},
       {{"group", int64_t{2}}},
       "float32[1,2,2]=0,-2,2,3"},
      {"Conv",
       {"float32[2,1,2]=0,1,2,3", "float32[10,1,1]=-2,0,2,-1,1,-2,0,2,-1,1"},
       {},
       "float32[2,10,2]=0,-2,0,0,0,2,0,-1,0,1,0,-2,0,0,0,2,0,-1,0,1,-4,-6,0,0,4,6,-2,-3,2,3,-4,-6,"
       "0,0,4,6,-2,-3,2,3"},
  });
  CheckInBothLayouts({
      {"Conv",
       {"float32[1,2,3,3]=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
        "float32[4,1,2,2]=-2,0,2,-1,1,-2,0,2,-1,1,-2,0,2,-1,1,-2"},
       {{"group", int64_t{2}}},
       "float32[1,4,2,2]=2,1,-1,-2,6,7,9,10,-23,-25,-29,-31,-6,-6,-6,-6"},
  });
}

TEST_CASE("auto_pad puts the odd element at the end or the beginning, and never cuts") {
  CheckRows({
      {"Conv",
       {"float32[1,1,4]=0,1,2,3", "float32[1,1,2]=1,10"},
       {{"auto_pad", Text("SAME_UPPER")}},
       "float32[1,1,4]=10,21,32,3"},
      {"Conv",
       {"float32[1,1,4]=0,1,2,3", "float32[1,1,2]=1,10"},
       {{"auto_pad", Text("SAME_LOWER")}},
       "float32[1,1,4]=0,10,21,32"},
      {"Conv",
       {"float32[1,1,4]=0,1,2,3", "float32[1,1,2]=1,10"},
       {{"auto_pad", Text("VALID")}},
       "float32[1,1,3]=10,21,32"},
      {"Conv",
       {"float32[1,1,6]=0,1,2,3,4,5", "float32[1,1,3]=1,10,100"},
       {{"auto_pad", Text("SAME_UPPER")}, {"strides", Ints{2}}},
       "float32[1,1,3]=210,432,54"},
      {"Conv",
       {"float32[1,1,6]=0,1,2,3,4,5", "float32[1,1,3]=1,10,100"},
       {{"auto_pad", Text("SAME_LOWER")}, {"strides", Ints{2}}},
       "float32[1,1,3]=100,321,543"},
      {"Conv",
       {"float32[1,1,4]=0,1,2,3", "float32[1,1,3]=1,10,100"},
       {{"auto_pad", Text("SAME_UPPER")}, {"dilations", Ints{2}}},
       "float32[1,1,4]=200,310,20,31"},
      {"Conv",
       {"float32[1,1,6]=0,1,2,3,4,5", "float32[1,1,1]=2"},
       {{"auto_pad", Text("SAME_LOWER")}, {"strides", Ints{4}}},
       "float32[1,1,2]=0,8"},
  });
}

TEST_CASE("convolutions in float64, and of no images") {
  CheckRows({
      {"Conv", {"float64[1,1,3]=0,1,2", "float64[1,1,2]=0.5,0.25"}, {}, "float64[1,1,2]=0.25,1"},
      {"Conv", {"float32[0,1,3]=", "float32[2,1,2]=1,1,1,1"}, {}, "float32[0,2,2]="},
  });
}

TEST_CASE("transposed convolutions") {
  CheckRows({
      {"ConvTranspose",
       {"float32[1,1,3]=0,1,2", "float32[1,1,2]=1,10"},
       {},
       "float32[1,1,4]=0,1,12,20"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,2]=1,10", "float32[1]=0.5"},
       {{"strides", Ints{3}}},
       "float32[1,1,8]=1.5,10.5,0.5,2.5,20.5,0.5,3.5,30.5"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,3]=1,10,100"},
       {{"strides", Ints{2}}, {"pads", Ints{1, 1}}, {"output_padding", Ints{1}}},
       "float32[1,1,6]=10,102,20,203,30,300"},
      {"ConvTranspose",
       {"float32[1,2,2]=1,2,3,4", "float32[2,1,2]=1,10,2,20"},
       {{"group", int64_t{2}}},
       "float32[1,2,3]=1,12,20,6,68,80"},
      {"ConvTranspose",
       {"float32[1,2,2]=1,2,3,4", "float32[2,3,1]=1,10,3,2,20,4"},
       {},
       "float32[1,3,2]=7,10,70,100,15,22"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,4]=1,10,100,1000"},
       {{"strides", Ints{2}}, {"auto_pad", Text("SAME_UPPER")}},
       "float32[1,1,6]=10,102,1020,203,2030,300"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,3]=1,10,100"},
       {{"strides", Ints{2}}, {"auto_pad", Text("SAME_UPPER")}},
       "float32[1,1,6]=1,10,102,20,203,30"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,3]=1,10,100"},
       {{"strides", Ints{2}}, {"auto_pad", Text("SAME_LOWER")}},
       "float32[1,1,6]=10,102,20,203,30,300"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,3]=1,10,100"},
       {{"strides", Ints{2}}, {"output_shape", Ints{6}}},
       "float32[1,1,6]=10,102,20,203,30,300"},
      {"ConvTranspose",
       {"float32[1,1,3]=1,2,3", "float32[1,1,3]=1,10,100"},
       {{"strides", Ints{2}}, {"output_shape", Ints{6}}, {"auto_pad", Text("SAME_UPPER")}},
       "float32[1,1,6]=1,10,102,20,203,30"},
      {"ConvTranspose",
       {"float32[1,1,2]=1,2", "float32[1,1,1]=5"},
       {{"strides", Ints{3}}, {"output_shape", Ints{6}}},
       "float32[1,1,6]=5,0,0,10,0,0"},
  });
  CheckInBothLayouts({
      {"ConvTranspose",
       {"float32[1,1,2,2]=1,2,3,4", "float32[1,1,2,2]=1,2,3,4"},
       {{"strides", Ints{2, 1}}, {"dilations", Ints{1, 2}}},
       "float32[1,1,4,4]=1,2,2,4,3,6,4,8,3,4,6,8,9,12,12,16"},
      {"ConvTranspose",
       {"float32[1,1,1,2,2]=1,2,3,4", "float32[1,1,2,1,2]=1,2,3,4"},
       {},
       "float32[1,1,2,2,3]=1,4,4,3,10,8,3,10,8,9,24,16"},
  });
}

}  // namespace
}  // namespace kairos::testing
