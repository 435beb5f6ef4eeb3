// The embedding example hears speech where ONNX Runtime 1.32 does with the same model, under every
// policy; and finds the stretches of it.
#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "kairos/policies.h"
#include "support/planned_model.h"
#include "support/temp_dir.h"
#include "support/trained_model.h"
#include "vad/audio.h"
#include "vad/detector.h"

namespace kairos::vad {
namespace {

// What ONNX Runtime says of the frames of samples/two_phrases.wav.
constexpr float kExpected[] = {
    0.00679f, 0.01596f, 0.01289f, 0.01222f, 0.01119f, 0.01015f, 0.00925f, 0.00835f, 0.00799f,
    0.00753f, 0.00716f, 0.00678f, 0.00650f, 0.00628f, 0.00608f, 0.05740f, 0.15389f, 0.95930f,
    0.99925f, 0.99846f, 0.99937f, 0.99978f, 0.99971f, 0.99990f, 0.99997f, 0.99960f, 0.98614f,
    0.99892f, 0.99986f, 0.99983f, 0.99995f, 0.99993f, 0.99983f, 0.99983f, 0.99992f, 0.99994f,
    0.99997f, 0.99998f, 0.99997f, 0.99998f, 0.99999f, 0.99999f, 0.99998f, 0.99998f, 0.99990f,
    0.99743f, 0.98414f, 0.90854f, 0.61867f, 0.17699f, 0.03234f, 0.01641f, 0.01290f, 0.01297f,
    0.01322f, 0.01320f, 0.01375f, 0.01494f, 0.01468f, 0.01614f, 0.01603f, 0.01637f, 0.01587f,
    0.01594f, 0.01628f, 0.01587f, 0.01577f, 0.01549f, 0.01536f, 0.01545f, 0.01563f, 0.01531f,
    0.01480f, 0.01525f, 0.01477f, 0.01505f, 0.77933f, 0.91187f, 0.97654f, 0.99983f, 0.99995f,
    0.99998f, 0.99999f, 0.99998f, 1.00000f, 0.99998f, 0.99999f, 0.99999f, 0.99998f, 0.99999f,
    0.99999f, 0.99998f, 0.98221f, 0.99993f, 0.99829f, 0.93019f, 0.71033f, 0.11506f, 0.03160f,
    0.01988f, 0.01726f, 0.01723f, 0.01701f, 0.01761f, 0.01813f, 0.01891f, 0.01896f, 0.01921f,
    0.01870f, 0.01928f, 0.01927f, 0.01896f, 0.01894f, 0.01821f, 0.01857f, 0.01930f, 0.01902f,
    0.01968f, 0.01822f, 0.01858f, 0.01846f, 0.01843f, 0.01486f,
};

Audio Sample() {
  absl::StatusOr<Audio> audio = ReadAudio(std::string(KAIROS_VAD_SAMPLES) + "/two_phrases.wav");
  REQUIRE_MESSAGE(audio.ok(), audio.status().ToString());
  return *std::move(audio);
}

// With a plan for frames at 16 kHz.
std::shared_ptr<const Model> Compile(const std::shared_ptr<Runtime>& runtime,
                                     const std::shared_ptr<const Model>& model) {
  std::vector<Tensor> inputs;
  inputs.push_back(*Tensor::Make(DType::kFloat32, {1, 576}));
  inputs.push_back(*Tensor::Make(DType::kFloat32, {2, 1, 128}));
  inputs.push_back(*Tensor::Make(DType::kInt64, {}));
  for (Tensor& input : inputs) {
    std::fill_n(static_cast<char*>(input.data()), input.byte_count(), '\0');
  }
  *static_cast<int64_t*>(inputs[2].data()) = 16000;
  std::vector<std::vector<TensorView>> signatures(1);
  for (const Tensor& input : inputs) signatures[0].push_back(input.view());
  return testing::WithPlan(runtime, model, signatures);
}

TEST_CASE("the detector agrees with another runtime on each frame, under every policy") {
  const std::shared_ptr<const Model> imported = testing::ImportTrained("silero_vad.onnx");
  if (imported == nullptr) return;
  const std::shared_ptr<Runtime> runtime = testing::NewRuntime("", 1);
  const std::shared_ptr<const Model> model = Compile(runtime, imported);
  const Audio audio = Sample();
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy(),
                             NewAotPolicy({OnPlanMismatch::kError}), NewAutoPolicy()}) {
    CAPTURE(policy->name());
    auto detector = Detector::Make(runtime, model, policy, audio.rate);
    REQUIRE_MESSAGE(detector.ok(), detector.status().ToString());
    CHECK_FALSE((*detector)->session().runs_in_parts());
    absl::StatusOr<std::vector<float>> heard = (*detector)->Probabilities(audio.samples);
    REQUIRE_MESSAGE(heard.ok(), heard.status().ToString());
    REQUIRE_EQ(heard->size(), std::size(kExpected));
    for (size_t i = 0; i < heard->size(); ++i) {
      CAPTURE(i);
      CHECK((*heard)[i] == doctest::Approx(kExpected[i]).epsilon(0.001));
    }
    const std::vector<Segment> segments = FindSegments(*heard, (*detector)->frame(), audio.rate,
                                                       audio.samples.size(), SegmentOptions());
    REQUIRE_EQ(segments.size(), 2);
    // A new stretch of sound is heard as if it were the first.
    (*detector)->Reset();
    CHECK(*(*detector)->Probabilities(audio.samples) == *heard);
  }
}

TEST_CASE("stretches of speech are bridged, dropped and padded") {
  // Frames of 100 samples at 1000 Hz: 0.1 s each.
  const SegmentOptions options{.min_speech_s = 0.25, .min_silence_s = 0.2, .padding_s = 0.05};
  const auto find = [&](const std::vector<float>& probabilities, size_t samples) {
    return FindSegments(probabilities, 100, 1000, samples, options);
  };
  CHECK(find({}, 0).empty());
  CHECK(find({0, 0, 0}, 300).empty());
  // It goes on above the lower limit, begins only at the upper one.
  CHECK(find({0, 0.4f, 0.6f, 0.4f, 0.4f, 0.3f}, 600) == std::vector<Segment>{{150, 550}});
  CHECK(find({0.9f, 0.9f, 0, 0.9f, 0, 0}, 600) == std::vector<Segment>{{0, 450}});
  CHECK(find({0, 0.9f, 0.9f, 0, 0, 0, 0}, 700).empty());
  // Up to the end of the sound, which ends within a frame.
  CHECK(find({0, 0.9f, 0.9f, 0.9f}, 380) == std::vector<Segment>{{50, 380}});
  const SegmentOptions wide{.min_speech_s = 0, .min_silence_s = 0.1, .padding_s = 0.09};
  CHECK(FindSegments(std::vector<float>{0.9f, 0, 0.9f}, 100, 1000, 300, wide) ==
        std::vector<Segment>{{0, 150}, {150, 300}});
}

TEST_CASE("what is no sound, or of another rate, is refused") {
  CHECK_EQ(ReadAudio("/nowhere.wav").status().code(), absl::StatusCode::kNotFound);
  const testing::TempDir directory;
  const std::string text = directory.File("text.wav");
  std::ofstream(text) << "no sound at all";
  CHECK_EQ(ReadAudio(text).status().code(), absl::StatusCode::kDataLoss);
  CHECK_FALSE(Detector::Make(testing::NewRuntime("", 1), nullptr, nullptr, 44100).ok());
}

}  // namespace
}  // namespace kairos::vad
