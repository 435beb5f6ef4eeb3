// The fixture of the upgrade table's tests.
#ifndef KAIROS_TESTS_UNIT_IMPORTER_UPGRADE_FIXTURE_H_
#define KAIROS_TESTS_UNIT_IMPORTER_UPGRADE_FIXTURE_H_

#include <doctest/doctest.h>

#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "rtconvert/upgrade.h"
#include "unit/importer/model_proto.h"

namespace kairos {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

// One node, and what becomes of it when one row is applied.
class Upgrade {
 public:
  Upgrade(absl::string_view op, std::vector<std::string> inputs,
          std::vector<std::string> outputs = {"y"}) {
    node_.op = std::string(op);
    node_.name = "n";
    node_.inputs = std::move(inputs);
    node_.outputs = std::move(outputs);
  }
  Upgrade& Attr(absl::string_view name, Attribute value) {
    node_.attributes.Set(name, std::move(value));
    return *this;
  }
  Upgrade& Ranked(const std::string& value, int64_t rank, DType dtype = DType::kFloat32) {
    facts_.Add(value, dtype, rank);
    return *this;
  }
  Upgrade& WithInts(const std::string& value, const Ints& elements) {
    facts_.AddConstant(value, NewIntsConstant(elements));
    return *this;
  }

  // Applies the row and nothing else; REQUIREs that it exists.
  absl::Status Apply(absl::string_view row_op, int opset) {
    UpgradeScope scope(node_, &facts_, &names_);
    absl::Status status = absl::NotFoundError("no such row");
    for (const UpgradeRow& row : UpgradeRows()) {
      if (row.op == row_op && row.opset == opset) status = row.upgrade(scope);
    }
    for (const auto& [name, constant] : scope.constants()) constants_.emplace(name, constant);
    nodes = scope.TakeNodes();
    return status;
  }
  // The same for a row that must succeed.
  Upgrade& To(int opset) {
    REQUIRE(Apply(node_.op, opset).ok());
    return *this;
  }

  std::vector<std::string> Ops() const {
    std::vector<std::string> ops;
    for (const OnnxNode& node : nodes) ops.push_back(node.op);
    return ops;
  }
  const OnnxNode& node(size_t i = 0) const { return nodes.at(i); }
  // Elements of the constant at an input.
  Ints IntsAt(size_t input, size_t i = 0) const {
    return testing::Elements<int64_t>(constants_.at(node(i).inputs.at(input)));
  }
  Floats FloatsAt(size_t input, size_t i = 0) const {
    return testing::Elements<float>(constants_.at(node(i).inputs.at(input)));
  }

  std::vector<OnnxNode> nodes;

 private:
  OnnxNode node_;
  ValueFacts facts_;
  UniqueNames names_;
  std::map<std::string, Constant> constants_;
};

}  // namespace kairos

#endif  // KAIROS_TESTS_UNIT_IMPORTER_UPGRADE_FIXTURE_H_
