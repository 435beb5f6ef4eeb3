// TensorProto -> Constant. Elements stay where they are when the message holds them as raw bytes;
// the other encodings are converted into memory of their own.
#ifndef KAIROS_APPS_RTCONVERT_TENSOR_READER_H_
#define KAIROS_APPS_RTCONVERT_TENSOR_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/attribute.h"
#include "kairos/tensor.h"
#include "rtconvert/external_data.h"
#include "rtconvert/onnx.pb.h"

namespace kairos {

// kUnimplemented, as "type NAME: ...", when tensors of this TensorProto.DataType are not supported.
absl::StatusOr<DType> SupportedDType(int64_t data_type);

class TensorReader {
 public:
  // `owner` keeps the messages given to Read() alive and unchanged; constants share it.
  TensorReader(std::shared_ptr<const void> owner, std::string directory)
      : owner_(std::move(owner)), external_(std::move(directory)) {}

  // kUnimplemented for element types as above; kDataLoss when shape and elements disagree; the
  // codes of ExternalData. Messages do not name the tensor.
  absl::StatusOr<Constant> Read(const onnx_format::TensorProto& proto);

 private:
  absl::StatusOr<Constant> ReadExternal(const onnx_format::TensorProto& proto, TensorType type);
  absl::StatusOr<Constant> ReadRaw(const onnx_format::TensorProto& proto, TensorType type) const;

  std::shared_ptr<const void> owner_;
  ExternalData external_;
};

// New constants: a vector (or, with `scalar`, its only element as a tensor of rank 0).
Constant NewIntsConstant(absl::Span<const int64_t> values, bool scalar = false);
Constant NewFloatsConstant(absl::Span<const float> values, bool scalar = false);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_TENSOR_READER_H_
