// Whether a trace is valid for other sizes of its inputs.
#ifndef KAIROS_RUNTIME_TRACE_GUARDS_H_
#define KAIROS_RUNTIME_TRACE_GUARDS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "executor/prepared_graph.h"
#include "kairos/runtime.h"
#include "kairos/trace.h"
#include "trace/tracer.h"

namespace kairos {

class Guards {
 public:
  static absl::StatusOr<std::unique_ptr<const Guards>> Make(std::shared_ptr<Runtime> runtime,
                                                            const Tracer& tracer);

  // The first guard that fails for inputs of these shapes; none: the trace is valid for them. An
  // error when the operators refuse them.
  absl::StatusOr<std::optional<ShapeGuard>> FirstBroken(absl::Span<const Shape> shapes) const;
  std::vector<ShapeGuard> ToList() const;

 private:
  Guards(std::shared_ptr<Runtime> runtime, PreparedGraph prepared, std::vector<GuardedSize> sizes)
      : runtime_(std::move(runtime)), prepared_(std::move(prepared)), sizes_(std::move(sizes)) {}
  ShapeGuard Describe(const GuardedSize& guarded) const;

  const std::shared_ptr<Runtime> runtime_;
  const PreparedGraph prepared_;  // all that was traced, used or not
  const std::vector<GuardedSize> sizes_;
};

// "dimension 0 of 'x' was read as 2"
std::string GuardString(const ShapeGuard& guard);

// The symbols of `inputs` that must keep the size they were traced with.
std::vector<PinnedSymbol> FindPinned(const Guards& guards, const std::vector<TraceInput>& inputs);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_TRACE_GUARDS_H_
