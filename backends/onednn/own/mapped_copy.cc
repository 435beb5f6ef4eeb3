#include "onednn/own/mapped_copy.h"

#include <algorithm>
#include <utility>

#include "onednn/own/indices.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainElements = 8192;

}  // namespace

MappedCopy::MappedCopy(std::vector<std::vector<int64_t>> maps, size_t element_bytes)
    : maps_(std::move(maps)), element_bytes_(element_bytes) {
  if (maps_.size() == 1) maps_.insert(maps_.begin(), {0});
  for (size_t d = 0; d + 1 < maps_.size(); ++d) rows_ *= static_cast<int64_t>(maps_[d].size());
  const std::vector<int64_t>& last = maps_.back();
  for (size_t i = 1; i < last.size(); ++i) contiguous_ = contiguous_ && last[i] == last[i - 1] + 1;
}

void MappedCopy::Run(const void* src, void* dst, ThreadPool& pool) const {
  if (maps_.back().empty()) return;
  WithElementType(element_bytes_, [&]<typename T>() {
    Copy(static_cast<const T*>(src), static_cast<T*>(dst), pool);
  });
}

template <typename T>
void MappedCopy::Copy(const T* src, T* dst, ThreadPool& pool) const {
  const std::vector<int64_t>& last = maps_.back();
  const std::vector<int64_t>& middle = maps_[maps_.size() - 2];
  const auto columns = static_cast<int64_t>(last.size());
  const auto height = static_cast<int64_t>(middle.size());
  const int64_t grain = std::max<int64_t>(1, kGrainElements / columns);
  ParallelRanges(pool, rows_, grain, [&](int64_t begin, int64_t end) {
    int64_t last_offset = -1;
    for (int64_t row = begin; row < end;) {
      const int64_t offset = OffsetOfOuter(row / height);
      // The same once more, whole, and the first time within these rows as well.
      if (offset == last_offset && row - begin >= height && end - row >= height) {
        std::copy_n(dst + (row - height) * columns, height * columns, dst + row * columns);
        row += height;
        continue;
      }
      last_offset = offset;
      const T* const from = src + offset;
      for (int64_t y = row % height; y < height && row < end; ++y, ++row) {
        const T* const line = from + middle[static_cast<size_t>(y)];
        T* const to = dst + row * columns;
        if (contiguous_) {
          std::copy_n(line + last[0], columns, to);
        } else {
          for (int64_t c = 0; c < columns; ++c) to[c] = line[last[static_cast<size_t>(c)]];
        }
      }
    }
  });
}

int64_t MappedCopy::OffsetOfOuter(int64_t index) const {
  int64_t offset = 0;
  for (size_t d = maps_.size() - 2; d-- > 0;) {
    const auto size = static_cast<int64_t>(maps_[d].size());
    offset += maps_[d][static_cast<size_t>(index % size)];
    index /= size;
  }
  return offset;
}

}  // namespace kairos::onednn::own
