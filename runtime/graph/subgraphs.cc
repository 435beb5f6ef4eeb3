#include "graph/subgraphs.h"

#include <algorithm>
#include <cstdint>
#include <variant>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace kairos {
namespace {

absl::Status ExpectCount(absl::string_view what, size_t have, size_t want) {
  if (have == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("got ", have, " ", what, ", expected ", want));
}

absl::Status CheckBody(const Node& node, const Graph& body) {
  const size_t inputs = node.inputs.size(), outputs = node.outputs.size();
  if (node.op == "If") {
    KAIROS_RETURN_IF_ERROR(ExpectCount("inputs", body.inputs.size(), inputs - 1));
    return ExpectCount("outputs", body.outputs.size(), outputs);
  }
  KAIROS_RETURN_IF_ERROR(ExpectCount("inputs", body.inputs.size(), inputs));
  if (node.op != "Loop") return ExpectCount("outputs", body.outputs.size(), outputs);
  return ExpectCount("outputs", body.outputs.size(), outputs + 1);
}

absl::Status CheckPresent(const Node& node, size_t first) {
  for (size_t i = first; i < node.inputs.size(); ++i) {
    if (node.inputs[i] != kNoValue) continue;
    return absl::InvalidArgumentError(absl::StrCat("input ", i, " is absent, expected a value"));
  }
  return absl::OkStatus();
}

// Per scan input or output there may be an axis and a direction.
absl::Status CheckScanLists(const Node& node, size_t scan_inputs, size_t scan_outputs) {
  for (const char* name :
       {"scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions"}) {
    const size_t have = node.attributes.Ints(name).size();
    const bool of_input = absl::string_view(name).substr(0, 10) == "scan_input";
    const size_t want = of_input ? scan_inputs : scan_outputs;
    if (have == 0 || have == want) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("attribute '", name, "' has ", have, " elements, expected ", want));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<BodyOf> BodiesOf(const Node& node) {
  std::vector<BodyOf> bodies;
  for (const auto& [name, value] : node.attributes.entries()) {
    const auto* graph = std::get_if<std::shared_ptr<const Graph>>(&value);
    if (graph != nullptr && *graph != nullptr) bodies.push_back({name, *graph});
  }
  return bodies;
}

size_t CaptureCount(const Node& node) {
  if (node.op == "If") return node.inputs.empty() ? 0 : node.inputs.size() - 1;
  return static_cast<size_t>(node.attributes.Int("captures", 0));
}

absl::Status CheckBodies(const Node& node) {
  // Besides the captures: Loop has the trip count and the condition, the others one input or more.
  const size_t own = node.op == "Loop" ? 2 : 1;
  const size_t captures = CaptureCount(node);
  if (node.inputs.size() < own || captures > node.inputs.size() - own) {
    return absl::InvalidArgumentError(absl::StrCat("got ", node.inputs.size(), " inputs with ",
                                                   captures, " captured ones, expected at least ",
                                                   own, " more"));
  }
  const size_t others = node.inputs.size() - captures;
  KAIROS_RETURN_IF_ERROR(CheckPresent(node, node.op == "Loop" ? 2 : 0));
  for (const auto& [name, value] : node.attributes.entries()) {
    const auto* body = std::get_if<std::shared_ptr<const Graph>>(&value);
    if (body == nullptr) continue;
    if (*body == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("attribute '", name, "' holds no graph"));
    }
    KAIROS_RETURN_IF_ERROR(Annotate(name, CheckBody(node, **body)));
  }
  if (node.op == "Loop") {
    return node.outputs.size() + 2 >= others
               ? absl::OkStatus()
               : absl::InvalidArgumentError(absl::StrCat("got ", node.outputs.size(),
                                                         " outputs, expected at least ", others - 2,
                                                         ", as carried values"));
  }
  if (node.op != "Scan") return absl::OkStatus();
  const auto scanned = static_cast<size_t>(node.attributes.Int("num_scan_inputs", 1));
  if (scanned > others || node.outputs.size() < others - scanned) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'num_scan_inputs' is ", scanned,
                                                   ", expected at most ", others, " with ",
                                                   node.outputs.size(), " outputs"));
  }
  return CheckScanLists(node, scanned, node.outputs.size() - (others - scanned));
}

}  // namespace kairos
