#include "trace/guards.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/analysis.h"

namespace kairos {
namespace {

// Small ones, powers of two and their neighbours, and some that are neither.
constexpr int64_t kProbes[] = {1, 2, 3, 4, 5, 7, 8, 16, 31, 33, 64, 100, 127, 224, 256, 1000, 1024};

std::vector<Shape> ShapesWith(const std::vector<TraceInput>& inputs, const std::string& symbol,
                              int64_t size) {
  std::vector<Shape> shapes;
  for (const TraceInput& input : inputs) {
    Shape& shape = shapes.emplace_back();
    for (const TraceDim& dim : input.dims) {
      shape.push_back(dim.symbol == symbol ? size : dim.size);
    }
  }
  return shapes;
}

// Why the symbol must keep its size; empty: it need not.
std::string PinReason(const Guards& guards, const std::vector<TraceInput>& inputs,
                      const TraceDim& dim) {
  bool holds = false;
  for (int64_t size : kProbes) {
    if (size == dim.size) continue;
    const auto broken = guards.FirstBroken(ShapesWith(inputs, dim.symbol, size));
    if (!broken.ok()) continue;  // the operators refuse this size whatever the guards say
    if (broken->has_value()) return GuardString(**broken);
    holds = true;
  }
  return holds ? "" : "sizes were read, and the operators take no other";
}

}  // namespace

std::string GuardString(const ShapeGuard& guard) {
  return absl::StrCat("dimension ", guard.axis, " of '", guard.value, "' was read as ", guard.size);
}

absl::StatusOr<std::unique_ptr<const Guards>> Guards::Make(std::shared_ptr<Runtime> runtime,
                                                           const Tracer& tracer) {
  KAIROS_ASSIGN_OR_RETURN(
      PreparedGraph prepared,
      PrepareGraph(tracer.graph(), {}, {}, runtime->backends(), runtime->thread_pool()));
  return std::unique_ptr<const Guards>(
      new Guards(std::move(runtime), std::move(prepared), tracer.guards()));
}

ShapeGuard Guards::Describe(const GuardedSize& guarded) const {
  return {prepared_.graph.value(guarded.value).name, guarded.axis, guarded.size};
}

std::vector<ShapeGuard> Guards::ToList() const {
  std::vector<ShapeGuard> list;
  for (const GuardedSize& guarded : sizes_) list.push_back(Describe(guarded));
  return list;
}

absl::StatusOr<std::optional<ShapeGuard>> Guards::FirstBroken(
    absl::Span<const Shape> shapes) const {
  const std::vector<ValueId>& inputs = prepared_.graph.inputs;
  bool all_inputs = true;
  for (const GuardedSize& guarded : sizes_) {
    const auto at = std::find(inputs.begin(), inputs.end(), guarded.value);
    if (at == inputs.end()) {
      all_inputs = false;
    } else if (shapes[static_cast<size_t>(at - inputs.begin())]
                     [static_cast<size_t>(guarded.axis)] != guarded.size) {
      return Describe(guarded);
    }
  }
  if (all_inputs) return std::nullopt;
  Signature signature;
  signature.values.resize(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    signature.inputs.push_back({prepared_.graph.value(inputs[i]).dtype, shapes[i]});
  }
  KAIROS_ASSIGN_OR_RETURN(
      const SpecializedGraph specialized,
      SpecializeGraph(prepared_, signature, runtime_->backends(), runtime_->thread_pool()));
  for (const GuardedSize& guarded : sizes_) {
    const Shape& shape = specialized.types[static_cast<size_t>(guarded.value)].shape;
    const auto axis = static_cast<size_t>(guarded.axis);
    if (axis >= shape.size() || shape[axis] != guarded.size) return Describe(guarded);
  }
  return std::nullopt;
}

std::vector<PinnedSymbol> FindPinned(const Guards& guards, const std::vector<TraceInput>& inputs) {
  std::vector<PinnedSymbol> pinned;
  if (guards.ToList().empty()) return pinned;
  std::vector<std::string> seen;
  for (const TraceInput& input : inputs) {
    for (const TraceDim& dim : input.dims) {
      if (dim.symbol.empty()) continue;
      if (std::find(seen.begin(), seen.end(), dim.symbol) != seen.end()) continue;
      seen.push_back(dim.symbol);
      std::string reason = PinReason(guards, inputs, dim);
      if (!reason.empty()) pinned.push_back({dim.symbol, dim.size, std::move(reason)});
    }
  }
  return pinned;
}

}  // namespace kairos
