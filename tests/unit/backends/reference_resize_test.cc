#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

Attribute Text(const char* value) { return std::string(value); }

TEST_CASE("nearest interpolation and its four roundings") {
  CheckRows({
      {"Resize", {"float32[1,1,2]=1,2", "", "float32[3]=1,1,2"}, {}, "float32[1,1,4]=1,1,2,2"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,8"},
       {{"nearest_mode", Text("round_prefer_floor")},
        {"coordinate_transformation_mode", Text("asymmetric")}},
       "float32[1,1,8]=0,0,1,1,2,2,3,3"},
      {"Resize",
       {"float32[1,1,6]=0,1,2,3,4,5", "", "", "int64[3]=1,1,3"},
       {{"nearest_mode", Text("round_prefer_floor")}},
       "float32[1,1,3]=0,2,4"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,8"},
       {{"nearest_mode", Text("round_prefer_ceil")},
        {"coordinate_transformation_mode", Text("asymmetric")}},
       "float32[1,1,8]=0,1,1,2,2,3,3,3"},
      {"Resize",
       {"float32[1,1,6]=0,1,2,3,4,5", "", "", "int64[3]=1,1,3"},
       {{"nearest_mode", Text("round_prefer_ceil")}},
       "float32[1,1,3]=1,3,5"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,8"},
       {{"nearest_mode", Text("floor")}, {"coordinate_transformation_mode", Text("asymmetric")}},
       "float32[1,1,8]=0,0,1,1,2,2,3,3"},
      {"Resize",
       {"float32[1,1,6]=0,1,2,3,4,5", "", "", "int64[3]=1,1,3"},
       {{"nearest_mode", Text("floor")}},
       "float32[1,1,3]=0,2,4"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,8"},
       {{"nearest_mode", Text("ceil")}, {"coordinate_transformation_mode", Text("asymmetric")}},
       "float32[1,1,8]=0,1,1,2,2,3,3,3"},
      {"Resize",
       {"float32[1,1,6]=0,1,2,3,4,5", "", "", "int64[3]=1,1,3"},
       {{"nearest_mode", Text("ceil")}},
       "float32[1,1,3]=1,3,5"},
  });
  CheckInBothLayouts({
      {"Resize",
       {"float32[1,1,2,2]=1,2,3,4", "", "", "int64[4]=1,1,3,3"},
       {},
       "float32[1,1,3,3]=1,1,2,1,1,2,3,3,4"},
  });
}

TEST_CASE("interpolated integers are rounded to even and saturated") {
  CheckRows({
      {"Resize", {"uint8[2]=1,4", "", "float32[1]=1.5"}, {}, "uint8[3]=1,1,4"},
      {"Resize",
       {"uint8[3]=0,255,3", "", "", "int64[1]=5"},
       {{"mode", Text("linear")}},
       "uint8[5]=0,102,255,104,3"},
      {"Resize",
       {"int8[4]=0,100,-100,127", "", "", "int64[1]=9"},
       {{"mode", Text("cubic")}},
       "int8[9]=-11,18,84,94,-12,-99,-37,91,127"},
  });
}

TEST_CASE("coordinate transformations") {
  CheckRows({
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,6"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("half_pixel")}},
       "float32[1,1,6]=0,0.5,1.166667,1.833333,2.5,3"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,1"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("half_pixel")}},
       "float32[1,1,1]=1.5"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,6"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("half_pixel_symmetric")}},
       "float32[1,1,6]=0,0.5,1.166667,1.833333,2.5,3"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,1"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("half_pixel_symmetric")}},
       "float32[1,1,1]=1.5"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,6"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("pytorch_half_pixel")}},
       "float32[1,1,6]=0,0.5,1.166667,1.833333,2.5,3"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,1"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("pytorch_half_pixel")}},
       "float32[1,1,1]=0"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,6"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("align_corners")}},
       "float32[1,1,6]=0,0.6,1.2,1.8,2.4,3"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,1"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("align_corners")}},
       "float32[1,1,1]=0"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,6"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("asymmetric")}},
       "float32[1,1,6]=0,0.6666667,1.333333,2,2.666667,3"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "", "int64[3]=1,1,1"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("asymmetric")}},
       "float32[1,1,1]=0"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "float32[3]=1,1,0.600000024"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("half_pixel_symmetric")}},
       "float32[1,1,2]=0.6666667,2.333333"},
      {"Resize",
       {"float32[1,1,4]=0,1,2,3", "", "float32[3]=1,1,0.600000024"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("align_corners")}},
       "float32[1,1,2]=0,2.142857"},
  });
}

TEST_CASE("cropping extrapolates outside of the input") {
  CheckRows({
      {"Resize",
       {"float32[1,1,5]=0,1,2,3,4", "float32[6]=0,0,0.25,1,1,1.5", "", "int64[3]=1,1,6"},
       {{"mode", Text("nearest")},
        {"coordinate_transformation_mode", Text("tf_crop_and_resize")},
        {"extrapolation_value", -1.0f}},
       "float32[1,1,6]=1,2,3,4,-1,-1"},
      {"Resize",
       {"float32[1,1,5]=0,1,2,3,4", "float32[6]=0,0,0.25,1,1,1.5", "", "int64[3]=1,1,6"},
       {{"mode", Text("linear")},
        {"coordinate_transformation_mode", Text("tf_crop_and_resize")},
        {"extrapolation_value", -1.0f}},
       "float32[1,1,6]=1,2,3,4,-1,-1"},
      {"Resize",
       {"float32[1,1,5]=0,1,2,3,4", "float32[6]=0,0,0.25,1,1,0.75", "", "int64[3]=1,1,1"},
       {{"mode", Text("linear")}, {"coordinate_transformation_mode", Text("tf_crop_and_resize")}},
       "float32[1,1,1]=2"},
  });
  CheckInBothLayouts({
      {"Resize",
       {"float32[1,1,3,3]=0,1,2,3,4,5,6,7,8", "float32[4]=0.5,0,1,1", "", "int64[2]=2,2"},
       {{"mode", Text("linear")},
        {"coordinate_transformation_mode", Text("tf_crop_and_resize")},
        {"axes", Ints{2, 3}}},
       "float32[1,1,2,2]=3,5,6,8"},
  });
}

