#include "kairos/optimized_graph.h"

#include <utility>

#include "base/status_macros.h"
#include "executor/analysis.h"
#include "executor/evaluate.h"
#include "executor/flow_analysis.h"
#include "executor/io_check.h"
#include "executor/program_table.h"
#include "kairos/pass.h"

namespace kairos {
absl::StatusOr<OptimizedGraph> OptimizeGraph(Runtime& runtime, const Model& model,
                                             absl::Span<const std::string> passes,
                                             absl::Span<const TensorView> inputs) {
  OptimizedGraph result;
  PassContext context;
  context.evaluate = [&](const Node& node, absl::Span<const Constant* const> constants) {
    return EvaluateNode(runtime.backends(), runtime.thread_pool(), node, constants);
  };
  context.report = [&](absl::string_view pass, absl::string_view what) {
    result.changes.push_back({std::string(pass), std::string(what)});
  };
  PreparedGraph prepared{model.graph(), {}};
  KAIROS_RETURN_IF_ERROR(RunPasses(passes, context, &prepared.graph));
  if (inputs.empty() || !RunsAsOneProgram(model.graph())) {
    result.graph = std::move(prepared.graph);
    return result;
  }
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(model.graph(), inputs));
  KAIROS_RETURN_IF_ERROR(CheckInputData(model.graph(), inputs));
  prepared.decides_shape = ValuesThatDecideShapes(prepared.graph);
  const Signature signature = ProgramTable(KeyedInputs(model.graph())).MakeSignature(inputs);
  KAIROS_ASSIGN_OR_RETURN(
      SpecializedGraph specialized,
      SpecializeGraph(prepared, signature, runtime.backends(), runtime.thread_pool()));
  context.types = &specialized.types;
  KAIROS_RETURN_IF_ERROR(RunPasses(passes, context, &specialized.graph));
  result.graph = std::move(specialized.graph);
  result.shaped = true;
  return result;
}

}  // namespace kairos
