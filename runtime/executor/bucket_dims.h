// The dimensions of a graph's inputs that have buckets, found from their declarations.
#ifndef KAIROS_RUNTIME_EXECUTOR_BUCKET_DIMS_H_
#define KAIROS_RUNTIME_EXECUTOR_BUCKET_DIMS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/dim_buckets.h"
#include "kairos/graph.h"
#include "kairos/tensor.h"

namespace kairos {

// One dimension, which some inputs have.
struct BucketDim {
  std::string name;       // as declared first
  std::vector<int> axes;  // per input of the graph; kWhole where it does not have the dimension
  DimBuckets rule;        // sizes ascending

  // The size that all inputs which have it agree on.
  std::optional<int64_t> SizeIn(absl::Span<const TensorView> inputs) const;
  // The smallest bucket that holds so many items; `size` itself when there is none, and for 0.
  int64_t BucketOf(int64_t size) const;
};

// kInvalidArgument names a declaration that does not fit the graph.
absl::StatusOr<std::vector<BucketDim>> FindBucketDims(const Graph& graph,
                                                      absl::Span<const DimBuckets> declared);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_BUCKET_DIMS_H_
