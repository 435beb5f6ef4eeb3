// What a model says about its inputs and outputs, as a Value of the graph.
#ifndef KAIROS_APPS_RTCONVERT_DECLARED_VALUE_H_
#define KAIROS_APPS_RTCONVERT_DECLARED_VALUE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/shape_arg.h"
#include "kairos/graph.h"
#include "rtconvert/onnx.pb.h"

namespace kairos {

// kUnimplemented as "type NAME: not supported" for what is no dense tensor, sequence of such or
// optional, or has an element type that is not supported; kDataLoss for sizes that are none. A size
// of -1 and the name "?", which some exporters write, are sizes that nobody knows.
absl::StatusOr<Value> ReadDeclaredValue(const onnx_format::ValueInfoProto& info);

// Gives `value`, an input, the sizes of `shape`. kInvalidArgument when they contradict it.
absl::Status FixShape(const Shape& shape, Value* value);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_DECLARED_VALUE_H_
