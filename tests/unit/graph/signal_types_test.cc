// Types of Fourier transforms, windows and the mel scale.
#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("a Fourier transform has the length that is asked for, or that of the signal") {
  CheckRows({
      {"DFT", {"float32[2,10,1]"}, {}, "float32[2,10,2]"},
      {"DFT", {"float32[2,10,3,2]", "int64[]=7", "int64[]=1"}, {}, "float32[2,7,3,2]"},
      {"DFT", {"float32[2,10,1]"}, {{"onesided", int64_t{1}}}, "float32[2,6,2]"},
      {"DFT", {"float32[2,10,1]", "int32[]=9"}, {{"onesided", int64_t{1}}}, "float32[2,5,2]"},
      {"DFT",
       {"float32[2,6,2]"},
       {{"onesided", int64_t{1}}, {"inverse", int64_t{1}}},
       "float32[2,10,1]"},
      {"DFT",
       {"float32[2,6,2]", "int64[]=11"},
       {{"onesided", int64_t{1}}, {"inverse", int64_t{1}}},
       "float32[2,11,1]"},
      {"STFT", {"float32[2,128,1]", "int64[]=8", "float32[16]"}, {}, "float32[2,15,9,2]"},
      {"STFT",
       {"float32[2,128,2]", "int64[]=8", "", "int64[]=16"},
       {{"onesided", int64_t{0}}},
       "float32[2,15,16,2]"},
      {"STFT", {"float32[1,5,1]", "int64[]=8"}, {}, "float32[1,1,3,2]"},
      {"HannWindow", {"int32[]=10"}, {}, "float32[10]"},
      {"BlackmanWindow", {"int64[1]=0"}, {{"output_datatype", int64_t{11}}}, "float64[0]"},
      {"MelWeightMatrix",
       {"int64[]=8", "int64[]=16", "int64[]", "float32[]", "float32[]"},
       {},
       "float32[9,8]"},
  });
}

TEST_CASE("a Fourier transform refuses lengths and axes that make no sense") {
  CheckRows({
      {"DFT",
       {"float32[2,10,3]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,10,3], expected a last dimension of 1 or 2"},
      {"DFT",
       {"float32[2,10,2]"},
       {{"onesided", int64_t{1}}},
       "INVALID_ARGUMENT: input 0 has shape [2,10,2], expected a last dimension of 1 because "
       "attribute 'onesided' is 1"},
      {"DFT",
       {"float32[2,10,1]", "int64[]=0"},
       {},
       "INVALID_ARGUMENT: input 1 (dft_length) is 0, expected 1 to 2^31 - 1"},
      {"DFT",
       {"float32[2,10,1]", "int64[]"},
       {},
       "FAILED_PRECONDITION: input 1 (dft_length) decides the output's shape but its value is not "
       "known"},
      {"DFT",
       {"float32[2,10,1]", "", "int64[]=2"},
       {},
       "INVALID_ARGUMENT: input 2 (axis) is the last one, 2, expected one before it"},
      {"DFT",
       {"float32[2,10,1]", "", "int64[]=3"},
       {},
       "INVALID_ARGUMENT: input 2 (axis) is 3, expected -3 to 2 because the rank is 3"},
      {"DFT",
       {"float32[2,0,1]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,0,1], expected a signal along axis 1"},
      {"STFT",
       {"float32[2,12,1]", "int64[]=8", "float32[16]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2,12,1], expected at least one frame of 16 samples"},
      {"STFT",
       {"float32[2,128,1]", "int64[]=8", "float32[16]", "int64[]=15"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [16], expected [15] because input 3 (frame_length) "
       "says so"},
      {"HannWindow",
       {"int32[]=-1"},
       {},
       "INVALID_ARGUMENT: input 0 (size) is -1, expected 0 to 2^31 - 1"},
      {"HannWindow",
       {"int32[]=4"},
       {{"output_datatype", int64_t{9}}},
       "INVALID_ARGUMENT: attribute 'output_datatype' is bool, expected a type of numbers"},
  });
}

}  // namespace
}  // namespace kairos::testing
