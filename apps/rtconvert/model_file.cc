#include "rtconvert/model_file.h"

#include <cstdint>
#include <limits>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"

#include "common/file_io.h"

namespace kairos {
namespace {

constexpr int kMaxModelBytes = std::numeric_limits<int>::max();
constexpr int kMaxNesting = 100;

bool Parse(int descriptor, onnx_format::ModelProto* model) {
  google::protobuf::io::FileInputStream file(descriptor);
  google::protobuf::io::CodedInputStream stream(&file);
  stream.SetTotalBytesLimit(kMaxModelBytes);
  stream.SetRecursionLimit(kMaxNesting);
  try {
    return model->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const onnx_format::ModelProto>> ReadModelFile(
    const std::string& path) {
  absl::StatusOr<InputFile> file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  if (file->size() > static_cast<size_t>(kMaxModelBytes)) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": file too large, got ", file->size(),
                                                     " bytes, expected at most ", kMaxModelBytes,
                                                     "; store the weights as external data"));
  }
  auto model = std::make_shared<onnx_format::ModelProto>();
  if (!Parse(file->descriptor(), model.get())) {
    return absl::DataLossError(
        absl::StrCat(path, ": not an ONNX model, or truncated, got ", file->size(), " bytes"));
  }
  if (!model->has_graph() || model->ir_version() < 1) {
    return absl::DataLossError(absl::StrCat(path, ": not an ONNX model, it has no ",
                                            model->has_graph() ? "IR version" : "graph"));
  }
  return std::shared_ptr<const onnx_format::ModelProto>(std::move(model));
}

std::string DirectoryOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return std::string(slash == 0 ? absl::string_view("/") : path.substr(0, slash));
}

}  // namespace kairos
