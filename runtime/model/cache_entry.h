// One Program as an entry of the cache on disk. What is large is not in the entry: weights of the
// model are found there, packed ones in files of their own, which entries share; both by content.
#ifndef KAIROS_RUNTIME_MODEL_CACHE_ENTRY_H_
#define KAIROS_RUNTIME_MODEL_CACHE_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/model.h"

namespace kairos {

// Bytes that lie outside of an entry.
struct WeightRef {
  uint64_t hash = 0;  // ContentHash of the bytes
  uint64_t size = 0;
  absl::Span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

struct EncodedEntry {
  std::string bytes;
  std::vector<WeightRef> weights;  // to be kept beside it
};

// `plan` has the one Program. Codes as SaveModel.
absl::StatusOr<EncodedEntry> EncodeCacheEntry(absl::string_view key, const Plan& plan,
                                              const Model& model);

// Sets bytes and owner of each; the bytes are what hash and size say.
using FindWeights = absl::FunctionRef<absl::Status(absl::Span<WeightRef>)>;

// The Program in these bytes, which are 64-byte aligned, may be anything, and live as long as
// `owner`. kFailedPrecondition when the entry has another key; kUnimplemented for a format that
// this version does not know; kDataLoss for everything else; or what `find` says.
absl::StatusOr<ProgramRecord> DecodeCacheEntry(absl::Span<const std::byte> bytes,
                                               std::shared_ptr<const void> owner,
                                               absl::string_view key, const Model& model,
                                               FindWeights find);

// Key and weights of an entry without its model. Codes as DecodeCacheEntry.
struct EntrySummary {
  std::string key;
  std::vector<WeightRef> weights;  // without bytes; some may be the model's
};
absl::StatusOr<EntrySummary> SummarizeCacheEntry(absl::Span<const std::byte> bytes);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_CACHE_ENTRY_H_
