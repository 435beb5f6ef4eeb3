// One operator with its operands, run by any backend as the executor would: output types from the
// op table, constants packed, the outputs handed back plain. Suites that compare backends with the
// reference are built on it.
//
//   OperatorCase c("Conv", {{"pads", Ints{1, 1, 1, 1}}});
//   c.Input(RandomTensor(DType::kFloat32, {1, 3, 8, 8}, 1), Layout::kChannelsLast);
//   c.Weight(RandomTensor(DType::kFloat32, {4, 3, 3, 3}, 2));
//   c.output_layout = Layout::kChannelsLast;
//   auto got = c.Run(backend, *pool), want = c.Run(*NewReferenceBackend(), *pool);
//   CHECK(CompareTensors((*got)[0], (*want)[0], 1e-5, 1e-6) == "");
#ifndef KAIROS_TESTS_SUPPORT_OP_CASE_H_
#define KAIROS_TESTS_SUPPORT_OP_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/backend.h"
#include "kairos/tensor.h"
#include "support/graph_builder.h"

namespace kairos::testing {

class OperatorCase {
 public:
  // "domain.Op" is split at the dot.
  explicit OperatorCase(const std::string& op, AttributeList attributes = {}, int output_count = 1);

  OperatorCase& Set(const char* attribute, const Attribute& value);

  // Tensors are given plain, and laid out as asked before the kernel sees them.
  OperatorCase& Input(const Tensor& plain, Layout layout = Layout::kPlain);
  // A constant, which the kernel may ask to pack.
  OperatorCase& Weight(const Tensor& plain);
  // A constant whose values the kernel is made for.
  OperatorCase& Known(const Tensor& plain);
  OperatorCase& Absent();
  // Fused; a binary one takes the operand added next.
  OperatorCase& Post(const std::string& op, AttributeList attributes = {});
  OperatorCase& PostBinary(const std::string& op, bool operand_first = false);

  // The outputs, plain, or the first refusal: of the op table, the backend or the kernel.
  absl::StatusOr<std::vector<Tensor>> Run(Backend& backend, ThreadPool& pool) const;

  // Of the outputs that have output 0's rank.
  Layout output_layout = Layout::kPlain;
  bool deterministic = false;

 private:
  OperatorCase& Add(const Tensor& plain, Layout layout, bool constant, bool known);
  absl::StatusOr<std::vector<Operand>> OutputOperands() const;

  Node node_;
  std::vector<Operand> inputs_;
  std::vector<Constant> data_;  // in the operands' layouts
};

// Floating point in [-1, 1), signed integers in [-8, 8), unsigned ones in [0, 16), bool; the same
// for the same seed.
Tensor RandomTensor(DType dtype, const Shape& shape, uint32_t seed);

// Empty when types agree and |got - want| <= atol + rtol * |want| everywhere (equal infinities and
// two NaN agree too); else what differs first and how many elements do.
std::string CompareTensors(const Tensor& got, const Tensor& want, double rtol, double atol);

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_OP_CASE_H_
