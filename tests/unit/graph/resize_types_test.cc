#include "infer_case.h"

namespace kairos::testing {
namespace {

const std::string kSrc = "float32[1,1,2,4]";
const std::string kCrop = "tf_crop_and_resize";

TEST_CASE("Resize takes its output's shape from scales or sizes") {
  CheckRows({
      {"Resize", {kSrc, "", "float32[4]=1,1,2,3"}, {}, "float32[1,1,4,12]"},
      {"Resize", {kSrc, "", "float32[4]=1,1,0.6,0.6"}, {}, "float32[1,1,1,2]"},
      {"Resize", {"float32[3]", "", "float32[1]=2.3333333"}, {}, "float32[7]"},
      {"Resize", {kSrc, "", "", "int64[4]=1,1,7,8"}, {}, "float32[1,1,7,8]"},
      {"Resize", {kSrc, "", "", "int64[2]=7,8"}, {{"axes", Ints{-1, 2}}}, "float32[1,1,8,7]"},
      {"Resize",
       {kSrc, "", "", "int64[2]=7,8"},
       {{"axes", Ints{2, 3}}, {"keep_aspect_ratio_policy", std::string("not_larger")}},
       "float32[1,1,4,8]"},
      {"Resize",
       {kSrc, "", "", "int64[2]=7,8"},
       {{"axes", Ints{2, 3}}, {"keep_aspect_ratio_policy", std::string("not_smaller")}},
       "float32[1,1,7,14]"},
      {"Resize",
       {kSrc, "float32[8]=0,0,0.5,0.25,1,1,1,0.75", "float32[4]=1,1,4,2"},
       {{"coordinate_transformation_mode", kCrop}},
       "float32[1,1,4,4]"},
      {"Resize",
       {kSrc, "float32[8]", "", "int64[4]=1,1,3,3"},
       {{"coordinate_transformation_mode", kCrop}},
       "float32[1,1,3,3]"},
  });
}

TEST_CASE("Resize refuses scales and sizes that make no image") {
  CheckRows({
      {"Resize",
       {kSrc},
       {},
       "INVALID_ARGUMENT: inputs 2 (scales) and 3 (sizes) are both absent, expected one of them"},
      {"Resize",
       {kSrc, "", "float32[4]", "int64[4]"},
       {},
       "INVALID_ARGUMENT: inputs 2 (scales) and 3 (sizes) are both given, expected one of them"},
      {"Resize",
       {kSrc, "", "float32[4]"},
       {},
       "FAILED_PRECONDITION: input 2 (scales) decides the output's shape but its value is not "
       "known"},
      {"Resize",
       {kSrc, "", "float32[4]=1,1,0,1"},
       {},
       "INVALID_ARGUMENT: input 2 (scales) has 0 for axis 2, expected a finite number above 0"},
      {"Resize",
       {kSrc, "", "float32[4]=1,1,1,nan"},
       {},
       "INVALID_ARGUMENT: input 2 (scales) has nan for axis 3, expected a finite number above 0"},
      {"Resize",
       {kSrc, "", "float32[4]=1,1,1,1e30"},
       {},
       "RESOURCE_EXHAUSTED: input 2 (scales) makes axis 3 of 4 elements 4e+30 long, expected less "
       "than 2^31"},
      {"Resize",
       {kSrc, "", "float32[3]=1,1,1"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [3], expected [4] because 4 axes are resized"},
      {"Resize",
       {kSrc, "", "", "int64[4]=1,1,0,1"},
       {},
       "INVALID_ARGUMENT: input 3 (sizes) has 0 for axis 2, expected 1 to 2^31 - 1"},
      {"Resize",
       {"float32[1,0]", "", "", "int64[2]=1,1"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [1,0], expected no empty dimension"},
      {"Resize",
       {kSrc, "", "", "int64[2]=1,1"},
       {{"axes", Ints{2, -2}}},
       "INVALID_ARGUMENT: axes are [2,-2], axis 2 is given twice, expected distinct ones"},
      {"Resize",
       {kSrc, "", "float32[4]=1,1,1,1"},
       {{"coordinate_transformation_mode", kCrop}},
       "INVALID_ARGUMENT: input 1 (roi) is absent, tf_crop_and_resize needs it"},
      {"Resize",
       {kSrc, "float32[4]", "float32[4]=1,1,1,1"},
       {{"coordinate_transformation_mode", kCrop}},
       "INVALID_ARGUMENT: input 1 has shape [4], expected [8] because 4 axes are resized"},
      {"Resize",
       {"float32[4]", "float32[2]=1,0", "float32[1]=1"},
       {{"coordinate_transformation_mode", kCrop}},
       "INVALID_ARGUMENT: input 1 (roi) goes from 1 to 0, expected a finite start before the end"},
      {"Resize",
       {"float32[4]", "float64[2]=0,1", "float32[1]=1"},
       {{"coordinate_transformation_mode", kCrop}},
       "UNIMPLEMENTED: input 1 (roi) has type float64, expected float32"},
  });
}

}  // namespace
}  // namespace kairos::testing
