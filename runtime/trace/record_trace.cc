#include "trace/record_trace.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "kairos/pass.h"
#include "trace/tracer.h"

namespace kairos {
namespace {

absl::Status CheckInputs(const ArrayFunction& function, const std::vector<TraceInput>& inputs) {
  const int wanted = function.input_count();
  if (wanted >= 0 && static_cast<size_t>(wanted) != inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("trace: got ", inputs.size(),
                                                   " inputs, expected ", wanted,
                                                   " because the function takes as many"));
  }
  std::set<std::string> names;
  std::map<std::string, int64_t> symbols;
  for (const TraceInput& input : inputs) {
    const std::string label = absl::StrCat("trace: input '", input.name, "'");
    if (input.name.empty() || !names.insert(input.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(label, ": expected names that are distinct and not empty"));
    }
    Shape shape;
    for (const TraceDim& dim : input.dims) {
      shape.push_back(dim.size);
      if (dim.symbol.empty()) continue;
      const auto [at, is_new] = symbols.try_emplace(dim.symbol, dim.size);
      if (is_new || at->second == dim.size) continue;
      return absl::InvalidArgumentError(absl::StrCat(label, ": symbol '", dim.symbol, "' is ",
                                                     dim.size, ", expected ", at->second,
                                                     " as before"));
    }
    KAIROS_RETURN_IF_ERROR(Annotate(label, CheckedByteCount(input.dtype, shape).status()));
  }
  return absl::OkStatus();
}

absl::Status Pin(const std::vector<PinnedSymbol>& pinned, Graph* graph) {
  for (ValueId id : graph->inputs) {
    for (Dim& dim : *graph->value(id).dims) {
      const auto at = std::find_if(pinned.begin(), pinned.end(), [&](const PinnedSymbol& pin) {
        return !dim.symbol.empty() && pin.symbol == dim.symbol;
      });
      if (at != pinned.end()) dim = {at->size, ""};
    }
  }
  return RunPasses({"remove_dead_code"}, {}, graph);
}

}  // namespace

std::vector<Dim> DeclaredDims(const TraceInput& input) {
  std::vector<Dim> dims;
  for (const TraceDim& dim : input.dims) {
    dims.push_back({dim.symbol.empty() ? dim.size : -1, dim.symbol});
  }
  return dims;
}

absl::StatusOr<RecordedTrace> RecordTrace(std::shared_ptr<Runtime> runtime,
                                          const ArrayFunction& function,
                                          const std::vector<TraceInput>& inputs) {
  KAIROS_RETURN_IF_ERROR(CheckInputs(function, inputs));
  auto tracer = std::make_shared<Tracer>(runtime);
  std::vector<Array> arrays;
  for (const TraceInput& input : inputs) {
    TensorType sample{input.dtype, {}};
    for (const TraceDim& dim : input.dims) sample.shape.push_back(dim.size);
    arrays.push_back(tracer->AddInput(input.name, std::move(sample), DeclaredDims(input)));
  }
  KAIROS_RETURN_IF_ERROR(tracer->Finish(function(arrays)));
  RecordedTrace recorded;
  KAIROS_ASSIGN_OR_RETURN(recorded.guards, Guards::Make(std::move(runtime), *tracer));
  recorded.traced = {tracer->graph(), recorded.guards->ToList(),
                     FindPinned(*recorded.guards, inputs)};
  KAIROS_RETURN_IF_ERROR(Pin(recorded.traced.pinned, &recorded.traced.graph));
  return recorded;
}

absl::StatusOr<TracedGraph> Trace(std::shared_ptr<Runtime> runtime, const ArrayFunction& function,
                                  const std::vector<TraceInput>& inputs) {
  KAIROS_ASSIGN_OR_RETURN(RecordedTrace recorded,
                          RecordTrace(std::move(runtime), function, inputs));
  return std::move(recorded.traced);
}

}  // namespace kairos
