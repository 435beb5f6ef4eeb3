// The values that the graphs inside of nodes take from the graphs around them.
#ifndef KAIROS_APPS_RTCONVERT_FREE_NAMES_H_
#define KAIROS_APPS_RTCONVERT_FREE_NAMES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "rtconvert/onnx.pb.h"

namespace kairos {

inline constexpr int kMaxGraphDepth = 16;  // as a model file may have

// The graphs among the node's attributes, with the attributes' names.
std::vector<std::pair<absl::string_view, const onnx_format::GraphProto*>> BodiesOf(
    const onnx_format::NodeProto& node);

// kResourceExhausted when graphs are nested deeper than kMaxGraphDepth. The functions below, which
// call themselves, are for graphs that have passed.
absl::Status CheckGraphDepth(const onnx_format::GraphProto& graph);

// Names that the node's graphs use and do not make, each once, in the order of use.
std::vector<std::string> FreeNames(const onnx_format::NodeProto& node);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_FREE_NAMES_H_
