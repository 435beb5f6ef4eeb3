#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kairos/kernel.h"

namespace kairos {
namespace {

void AppendBytes(const void* data, size_t bytes, std::string* out) {
  absl::StrAppend(out, bytes, ":");
  out->append(static_cast<const char*>(data), bytes);
}

void AppendText(absl::string_view text, std::string* out) {
  AppendBytes(text.data(), text.size(), out);
}

struct AttributeAppender {
  std::string* out;
  void operator()(int64_t v) const { absl::StrAppend(out, "i", v, ";"); }
  void operator()(float v) const { AppendBytes(&v, sizeof(v), out); }
  void operator()(const std::string& v) const { AppendText(v, out); }
  void operator()(const std::vector<int64_t>& v) const {
    AppendBytes(v.data(), v.size() * sizeof(int64_t), out);
  }
  void operator()(const std::vector<float>& v) const {
    AppendBytes(v.data(), v.size() * sizeof(float), out);
  }
  void operator()(const std::vector<std::string>& v) const {
    absl::StrAppend(out, v.size(), "s");
    for (const std::string& s : v) AppendText(s, out);
  }
  void operator()(const Constant& v) const {
    absl::StrAppend(out, v.type.ToString());
    if (v.data != nullptr) AppendBytes(v.data, v.type.byte_count(), out);
  }
  // Subgraphs are shared and immutable, so that identity is equality.
  void operator()(const std::shared_ptr<const Graph>& v) const {
    const Graph* graph = v.get();
    AppendBytes(&graph, sizeof(graph), out);
  }
};

void AppendAttributes(const Attributes& attributes, std::string* out) {
  for (const auto& [name, value] : attributes.entries()) {
    absl::StrAppend(out, name, "=", value.index());
    std::visit(AttributeAppender{out}, value);
  }
  out->push_back('|');
}

void AppendOperand(const Operand& operand, std::string* out) {
  if (!operand.present) {
    out->append("-,");
    return;
  }
  absl::StrAppend(out, static_cast<int>(operand.type.dtype), operand.constant ? "c" : "v",
                  static_cast<int>(operand.type.layout));
  for (int64_t d : operand.type.shape) absl::StrAppend(out, "x", d);
  if (operand.data != nullptr) {
    out->push_back('=');
    AppendBytes(operand.data, operand.type.byte_count(), out);
  }
  out->push_back(',');
}

}  // namespace

std::string CanonicalKey(const KernelRequest& request) {
  const Node& node = *request.node;
  std::string key = absl::StrCat(node.domain, ".", node.op, "|");
  AppendAttributes(node.attributes, &key);
  for (const PostOp& post : node.post_ops) {
    absl::StrAppend(&key, "+", post.op, post.operand, post.operand_first ? "<" : ">");
    AppendAttributes(post.attributes, &key);
  }
  for (const Operand& operand : request.inputs) AppendOperand(operand, &key);
  key.push_back('>');
  for (const Operand& operand : request.outputs) AppendOperand(operand, &key);
  absl::StrAppend(&key, "t", request.threads, request.deterministic ? "d" : "", request.winograd ? "w" : "");
  return key;
}

absl::Status Kernel::Pack(size_t, const void*, void*, ThreadPool&) const {
  return absl::InternalError(absl::StrCat(name(), ": packs no input"));
}

}  // namespace kairos
