// Whether this library has a node in the form it was imported to: its attributes and the element
// types it names. The graph as a whole is validated later, but stops at the first such node.
#ifndef KAIROS_APPS_RTCONVERT_NODE_CHECK_H_
#define KAIROS_APPS_RTCONVERT_NODE_CHECK_H_

#include "absl/status/status.h"

#include "rtconvert/onnx_node.h"

namespace kairos {

// Both are worded for Problems: kUnimplemented, and kInvalidArgument, as "form of OP: ...", when
// the node has other inputs, outputs or attributes than its operator. That is one of
// SupportedOps().
absl::Status CheckNode(const OnnxNode& node);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_NODE_CHECK_H_
