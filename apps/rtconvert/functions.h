// Functions that a model defines are replaced by what they consist of.
#ifndef KAIROS_APPS_RTCONVERT_FUNCTIONS_H_
#define KAIROS_APPS_RTCONVERT_FUNCTIONS_H_

#include <memory>

#include "absl/status/statusor.h"

#include "rtconvert/onnx.pb.h"

namespace kairos {

// `model` itself when it has no functions. Values and nodes of a function get new names, made from
// that of the node that calls it. kDataLoss: a call that does not fit its function, or a function
// that calls itself; kUnimplemented: one that imports another opset than the model;
// kResourceExhausted: more nodes than the limit.
absl::StatusOr<std::shared_ptr<const onnx_format::ModelProto>> InlineFunctions(
    std::shared_ptr<const onnx_format::ModelProto> model);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_FUNCTIONS_H_
