// A graph up to the point where kernels are chosen, for tests of lowering and placement.
#ifndef KAIROS_TESTS_UNIT_EXECUTOR_LOWERED_GRAPH_H_
#define KAIROS_TESTS_UNIT_EXECUTOR_LOWERED_GRAPH_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "executor/analysis.h"
#include "executor/lowering.h"
#include "kairos/backend.h"
#include "tests/support/run_graph.h"
#include "tests/support/test_backend.h"

namespace kairos::testing {

// With one thread; constants are computed by the reference backend.
class Specializing {
 public:
  absl::StatusOr<SpecializedGraph> Specialize(const Graph& graph, const Signature& signature) {
    prepared_ =
        std::make_unique<PreparedGraph>(Unwrap(PrepareGraph(graph, {}, {}, backends(), *pool_)));
    return SpecializeGraph(*prepared_, signature, backends(), *pool_);
  }
  SpecializedGraph Specialize(const Graph& graph, const std::vector<TensorType>& inputs) {
    return Unwrap(Specialize(graph, Signature{inputs, std::vector<std::string>(inputs.size())}));
  }
  // As for a backend that prefers `layout` and takes everything.
  Lowered Lower(const Graph& graph, const std::vector<TensorType>& inputs, Layout layout) {
    std::vector<std::unique_ptr<Backend>> only;
    only.push_back(NewTestBackend({.layout = layout}));
    return Lower(graph, inputs, std::move(only));
  }
  // As for these backends, best first.
  Lowered Lower(const Graph& graph, const std::vector<TensorType>& inputs,
                std::vector<std::unique_ptr<Backend>> preferred) {
    std::vector<Backend*> order;
    for (const auto& backend : preferred) order.push_back(backend.get());
    order.push_back(reference_.get());
    const LoweringOptions options = {[&](const KernelRequest& request) -> const Backend* {
      const auto takes = [&](Backend* backend) { return backend->Supports(request).ok(); };
      return *std::find_if(order.begin(), order.end() - 1, takes);
    }};
    return Unwrap(kairos::Lower(Specialize(graph, inputs), options, order, *pool_));
  }
  absl::Span<Backend* const> backends() { return order_; }

 private:
  std::unique_ptr<Backend> reference_ = NewReferenceBackend();
  std::vector<Backend*> order_ = {reference_.get()};
  std::unique_ptr<ThreadPool> pool_ = NewThreadPool(1);
  std::unique_ptr<PreparedGraph> prepared_;
};

inline TensorType Float(const Shape& shape) { return {DType::kFloat32, shape, Layout::kPlain}; }

// "Conv Reorder Relu"
inline std::string Ops(const ProgramRecord& record) {
  std::string ops;
  for (const StepRecord& step : record.steps) ops += (ops.empty() ? "" : " ") + step.node.op;
  return ops;
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_EXECUTOR_LOWERED_GRAPH_H_
