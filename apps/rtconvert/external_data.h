// Weights that an ONNX model keeps in files beside it. This is the only place that follows a path
// written in a model, and it does so inside the model's directory only: no absolute path, no "..",
// no symbolic link, no hard link, nothing but regular files, at most 64 of them.
#ifndef KAIROS_APPS_RTCONVERT_EXTERNAL_DATA_H_
#define KAIROS_APPS_RTCONVERT_EXTERNAL_DATA_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "rtconvert/onnx.pb.h"

namespace kairos {

// Where the bytes of a tensor are.
struct ExternalRange {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

// kDataLoss when the entries are malformed.
absl::StatusOr<ExternalRange> ParseExternalRange(const onnx_format::TensorProto& tensor);

class ExternalData {
 public:
  // `directory` is the model's; empty when the model has none (it came from memory).
  explicit ExternalData(std::string directory) : directory_(std::move(directory)) {}
  ~ExternalData();
  ExternalData(const ExternalData&) = delete;
  ExternalData& operator=(const ExternalData&) = delete;

  // Checks that `range` names exactly `bytes` bytes inside a permitted file, and returns its
  // descriptor, which this object owns. kDataLoss, kNotFound, kPermissionDenied or kUnavailable.
  absl::StatusOr<int> Find(const ExternalRange& range, size_t bytes);
  // Reads what Find() has accepted.
  static absl::Status Read(int descriptor, const ExternalRange& range, absl::Span<std::byte> out);

 private:
  struct File {
    int descriptor = -1;
    uint64_t size = 0;
  };
  absl::StatusOr<File> Open(const std::string& location);

  std::string directory_;
  absl::flat_hash_map<std::string, File> files_;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_EXTERNAL_DATA_H_
