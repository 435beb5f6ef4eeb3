// Operators that sample between elements. Expectations are what ONNX Runtime (ONNX's reference
// evaluator for signals, which ONNX Runtime does not sample) makes of the same inputs.
#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

const std::string kLinear = "linear", kCubic = "cubic", kNearest = "nearest";
const std::string kZeros = "zeros", kBorder = "border", kReflection = "reflection";
const std::string kImage =
    "float32[1,1,4,4]=-0.9375,-0.3125,0.3125,0.9375,-0.4375,0.1875,0.8125,-0.5625,0.0625,0.6875,"
    "-0.6875,-0.0625,0.5625,-0.8125,-0.1875,0.4375";

TEST_CASE("GridSample in one and three dimensions") {
  const std::string line =
      "float32[1,2,4]=-0.4375,-0.0625,0.3125,-0.3125,0.0625,0.4375,-0.1875,"
      "0.1875";
  const std::string at = "float32[1,4,1]=-1.5,-0.25,0.5,2.5";
  CheckRowsNearly({
      {"GridSample",
       {"float32[1,1,2,2,2]=-0.4375,-0.0625,0.3125,-0.3125,0.0625,0.4375,-0.1875,0.1875",
        "float32[1,1,1,2,3]=-1,-1,-1,0,0.5,0.25"},
       {{"align_corners", int64_t{1}}},
       "float32[1,1,1,1,2]=-0.4375,0.015625"},
      {"GridSample",
       {line, at},
       {{"padding_mode", kReflection}},
       "float32[1,2,4]=-0.25,-0.0625,0,-0.25,0.25,0.4375,0,0.25"},
      {"GridSample",
       {line, at},
       {{"mode", kCubic}, {"padding_mode", kBorder}},
       "float32[1,2,4]=-0.4375,-0.0625,0.03515625,-0.3125,0.0625,0.4375,-0.05859375,0.1875"},
  });
}

TEST_CASE("cubic GridSample beyond the border, in each kind of padding") {
  const std::string image = "float32[1,1,3,3]=-0.5,0,0.5,-0.125,0.375,-0.25,0.25,-0.375,0.125";
  const std::string at = "float32[1,1,2,2]=-0.75,0.25,0.5,-1.25";
  const auto row = [&](const std::string& padding, int64_t align, const std::string& expected) {
    return OpCase{"GridSample",
                  {image, at},
                  {{"mode", kCubic}, {"padding_mode", padding}, {"align_corners", align}},
                  "float32[1,1,1,2]=" + expected};
  };
  CheckRowsNearly({
      row(kZeros, 0, "0.05689111,0.05364418"),
      row(kZeros, 1, "0.07629776,0.2930603"),
      row(kBorder, 0, "0.04454011,0.4093738"),
      row(kBorder, 1, "0.07222939,0.3166504"),
      row(kReflection, 0, "0.04357004,0.444912"),
      row(kReflection, 1, "0.05338097,0.3148651"),
  });
}

TEST_CASE("GridSample far away, at no number, and of integers") {
  CheckRows({
      {"GridSample",
       {"int32[1,1,2]=10,21", "float32[1,4,1]=nan,1e30,-inf,0"},
       {},
       "int32[1,1,4]=0,0,0,15"},
      {"GridSample",
       {"bool[1,1,2]=0,1", "float32[1,2,1]=-0.5,0.5"},
       {{"mode", kNearest}, {"padding_mode", kReflection}},
       "bool[1,1,2]=0,1"},
      {"GridSample",
       {"float32[1,1,1]=3", "float32[1,2,1]=9,-1"},
       {{"padding_mode", kReflection}, {"align_corners", int64_t{1}}},
       "float32[1,1,2]=3,3"},
      {"GridSample", {"float32[1,1,0]=", "float32[1,1,1]=0"}, {}, "float32[1,1,1]=0"},
  });
}

TEST_CASE("AffineGrid in two and three dimensions") {
  CheckRowsNearly({
      {"AffineGrid",
       {"float32[1,2,3]=1,0.5,0.25,-0.5,1,0", "int64[4]=1,1,2,3"},
       {},
       "float32[1,2,3,2]=-0.6666667,-0.1666667,0,-0.5,0.6666667,-0.8333333,-0.1666667,0.8333333,"
       "0.5,0.5,1.166667,0.1666667"},
      {"AffineGrid",
       {"float32[1,3,4]=1,0,0,0,0,1,0,0,0,0,1,0.5", "int64[5]=1,1,2,2,2"},
       {{"align_corners", int64_t{1}}},
       "float32[1,2,2,2,3]=-1,-1,-0.5,1,-1,-0.5,-1,1,-0.5,1,1,-0.5,-1,-1,1.5,1,-1,1.5,-1,1,1.5,1,1,"
       "1.5"},
  });
}

