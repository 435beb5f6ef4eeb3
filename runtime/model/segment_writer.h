// Collects the segments of a model file that is being written. Borrows the bytes; equal contents
// become one segment.
#ifndef KAIROS_RUNTIME_MODEL_SEGMENT_WRITER_H_
#define KAIROS_RUNTIME_MODEL_SEGMENT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

#include "model/segment_table.h"

namespace kairos {

class SegmentWriter {
 public:
  // Index of the segment with these bytes, which stay alive and unchanged until the file is
  // written.
  uint32_t Add(const void* data, size_t bytes);

  const std::vector<fb::Segment>& segments() const { return segments_; }
  uint64_t HashOf(uint32_t segment) const { return segments_[segment].hash(); }
  absl::Span<const std::byte> BytesOf(uint32_t segment) const { return bytes_[segment]; }
  // All segments with the zeros between them, as they stand behind segments_base.
  void AppendTo(std::vector<absl::Span<const std::byte>>* parts) const;

 private:
  std::vector<fb::Segment> segments_;
  std::vector<absl::Span<const std::byte>> bytes_;
  uint64_t end_ = 0;
  // Weights are shared more often than merely equal, so addresses spare most of the hashing.
  absl::flat_hash_map<std::pair<const void*, size_t>, uint32_t> by_address_;
  absl::flat_hash_map<std::pair<uint64_t, size_t>, std::vector<uint32_t>> by_hash_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_SEGMENT_WRITER_H_
