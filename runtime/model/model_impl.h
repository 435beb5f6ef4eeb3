// What a Model holds.
#ifndef KAIROS_RUNTIME_MODEL_MODEL_IMPL_H_
#define KAIROS_RUNTIME_MODEL_MODEL_IMPL_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "base/mapped_file.h"
#include "kairos/model.h"
#include "model/segment_table.h"

namespace kairos {

struct Model::Impl {
  Graph graph;
  std::vector<Plan> plans;
  std::vector<std::string> plan_problems;
  std::vector<LoadPhase> load_phases;
  std::shared_ptr<const Model> refit_of;
  std::shared_ptr<const MappedFile> file;  // null if it was not read from one
  // Of the file's segments; a graph made in memory has none, and hashing its weights takes time.
  SegmentHashes hashes;
  mutable std::once_flag digest_once;
  mutable uint64_t digest = 0;
  // The constants by hash and bytes; filled with the digest.
  mutable absl::flat_hash_map<std::pair<uint64_t, size_t>, Constant> by_content;
};

// Computed on the first call. Thread-safe.
uint64_t DigestOf(const Model::Impl& impl);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_MODEL_IMPL_H_
