// Finds speech in sound: a Session of a silero-vad model, which is given one frame after the other
// together with the state that it returned for the frame before.
#ifndef KAIROS_APPS_VAD_DETECTOR_H_
#define KAIROS_APPS_VAD_DETECTOR_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/session.h"

namespace kairos::vad {

// Not thread-safe.
class Detector {
 public:
  // The model has inputs "input" [1, context + frame], "state" [2, 1, 128] and, when it serves
  // several rates, "sr"; its outputs are the probability of speech and the next state. `rate`:
  // 16000 Hz (frames of 512 samples, 64 of context) or 8000 Hz (256, 32).
  static absl::StatusOr<std::unique_ptr<Detector>> Make(std::shared_ptr<Runtime> runtime,
                                                        std::shared_ptr<const Model> model,
                                                        std::shared_ptr<const Policy> policy,
                                                        int rate);
  Detector(const Detector&) = delete;  // views point into it
  Detector& operator=(const Detector&) = delete;

  size_t frame() const { return frame_; }
  // The probability that the frame, which follows the one given last, holds speech.
  absl::StatusOr<float> Next(absl::Span<const float> frame);
  // Of all frames of a piece of sound, the last one padded with silence.
  absl::StatusOr<std::vector<float>> Probabilities(absl::Span<const float> samples);
  // Forgets the frames that it was given.
  void Reset();
  const Session& session() const { return *session_; }

 private:
  Detector() = default;

  std::unique_ptr<Session> session_;
  size_t frame_ = 0, context_ = 0;
  Tensor input_, rate_, probability_;
  Tensor states_[2];  // the one that is read and the one that is written take turns
  size_t turn_ = 0;
  std::vector<TensorView> inputs_[2];  // by turn
  std::vector<MutableTensorView> outputs_[2];
};

struct Segment {
  size_t begin = 0, end = 0;  // samples
  friend bool operator==(const Segment&, const Segment&) = default;
};

struct SegmentOptions {
  float threshold = 0.5f;      // speech begins at this probability
  float hysteresis = 0.15f;    // and ends as much below it
  double min_speech_s = 0.25;  // shorter segments are dropped
  double min_silence_s = 0.1;  // shorter gaps are bridged
  double padding_s = 0.03;     // added on both sides, without overlap
};

// The stretches of speech, in order, not overlapping. `samples`: the length of the sound.
std::vector<Segment> FindSegments(absl::Span<const float> probabilities, size_t frame, int rate,
                                  size_t samples, const SegmentOptions& options);

}  // namespace kairos::vad

#endif  // KAIROS_APPS_VAD_DETECTOR_H_
