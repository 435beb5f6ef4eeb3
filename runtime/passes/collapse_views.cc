#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

constexpr char kPass[] = "collapse_views";

// Do nothing where the result has the type of input 0.
constexpr std::array<absl::string_view, 9> kIdleAtSameType = {
    "Cast", "CastLike", "Expand", "Flatten", "Identity", "Reshape", "Squeeze", "Tile", "Unsqueeze"};
// Do nothing with a single input.
constexpr std::array<absl::string_view, 5> kIdleAlone = {"Concat", "Max", "Mean", "Min", "Sum"};

template <size_t N>
bool Contains(const std::array<absl::string_view, N>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Collapser {
 public:
  Collapser(const PassContext& context, Graph* graph)
      : context_(context), types_(*context.types), editor_(graph) {}

  void Run() {
    for (size_t n = 0; n < editor_.node_count(); ++n) {
      const Node& node = editor_.node(n);
      if (!node.domain.empty() || !node.post_ops.empty()) continue;
      if (IsIdle(node)) {
        if (editor_.IsOutput(node.outputs[0])) continue;
        Report(context_, kPass, NodeLabel(node) + " changes nothing");
        editor_.ReplaceUses(node.outputs[0], node.inputs[0]);
        editor_.Remove(n);
      } else if (IsView(node)) {
        JoinViews(n);
      }
    }
    editor_.Finish();
  }

 private:
  const TensorType& type(ValueId id) const {
    const Constant* constant = editor_.constant(id);
    return constant != nullptr ? constant->type : types_[static_cast<size_t>(id)];
  }

  bool IsIdle(const Node& node) const {
    const bool may_be = Contains(kIdleAtSameType, node.op) ||
                        (Contains(kIdleAlone, node.op) && node.inputs.size() == 1);
    return may_be && type(node.inputs[0]) == type(node.outputs[0]);
  }

  static bool IsView(const Node& node) {
    const OpInfo* info = FindOp(node.domain, node.op);
    return info != nullptr && info->is_view && node.post_ops.empty();
  }

  // A view of a view is one of what lies below.
  void JoinViews(size_t n) {
    const Node& node = editor_.node(n);
    const size_t below = editor_.producer(node.inputs[0]);
    if (below == GraphEditor::kNone || !IsView(editor_.node(below))) return;
    const Shape& shape = type(node.outputs[0]).shape;
    if (type(node.outputs[0]).element_count() == 0) return;  // Reshape reads a 0 as "as before"
    Report(context_, kPass,
           absl::StrCat(NodeLabel(node), " takes in ", NodeLabel(editor_.node(below))));
    auto sizes = std::make_shared<std::vector<int64_t>>(shape.begin(), shape.end());
    const TensorType sizes_type{DType::kInt64, {static_cast<int64_t>(sizes->size())}};
    sizes->reserve(1);  // so that there is an address
    Node joined;
    joined.op = "Reshape";
    joined.name = node.name;
    joined.outputs = node.outputs;
    const ValueId x = editor_.node(below).inputs[0];
    joined.inputs = {x,
                     editor_.AddConstant(node.name + "/shape", {sizes_type, sizes->data(), sizes})};
    editor_.Replace(n, std::move(joined));
  }

  const PassContext& context_;
  const std::vector<TensorType>& types_;
  GraphEditor editor_;
};

}  // namespace

absl::Status CollapseViews(const PassContext& context, Graph* graph) {
  Collapser(context, graph).Run();
  return RemoveDeadCode({}, graph);
}

}  // namespace kairos
