// Fourier transforms, windows and random tensors. Expectations are what ONNX Runtime makes of the
// same inputs.
#include <algorithm>
#include <set>

#include "reference/random.h"
#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

TEST_CASE("Fourier transforms, forward and back, of real and complex signals") {
  CheckRowsNearly({
      {"DFT",
       {"float32[1,3,1]=-0.25,0,0.25"},
       {},
       "float32[1,3,2]=0,0,-0.375,0.2165063,-0.375,-0.2165063"},
      {"DFT",
       {"float32[1,3,2]=-0.25,0,0.25,-0.125,0.125,-0.25", "int64[]=4"},
       {{"inverse", int64_t{1}}},
       "float32[1,4,2]=0.03125,-0.09375,-0.0625,0.125,-0.09375,-0.03125,-0.125,0"},
      {"DFT",
       {"float32[1,5,1]=-0.25,0,0.25,-0.125,0.125"},
       {{"onesided", int64_t{1}}},
       "float32[1,3,2]=0,0,-0.3125,-0.1015373,-0.3125,0.4301195"},
      // The axis before the last two, and a length that cuts the signal.
      {"DFT",
       {"float32[3,2,1]=1,2,3,4,5,6", "int64[]=2", "int64[]=-3"},
       {},
       "float32[2,2,2]=4,0,6,0,-2,0,-2,0"},
      {"STFT",
       {"float32[1,6,1]=-0.375,0.25,0,-0.25,0.375,0.125", "int64[]=2", "float32[4]=0.5,1,1,0.5"},
       {},
       "float32[1,2,3,2]=-0.0625,0,-0.1875,-0.375,-0.3125,0,0.1875,0,-0.375,0.3125,0.5625,0"},
      {"STFT",
       {"float32[1,4,1]=1,2,3,4", "int32[]=1", "", "int32[]=2"},
       {{"onesided", int64_t{0}}},
       "float32[1,3,2,2]=3,0,-1,0,5,0,-1,0,7,0,-1,0"},
  });
}

TEST_CASE("the inverse of one half of a spectrum is the real signal, of odd and even length") {
  CheckRowsNearly({
      {"DFT",
       {"float32[1,3,2]=0,0,-0.3125,-0.1015373,-0.3125,0.4301195", "int64[]=5"},
       {{"onesided", int64_t{1}}, {"inverse", int64_t{1}}},
       "float32[1,5,1]=-0.25,0,0.25,-0.125,0.125"},
      {"DFT",
       {"float32[1,3,2]=10,0,-2,2,-2,0"},
       {{"onesided", int64_t{1}}, {"inverse", int64_t{1}}},
       "float32[1,4,1]=1,2,3,4"},
  });
}

TEST_CASE("windows and the mel scale") {
  const std::vector<std::pair<const char*, Attribute>> symmetric = {{"periodic", int64_t{0}}};
  CheckRowsNearly({
      {"HannWindow", {"int32[]=4"}, {}, "float32[4]=0,0.5,1,0.5"},
      {"HannWindow", {"int64[]=1"}, symmetric, "float32[1]=1"},
      {"HammingWindow",
       {"int32[]=5"},
       symmetric,
       "float32[5]=0.0869565,0.5434783,1,0.5434783,0.0869565"},
      {"BlackmanWindow", {"int32[]=4"}, {}, "float32[4]=0,0.34,1,0.34"},
      {"MelWeightMatrix",
       {"int64[]=3", "int64[]=8", "int64[]=8000", "float32[]=0", "float32[]=4000"},
       {},
       "float32[5,3]=1,1,0,0,0,1,0,0,0,0,0,0,0,0,0"},
  });
}

TEST_CASE("random numbers are Philox's, by position") {
  // The known answer of philox4x32-10 for counter 0 and key 0 is 6627e8d5 e169c58d bc57ac4c
  // 9b00dbd8 (Random123, kat_vectors).
  const double expected = static_cast<double>((uint64_t{0x6627e8d5} << 32 | 0xe169c58d) >> 11);
  CHECK_EQ(reference::RandomStream(0).Uniform(0), expected * 0x1p-53);
}

// The elements of a run of `op` that has 4096 of them.
std::vector<double> Draw(const std::string& op,
                         const std::vector<std::pair<const char*, Attribute>>& attributes,
                         const std::vector<std::string>& inputs = {}) {
  const OpCase row = {op, inputs, attributes, ""};
  return ValuesOf(OpRun(row).Run(true));
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST_CASE("random tensors have their distribution, and are the same for the same seed") {
  const Ints shape = {64, 64};
  const std::vector<double> uniform =
      Draw("RandomUniform", {{"shape", shape}, {"low", -1.0f}, {"high", 3.0f}, {"seed", 7.0f}});
  REQUIRE_EQ(uniform.size(), 4096u);
  CHECK(std::abs(MeanOf(uniform) - 1) < 0.1);
  CHECK(*std::min_element(uniform.begin(), uniform.end()) >= -1);
  CHECK(*std::max_element(uniform.begin(), uniform.end()) <= 3);
  CHECK(uniform ==
        Draw("RandomUniform", {{"shape", shape}, {"low", -1.0f}, {"high", 3.0f}, {"seed", 7.0f}}));
  CHECK(uniform !=
        Draw("RandomUniform", {{"shape", shape}, {"low", -1.0f}, {"high", 3.0f}, {"seed", 8.0f}}));

  std::vector<double> normal =
      Draw("RandomNormal", {{"shape", shape}, {"mean", 5.0f}, {"scale", 2.0f}});
  CHECK(std::abs(MeanOf(normal) - 5) < 0.15);
  for (double& value : normal) value = (value - 5) * (value - 5);
  CHECK(std::abs(MeanOf(normal) - 4) < 0.4);
}

TEST_CASE("draws follow the probabilities they are given") {
  std::string odds = "float32[4096]=";
  for (int i = 0; i < 4096; ++i) odds += i == 0 ? "0.25" : ",0.25";
  CHECK(std::abs(MeanOf(Draw("Bernoulli", {}, {odds})) - 0.25) < 0.03);
  // exp(0), exp(log 3): one in four and three in four.
  const std::vector<double> classes =
      Draw("Multinomial", {{"sample_size", int64_t{4096}}}, {"float32[1,2]=0,1.0986123"});
  CHECK(std::set<double>(classes.begin(), classes.end()) == std::set<double>{0, 1});
  CHECK(std::abs(MeanOf(classes) - 0.75) < 0.03);
  CheckRows({
      {"Bernoulli", {"float32[2]=0,1"}, {{"dtype", int64_t{9}}}, "bool[2]=0,1"},
      {"Multinomial", {"float32[1,3]=-100,100,-100"}, {}, "int32[1,1]=1"},
  });
}

}  // namespace
}  // namespace kairos::testing
