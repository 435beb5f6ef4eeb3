#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "kairos/graph.h"
#include "rtconvert/upgrade_rules.h"

namespace kairos {

// Before opset 9 a Scan has a batch in front of everything: that is a Scan over the batch, whose
// body is the Scan without it.
absl::Status ScanOverBatches(UpgradeScope& scope) {
  OnnxNode& node = scope.node;
  if (node.inputs.empty()) return scope.Malformed("no inputs");
  if (node.HasInput(0)) return scope.Unsupported("input 0, the lengths of sequences");
  node.inputs.erase(node.inputs.begin());

  Graph batch;
  Node inner{.op = "Scan", .name = "scan"};
  inner.attributes = node.attributes;
  const auto new_value = [&](absl::string_view kind, size_t i) {
    batch.values.push_back({.name = absl::StrCat(kind, i)});
    return static_cast<ValueId>(batch.values.size()) - 1;
  };
  for (size_t i = 0; i < node.inputs.size(); ++i) batch.inputs.push_back(new_value("input", i));
  for (size_t i = 0; i < node.outputs.size(); ++i) batch.outputs.push_back(new_value("output", i));
  inner.inputs = batch.inputs;
  inner.outputs = batch.outputs;
  if (const auto directions = scope.Take<std::vector<int64_t>>("directions")) {
    inner.attributes.Erase("directions");
    inner.attributes.Set("scan_input_directions", *directions);
  }
  batch.nodes.push_back(std::move(inner));
  const int64_t captures = node.attributes.Int("captures", 0);
  node.attributes.Set("num_scan_inputs", static_cast<int64_t>(node.inputs.size()) - captures);
  node.attributes.Set("body", std::make_shared<const Graph>(std::move(batch)));
  return absl::OkStatus();
}

}  // namespace kairos
