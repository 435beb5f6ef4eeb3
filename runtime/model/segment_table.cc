#include "model/segment_table.h"

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "model/format.h"
#include "model/verify.h"

namespace kairos {

absl::StatusOr<SegmentTable> SegmentTable::Make(absl::Span<const std::byte> file,
                                                std::shared_ptr<const void> owner,
                                                const fb::Model& model) {
  SegmentTable table;
  table.owner_ = std::move(owner);
  table.segments_ = model.segments();
  if (table.size() == 0) return table;
  KAIROS_RETURN_IF_ERROR(VerifyAlignment(*table.segments_, alignof(fb::Segment)));
  const uint64_t base = model.segments_base();
  if (base > file.size() || base % kSegmentAlignment != 0) {
    return absl::DataLossError(absl::StrCat("segments_base is ", base, ", expected a multiple of ",
                                            kSegmentAlignment, " inside the file of ", file.size(),
                                            " bytes; truncated or corrupt"));
  }
  table.area_ = file.subspan(static_cast<size_t>(base));
  for (size_t i = 0; i < table.size(); ++i) {
    const fb::Segment& segment = *table.segments_->Get(static_cast<flatbuffers::uoffset_t>(i));
    if (segment.offset() % kSegmentAlignment != 0) {
      return absl::DataLossError(absl::StrCat("segment ", i, ": offset ", segment.offset(),
                                              " is not a multiple of ", kSegmentAlignment));
    }
    if (!RangeFits(segment.offset(), segment.bytes(), table.area_.size())) {
      return absl::DataLossError(absl::StrCat(
          "segment ", i, ": ", segment.bytes(), " bytes at offset ", segment.offset(),
          " pass the end, got ", table.area_.size(), " bytes of segments; truncated or corrupt"));
    }
  }
  return table;
}

absl::Span<const std::byte> SegmentTable::At(size_t index) const {
  const fb::Segment& segment = *segments_->Get(static_cast<flatbuffers::uoffset_t>(index));
  return area_.subspan(static_cast<size_t>(segment.offset()), static_cast<size_t>(segment.bytes()));
}

absl::StatusOr<absl::Span<const std::byte>> SegmentTable::Bytes(int64_t index) const {
  if (index < 0 || static_cast<uint64_t>(index) >= size()) {
    return absl::DataLossError(
        absl::StrCat("segment index is ", index, ", expected one of ", size(), " segments"));
  }
  return At(static_cast<size_t>(index));
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
  return Constant{std::move(type), bytes.data(), owner_};
}

SegmentHashes SegmentTable::hashes() const {
  SegmentHashes hashes;
  hashes.reserve(size());
  for (size_t i = 0; i < size(); ++i) {
    const absl::Span<const std::byte> bytes = At(i);
    hashes[{bytes.data(), bytes.size()}] =
        segments_->Get(static_cast<flatbuffers::uoffset_t>(i))->hash();
  }
  return hashes;
}

}  // namespace kairos
