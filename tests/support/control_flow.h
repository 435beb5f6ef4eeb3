// Graphs with control flow for tests, and values to run them on.
#ifndef KAIROS_TESTS_SUPPORT_CONTROL_FLOW_H_
#define KAIROS_TESTS_SUPPORT_CONTROL_FLOW_H_

#include <memory>
#include <string>
#include <vector>

#include "kairos/any_value.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"

namespace kairos::testing {

using Body = std::shared_ptr<const Graph>;

// One input, one output, one operator.
inline Body UnaryBody(const std::string& op) {
  GraphBuilder b(op);
  b.Output(b.Add(op, {b.UnrankedInput("captured", DType::kUndefined)}));
  return b.BuildShared();
}

// y = condition ? -x : exp(x)
inline ValueId NegOrExp(GraphBuilder& b, ValueId condition, ValueId x) {
  return b.Add("If", {condition, x},
               {{"then_branch", UnaryBody("Neg")}, {"else_branch", UnaryBody("Exp")}}, "choice");
}

// A Loop whose body doubles the carried value, adds the captured one, and stacks what it has then;
// it ends by itself when the carried value's first element passes `limit`.
inline Body DoublingBody(float limit = 1e30f) {
  GraphBuilder b("doubling");
  b.Input("i", DType::kInt64, {});
  b.Input("go_on", DType::kBool, {});
  const ValueId state = b.UnrankedInput("state", DType::kFloat32);
  const ValueId captured = b.UnrankedInput("step", DType::kFloat32);
  const ValueId next = b.Add("Add", {b.Add("Add", {state, state}), captured}, {}, "next");
  const ValueId first = b.Add("ReduceMax", {next}, {{"keepdims", int64_t{0}}});
  b.Output(b.Add("Less", {first, b.Scalar<float>("limit", limit)}, {}, "go"));
  b.Output(next);
  b.Output(b.Add("Identity", {next}, {}, "stacked"));
  b.graph().value(b.graph().outputs[2]).dtype = DType::kFloat32;
  b.graph().value(b.graph().outputs[2]).dims = std::vector<Dim>{Dim{2, ""}};
  return b.BuildShared();
}

// trips, x[2], step[2] -> final[2], all[trips,2]
inline Graph DoublingLoop(float limit = 1e30f) {
  GraphBuilder b("loop");
  const ValueId trips = b.Input("trips", DType::kInt64, {});
  const ValueId x = b.Input("x", DType::kFloat32, {2}),
                step = b.Input("step", DType::kFloat32, {2});
  const std::vector<ValueId> outputs =
      b.AddNode("Loop", {trips, kNoValue, x, step}, 2,
                {{"body", DoublingBody(limit)}, {"captures", int64_t{1}}}, "loop");
  b.Output(outputs[0], "final");
  b.Output(outputs[1], "all");
  return b.Build();
}

inline Tensor FloatTensor(Shape shape, const std::vector<float>& values) {
  Tensor tensor = Unwrap(Tensor::Make(DType::kFloat32, std::move(shape)));
  std::copy(values.begin(), values.end(), tensor.as<float>().begin());
  return tensor;
}
inline Tensor ScalarTensor(int64_t value) {
  Tensor tensor = Unwrap(Tensor::Make(DType::kInt64, {}));
  tensor.as<int64_t>()[0] = value;
  return tensor;
}
inline Tensor BoolTensor(bool value) {
  Tensor tensor = Unwrap(Tensor::Make(DType::kBool, {}));
  tensor.as<bool>()[0] = value;
  return tensor;
}
template <typename... Tensors>
std::vector<Tensor> Pack(Tensors... tensors) {
  std::vector<Tensor> packed;
  (packed.push_back(std::move(tensors)), ...);
  return packed;
}
inline std::vector<float> FloatsOf(const Tensor& tensor) {
  return {tensor.as<float>().begin(), tensor.as<float>().end()};
}
inline std::vector<float> FloatsOf(const Constant& tensor) {
  const auto* data = static_cast<const float*>(tensor.data);
  return {data, data + tensor.type.element_count()};
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_CONTROL_FLOW_H_
