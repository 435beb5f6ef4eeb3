// ONNX -> Graph. Models of opset 1 to 24 come out in the opset-22 form that graphs have; names,
// symbolic dimensions and metadata are kept; inputs with a default (an initializer of their name)
// become constants. Weights refer to the parsed message, which the graph's constants keep alive.
//
// What a model needs and this library lacks is collected over the whole model before the import
// fails, each line beginning with its subject: "op NAME: ...", "type NAME: ...", "function NAME:
// ..."; and with these, as "form of OP: ...", nodes that do not have the form of their operator.
#ifndef KAIROS_APPS_RTCONVERT_IMPORTER_H_
#define KAIROS_APPS_RTCONVERT_IMPORTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/shape_arg.h"
#include "kairos/graph.h"
#include "rtconvert/onnx.pb.h"

namespace kairos {

inline constexpr int kMaxImportedOpset = 24;

struct ImportOptions {
  // Sizes for the dimensions of inputs. They must agree with those that the model fixes itself.
  std::vector<NamedShape> shapes;
};

// kUnimplemented: see `problems` (may be null); kDataLoss: not a model or a malformed one (then
// too, `problems` may have lines); kInvalidArgument: the options do not fit the model;
// kResourceExhausted: a limit; and the codes of opening a file. External data is looked for beside
// the file, nowhere else.
absl::StatusOr<Graph> ImportOnnx(const std::string& path, const ImportOptions& options,
                                 std::vector<std::string>* problems);

// The same for a parsed model; `directory` is for external data, empty when it may have none.
// Messages do not name the model.
absl::StatusOr<Graph> ImportOnnxModel(std::shared_ptr<const onnx_format::ModelProto> model,
                                      const std::string& directory, const ImportOptions& options,
                                      std::vector<std::string>* problems);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_IMPORTER_H_
