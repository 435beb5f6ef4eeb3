// Rows for tests of FlowOfAxis(). Each row is one node; every choice of axes for its inputs is
// tried with two items. Where a cut is let through, the node is computed on the whole and on both
// items (reference backend), and each item of the outputs must have the bits of the whole's.
#ifndef KAIROS_TESTS_UNIT_GRAPH_AXIS_CASE_H_
#define KAIROS_TESTS_UNIT_GRAPH_AXIS_CASE_H_

#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "executor/evaluate.h"
#include "graph/axis_flow.h"
#include "kairos/backend.h"
#include "support/op_case.h"
#include "support/run_graph.h"
#include "unit/graph/infer_case.h"

namespace kairos::testing {

struct AxisCase {
  std::string op;
  std::vector<std::string> inputs;  // as in infer_case.h; random when no values are given
  std::vector<std::pair<const char*, Attribute>> attributes;
  // What is let through, in the order of trying: an axis per input, ':', an axis per output; '-' is
  // whole. "0-:0 1-:1".
  std::string expected;
  int outputs = 1;
  int shape_input = -1;  // this input is the shape of output 0, also when that is an item's
};

class AxisTrial {
 public:
  static constexpr int64_t kItems = 2;

  explicit AxisTrial(const AxisCase& row)
      : row_(row), node_(NodeOf({row.op, row.inputs, row.attributes, "", row.outputs})) {
    for (const std::string& text : row.inputs) {
      const Operand operand = WrittenInput(text).operand();
      values_.push_back(operand.present ? ValueOf(text, operand) : Constant{});
    }
    outputs_ = Unwrap(Evaluate(values_));
  }

  // Tries all axes; the flows that are let through, as rows write them.
  std::string Flows() {
    std::vector<int> axes(values_.size(), kWhole);
    std::string text;
    do {
      const auto flow = FlowOfAxis(node_, Operands(node_, values_), OutputOperands(), axes, kItems);
      const bool any_cut = Written(axes).find_first_not_of('-') != std::string::npos;
      if (!flow.has_value() || !any_cut) continue;
      const std::string written = Written(axes) + ":" + Written(*flow);
      text += (text.empty() ? "" : " ") + written;
      CAPTURE(written);
      for (int64_t item = 0; item < kItems; ++item) CheckItem(axes, *flow, item);
    } while (Next(&axes));
    return text;
  }

 private:
  static std::string Written(const std::vector<int>& axes) {
    std::string text;
    for (int axis : axes) text += axis == kWhole ? "-" : std::to_string(axis);
    return text;
  }

  Constant ValueOf(const std::string& text, const Operand& operand) {
    const TensorType& type = operand.type;
    if (operand.data != nullptr) {
      const WrittenInput written(text);
      return MakeConstant(type.dtype, type.shape, written.operand().data, type.byte_count());
    }
    const Tensor random = RandomTensor(type.dtype, type.shape, ++seed_);
    return MakeConstant(type.dtype, type.shape, random.data(), random.byte_count());
  }

  // As the executor hands them over: the values that the op takes by value are known.
  static std::vector<Operand> Operands(const Node& node, const std::vector<Constant>& values) {
    const OpInfo* info = FindOp(node.domain, node.op);
    std::vector<Operand> operands;
    for (size_t i = 0; i < values.size(); ++i) {
      const bool known = (info->value_inputs >> std::min<size_t>(i, 31) & 1) != 0;
      const bool present = values[i].data != nullptr;
      operands.push_back({present, values[i].type, false, known ? values[i].data : nullptr});
    }
    return operands;
  }

  std::vector<Operand> OutputOperands() const {
    std::vector<Operand> operands;
    for (const Constant& output : outputs_) operands.push_back({true, output.type, false, nullptr});
    return operands;
  }

  absl::StatusOr<std::vector<Constant>> Evaluate(const std::vector<Constant>& values) const {
    const std::unique_ptr<Backend> reference = NewReferenceBackend();
    Backend* const backends[] = {reference.get()};
    std::vector<const Constant*> inputs;
    for (const Constant& value : values) {
      inputs.push_back(value.data == nullptr ? nullptr : &value);
    }
    return EvaluateNode(backends, *NewThreadPool(1), node_, inputs);
  }

  static Constant Item(const Constant& whole, int axis, int64_t item) {
    if (axis == kWhole || whole.data == nullptr) return whole;
    Shape shape = whole.type.shape;
    int64_t outer = 1;
    for (int i = 0; i < axis; ++i) outer *= shape[static_cast<size_t>(i)];
    shape[static_cast<size_t>(axis)] /= kItems;
    const auto count = static_cast<size_t>(outer);
    const size_t run = whole.type.byte_count() / count / kItems;
    std::vector<char> bytes(run * count);
    for (size_t i = 0; i < count; ++i) {
      const auto* from = static_cast<const char*>(whole.data);
      std::memcpy(bytes.data() + i * run, from + (i * kItems + static_cast<size_t>(item)) * run,
                  run);
    }
    return MakeConstant(whole.type.dtype, shape, bytes.data(), bytes.size());
  }

  void CheckItem(const std::vector<int>& axes, const std::vector<int>& flow, int64_t item) {
    std::vector<Constant> values;
    for (size_t i = 0; i < values_.size(); ++i) values.push_back(Item(values_[i], axes[i], item));
    if (row_.shape_input >= 0) {
      const Shape shape = Item(outputs_[0], flow[0], item).type.shape;
      const std::vector<int64_t> numbers(shape.begin(), shape.end());
      values[static_cast<size_t>(row_.shape_input)] =
          MakeConstant(DType::kInt64, {static_cast<int64_t>(numbers.size())}, numbers.data(),
                       8 * numbers.size());
    }
    const auto outputs = Evaluate(values);
    REQUIRE_MESSAGE(outputs.ok(), outputs.status().message());
    for (size_t i = 0; i < outputs->size(); ++i) {
      const Constant expected = Item(outputs_[i], flow[i], item);
      CHECK_EQ((*outputs)[i].type.ToString(), expected.type.ToString());
      const bool same_bits =
          std::memcmp((*outputs)[i].data, expected.data, expected.type.byte_count()) == 0;
      CHECK(same_bits);
    }
  }

  // The next choice of axes with an extent that two items share; false behind the last.
  bool Next(std::vector<int>* axes) const {
    for (size_t i = axes->size(); i-- > 0;) {
      const Shape& shape = values_[i].type.shape;
      int& axis = (*axes)[i];
      do {
        ++axis;
      } while (axis < static_cast<int>(shape.size()) && shape[static_cast<size_t>(axis)] % kItems);
      if (axis < static_cast<int>(shape.size())) return true;
      axis = kWhole;
    }
    return false;
  }

  const AxisCase& row_;
  Node node_;
  uint32_t seed_ = 0;
  std::vector<Constant> values_, outputs_;
};

inline void CheckFlows(const std::vector<AxisCase>& rows) {
  for (const AxisCase& row : rows) {
    CAPTURE(row.op);
    CHECK_EQ(AxisTrial(row).Flows(), row.expected);
  }
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_GRAPH_AXIS_CASE_H_
