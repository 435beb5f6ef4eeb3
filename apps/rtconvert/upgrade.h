// Nodes of older opsets rewritten into their opset-22 form, which is what a Graph holds. An
// operator changes at the opsets of its history (github.com/onnx/onnx/blob/main/docs/Changelog.md);
// each change that is more than new element types or a new attribute with a neutral default is a
// row {operator, opset, function} in upgrade.cc, and a node passes through the rows between the
// model's opset and 22 in order.
#ifndef KAIROS_APPS_RTCONVERT_UPGRADE_H_
#define KAIROS_APPS_RTCONVERT_UPGRADE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/attribute.h"
#include "rtconvert/names.h"
#include "rtconvert/onnx_node.h"
#include "rtconvert/value_facts.h"

namespace kairos {

// A node being upgraded, with what the upgrade puts around it. Nodes and constants added here are
// in opset-22 form and have new names, made from the node's.
class UpgradeScope {
 public:
  UpgradeScope(OnnxNode old_node, ValueFacts* facts, UniqueNames* names)
      : node(std::move(old_node)), facts_(*facts), names_(*names) {}

  OnnxNode node;

  // An empty fact for an input that is absent.
  ValueFact InputFact(size_t i) const {
    return node.HasInput(i) ? facts_.Find(node.inputs[i]) : ValueFact();
  }

  // New constants; each returns the constant's name.
  std::string AddInts(absl::string_view suffix, absl::Span<const int64_t> values);
  std::string AddFloats(absl::string_view suffix, absl::Span<const float> values);
  // A scalar of input 0's element type. kUnimplemented when that is not known.
  absl::StatusOr<std::string> AddScalarLikeInput(absl::string_view suffix, float value);

  // A new node in front; returns the name of its output.
  std::string InsertBefore(absl::string_view op, std::vector<std::string> inputs,
                           std::vector<Attributes::Entry> attributes = {});
  // A new node behind, which takes over the node's output 0; its input 0 is what the node has made.
  void AppendAfter(absl::string_view op, std::vector<std::string> more_inputs);

  // Removes the attribute and returns its value; nothing when it is absent or of another type.
  template <typename T>
  std::optional<T> Take(absl::string_view name) {
    const Attribute* attribute = node.attributes.Find(name);
    const T* value = attribute == nullptr ? nullptr : std::get_if<T>(attribute);
    if (value == nullptr) return std::nullopt;
    std::optional<T> taken(*value);
    node.attributes.Erase(name);
    return taken;
  }

  // kUnimplemented as "op NAME: WHAT"; kDataLoss likewise.
  absl::Status Unsupported(absl::string_view what) const;
  absl::Status Malformed(absl::string_view what) const;

  // In the order in which they are to run.
  std::vector<OnnxNode> TakeNodes();
  const std::vector<std::pair<std::string, Constant>>& constants() const { return constants_; }

 private:
  std::string NewName(absl::string_view suffix);
  std::string AddConstant(absl::string_view suffix, Constant constant);

  ValueFacts& facts_;
  UniqueNames& names_;
  std::vector<OnnxNode> before_, after_;
  std::vector<std::pair<std::string, Constant>> constants_;
};

using UpgradeFunction = absl::Status (*)(UpgradeScope& scope);

struct UpgradeRow {
  absl::string_view op;  // empty: any
  int opset;             // the form of `op` since this opset is what the function produces
  UpgradeFunction upgrade;
};

// Sorted by opset.
absl::Span<const UpgradeRow> UpgradeRows();

// Brings scope.node from `opset` to kOpset. kUnimplemented: this use has no such form.
absl::Status UpgradeNode(int opset, UpgradeScope& scope);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_UPGRADE_H_
