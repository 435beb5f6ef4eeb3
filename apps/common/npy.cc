#include "common/npy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

#include "common/file_io.h"
#include "common/npy_header.h"
#include "common/status_context.h"

namespace kairos {
namespace {

// `source` has the first dimension running fastest.
void CopyFortranOrder(const std::byte* source, Tensor* tensor) {
  const size_t element = DTypeSize(tensor->dtype());
  const Shape& shape = tensor->shape();
  const int64_t count = ElementCount(shape);
  auto* out = static_cast<std::byte*>(tensor->data());
  Shape index(shape.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t offset = 0;
    for (size_t d = shape.size(); d-- > 0;) offset = offset * shape[d] + index[d];
    std::memcpy(out, source + static_cast<size_t>(offset) * element, element);
    out += element;
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
}

absl::Status CheckBools(const Tensor& tensor) {
  if (tensor.dtype() != DType::kBool) return absl::OkStatus();
  const absl::Span<const uint8_t> bytes = tensor.as<uint8_t>();
  const auto* bad = std::find_if(bytes.begin(), bytes.end(), [](uint8_t b) { return b > 1; });
  if (bad == bytes.end()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("element ", bad - bytes.begin(), " is no bool, got ",
                                          *bad, ", expected 0 or 1"));
}

// An empty tensor for what the header describes, after a check against the bytes that are there.
absl::StatusOr<Tensor> MakeTensor(const NpyHeader& header, size_t file_bytes) {
  absl::StatusOr<size_t> bytes = CheckedByteCount(header.dtype, header.shape);
  if (!bytes.ok()) return bytes.status();
  if (file_bytes - header.data_offset != *bytes) {
    return absl::DataLossError(absl::StrCat(
        "data has the wrong length, got ", file_bytes - header.data_offset, " bytes, expected ",
        *bytes, " for ", DTypeName(header.dtype), ShapeString(header.shape)));
  }
  return Tensor::Make(header.dtype, header.shape);
}

absl::StatusOr<Tensor> Fill(const NpyHeader& header, absl::Span<const std::byte> data) {
  absl::StatusOr<Tensor> tensor = MakeTensor(header, header.data_offset + data.size());
  if (!tensor.ok()) return tensor.status();
  if (header.fortran_order) {
    CopyFortranOrder(data.data(), &*tensor);
  } else if (!data.empty()) {
    std::memcpy(tensor->data(), data.data(), data.size());
  }
  if (absl::Status status = CheckBools(*tensor); !status.ok()) return status;
  return tensor;
}

}  // namespace

absl::StatusOr<Tensor> ParseNpy(absl::string_view name, absl::string_view bytes) {
  absl::StatusOr<NpyHeader> header = ParseNpyHeader(bytes);
  if (!header.ok()) return WithContext(name, header.status());
  const absl::string_view data = bytes.substr(header->data_offset);
  absl::StatusOr<Tensor> tensor =
      Fill(*header, {reinterpret_cast<const std::byte*>(data.data()), data.size()});
  if (!tensor.ok()) return WithContext(name, tensor.status());
  return tensor;
}

absl::StatusOr<Tensor> ReadNpy(const std::string& path) {
  absl::StatusOr<InputFile> file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  std::string start(std::min(file->size(), kMaxNpyHeaderBytes), '\0');
  const auto start_bytes = absl::MakeSpan(reinterpret_cast<std::byte*>(start.data()), start.size());
  if (absl::Status status = file->ReadAt(0, start_bytes); !status.ok()) return status;
  absl::StatusOr<NpyHeader> header = ParseNpyHeader(start);
  if (!header.ok()) return WithContext(path, header.status());

  absl::StatusOr<Tensor> raw = MakeTensor(*header, file->size());
  if (!raw.ok()) return WithContext(path, raw.status());
  const auto raw_bytes = absl::MakeSpan(static_cast<std::byte*>(raw->data()), raw->byte_count());
  if (absl::Status status = file->ReadAt(header->data_offset, raw_bytes); !status.ok()) {
    return status;
  }
  if (!header->fortran_order) {
    if (absl::Status status = CheckBools(*raw); !status.ok()) return WithContext(path, status);
    return raw;
  }
  absl::StatusOr<Tensor> tensor = Fill(*header, raw_bytes);
  if (!tensor.ok()) return WithContext(path, tensor.status());
  return tensor;
}

absl::Status WriteNpy(const std::string& path, const TensorView& tensor) {
  absl::StatusOr<std::string> header = FormatNpyHeader(tensor.dtype, tensor.shape);
  if (!header.ok()) return WithContext(path, header.status());
  const absl::string_view data(static_cast<const char*>(tensor.data), tensor.bytes);
  return WriteFile(path, {*header, data});
}

}  // namespace kairos