TEST_CASE("cubic interpolation, its coefficient and its border") {
  CheckRows({
      {"Resize",
       {"float32[1,1,4,1]=0,1,2,3", "", "float32[4]=1,1,2,1"},
       {{"mode", Text("cubic")}},
       "float32[1,1,8,1]=-0.1054688,0.1914062,0.6679688,1.296875,1.703125,2.332031,2.808594,3."
       "105469"},
      {"Resize",
       {"float32[1,1,4,1]=0,1,2,3", "", "float32[4]=1,1,2,1"},
       {{"mode", Text("cubic")}, {"cubic_coeff_a", -0.5f}},
       "float32[1,1,8,1]=-0.0703125,0.1796875,0.7265625,1.25,1.75,2.273438,2.820312,3.070312"},
      {"Resize",
       {"float32[1,1,4,1]=0,1,2,3", "", "float32[4]=1,1,2,1"},
       {{"mode", Text("cubic")}, {"exclude_outside", int64_t{1}}},
       "float32[1,1,8,1]=-0.1363636,0.1731449,0.645283,1.296875,1.703125,2.354717,2.826855,3."
       "136364"},
  });
  CheckInBothLayouts({
      {"Resize",
       {"float32[1,1,4,4]=-2,5,1,8,4,0,7,3,-1,6,2,-2,5,1,8,4", "", "", "int64[4]=1,1,3,3"},
       {{"mode", Text("cubic")}},
       "float32[1,1,3,3]=-0.2627141,3.045175,6.552436,1.689236,4.362305,0.2168692,3.641186,4."
       "602829,3.716962"},
  });
}

TEST_CASE("antialias stretches the filter when sampling down only") {
  CheckRows({
      {"Resize",
       {"float32[1,1,8,1]=-2,5,1,8,4,0,7,3", "", "float32[4]=1,1,0.5,1"},
       {{"mode", Text("linear")}, {"antialias", int64_t{1}}},
       "float32[1,1,4,1]=1,4.5,3.375,4.125"},
      {"Resize",
       {"float32[1,1,8,1]=-2,5,1,8,4,0,7,3", "", "float32[4]=1,1,0.400000006,1"},
       {{"mode", Text("linear")}, {"antialias", int64_t{1}}},
       "float32[1,1,3,1]=1.52,4.4,3.72"},
      {"Resize",
       {"float32[1,1,8,1]=-2,5,1,8,4,0,7,3", "", "float32[4]=1,1,0.5,1"},
       {{"mode", Text("cubic")}, {"antialias", int64_t{1}}},
       "float32[1,1,4,1]=0.8359375,5.150391,3.369141,4.224609"},
      {"Resize",
       {"float32[1,1,8,1]=-2,5,1,8,4,0,7,3", "", "float32[4]=1,1,0.5,1"},
       {{"mode", Text("cubic")}, {"antialias", int64_t{1}}, {"exclude_outside", int64_t{1}}},
       "float32[1,1,4,1]=1.018711,5.026871,3.362764,4.303535"},
      {"Resize",
       {"float32[1,1,3,1]=-2,5,1", "", "float32[4]=1,1,2,1"},
       {{"mode", Text("linear")}, {"antialias", int64_t{1}}},
       "float32[1,1,6,1]=-2,-0.25,3.25,4,2,1"},
  });
}

TEST_CASE("axes and aspect ratio") {
  CheckRows({
      {"Resize",
       {"float32[1,1,2,4]=-2,5,1,8,4,0,7,3", "", "float32[1]=2"},
       {{"axes", Ints{-1}}},
       "float32[1,1,2,8]=-2,-2,5,5,1,1,8,8,4,4,0,0,7,7,3,3"},
      {"Resize",
       {"float32[1,1,2,4]=-2,5,1,8,4,0,7,3", "", "", "int64[2]=4,6"},
       {{"axes", Ints{2, 3}},
        {"keep_aspect_ratio_policy", Text("not_larger")},
        {"mode", Text("linear")}},
       "float32[1,1,3,6]=-2,1.5,4.333333,1.666667,4.5,8,1,1.75,2.75,3.75,4.75,5.5,4,2,1.166667,5."
       "833333,5,3"},
      {"Resize",
       {"float32[1,1,2,4]=-2,5,1,8,4,0,7,3", "", "", "int64[2]=4,6"},
       {{"axes", Ints{2, 3}},
        {"keep_aspect_ratio_policy", Text("not_smaller")},
        {"mode", Text("linear")}},
       "float32[1,1,4,8]=-2,-0.25,3.25,4,2,2.75,6.25,8,-0.5,0.5625,2.6875,3.4375,2.8125,3.5625,5."
       "6875,6.75,2.5,2.1875,1.5625,2.3125,4.4375,5.1875,4.5625,4.25,4,3,1,1.75,5.25,6,4,3"},
  });
}

}  // namespace
}  // namespace kairos::testing