TEST_CASE("RoiAlign, mean and maximum, with and without the shift of half a pixel") {
  const std::string regions = "float32[2,4]=0,0,3,3,1,0.5,2,3.5";
  const auto row = [&](const std::string& mode, const std::string& transformation,
                       const std::string& expected) {
    return OpCase{"RoiAlign",
                  {kImage, regions, "int64[2]=0,0"},
                  {{"mode", mode},
                   {"coordinate_transformation_mode", transformation},
                   {"output_height", int64_t{2}},
                   {"output_width", int64_t{2}}},
                  "float32[2,1,2,2]=" + expected};
  };
  CheckRowsNearly({
      row("avg", "half_pixel",
          "-0.5859375,0.2734375,0.09375,0.0078125,-0.09375,0.1875,0.1875,0.03125"),
      row("avg", "output_half_pixel",
          "-0.1015625,0.3359375,0.1484375,-0.2421875,0.3125,0.3125,-0.34375,-0.34375"),
      row("max", "half_pixel",
          "0.07324219,0.4443359,0.3759766,0.4443359,0.1230469,0.1777344,0.4511719,0.4511719"),
      row("max", "output_half_pixel",
          "0.1435547,0.6220703,0.5263672,0.1708984,0.3222656,0.5332031,0.3222656,0.1074219"),
  });
}

TEST_CASE("regions of images that are not there, or too large, are refused") {
  CheckRows({
      {"RoiAlign",
       {kImage, "float32[1,4]=0,0,1,1", "int64[1]=1"},
       {},
       "INVALID_ARGUMENT: RoiAlign: batch index is out of range, got 1, expected 0 to 0"},
      {"RoiAlign",
       {kImage, "float32[1,4]=0,0,1e30,1", "int64[1]=0"},
       {},
       "INVALID_ARGUMENT: RoiAlign: region 0 is too large, got 1 by 1099511627776 samples for an "
       "output, expected at most 16777216"},
      {"MaxRoiPool",
       {kImage, "float32[1,5]=nan,0,0,1,1"},
       {{"pooled_shape", Ints{1, 1}}},
       "INVALID_ARGUMENT: MaxRoiPool: batch index is out of range, got -1099511627776, expected 0 "
       "to 0"},
  });
}

TEST_CASE("MaxRoiPool rounds its regions") {
  CheckRows({
      {"MaxRoiPool",
       {kImage, "float32[3,5]=0,0,0,3,3,0,1,2,2,3,0,3.4,0.5,3.4,2.5"},
       {{"pooled_shape", Ints{2, 2}}},
       "float32[3,1,2,2]=0.1875,0.9375,0.6875,0.4375,0.6875,-0.6875,-0.8125,-0.1875,-0.0625,"
       "-0.0625,0.4375,0.4375"},
  });
}

TEST_CASE("DeformConv with groups, bias and mask") {
  CheckRowsNearly({
      {"DeformConv",
       {"float32[1,2,3,3]=-0.9375,-0.3125,0.3125,0.9375,-0.4375,0.1875,0.8125,-0.5625,0.0625,"
        "0.6875,-0.6875,-0.0625,0.5625,-0.8125,-0.1875,0.4375,-0.9375,-0.3125",
        "float32[2,1,2,2]=-0.4375,-0.0625,0.3125,-0.3125,0.0625,0.4375,-0.1875,0.1875",
        "float32[1,8,2,2]=-0.5625,0.3125,-0.0625,-0.4375,0.4375,0.0625,-0.3125,0.5625,0.1875,"
        "-0.1875,-0.5625,0.3125,-0.0625,-0.4375,0.4375,0.0625,-0.3125,0.5625,0.1875,-0.1875,"
        "-0.5625,0.3125,-0.0625,-0.4375,0.4375,0.0625,-0.3125,0.5625,0.1875,-0.1875,-0.5625,0.3125",
        "float32[2]=0.5,-0.5",
        "float32[1,4,2,2]=-0.4375,0.1875,-0.1875,0.4375,0.0625,-0.3125,0.3125,-0.0625,-0.4375,"
        "0.1875,-0.1875,0.4375,0.0625,-0.3125,0.3125,-0.0625"},
       {{"group", int64_t{2}}},
       "float32[1,2,2,2]=0.4320602,0.5140476,0.4874163,0.5154371,-0.5053177,-0.4282589,-0.56429,"
       "-0.4785643"},
  });
}

}  // namespace
}  // namespace kairos::testing
