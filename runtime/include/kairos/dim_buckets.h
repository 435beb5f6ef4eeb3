// Buckets: sizes up to which a dimension of the inputs is padded, so that few Programs serve many
// sizes. A run at a size between two buckets takes the Program of the larger one: its inputs are
// copied into memory of the session with their last item repeated, and of the outputs the part is
// handed back that belongs to the items given. Nothing is copied at the size of a bucket itself, at
// size 0, or above the largest bucket: such sizes have Programs of their own, as without buckets.
//
// Only where that changes no result: each output must follow item by item from the inputs. The
// first run of a size proves it on the graph, and is refused otherwise (kFailedPrecondition names
// the first node at fault: a softmax or a sum over the dimension, a convolution along it, a value
// computed from the size itself).
#ifndef KAIROS_DIM_BUCKETS_H_
#define KAIROS_DIM_BUCKETS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace kairos {

struct DimBuckets {
  // Dimensions that have the same size in every run: "NAME.AXIS" of an input ("x.0"), or a name
  // that the model declares ("batch"), for all dimensions declared so. What the model declares to
  // be the same dimension belongs to it either way.
  std::vector<std::string> dims;
  // The buckets, in any order, or else a rule that has no largest one.
  std::vector<int64_t> sizes;
  int64_t multiple_of = 0;     // all multiples of this
  bool powers_of_two = false;  // 1, 2, 4 ...
};

}  // namespace kairos

#endif  // KAIROS_DIM_BUCKETS_H_
