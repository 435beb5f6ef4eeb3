// Writes down what is done to Arrays, as a graph.
#ifndef KAIROS_RUNTIME_TRACE_TRACER_H_
#define KAIROS_RUNTIME_TRACE_TRACER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "kairos/runtime.h"
#include "trace/array_impl.h"

namespace kairos {

struct GuardedSize {
  ValueId value = kNoValue;
  int axis = 0;
  int64_t size = 0;
};

// Made by make_shared: the Arrays keep it alive. Not thread-safe.
class Tracer : public Evaluator, public std::enable_shared_from_this<Tracer> {
 public:
  explicit Tracer(std::shared_ptr<Runtime> runtime) : runtime_(std::move(runtime)) {}

  // A graph input. `sample` are the sizes to trace with; `dims` what the graph declares.
  Array AddInput(const std::string& name, TensorType sample, std::vector<Dim> dims);
  // Ends the trace. Arrays that are no values of it become outputs of Identity nodes.
  absl::Status Finish(absl::Span<const Array> outputs);

  const Graph& graph() const { return graph_; }
  const std::vector<GuardedSize>& guards() const { return guards_; }

  bool is_tracing() const override { return true; }
  absl::StatusOr<std::vector<Array>> Apply(Node node, absl::Span<const Array> inputs,
                                           int output_count) override;
  void NoteRead(const Array::Impl& array, int axis) override;
  void Rename(const Array::Impl& array, absl::string_view name) override;

 private:
  ValueId AddValue(const std::string& name, DType dtype);
  std::string UniqueName(absl::string_view wanted);
  absl::StatusOr<ValueId> IdOf(const Array& array);
  absl::Status AddOutput(const Array& array, const std::string& default_name);
  // The outputs at the sizes of the sample, where they follow from shapes and constants.
  absl::StatusOr<std::vector<Constant>> Known(const Node& node, absl::Span<const Array> inputs,
                                              const std::vector<TensorType>& types) const;

  const std::shared_ptr<Runtime> runtime_;
  Graph graph_;
  absl::flat_hash_set<std::string> names_;
  std::vector<bool> named_;  // as graph_.values: by the program
  std::map<std::pair<const void*, std::string>, ValueId> constants_;  // by address and type
  std::vector<GuardedSize> guards_;
  bool finished_ = false;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_TRACE_TRACER_H_
