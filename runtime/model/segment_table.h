// The segments of an opened model file: where each one's bytes are, checked.
#ifndef KAIROS_RUNTIME_MODEL_SEGMENT_TABLE_H_
#define KAIROS_RUNTIME_MODEL_SEGMENT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/attribute.h"
#include "schemas/model_generated.h"

namespace kairos {

// Content hashes of the constants of a file, by their bytes.
using SegmentHashes = absl::flat_hash_map<std::pair<const void*, size_t>, uint64_t>;

class SegmentTable {
 public:
  // `file` is all of the file, which lives as long as `owner` (null: as long as the caller says).
  // `model` has passed the verifier. kDataLoss names the first segment that does not fit.
  static absl::StatusOr<SegmentTable> Make(absl::Span<const std::byte> file,
                                           std::shared_ptr<const void> owner,
                                           const fb::Model& model);

  size_t size() const { return segments_ == nullptr ? 0 : segments_->size(); }
  // From the start of the first one to the end of the file.
  uint64_t total_bytes() const { return area_.size(); }
  // kDataLoss when there is no such segment.
  absl::StatusOr<absl::Span<const std::byte>> Bytes(int64_t index) const;
  // A constant of this type in a segment, which must have exactly its bytes.
  absl::StatusOr<Constant> MakeConstant(TensorType type, int64_t index) const;
  SegmentHashes hashes() const;

 private:
  absl::Span<const std::byte> At(size_t index) const;

  absl::Span<const std::byte> area_;  // from segments_base to the end
  std::shared_ptr<const void> owner_;
  const flatbuffers::Vector<const fb::Segment*>* segments_ = nullptr;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_SEGMENT_TABLE_H_
