// Rows for tests of type inference. Inputs are written "int64[2]=3,4" ("float32[1,3]" when the
// values are not known, "" when absent); the expectation is the output types, joined by blanks, or
// the whole status: "INVALID_ARGUMENT: input 1 has ...".
#ifndef KAIROS_TESTS_UNIT_GRAPH_INFER_CASE_H_
#define KAIROS_TESTS_UNIT_GRAPH_INFER_CASE_H_

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "graph/op_table.h"
#include "support/graph_builder.h"

namespace kairos::testing {

struct InferCase {
  std::string op;  // "kairos.Swish" is in that domain
  std::vector<std::string> inputs;
  std::vector<std::pair<const char*, Attribute>> attributes;
  std::string expected;
  int outputs = 1;
};

// An input as written in a row.
class WrittenInput {
 public:
  explicit WrittenInput(const std::string& text) {
    if (text.empty()) return;
    const size_t bracket = text.find('['), end = text.find(']');
    operand_.present = true;
    for (int number = 0; number < 256; ++number) {
      if (DTypeName(static_cast<DType>(number)) != text.substr(0, bracket)) continue;
      operand_.type.dtype = static_cast<DType>(number);
    }
    for (const std::string& dim : Split(text.substr(bracket + 1, end - bracket - 1))) {
      operand_.type.shape.push_back(std::strtoll(dim.c_str(), nullptr, 10));
    }
    if (end + 1 < text.size()) {
      for (const std::string& value : Split(text.substr(end + 2))) Append(value);
      bytes_.reserve(1);  // values of no elements are known, too
      known_ = true;
    }
  }
  Operand operand() const {
    Operand operand = operand_;
    if (known_) operand.data = bytes_.data();
    return operand;
  }

 private:
  static std::vector<std::string> Split(const std::string& text) {
    std::vector<std::string> parts;
    for (size_t at = 0; at < text.size();) {
      const size_t comma = std::min(text.find(',', at), text.size());
      parts.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
    return parts;
  }
  template <typename T>
  void AppendAs(T value) {
    const auto* from = reinterpret_cast<const char*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof(T));
  }
  void Append(const std::string& value) {
    switch (operand_.type.dtype) {
      case DType::kFloat32:
        return AppendAs(std::strtof(value.c_str(), nullptr));
      case DType::kFloat64:
        return AppendAs(std::strtod(value.c_str(), nullptr));
      case DType::kInt32:
        return AppendAs(static_cast<int32_t>(std::strtol(value.c_str(), nullptr, 10)));
      case DType::kInt64:
        return AppendAs(static_cast<int64_t>(std::strtoll(value.c_str(), nullptr, 10)));
      case DType::kUint64:
        return AppendAs(static_cast<uint64_t>(std::strtoull(value.c_str(), nullptr, 10)));
      case DType::kInt16:
      case DType::kFloat16:  // as bits
      case DType::kBFloat16:
        return AppendAs(static_cast<int16_t>(std::strtol(value.c_str(), nullptr, 0)));
      default:
        return AppendAs(static_cast<int8_t>(std::strtol(value.c_str(), nullptr, 10)));
    }
  }

  Operand operand_;
  std::vector<char> bytes_;
  bool known_ = false;
};

inline Node NodeOf(const InferCase& row) {
  Node node;
  const size_t dot = row.op.rfind('.');
  if (dot != std::string::npos) node.domain = row.op.substr(0, dot);
  node.op = row.op.substr(dot == std::string::npos ? 0 : dot + 1);
  for (const std::string& input : row.inputs) {
    node.inputs.push_back(input.empty() ? kNoValue : static_cast<ValueId>(node.inputs.size()));
  }
  for (int i = 0; i < row.outputs; ++i) node.outputs.push_back(100 + i);
  for (const auto& [name, value] : row.attributes) node.attributes.Set(name, value);
  return node;
}

// What InferTypes makes of the node, as rows expect it.
inline std::string Inferred(const Node& node, const std::vector<std::string>& inputs) {
  std::vector<WrittenInput> written(inputs.begin(), inputs.end());
  std::vector<Operand> operands;
  for (const WrittenInput& input : written) operands.push_back(input.operand());
  std::vector<TensorType> types;
  const absl::Status status = InferTypes(node, operands, &types);
  if (!status.ok()) {
    return absl::StatusCodeToString(status.code()) + ": " + std::string(status.message());
  }
  std::string text;
  for (const TensorType& type : types) text += (text.empty() ? "" : " ") + type.ToString();
  return text;
}

inline void CheckRows(const std::vector<InferCase>& rows) {
  for (const InferCase& row : rows) {
    std::string inputs;
    for (const std::string& input : row.inputs) inputs += " '" + input + "'";
    CAPTURE(row.op);
    CAPTURE(inputs);
    CHECK_EQ(Inferred(NodeOf(row), row.inputs), row.expected);
  }
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_GRAPH_INFER_CASE_H_
