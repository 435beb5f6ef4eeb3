#include "rtinspect/graph_text.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kairos {
namespace {

// Longer lists are cut.
constexpr size_t kMaxItems = 12;

template <typename T>
std::string List(const std::vector<T>& items) {
  const std::vector<T> shown(
      items.begin(), items.begin() + static_cast<ptrdiff_t>(std::min(items.size(), kMaxItems)));
  return absl::StrCat("[", absl::StrJoin(shown, ","), shown.size() < items.size() ? ",..." : "",
                      "]");
}

struct AttributeText {
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(float value) const { return absl::StrCat(value); }
  std::string operator()(const std::string& value) const {
    return absl::StrCat("'", absl::CEscape(value.substr(0, 64)), "'");
  }
  std::string operator()(const std::vector<int64_t>& value) const { return List(value); }
  std::string operator()(const std::vector<float>& value) const { return List(value); }
  std::string operator()(const std::vector<std::string>& value) const {
    return absl::StrCat(value.size(), " strings");
  }
  std::string operator()(const Constant& value) const { return value.type.ToString(); }
  std::string operator()(const std::shared_ptr<const Graph>& value) const {
    return absl::StrCat("graph of ", value->nodes.size(), " nodes");
  }
};

std::string Names(const Graph& graph, const std::vector<ValueId>& ids, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", ids[i] == kNoValue ? "-" : graph.value(ids[i]).name);
  }
  return text;
}

std::string NodeText(const Graph& graph, const Node& node) {
  std::string text = absl::StrCat(Names(graph, node.outputs, node.outputs.size()), " = ",
                                  node.domain.empty() ? "" : node.domain + ".", node.op, "(",
                                  Names(graph, node.inputs, node.base_input_count()));
  const char* separator = "; ";
  for (const auto& [name, value] : node.attributes.entries()) {
    absl::StrAppend(&text, separator, name, "=", std::visit(AttributeText{}, value));
    separator = ", ";
  }
  text.push_back(')');
  for (const PostOp& post : node.post_ops) {
    absl::StrAppend(&text, " + ", post.op);
    if (post.operand < 0) continue;
    const ValueId operand = node.inputs[static_cast<size_t>(post.operand)];
    absl::StrAppend(&text, "(", graph.value(operand).name, post.operand_first ? " first" : "", ")");
  }
  return text;
}

}  // namespace

std::vector<std::string> GraphText(const Graph& graph) {
  std::vector<std::string> lines;
  for (const Node& node : graph.nodes) lines.push_back(NodeText(graph, node));
  return lines;
}

}  // namespace kairos
