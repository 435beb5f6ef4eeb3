// Recorded Programs on disk: what one process compiled, the next one finds ready.
//
// A directory of files that belongs to one user and may be used by many processes at once. Entries
// are found by all that a Program depends on (model, shapes, passes, backends and machine, threads)
// and checked when they are read. Whatever is wrong with one makes it a miss with a reason, never
// an error: it is recorded anew and replaced.
#ifndef KAIROS_PROGRAM_CACHE_H_
#define KAIROS_PROGRAM_CACHE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "kairos/policy.h"
#include "kairos/program_record.h"
#include "kairos/thread_pool.h"

namespace kairos {

struct ProgramCacheStats {
  int64_t hits = 0, misses = 0;
  // Kind of miss ("absent", "damaged", "other format", "other key", "weights missing", "not ours",
  // "directory"), and how often.
  std::vector<std::pair<std::string, int64_t>> misses_by_reason;
  int64_t writes = 0, write_failures = 0, evictions = 0;
  std::string last_write_failure;
  uint64_t bytes_read = 0, bytes_written = 0;
};

// Belongs to a Runtime. Thread-safe.
class ProgramCache {
 public:
  // Makes the directory if there is none. The files are kept below `limit_bytes`; those that were
  // used least recently go first. Bytes are checked on `pool`, which outlives the cache.
  ProgramCache(std::string directory, uint64_t limit_bytes, ThreadPool& pool);
  // Waits for writes.
  ~ProgramCache();

  // Why nothing is found or kept: the directory cannot be made, belongs to somebody else, or is
  // open to others (expected mode 0700).
  absl::Status status() const;

  struct Found {
    std::shared_ptr<const ProgramRecord> record;  // null: a miss
    std::string reason;                           // of the miss
  };
  Found Find(const PolicyContext& context, const Policy& policy, const Signature& signature);

  // Keeps a Program that was recorded under `policy`, in the background.
  void Keep(const PolicyContext& context, const Policy& policy, const Signature& signature,
            CompleteProgram complete);
  // Returns when all that was given to Keep() has been written, or has failed to be.
  void Flush();

  ProgramCacheStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A file of a cache directory.
struct CacheFileInfo {
  std::string name;
  uint64_t bytes = 0;
  int64_t age_seconds = 0;  // since it was last used
  // Of a Program: what it was made for, as (field, value); empty for packed weights.
  std::vector<std::pair<std::string, std::string>> key;
  std::string problem;  // empty: sound; for weights only when all bytes were asked to be checked
};

// What a directory holds, by name. kNotFound, kPermissionDenied, kUnavailable: it cannot be read.
absl::StatusOr<std::vector<CacheFileInfo>> ListProgramCache(const std::string& directory,
                                                            bool check_all_bytes);
// Removes what was used least recently until at most `limit_bytes` are left; returns how many
// files.
absl::StatusOr<int64_t> PruneProgramCache(const std::string& directory, uint64_t limit_bytes);

}  // namespace kairos

#endif  // KAIROS_PROGRAM_CACHE_H_
