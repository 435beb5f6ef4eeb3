// What a cached Program depends on, and the names of the files that hold it.
#ifndef KAIROS_RUNTIME_POLICY_CACHE_KEY_H_
#define KAIROS_RUNTIME_POLICY_CACHE_KEY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "kairos/policy.h"

namespace kairos {

// One "field value" a line. Equal keys, equal Programs; nothing of paths, time or process.
std::string CacheKey(const PolicyContext& context, const Policy& policy,
                     const Signature& signature);
std::vector<std::pair<std::string, std::string>> ParseCacheKey(absl::string_view key);

std::string ProgramFileName(absl::string_view key);
std::string WeightsFileName(uint64_t hash, uint64_t bytes);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_POLICY_CACHE_KEY_H_
