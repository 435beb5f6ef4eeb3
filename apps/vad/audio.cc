#include "vad/audio.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <sndfile.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kairos::vad {
namespace {

constexpr sf_count_t kMaxSamples = sf_count_t{3600} * 48000;
constexpr sf_count_t kBlock = 4096;  // frames

struct Close {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

}  // namespace

absl::StatusOr<Audio> ReadAudio(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot open"));
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, Close> file(
      sf_open_fd(descriptor, SFM_READ, &info, /*close_desc=*/SF_TRUE));
  if (file == nullptr) {
    return absl::DataLossError(absl::StrCat(path, ": no sound file: ", sf_strerror(nullptr)));
  }
  if (info.channels < 1 || info.samplerate < 1) {
    return absl::DataLossError(absl::StrCat(path, ": got ", info.channels, " channels at ",
                                            info.samplerate, " Hz, expected one or more"));
  }
  Audio audio{.rate = info.samplerate, .samples = {}};
  const auto channels = static_cast<size_t>(info.channels);
  std::vector<float> block(static_cast<size_t>(kBlock) * channels);
  // What a header says of the length need not be true.
  while (const sf_count_t frames = sf_readf_float(file.get(), block.data(), kBlock)) {
    if (static_cast<sf_count_t>(audio.samples.size()) + frames > kMaxSamples) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path, ": has more than ", kMaxSamples, " samples, the limit"));
    }
    for (size_t f = 0; f < static_cast<size_t>(frames); ++f) {
      float sum = 0;
      for (size_t c = 0; c < channels; ++c) sum += block[f * channels + c];
      audio.samples.push_back(sum / static_cast<float>(channels));
    }
  }
  if (sf_error(file.get()) != SF_ERR_NO_ERROR) {
    return absl::DataLossError(absl::StrCat(path, ": ", sf_strerror(file.get())));
  }
  return audio;
}

}  // namespace kairos::vad
