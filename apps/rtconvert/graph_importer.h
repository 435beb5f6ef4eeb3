// One graph of a model, be it the model's or that of a node: its initializers, inputs, nodes and
// outputs.
#ifndef KAIROS_APPS_RTCONVERT_GRAPH_IMPORTER_H_
#define KAIROS_APPS_RTCONVERT_GRAPH_IMPORTER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "common/shape_arg.h"
#include "kairos/graph.h"
#include "rtconvert/graph_builder.h"
#include "rtconvert/onnx.pb.h"
#include "rtconvert/problems.h"
#include "rtconvert/tensor_reader.h"
#include "rtconvert/value_facts.h"

namespace kairos {

// What the import of all graphs of a model has in common.
struct ImportContext {
  // kDataLoss when the model's opsets are malformed.
  static absl::StatusOr<std::unique_ptr<ImportContext>> Make(
      std::shared_ptr<const onnx_format::ModelProto> model, const std::string& directory);

  // What is not supported and nodes of another form than their operators' are collected; everything
  // else ends the import, with the place in the message.
  absl::Status Note(const absl::Status& status, absl::string_view place);

  std::shared_ptr<const onnx_format::ModelProto> model;
  TensorReader tensors;
  Problems problems;
  bool malformed = false;                      // some of the problems are of form
  int64_t opset = 0;                           // of the default domain; 0: not declared
  absl::flat_hash_set<std::string> supported;  // operators
};

class GraphImporter {
 public:
  // `outer`: what is known about values of the graphs around, or null. `place`: of the graph, for
  // messages; empty for the model's.
  GraphImporter(ImportContext& context, const onnx_format::GraphProto& graph,
                const ValueFacts* outer, std::string place)
      : context_(context), graph_(graph), facts_(outer), place_(std::move(place)) {}

  // `captures`: values from outside, which become the last inputs. `shapes` are for inputs. With
  // problems, the result is only part of the graph, and of no use.
  absl::StatusOr<Graph> Run(absl::Span<const NamedShape> shapes,
                            absl::Span<const std::string> captures);

 private:
  // In the order in which they run.
  absl::Status ReadInitializers();
  absl::Status ReadInputs(absl::Span<const NamedShape> shapes);
  absl::Status AddCaptures(absl::Span<const std::string> captures);
  void ReadValueInfo();
  absl::Status ReadNodes();
  absl::Status ReadOutputs();

  std::string Place(absl::string_view what) const;

  ImportContext& context_;
  const onnx_format::GraphProto& graph_;
  ValueFacts facts_;
  const std::string place_;
  OnnxGraphBuilder builder_;
  absl::flat_hash_set<std::string> given_;  // inputs and initializers
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_GRAPH_IMPORTER_H_
