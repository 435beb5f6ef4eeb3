#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/io_check.h"
#include "kairos/trace.h"
#include "trace/record_trace.h"

namespace kairos {
namespace {

std::vector<Shape> ShapesOf(absl::Span<const TensorView> inputs) {
  std::vector<Shape> shapes;
  for (const TensorView& input : inputs) {
    shapes.emplace_back(input.shape.begin(), input.shape.end());
  }
  return shapes;
}

}  // namespace

struct TracedFunction::Impl {
  Impl(std::shared_ptr<Runtime> runtime_in, ArrayFunction function_in,
       std::vector<TraceInput> inputs_in, SessionOptions options_in)
      : runtime(std::move(runtime_in)),
        function(std::move(function_in)),
        inputs(std::move(inputs_in)),
        options(std::move(options_in)) {
    for (const TraceInput& input : inputs) {
      Value value;
      value.name = input.name;
      value.dtype = input.dtype;
      value.dims = DeclaredDims(input);
      declared.inputs.push_back(static_cast<ValueId>(declared.values.size()));
      declared.values.push_back(std::move(value));
    }
  }

  absl::StatusOr<Session*> SessionFor(absl::Span<const TensorView> views);
  std::string WhyNot(size_t trace, const std::vector<Shape>& shapes) const;
  absl::Status Retrace(const std::vector<Shape>& shapes, std::string reason);

  const std::shared_ptr<Runtime> runtime;
  const ArrayFunction function;
  const std::vector<TraceInput> inputs;
  const SessionOptions options;
  Graph declared;  // inputs only
  // One of each per trace.
  std::vector<TraceInfo> infos;
  std::vector<std::unique_ptr<const Guards>> guards;
  std::vector<std::unique_ptr<Session>> sessions;
  std::map<std::vector<Shape>, size_t> trace_of;
};

// Empty when the trace is valid for these inputs, which fit the declaration.
std::string TracedFunction::Impl::WhyNot(size_t trace, const std::vector<Shape>& shapes) const {
  const TracedGraph& traced = infos[trace].traced;
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (size_t axis = 0; axis < inputs[i].dims.size(); ++axis) {
      const std::string& symbol = inputs[i].dims[axis].symbol;
      const auto pin = std::find_if(traced.pinned.begin(), traced.pinned.end(),
                                    [&](const PinnedSymbol& p) { return p.symbol == symbol; });
      if (pin == traced.pinned.end() || pin->size == shapes[i][axis]) continue;
      return absl::StrCat("'", symbol, "' is ", shapes[i][axis], ", traced for ", pin->size,
                          " because ", pin->reason);
    }
  }
  const absl::StatusOr<std::optional<ShapeGuard>> broken = guards[trace]->FirstBroken(shapes);
  if (!broken.ok()) return std::string(broken.status().message());
  return broken->has_value() ? GuardString(**broken) : "";
}

absl::Status TracedFunction::Impl::Retrace(const std::vector<Shape>& shapes, std::string reason) {
  std::vector<TraceInput> sized = inputs;
  for (size_t i = 0; i < sized.size(); ++i) {
    for (size_t axis = 0; axis < sized[i].dims.size(); ++axis) {
      sized[i].dims[axis].size = shapes[i][axis];
    }
  }
  KAIROS_ASSIGN_OR_RETURN(RecordedTrace recorded, RecordTrace(runtime, function, sized));
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                          Model::FromGraph(recorded.traced.graph));
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                          Session::Make(runtime, std::move(model), options));
  infos.push_back({std::move(recorded.traced), std::move(reason)});
  guards.push_back(std::move(recorded.guards));
  sessions.push_back(std::move(session));
  return absl::OkStatus();
}

absl::StatusOr<Session*> TracedFunction::Impl::SessionFor(absl::Span<const TensorView> views) {
  std::vector<Shape> shapes = ShapesOf(views);
  const auto known = trace_of.find(shapes);
  if (known != trace_of.end()) return sessions[known->second].get();
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(declared, views));
  size_t trace = infos.size();
  std::string reason = "first run";
  while (trace > 0) {
    std::string why = WhyNot(trace - 1, shapes);
    if (why.empty()) break;
    if (trace == infos.size()) reason = std::move(why);  // that of the newest trace
    --trace;
  }
  if (trace == 0) {
    KAIROS_RETURN_IF_ERROR(Retrace(shapes, std::move(reason)));
    trace = infos.size();
  }
  trace_of.emplace(std::move(shapes), trace - 1);
  return sessions[trace - 1].get();
}

TracedFunction::TracedFunction(std::shared_ptr<Runtime> runtime, ArrayFunction function,
                               std::vector<TraceInput> inputs, SessionOptions options)
    : impl_(std::make_unique<Impl>(std::move(runtime), std::move(function), std::move(inputs),
                                   std::move(options))) {}

TracedFunction::~TracedFunction() = default;

absl::StatusOr<std::vector<Tensor>> TracedFunction::Run(absl::Span<const TensorView> inputs) {
  KAIROS_ASSIGN_OR_RETURN(Session * session, impl_->SessionFor(inputs));
  return session->Run(inputs);
}

absl::Span<const TracedFunction::TraceInfo> TracedFunction::traces() const { return impl_->infos; }

}  // namespace kairos
