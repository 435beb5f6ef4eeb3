// Reads an ONNX model file into its protobuf message. Any bytes are safe.
#ifndef KAIROS_APPS_RTCONVERT_MODEL_FILE_H_
#define KAIROS_APPS_RTCONVERT_MODEL_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "rtconvert/onnx.pb.h"

namespace kairos {

// kDataLoss: not an ONNX model; kResourceExhausted: 2 GiB or more; else the file's refusal.
absl::StatusOr<std::shared_ptr<const onnx_format::ModelProto>> ReadModelFile(
    const std::string& path);

// The directory that the model's external data is relative to.
std::string DirectoryOf(absl::string_view path);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_MODEL_FILE_H_
