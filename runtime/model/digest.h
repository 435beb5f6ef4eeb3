// The identity of a graph: what plans are bound to.
#ifndef KAIROS_RUNTIME_MODEL_DIGEST_H_
#define KAIROS_RUNTIME_MODEL_DIGEST_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

#include "kairos/graph.h"

namespace kairos {

// Stable across machines and versions of the library. Covers nodes, values, names and, through
// `hash_of`, the contents of constants; not the graph's name and metadata.
uint64_t GraphDigest(const Graph& graph, absl::FunctionRef<uint64_t(const Constant&)> hash_of);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_DIGEST_H_
