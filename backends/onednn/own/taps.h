// Which taps of a window lie inside an image, along one axis.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_TAPS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_TAPS_H_

#include <algorithm>
#include <cstdint>

namespace kairos::onednn::own {

// [begin, end), empty where they are equal.
struct Taps {
  int64_t begin, end;
};

// Of a window of `kernel` taps, `dilation` apart, the first at position `first` of `in`.
inline Taps TapsInside(int64_t first, int64_t kernel, int64_t dilation, int64_t in) {
  const int64_t begin = first >= 0 ? 0 : (-first + dilation - 1) / dilation;
  const int64_t end = first >= in ? 0 : std::min(kernel, (in - 1 - first) / dilation + 1);
  return {begin, std::max(begin, end)};
}

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_TAPS_H_
