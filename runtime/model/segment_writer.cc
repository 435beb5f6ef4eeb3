#include "model/segment_writer.h"

#include <cstring>

#include "base/checked.h"
#include "base/hash.h"
#include "model/format.h"

namespace kairos {
namespace {

constexpr std::byte kZeros[kSegmentAlignment] = {};

}  // namespace

uint32_t SegmentWriter::Add(const void* data, size_t bytes) {
  const auto [at, is_new] = by_address_.try_emplace({data, bytes}, 0);
  if (!is_new) return at->second;
  const uint64_t hash = ContentHash(data, bytes);
  std::vector<uint32_t>& candidates = by_hash_[{hash, bytes}];
  for (uint32_t candidate : candidates) {
    if (bytes == 0 || std::memcmp(bytes_[candidate].data(), data, bytes) == 0) {
      return at->second = candidate;
    }
  }
  const auto index = static_cast<uint32_t>(segments_.size());
  candidates.push_back(index);
  segments_.emplace_back(end_, bytes, hash);
  bytes_.push_back({static_cast<const std::byte*>(data), bytes});
  end_ += AlignUp(bytes, kSegmentAlignment);
  return at->second = index;
}

void SegmentWriter::AppendTo(std::vector<absl::Span<const std::byte>>* parts) const {
  for (const absl::Span<const std::byte> bytes : bytes_) {
    parts->push_back(bytes);
    const size_t padding = AlignUp(bytes.size(), kSegmentAlignment) - bytes.size();
    parts->push_back({kZeros, padding});
  }
}

}  // namespace kairos
