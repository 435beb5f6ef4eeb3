// The segments of an opened file: where each one's bytes are, checked.
#ifndef KAIROS_RUNTIME_MODEL_SEGMENT_TABLE_H_
#define KAIROS_RUNTIME_MODEL_SEGMENT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/attribute.h"
#include "schemas/model_generated.h"

namespace kairos {

// Content hashes of the constants of a file, by their bytes.
using SegmentHashes = absl::flat_hash_map<std::pair<const void*, size_t>, uint64_t>;

struct SegmentPart {
  absl::Span<const std::byte> bytes;
  uint64_t hash = 0;
  std::shared_ptr<const void> owner;  // of the bytes; null: the caller keeps them
};

class SegmentTable {
 public:
  // `file` is all of the file, which lives as long as `owner` (null: as long as the caller says).
  // `model` has passed the verifier. kDataLoss names the first segment that does not fit.
  static absl::StatusOr<SegmentTable> Make(absl::Span<const std::byte> file,
                                           std::shared_ptr<const void> owner,
                                           const fb::Model& model);
  // Of these parts, whose bytes have been found already.
  static SegmentTable OfParts(std::vector<SegmentPart> parts);

  size_t size() const { return parts_.size(); }
  // Of a file: from the start of the first one to the end.
  uint64_t total_bytes() const { return total_bytes_; }
  // kDataLoss when there is no such segment.
  absl::StatusOr<absl::Span<const std::byte>> Bytes(int64_t index) const;
  // A constant of this type in a segment, which must have exactly its bytes.
  absl::StatusOr<Constant> MakeConstant(TensorType type, int64_t index) const;
  SegmentHashes hashes() const;

 private:
  std::vector<SegmentPart> parts_;
  uint64_t total_bytes_ = 0;
};

// The bytes of one segment of a file whose segments lie in `area`. kDataLoss when it does not fit.
absl::StatusOr<absl::Span<const std::byte>> SegmentBytes(const fb::Segment& segment,
                                                         absl::Span<const std::byte> area);
// What lies from `segments_base` to the end of `file`; kDataLoss when that is no place in it.
absl::StatusOr<absl::Span<const std::byte>> SegmentArea(absl::Span<const std::byte> file,
                                                        uint64_t segments_base);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_SEGMENT_TABLE_H_
