// A Model: a verified graph with its weights, immutable, shared by sessions and threads. Weights
// stay in the mapped file.
#ifndef KAIROS_MODEL_H_
#define KAIROS_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/backend.h"
#include "kairos/graph.h"
#include "kairos/program_record.h"

namespace kairos {

// One precompiled plan of a model file: what it was made on, and its Programs.
struct Plan {
  std::string backend_order;        // names of the Runtime's backends, comma-separated
  Fingerprint fingerprint;          // of all backends, fields prefixed "BACKEND."
  std::vector<std::string> passes;  // that ran over the model's graph first
  int32_t threads = 1;
  std::vector<ProgramRecord> programs;
};

// A part of what Model::Load spent. "io": opening and mapping (bytes: of the file); "verify": the
// structure, the graph and what it means (bytes: before the weights); "plan": decoding and checking
// plans (bytes: of all segments that no weight of the graph uses). Pages are read when first used.
struct LoadPhase {
  absl::string_view name;  // a literal
  int64_t start_ns = 0;    // steady clock
  int64_t duration_ns = 0;
  uint64_t bytes = 0;
};

// A weight by the name of the graph's value.
using NamedWeight = std::pair<std::string, TensorView>;

struct LoadOptions {
  // Asked before each node of the graph and of the plans, and between the parts of the work:
  // anything but OK ends the call with that status (kCancelled, kDeadlineExceeded). Called on the
  // thread that loads; off when empty.
  std::function<absl::Status()> interrupt;
};

class Model {
 public:
  // Maps and verifies a model file. kDataLoss: not a model, truncated or inconsistent; kNotFound,
  // kPermissionDenied, kUnavailable: the file; kUnimplemented: a format version or operators this
  // library does not know. Any bytes are safe to pass.
  static absl::StatusOr<std::shared_ptr<const Model>> Load(const std::string& path,
                                                           const LoadOptions& options = {});
  // The same from memory, which the caller keeps alive and unchanged as long as the Model. Weights
  // are used in place when `bytes` is 64-byte aligned, else kInvalidArgument.
  static absl::StatusOr<std::shared_ptr<const Model>> FromBytes(absl::Span<const std::byte> bytes,
                                                                const LoadOptions& options = {});
  // From a graph made in memory; checks it as Load does.
  static absl::StatusOr<std::shared_ptr<const Model>> FromGraph(Graph graph);
  // `model` with other weights, which are copied; those that are not named stay. It has no plans of
  // its own, but runs the kernels of `model`'s, with its weights packed anew, and keeps `model`.
  // kNotFound: no constant of that name; kInvalidArgument: of another dtype or shape.
  static absl::StatusOr<std::shared_ptr<const Model>> WithWeights(
      std::shared_ptr<const Model> model, absl::Span<const NamedWeight> weights);
  // The same with `graph`'s weights, also those inside of nodes. kInvalidArgument names the first
  // other difference between `graph` and the model's graph; their names and metadata may differ.
  static absl::StatusOr<std::shared_ptr<const Model>> WithWeightsOf(
      std::shared_ptr<const Model> model, Graph graph);
  ~Model();

  const Graph& graph() const;
  // Declared inputs and outputs, in order.
  std::vector<std::string> input_names() const;
  std::vector<std::string> output_names() const;
  // Value of a metadata property, or empty.
  absl::string_view metadata(absl::string_view key) const;
  // Plans in the file, decoded and checked at Load; may be empty. One that does not pass is left
  // out; the model is as good without it.
  absl::Span<const Plan> plans() const;
  // Why plans were left out: "plan 0: ..." lines.
  absl::Span<const std::string> plan_problems() const;
  // The model whose plans have the kernels of this one, too: see WithWeights. Null for others.
  const std::shared_ptr<const Model>& refit_of() const;
  // What Load and FromBytes spent, in order; empty for a model made in memory.
  absl::Span<const LoadPhase> load_phases() const;
  // Gives back the memory of what was read from the file; weights that are needed again are read
  // again. Sessions call it when they have packed weights. Nothing for models from elsewhere.
  void ReleasePages() const;
  // Content hash of graph and weights' identity; two files of one model have equal digests.
  uint64_t digest() const;

  struct Impl;
  explicit Model(std::unique_ptr<Impl> impl);
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Writes graph, weights and plans to one file, atomically. kInvalidArgument when the graph or a
// plan is not valid; kUnavailable, kPermissionDenied: the file system's refusal. No file is left on
// failure.
absl::Status SaveModel(const Graph& graph, absl::Span<const Plan> plans, const std::string& path);

}  // namespace kairos

#endif  // KAIROS_MODEL_H_
