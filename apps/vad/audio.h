// Sound as the detector wants it.
#ifndef KAIROS_APPS_VAD_AUDIO_H_
#define KAIROS_APPS_VAD_AUDIO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kairos::vad {

struct Audio {
  int rate = 0;                // samples a second
  std::vector<float> samples;  // -1 to 1, one channel
};

// WAV and whatever else libsndfile reads; channels are averaged. kNotFound, kPermissionDenied,
// kDataLoss, or kResourceExhausted for more than an hour at 48 kHz.
absl::StatusOr<Audio> ReadAudio(const std::string& path);

}  // namespace kairos::vad

#endif  // KAIROS_APPS_VAD_AUDIO_H_
