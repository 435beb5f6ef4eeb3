#include <algorithm>

#include "vad/detector.h"

namespace kairos::vad {
namespace {

// Where the probability is high, beginning and ending at frames.
std::vector<Segment> Runs(absl::Span<const float> probabilities, size_t frame, size_t samples,
                          const SegmentOptions& options) {
  std::vector<Segment> runs;
  bool speaks = false;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const float limit = options.threshold - (speaks ? options.hysteresis : 0.0f);
    const bool high = probabilities[i] >= limit;
    if (high && !speaks) runs.push_back({i * frame, 0});
    speaks = high;
    if (speaks) runs.back().end = std::min((i + 1) * frame, samples);
  }
  return runs;
}

}  // namespace

std::vector<Segment> FindSegments(absl::Span<const float> probabilities, size_t frame, int rate,
                                  size_t samples, const SegmentOptions& options) {
  const auto in_samples = [rate](double seconds) { return static_cast<size_t>(seconds * rate); };
  std::vector<Segment> segments;
  for (const Segment& run : Runs(probabilities, frame, samples, options)) {
    if (!segments.empty() && run.begin - segments.back().end < in_samples(options.min_silence_s)) {
      segments.back().end = run.end;
    } else {
      segments.push_back(run);
    }
  }
  std::erase_if(segments, [&](const Segment& segment) {
    return segment.end - segment.begin < in_samples(options.min_speech_s);
  });
  const size_t padding = in_samples(options.padding_s);
  size_t free_from = 0;
  for (size_t i = 0; i < segments.size(); ++i) {
    Segment& segment = segments[i];
    const size_t next = i + 1 < segments.size() ? segments[i + 1].begin : samples;
    segment.begin -= std::min(padding, segment.begin - free_from);
    // Half of a gap that is too short for the padding of both.
    const size_t gap = next - segment.end;
    segment.end += std::min(padding, i + 1 < segments.size() ? gap / 2 : gap);
    free_from = segment.end;
  }
  return segments;
}

}  // namespace kairos::vad
