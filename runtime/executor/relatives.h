// What a session takes from the plans of a related model: kernels by what they compute, and packed
// weights by their contents.
#ifndef KAIROS_RUNTIME_EXECUTOR_RELATIVES_H_
#define KAIROS_RUNTIME_EXECUTOR_RELATIVES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

#include "executor/prepared_graph.h"
#include "executor/weight_store.h"
#include "kairos/policy.h"

namespace kairos {

// Belongs to a session; not thread-safe.
class Relatives {
 public:
  using KeyOf = absl::FunctionRef<std::string(const StepRecord&, const std::vector<Slot>&)>;
  // The graph of a model after these passes; without a value when they do not run.
  using Prepare =
      std::function<std::optional<PreparedGraph>(const Model&, const std::vector<std::string>&)>;
  Relatives(RelatedPlans related, KeyOf key_of, Prepare prepare);

  bool empty() const { return related_.plans.empty(); }
  // The step whose kernel does the same; null if there is none.
  const StepRecord* Step(const std::string& key) const;
  // What these plain bytes are when packed as wanted; null data when that is not known.
  WeightBytes Packed(const void* plain, size_t plain_bytes, const PackedInput& wanted);

 private:
  // Hash and size of the plain bytes, layout.
  using ContentAndLayout = std::tuple<uint64_t, size_t, std::string>;
  struct Packing {
    WeightBytes plain, packed;
    size_t packed_bytes = 0;
  };
  void FindPackings();
  void FindPackings(const Plan& plan);
  uint64_t HashOf(const void* plain, size_t bytes);

  const RelatedPlans related_;
  const Prepare prepare_;
  absl::flat_hash_map<std::string, const StepRecord*> steps_;
  bool packings_found_ = false;  // not before they are asked for: it takes the passes and hashing
  std::map<ContentAndLayout, Packing> packings_;
  std::map<std::pair<const void*, size_t>, uint64_t> hashes_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_RELATIVES_H_
