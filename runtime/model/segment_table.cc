#include "model/segment_table.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "model/format.h"
#include "model/verify.h"

namespace kairos {

absl::StatusOr<absl::Span<const std::byte>> SegmentArea(absl::Span<const std::byte> file,
                                                        uint64_t segments_base) {
  if (segments_base <= file.size() && segments_base % kSegmentAlignment == 0) {
    return file.subspan(static_cast<size_t>(segments_base));
  }
  return absl::DataLossError(absl::StrCat(
      "segments_base is ", segments_base, ", expected a multiple of ", kSegmentAlignment,
      " inside the file of ", file.size(), " bytes; truncated or corrupt"));
}

absl::StatusOr<absl::Span<const std::byte>> SegmentBytes(const fb::Segment& segment,
                                                         absl::Span<const std::byte> area) {
  if (segment.offset() % kSegmentAlignment != 0) {
    return absl::DataLossError(
        absl::StrCat("offset ", segment.offset(), " is not a multiple of ", kSegmentAlignment));
  }
  if (!RangeFits(segment.offset(), segment.bytes(), area.size())) {
    return absl::DataLossError(absl::StrCat(segment.bytes(), " bytes at offset ", segment.offset(),
                                            " pass the end, got ", area.size(),
                                            " bytes of segments; truncated or corrupt"));
  }
  return area.subspan(static_cast<size_t>(segment.offset()), static_cast<size_t>(segment.bytes()));
}

absl::StatusOr<SegmentTable> SegmentTable::Make(absl::Span<const std::byte> file,
                                                std::shared_ptr<const void> owner,
                                                const fb::Model& model) {
  SegmentTable table;
  if (model.segments() == nullptr || model.segments()->size() == 0) return table;
  KAIROS_RETURN_IF_ERROR(VerifyAlignment(*model.segments(), alignof(fb::Segment)));
  KAIROS_ASSIGN_OR_RETURN(const absl::Span<const std::byte> area,
                          SegmentArea(file, model.segments_base()));
  table.total_bytes_ = area.size();
  table.parts_.reserve(model.segments()->size());
  for (const fb::Segment* segment : *model.segments()) {
    absl::StatusOr<absl::Span<const std::byte>> bytes = SegmentBytes(*segment, area);
    if (!bytes.ok()) {
      return Annotate(absl::StrCat("segment ", table.parts_.size()), bytes.status());
    }
    table.parts_.push_back({*bytes, segment->hash(), owner});
  }
  return table;
}

SegmentTable SegmentTable::OfParts(std::vector<SegmentPart> parts) {
  SegmentTable table;
  table.parts_ = std::move(parts);
  for (const SegmentPart& part : table.parts_) table.total_bytes_ += part.bytes.size();
  return table;
}

absl::StatusOr<absl::Span<const std::byte>> SegmentTable::Bytes(int64_t index) const {
  if (index < 0 || static_cast<uint64_t>(index) >= size()) {
    return absl::DataLossError(
        absl::StrCat("segment index is ", index, ", expected one of ", size(), " segments"));
  }
  return parts_[static_cast<size_t>(index)].bytes;
}

absl::StatusOr<Constant> SegmentTable::MakeConstant(TensorType type, int64_t index) const {
  absl::StatusOr<size_t> wanted = CheckedByteCount(type.dtype, type.shape);
  if (!wanted.ok()) {
    // The only limit that a file passes honestly is the rank; other shapes cannot be meant.
    const bool rank = type.shape.size() > kMaxRank;
    return absl::Status(rank ? wanted.status().code() : absl::StatusCode::kDataLoss,
                        wanted.status().message());
  }
  KAIROS_ASSIGN_OR_RETURN(absl::Span<const std::byte> bytes, Bytes(index));
  if (bytes.size() != *wanted) {
    return absl::DataLossError(absl::StrCat("segment ", index, " has ", bytes.size(),
                                            " bytes, expected ", *wanted, " for ",
                                            type.ToString()));
  }
  return Constant{std::move(type), bytes.data(), parts_[static_cast<size_t>(index)].owner};
}

SegmentHashes SegmentTable::hashes() const {
  SegmentHashes hashes;
  hashes.reserve(size());
  for (const SegmentPart& part : parts_) {
    hashes[{part.bytes.data(), part.bytes.size()}] = part.hash;
  }
  return hashes;
}

}  // namespace kairos
