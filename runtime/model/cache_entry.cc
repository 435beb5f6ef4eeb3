#include "model/cache_entry.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "model/format.h"
#include "model/model_impl.h"
#include "model/plan_decode.h"
#include "model/plan_encode.h"
#include "model/segment_table.h"
#include "model/segment_writer.h"
#include "model/verify.h"
#include "schemas/cache_generated.h"

namespace kairos {
namespace {

// Smaller ones are not worth a file.
constexpr size_t kInlineBytes = 4096;
constexpr uint64_t kOutside = ~uint64_t{0};  // as an offset

bool IsOutside(const fb::Segment& segment) { return segment.offset() == kOutside; }

absl::StatusOr<const fb::CacheEntry*> OpenEntry(absl::Span<const std::byte> bytes) {
  KAIROS_RETURN_IF_ERROR(VerifyFlatBuffer<fb::CacheEntry>(bytes, kCacheIdentifier));
  const fb::CacheEntry* entry = flatbuffers::GetRoot<fb::CacheEntry>(bytes.data());
  if (entry->format_version() != kCacheFormatVersion) {
    return absl::UnimplementedError(absl::StrCat("format version ", entry->format_version(),
                                                 " is not known, expected ", kCacheFormatVersion));
  }
  if (entry->key() == nullptr || entry->segments() == nullptr) {
    return absl::DataLossError("no key or no segments");
  }
  KAIROS_RETURN_IF_ERROR(VerifyAlignment(*entry->segments(), alignof(fb::Segment)));
  return entry;
}

absl::string_view KeyOf(const fb::CacheEntry& entry) {
  return {reinterpret_cast<const char*>(entry.key()->data()), entry.key()->size()};
}

// The segments in and outside of the entry, in its order.
absl::StatusOr<std::vector<SegmentPart>> FindSegments(const fb::CacheEntry& entry,
                                                      absl::Span<const std::byte> bytes,
                                                      const std::shared_ptr<const void>& owner,
                                                      const Model& model, FindWeights find) {
  KAIROS_ASSIGN_OR_RETURN(const absl::Span<const std::byte> area,
                          SegmentArea(bytes, entry.segments_base()));
  model.digest();  // fills by_content
  std::vector<SegmentPart> parts;
  std::vector<WeightRef> wanted;
  std::vector<size_t> places;
  for (const fb::Segment* segment : *entry.segments()) {
    SegmentPart& part = parts.emplace_back();
    part.hash = segment->hash();
    if (!IsOutside(*segment)) {
      KAIROS_ASSIGN_OR_RETURN(part.bytes, SegmentBytes(*segment, area));
      part.owner = owner;
      continue;
    }
    const auto& own = model.impl().by_content;
    const auto at = own.find({segment->hash(), segment->bytes()});
    if (at != own.end()) {
      part.bytes = {static_cast<const std::byte*>(at->second.data), segment->bytes()};
      part.owner = at->second.owner;
      continue;
    }
    wanted.push_back({segment->hash(), segment->bytes(), {}, nullptr});
    places.push_back(parts.size() - 1);
  }
  KAIROS_RETURN_IF_ERROR(find(absl::MakeSpan(wanted)));
  for (size_t i = 0; i < wanted.size(); ++i) {
    parts[places[i]].bytes = wanted[i].bytes;
    parts[places[i]].owner = std::move(wanted[i].owner);
  }
  return parts;
}

// Decides for each segment where it goes; `*inside` gets the bytes of those in the entry.
std::vector<fb::Segment> PlaceSegments(const SegmentWriter& segments, uint32_t plan,
                                       const Model& model, std::string* inside,
                                       std::vector<WeightRef>* weights) {
  std::vector<fb::Segment> placed;
  for (uint32_t i = 0; i < segments.segments().size(); ++i) {
    const fb::Segment& segment = segments.segments()[i];
    const absl::Span<const std::byte> bytes = segments.BytesOf(i);
    const bool is_own = model.impl().by_content.contains({segment.hash(), bytes.size()});
    if (i != plan && (is_own || bytes.size() >= kInlineBytes)) {
      placed.emplace_back(kOutside, bytes.size(), segment.hash());
      if (!is_own) weights->push_back({segment.hash(), bytes.size(), bytes, nullptr});
      continue;
    }
    placed.emplace_back(inside->size(), bytes.size(), segment.hash());
    inside->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    inside->resize(AlignUp(inside->size(), kSegmentAlignment), '\0');
  }
  return placed;
}

}  // namespace

absl::StatusOr<EncodedEntry> EncodeCacheEntry(absl::string_view key, const Plan& plan,
                                              const Model& model) {
  SegmentWriter segments;
  KAIROS_ASSIGN_OR_RETURN(const flatbuffers::DetachedBuffer encoded,
                          EncodePlan(plan, model.digest(), segments));
  const uint32_t plan_segment = segments.Add(encoded.data(), encoded.size());
  EncodedEntry entry;
  std::string inside;
  const std::vector<fb::Segment> placed =
      PlaceSegments(segments, plan_segment, model, &inside, &entry.weights);

  flatbuffers::FlatBufferBuilder builder;
  const auto key_offset =
      builder.CreateVector(reinterpret_cast<const uint8_t*>(key.data()), key.size());
  const auto segments_offset = builder.CreateVectorOfStructs(placed);
  // All ones, which is no place, until the size of what stands before the segments is known.
  builder.Finish(fb::CreateCacheEntry(builder, kCacheFormatVersion, key_offset, kOutside,
                                      segments_offset, plan_segment),
                 kCacheIdentifier);
  const size_t base = AlignUp(builder.GetSize(), kSegmentAlignment);
  flatbuffers::GetMutableRoot<flatbuffers::Table>(builder.GetBufferPointer())
      ->SetField<uint64_t>(fb::CacheEntry::VT_SEGMENTS_BASE, base, 0);
  entry.bytes.assign(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  entry.bytes.resize(base, '\0');
  entry.bytes += inside;
  return entry;
}

absl::StatusOr<ProgramRecord> DecodeCacheEntry(absl::Span<const std::byte> bytes,
                                               std::shared_ptr<const void> owner,
                                               absl::string_view key, const Model& model,
                                               FindWeights find) {
  KAIROS_ASSIGN_OR_RETURN(const fb::CacheEntry* entry, OpenEntry(bytes));
  if (KeyOf(*entry) != key) return absl::FailedPreconditionError("made for something else");
  KAIROS_ASSIGN_OR_RETURN(std::vector<SegmentPart> parts,
                          FindSegments(*entry, bytes, owner, model, find));
  const SegmentTable segments = SegmentTable::OfParts(std::move(parts));
  KAIROS_ASSIGN_OR_RETURN(const absl::Span<const std::byte> plan_bytes,
                          segments.Bytes(entry->plan()));
  absl::StatusOr<Plan> plan = DecodePlan(plan_bytes, segments, model.graph(), model.digest());
  // The key has been compared: whatever is wrong now was not written so.
  if (!plan.ok()) return absl::DataLossError(plan.status().message());
  if (plan->programs.size() != 1) {
    return absl::DataLossError(
        absl::StrCat("got ", plan->programs.size(), " programs, expected 1"));
  }
  return std::move(plan->programs[0]);
}

absl::StatusOr<EntrySummary> SummarizeCacheEntry(absl::Span<const std::byte> bytes) {
  KAIROS_ASSIGN_OR_RETURN(const fb::CacheEntry* entry, OpenEntry(bytes));
  EntrySummary summary{std::string(KeyOf(*entry)), {}};
  for (const fb::Segment* segment : *entry->segments()) {
    if (!IsOutside(*segment)) continue;
    summary.weights.push_back({segment->hash(), segment->bytes(), {}, nullptr});
  }
  return summary;
}

}  // namespace kairos
