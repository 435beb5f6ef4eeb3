#include "rtbench/dispatch.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "kairos/policies.h"
#include "kairos/session.h"
#include "rtbench/repeater.h"
#include "rtbench/statistics.h"

namespace kairos {
namespace {

constexpr size_t kSignatures = 2;
constexpr size_t kFinds = 1000;

class IdleKernel : public Kernel {
 public:
  absl::string_view name() const override { return "idle"; }
  absl::Status Run(const KernelArgs&, State*) const override { return absl::OkStatus(); }
};

class IdleBackend : public Backend {
 public:
  absl::string_view name() const override { return "idle"; }
  absl::Status Supports(const KernelRequest& request) const override {
    if (request.node->post_ops.empty()) return absl::OkStatus();
    return absl::UnimplementedError("idle: no post-ops, or the chain would be one operator");
  }
  absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest&) override {
    return std::make_unique<IdleKernel>();
  }
  absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                               absl::string_view) override {
    return Specialize(request);
  }
};

// The value of the operator, which is the graph's next one.
ValueId AddSin(ValueId x, Graph* graph) {
  const auto id = static_cast<ValueId>(graph->values.size());
  Value y;
  y.name = absl::StrCat("y", graph->nodes.size());
  graph->values.push_back(std::move(y));
  Node node;
  node.op = "Sin";
  node.name = absl::StrCat("sin", graph->nodes.size());
  node.inputs = {x};
  node.outputs = {id};
  graph->nodes.push_back(std::move(node));
  return id;
}

Graph Chain(int operators) {
  Graph graph;
  graph.name = "chain";
  Value x;
  x.name = "x";
  x.dtype = DType::kFloat32;
  x.dims = {{8, ""}};
  graph.values.push_back(std::move(x));
  graph.inputs = {0};
  for (int i = 0; i < operators; ++i) {
    AddSin(i, &graph);
  }
  graph.outputs = {operators};
  return graph;
}

// As many operators as inputs; all dimensions are free, and of one size.
Graph SideBySide(int inputs, int dimensions) {
  Graph graph;
  graph.name = "side_by_side";
  for (int i = 0; i < inputs; ++i) {
    Value x;
    x.name = absl::StrCat("x", i);
    x.dtype = DType::kFloat32;
    x.dims.emplace(static_cast<size_t>(dimensions), Dim{-1, "n"});
    graph.values.push_back(std::move(x));
    graph.inputs.push_back(2 * i);
    graph.outputs.push_back(AddSin(2 * i, &graph));
  }
  return graph;
}

absl::StatusOr<std::shared_ptr<Runtime>> IdleRuntime() {
  RuntimeOptions options;
  options.threads = 1;
  options.extra_backends.push_back(std::make_unique<IdleBackend>());
  return Runtime::Make(std::move(options));
}

absl::StatusOr<double> NsPerOperator(const std::shared_ptr<Runtime>& runtime,
                                     const std::shared_ptr<const Model>& model, int runs,
                                     const NowNs& now_ns, SessionOptions options) {
  options.policy = NewJitPolicy();
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(runtime, model, std::move(options));
  if (!session.ok()) return session.status();
  std::vector<std::vector<Tensor>> inputs(1);
  absl::StatusOr<Tensor> input = Tensor::Make(DType::kFloat32, {8});
  if (!input.ok()) return input.status();
  inputs[0].push_back(*std::move(input));
  absl::StatusOr<std::vector<Tensor>> outputs = (*session)->Run({inputs[0][0].view()});
  if (!outputs.ok()) return outputs.status();
  const size_t operators = model->graph().nodes.size(), steps = (*session)->Explain().size();
  if (steps != operators) {
    return absl::InternalError(
        absl::StrCat("dispatch: ", operators, " operators became ", steps, " steps"));
  }
  Repeater repeater(**session, inputs, *outputs);
  std::vector<double> ns;
  for (int run = 0; run < runs; ++run) {
    const int64_t start_ns = now_ns();
    if (absl::Status status = repeater.Run(); !status.ok()) return status;
    ns.push_back(static_cast<double>(now_ns() - start_ns) / static_cast<double>(operators));
  }
  return Median(std::move(ns));
}

}  // namespace

absl::StatusOr<DispatchCost> MeasureDispatch(int operators, int runs, const NowNs& now_ns) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = IdleRuntime();
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::FromGraph(Chain(operators));
  if (!model.ok()) return model.status();
  absl::StatusOr<double> unwatched = NsPerOperator(*runtime, *model, runs, now_ns, {});
  if (!unwatched.ok()) return unwatched.status();
  SessionOptions listening;
  int64_t events = 0;
  listening.on_event = [&](const Event&) { ++events; };
  listening.clock_ns = now_ns;
  absl::StatusOr<double> watched =
      NsPerOperator(*runtime, *model, runs, now_ns, std::move(listening));
  if (!watched.ok()) return watched.status();
  return DispatchCost{*unwatched, *watched};
}

absl::StatusOr<double> MeasureFind(int inputs, int dimensions, int repeats, const NowNs& now_ns) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = IdleRuntime();
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model =
      Model::FromGraph(SideBySide(inputs, dimensions));
  if (!model.ok()) return model.status();
  SessionOptions options;
  options.policy = NewJitPolicy();
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(*runtime, *model, std::move(options));
  if (!session.ok()) return session.status();
  std::vector<std::vector<Tensor>> tensors(kSignatures);
  std::vector<std::vector<TensorView>> signatures(kSignatures);
  for (size_t s = 0; s < kSignatures; ++s) {
    tensors[s].reserve(static_cast<size_t>(inputs));  // views point into them
    const Shape shape(static_cast<size_t>(dimensions), static_cast<int64_t>(s) + 1);
    for (int i = 0; i < inputs; ++i) {
      absl::StatusOr<Tensor> tensor = Tensor::Make(DType::kFloat32, shape);
      if (!tensor.ok()) return tensor.status();
      tensors[s].push_back(*std::move(tensor));
      signatures[s].push_back(tensors[s].back().view());
    }
    if (absl::Status made = (*session)->Prepare(signatures[s]); !made.ok()) return made;
  }
  std::vector<double> ns;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    size_t found = 0;
    const int64_t start_ns = now_ns();
    for (size_t i = 0; i < kFinds; ++i) {
      found += (*session)->Ready(signatures[i % kSignatures]) ? 1 : 0;
    }
    ns.push_back(static_cast<double>(now_ns() - start_ns) / kFinds);
    if (found != kFinds) return absl::InternalError("find: a Program that was made is not there");
  }
  return Median(std::move(ns));
}

}  // namespace kairos
