// The order in which a model's nodes can run. ONNX demands that files are in such an order; those
// that are not are sorted, and what cannot run at all is an error.
#ifndef KAIROS_APPS_RTCONVERT_NODE_ORDER_H_
#define KAIROS_APPS_RTCONVERT_NODE_ORDER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"

#include "rtconvert/onnx.pb.h"

namespace kairos {

// Indices into graph.node(), each once; the file's own order where that works. `given` are the
// names of inputs and initializers. kDataLoss: a value has two producers or none, or is needed to
// produce itself.
absl::StatusOr<std::vector<int>> OrderNodes(const onnx_format::GraphProto& graph,
                                            const absl::flat_hash_set<std::string>& given);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_NODE_ORDER_H_
