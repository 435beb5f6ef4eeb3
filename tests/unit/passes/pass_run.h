// Runs one pass over a graph and compares what the graph computes before and after, on the
// reference backend.
#ifndef KAIROS_TESTS_UNIT_PASSES_PASS_RUN_H_
#define KAIROS_TESTS_UNIT_PASSES_PASS_RUN_H_

#include <string>
#include <utility>
#include <vector>

#include "executor/analysis.h"
#include "executor/evaluate.h"
#include "kairos/pass.h"
#include "passes/pass_table.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"

namespace kairos::testing {

struct PassRun {
  Graph before, after;
  std::vector<std::string> reports;  // what the pass said
  int evaluated = 0;                 // nodes that it computed
};

// Runs `pass` at its stage; the inputs' types are the signature.
inline PassRun RunPass(const std::string& pass, const Graph& graph,
                       const std::vector<Tensor>& inputs) {
  const std::unique_ptr<Backend> reference = NewReferenceBackend();
  Backend* const backends[] = {reference.get()};
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
  PassRun run{graph, graph, {}, 0};
  PassContext context;
  context.evaluate = [&](const Node& node, absl::Span<const Constant* const> constants) {
    ++run.evaluated;
    return EvaluateNode(backends, *pool, node, constants);
  };
  context.report = [&](absl::string_view, absl::string_view what) {
    run.reports.emplace_back(what);
  };
  std::vector<TensorType> types;
  for (const PassInfo& info : PassTable()) {
    if (info.name != pass || !info.needs_types) continue;
    Signature signature;
    for (const Tensor& input : inputs) {
      signature.inputs.push_back({input.dtype(), input.shape(), Layout::kPlain});
      signature.values.emplace_back();
    }
    const PreparedGraph prepared{graph, std::vector<bool>(graph.values.size(), false)};
    SpecializedGraph specialized = Unwrap(SpecializeGraph(prepared, signature, backends, *pool));
    run.after = std::move(specialized.graph);
    types = std::move(specialized.types);
    context.types = &types;
  }
  const std::vector<std::string> names = {pass};
  Require(RunPasses(names, context, &run.after));
  return run;
}

// "Conv+Relu Add": the operators in order, with what is fused into them.
inline std::string Ops(const Graph& graph) {
  std::string ops;
  for (const Node& node : graph.nodes) {
    ops += (ops.empty() ? "" : " ") + node.op;
    for (const PostOp& post : node.post_ops) ops += "+" + post.op;
  }
  return ops;
}

// Largest difference that the pass made.
inline double ErrorOf(const PassRun& run, const std::vector<Tensor>& inputs) {
  return MaxError(RunReference(run.after, inputs), RunReference(run.before, inputs));
}

inline std::vector<Tensor> OneInput(const Shape& shape) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor(shape, 21));
  return inputs;
}

// An input of any shape.
inline ValueId FloatInput(GraphBuilder& b, const std::string& name = "x") {
  return b.UnrankedInput(name, DType::kFloat32);
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_PASSES_PASS_RUN_H_
