#include "policy/cache_key.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "base/hash.h"
#include "policy/cache_directory.h"
#include "policy/fingerprint.h"

namespace kairos {
namespace {

std::string InputsOf(const Signature& signature) {
  std::string text;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : " ", signature.inputs[i].ToString());
    if (!signature.values[i].empty()) {
      absl::StrAppend(&text, "=", absl::BytesToHexString(signature.values[i]));
    }
  }
  return text;
}

}  // namespace

std::string CacheKey(const PolicyContext& context, const Policy& policy,
                     const Signature& signature) {
  std::string key;
  const auto add = [&key](absl::string_view field, absl::string_view value) {
    absl::StrAppend(&key, field, " ", absl::CEscape(value), "\n");
  };
  add("library", KAIROS_VERSION);
  add("model", absl::StrCat(absl::Hex(context.model->digest(), absl::kZeroPad16)));
  add("inputs", InputsOf(signature));
  if (!signature.region.empty()) add("region", signature.region);
  add("policy", policy.name());
  add("passes", absl::StrJoin(policy.passes(), ","));
  add("specializes", policy.specializes() ? "yes" : "no");
  add("threads", absl::StrCat(context.threads));
  add("deterministic", context.deterministic ? "yes" : "no");
  add("winograd", context.winograd ? "yes" : "no");
  add("working_set_bytes", absl::StrCat(context.working_set_bytes));
  add("backends", BackendOrder(context.backends));
  for (const auto& [field, value] : MachineFingerprint(context.backends)) {
    add(absl::CEscape(absl::StrReplaceAll(field, {{" ", "_"}})), value);
  }
  return key;
}

std::vector<std::pair<std::string, std::string>> ParseCacheKey(absl::string_view key) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (absl::string_view line : absl::StrSplit(key, '\n', absl::SkipEmpty())) {
    fields.push_back(absl::StrSplit(line, absl::MaxSplits(' ', 1)));
  }
  return fields;
}

std::string ProgramFileName(absl::string_view key) {
  return absl::StrCat(absl::Hex(ContentHash(key.data(), key.size()), absl::kZeroPad16),
                      kProgramSuffix);
}

std::string WeightsFileName(uint64_t hash, uint64_t bytes) {
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16), "-", bytes, kWeightsSuffix);
}

}  // namespace kairos
