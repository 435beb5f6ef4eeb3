// Types of CenterCropPad, Col2Im and their like, of random tensors and of optimisers.
#include "infer_case.h"

namespace kairos::testing {
namespace {

const std::string kTraining = "ai.onnx.preview.training.";

TEST_CASE("elements at other places: shapes that values and attributes decide") {
  CheckRows({
      {"CenterCropPad", {"float32[4,5]", "int64[2]=6,3"}, {}, "float32[6,3]"},
      {"CenterCropPad", {"bool[4,5,6]", "int32[1]=9"}, {{"axes", Ints{-2}}}, "bool[4,9,6]"},
      {"Col2Im", {"float32[1,5,5]", "int64[2]=5,5", "int64[2]=1,5"}, {}, "float32[1,1,5,5]"},
      {"Col2Im",
       {"uint8[2,12,4]", "int64[2]=4,4", "int64[2]=2,2"},
       {{"strides", Ints{2, 2}}},
       "uint8[2,3,4,4]"},
      {"Det", {"float32[3,2,2]"}, {}, "float32[3]"},
      {"Det", {"float32[0,0]"}, {}, "float32[]"},
      {"MaxUnpool",
       {"float32[1,1,2,2]", "int64[1,1,2,2]"},
       {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}},
       "float32[1,1,4,4]"},
      {"MaxUnpool",
       {"float32[1,1,2,2]", "int64[1,1,2,2]", "int64[4]=1,1,5,5"},
       {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}},
       "float32[1,1,5,5]"},
      {"ReverseSequence", {"int8[4,3,2]", "int64[3]"}, {}, "int8[4,3,2]"},
  });
}

TEST_CASE("elements at other places: what does not fit is refused") {
  CheckRows({
      {"CenterCropPad",
       {"float32[4,5]", "int64[1]=6"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [1], expected [2], a size for each axis"},
      {"CenterCropPad",
       {"float32[4,5]", "int64[1]=-6"},
       {{"axes", Ints{0}}},
       "INVALID_ARGUMENT: input 1 (shape) is [-6], expected numbers from 0 to 2^31 - 1"},
      {"CenterCropPad",
       {"float32[4,5]", "int64[1]=6"},
       {{"axes", Ints{2}}},
       "INVALID_ARGUMENT: attribute 'axes': axis is 2, expected -2 to 1 because the rank is 2"},
      {"Col2Im",
       {"float32[1,5,4]", "int64[2]=5,5", "int64[2]=1,5"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [1,5,4], expected a multiple of 5 channels and 5 "
       "blocks for an image of [5,5] and blocks of [1,5]"},
      {"Col2Im",
       {"float32[1,5,4]", "int64[2]=5,5", "int64[1]=5"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [1], expected [2] because input 1 (image_shape) has as "
       "many elements"},
      {"Det",
       {"float32[2,3]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,3], expected square matrices"},
      {"MaxUnpool",
       {"float32[1,1,2,2]", "int64[1,1,2,3]"},
       {{"kernel_shape", Ints{2, 2}}},
       "INVALID_ARGUMENT: input 1 has shape [1,1,2,3], expected [1,1,2,2] because input 0 has that "
       "shape"},
      {"MaxUnpool",
       {"float32[1,1,2,2]", "int64[1,1,2,2]"},
       {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{2, 0, 2, 0}}},
       "INVALID_ARGUMENT: attribute 'pads' takes 4 from spatial axis 0, expected at most 3"},
      {"MaxUnpool",
       {"float32[1,1,2,2]", "int64[1,1,2,2]", "int64[4]=1,2,5,5"},
       {{"kernel_shape", Ints{2, 2}}},
       "INVALID_ARGUMENT: input 2 (output_shape) is [1,2,5,5], expected 4 numbers from 1,1 on"},
      {"ReverseSequence",
       {"int8[4,3,2]", "int64[4]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [4], expected [3] because input 0 is [4,3,2]"},
      {"ReverseSequence",
       {"int8[4,3,2]", "int64[3]"},
       {{"batch_axis", int64_t{0}}},
       "INVALID_ARGUMENT: attributes 'batch_axis' and 'time_axis' are both 0, expected different "
       "ones"},
  });
}

TEST_CASE("random tensors have the type of their attributes or of their input") {
  CheckRows({
      {"RandomUniform", {}, {{"shape", Ints{2, 3}}}, "float32[2,3]"},
      {"RandomNormal", {}, {{"shape", Ints{}}, {"dtype", int64_t{11}}}, "float64[]"},
      {"RandomUniformLike", {"float16[2,3]"}, {}, "float16[2,3]"},
      {"RandomNormalLike", {"int32[2,3]"}, {{"dtype", int64_t{1}}}, "float32[2,3]"},
      {"Bernoulli", {"float32[2,3]"}, {{"dtype", int64_t{9}}}, "bool[2,3]"},
      {"Multinomial", {"float32[2,3]"}, {{"sample_size", int64_t{5}}}, "int32[2,5]"},
      {"RandomUniform",
       {},
       {},
       "INVALID_ARGUMENT: attribute 'shape' is missing, expected a list of ints"},
      {"RandomUniform",
       {},
       {{"shape", Ints{2}}, {"dtype", int64_t{6}}},
       "INVALID_ARGUMENT: attribute 'dtype' is int32, expected floating point"},
      {"RandomNormalLike",
       {"int32[2,3]"},
       {},
       "INVALID_ARGUMENT: type of input 0 is int32, expected floating point"},
      {"Multinomial",
       {"float32[2,0]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,0], expected at least one class"},
  });
}

TEST_CASE("optimisers update tensors in groups") {
  CheckRows({
      {kTraining + "Adagrad",
       {"float32[]", "int64[]", "float32[2]", "float64[3]", "float32[2]", "float64[3]",
        "float32[2]", "float64[3]"},
       {},
       "float32[2] float64[3] float32[2] float64[3]",
       4},
      {kTraining + "Adam",
       {"float32[]", "int64[]", "float32[2]", "float32[2]", "float32[2]", "float32[2]"},
       {},
       "float32[2] float32[2] float32[2]",
       3},
      {kTraining + "Adam",
       {"float32[]", "int64[]", "float32[2]", "float32[2]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: got 5 inputs, expected 2 and 4 for each tensor",
       3},
      {kTraining + "Adagrad",
       {"float32[]", "int64[]", "float32[2]", "float32[2]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: got 1 outputs, expected 2 for 1 tensors"},
      {kTraining + "Adagrad",
       {"float32[]", "int64[]", "float32[2]", "float32[3]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 3 has shape [3], expected [2] because input 2 has that shape",
       2},
      {kTraining + "Adagrad",
       {"float32[]", "int64[]", "float32[2]", "float64[2]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 3 has type float64, expected float32 because input 2 has it",
       2},
  });
}

}  // namespace
}  // namespace kairos::testing
