// Tracing: a C++ function of Arrays becomes a graph.
//
//   auto traced = Trace(runtime, net, {{"x", DType::kFloat32, {Symbol("batch"), 3, 224, 224}}});
//   if (traced.ok()) SaveModel(traced->graph, {}, "net.kai");
//
// The function runs once on Arrays that have types but no elements, and what it does to them is
// written down. C++ control flow is gone in the result: loops are unrolled, the branches that were
// taken remain. Where the function looked at a size (Array::dim) the trace holds a guard;
// TracedFunction traces again when one fails.
#ifndef KAIROS_TRACE_H_
#define KAIROS_TRACE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/array.h"
#include "kairos/array_function.h"
#include "kairos/array_ops.h"
#include "kairos/graph.h"
#include "kairos/runtime.h"
#include "kairos/session.h"

namespace kairos {

// A fixed size, or an open one: Symbol("batch").
struct TraceDim {
  TraceDim(int64_t fixed) : size(fixed) {}  // NOLINT: a conversion
  TraceDim(std::string name, int64_t sample) : size(sample), symbol(std::move(name)) {}
  int64_t size;
  std::string symbol;  // empty: fixed
};
// `sample` is the size to trace with. Dimensions with the same name have the same size.
inline TraceDim Symbol(std::string name, int64_t sample = 2) { return {std::move(name), sample}; }

struct TraceInput {
  std::string name;
  DType dtype = DType::kFloat32;
  std::vector<TraceDim> dims;
};

// The function saw this size, and may have decided something by it.
struct ShapeGuard {
  std::string value;  // name in the graph
  int axis = 0;
  int64_t size = 0;
};

// A symbol that a guard holds to one size.
struct PinnedSymbol {
  std::string symbol;
  int64_t size = 0;
  std::string reason;
};

struct TracedGraph {
  Graph graph;                     // inputs have their symbols, except the pinned ones
  std::vector<ShapeGuard> guards;  // in the order of reading, each once
  std::vector<PinnedSymbol> pinned;
};

// kInvalidArgument and others: the first error of an Array that reached the outputs, naming the
// node. Outputs are named "output" (or "output_0", "output_1" ...) unless Array::Named() did so.
// A symbol is pinned when a guard would fail for another of its sizes; guards are tried with sizes
// from 1 to 1024, since operators are free in how they compute sizes.
absl::StatusOr<TracedGraph> Trace(std::shared_ptr<Runtime> runtime, const ArrayFunction& function,
                                  const std::vector<TraceInput>& inputs);

// A function that runs as a traced graph, under the policy of `options`: traced when first called,
// and again for inputs that a guard of all earlier traces refuses. One thread at a time.
class TracedFunction {
 public:
  TracedFunction(std::shared_ptr<Runtime> runtime, ArrayFunction function,
                 std::vector<TraceInput> inputs, SessionOptions options = {});
  ~TracedFunction();

  // In the order of the declared inputs, outputs as the function returns them.
  absl::StatusOr<std::vector<Tensor>> Run(absl::Span<const TensorView> inputs);

  struct TraceInfo {
    TracedGraph traced;
    std::string reason;  // "first run", or what refused the inputs that it was made for
  };
  // All traces so far. Valid until the next Run().
  absl::Span<const TraceInfo> traces() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairos

#endif  // KAIROS_TRACE_H_
