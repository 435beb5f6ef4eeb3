// Looking at a cache directory and tidying it, without a Runtime.
#include "absl/strings/match.h"

#include "base/status_macros.h"
#include "kairos/program_cache.h"
#include "model/cache_entry.h"
#include "policy/cache_directory.h"
#include "policy/cache_key.h"

namespace kairos {
namespace {

// Sets key or problem.
void Inspect(const CacheDirectory& directory, bool check_all_bytes, CacheFileInfo* info) {
  const bool is_program = absl::EndsWith(info->name, kProgramSuffix);
  if (!is_program && !absl::EndsWith(info->name, kWeightsSuffix)) {
    info->problem = "left behind, or being written";
    return;
  }
  const absl::StatusOr<CacheDirectory::File> file = directory.Open(info->name);
  if (!file.ok()) {
    info->problem = std::string(file.status().message());
    return;
  }
  if ((is_program || check_all_bytes) && !file->HasRightContent()) {
    info->problem = "checksum differs";
    return;
  }
  if (!is_program) {
    if (info->name == WeightsFileName(file->checksum, file->content.size())) return;
    info->problem = "has another file's content";
    return;
  }
  absl::StatusOr<EntrySummary> summary = SummarizeCacheEntry(file->content);
  if (!summary.ok()) {
    info->problem = std::string(summary.status().message());
    return;
  }
  info->key = ParseCacheKey(summary->key);
  if (info->name != ProgramFileName(summary->key)) info->problem = "has another file's content";
}

}  // namespace

absl::StatusOr<std::vector<CacheFileInfo>> ListProgramCache(const std::string& directory,
                                                            bool check_all_bytes) {
  const CacheDirectory cache(directory);
  KAIROS_ASSIGN_OR_RETURN(const std::vector<CacheDirectory::Entry> entries, cache.List());
  std::vector<CacheFileInfo> infos;
  for (const CacheDirectory::Entry& entry : entries) {
    infos.push_back({entry.name, entry.bytes, entry.age_ns / 1'000'000'000, {}, ""});
    Inspect(cache, check_all_bytes, &infos.back());
  }
  return infos;
}

absl::StatusOr<int64_t> PruneProgramCache(const std::string& directory, uint64_t limit_bytes) {
  return CacheDirectory(directory).Evict(limit_bytes);
}

}  // namespace kairos
