// libFuzzer entry: any bytes given to the ONNX importer end in a graph or a typed error, and the
// graph is one that the runtime takes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "kairos/model.h"
#include "rtconvert/importer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto model = std::make_shared<kairos::onnx_format::ModelProto>();
  if (!model->ParseFromArray(data, static_cast<int>(size))) return 0;
  std::vector<std::string> problems;
  const absl::StatusOr<kairos::Graph> graph =
      kairos::ImportOnnxModel(std::move(model), "", {}, &problems);
  // What is imported must be valid, and kInternal is a bug of ours.
  if (graph.ok() ? !kairos::Model::FromGraph(*graph).ok()
                 : graph.status().code() == absl::StatusCode::kInternal) {
    std::abort();
  }
  return 0;
}
