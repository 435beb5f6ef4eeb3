// vad: prints where in a sound file somebody speaks.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/cli.h"
#include "common/engine.h"
#include "vad/audio.h"
#include "vad/detector.h"

namespace kairos::vad {
namespace {

struct Options {
  EngineOptions engine;
  std::string model, sound;
  SegmentOptions segments;
  bool probabilities = false;
};

absl::Status Run(const Options& options) {
  absl::StatusOr<Audio> audio = ReadAudio(options.sound);
  if (!audio.ok()) return audio.status();
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(options.engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.model);
  if (!model.ok()) return model.status();
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options.engine);
  if (!policy.ok()) return policy.status();
  const absl::StatusOr<std::unique_ptr<Detector>> detector =
      Detector::Make(*runtime, *model, *policy, audio->rate);
  if (!detector.ok()) {
    return absl::Status(detector.status().code(),
                        absl::StrCat(options.sound, ": ", detector.status().message()));
  }
  absl::StatusOr<std::vector<float>> probabilities = (*detector)->Probabilities(audio->samples);
  if (!probabilities.ok()) return probabilities.status();
  const double rate = audio->rate;
  if (options.probabilities) {
    for (size_t i = 0; i < probabilities->size(); ++i) {
      std::printf("%.3f %.4f\n", static_cast<double>(i * (*detector)->frame()) / rate,
                  static_cast<double>((*probabilities)[i]));
    }
    return absl::OkStatus();
  }
  for (const Segment& segment : FindSegments(*probabilities, (*detector)->frame(), audio->rate,
                                             audio->samples.size(), options.segments)) {
    std::printf("%.2f %.2f\n", static_cast<double>(segment.begin) / rate,
                static_cast<double>(segment.end) / rate);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace kairos::vad

int main(int argc, char** argv) {
  kairos::vad::Options options;
  // One frame is too little work for several threads.
  options.engine.threads = 1;
  CLI::App app("Prints begin and end, in seconds, of each stretch of speech in a sound file.",
               "vad");
  app.add_option("MODEL", options.model, "silero-vad model (.kai)")->required();
  app.add_option("SOUND", options.sound, "sound file (WAV, FLAC ...), 8 or 16 kHz")->required();
  app.add_option("--threshold", options.segments.threshold, "probability at which speech begins")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--probabilities", options.probabilities,
               "print the time and probability of each frame instead");
  kairos::AddPolicyOptions(app, &options.engine);
  kairos::AddRuntimeOptions(app, &options.engine);
  return kairos::RunTool(app, argc, argv, [&] { return kairos::vad::Run(options); });
}
