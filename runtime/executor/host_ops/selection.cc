#include <cstring>

#include "base/status_macros.h"
#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"

namespace kairos {
namespace {

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64 || dtype == DType::kFloat16 ||
         dtype == DType::kBFloat16;
}

// Positions of the elements that are not zero, in order of memory. `T` has the element's size.
template <typename T>
std::vector<int64_t> Find(const Constant& tensor) {
  // Both zeros of floating-point numbers are.
  const T mask = IsFloat(tensor.type.dtype) ? static_cast<T>(static_cast<T>(~T{0}) >> 1)
                                            : static_cast<T>(~T{0});
  const int64_t count = tensor.type.element_count();
  const auto* bytes = static_cast<const std::byte*>(tensor.data);
  std::vector<int64_t> found;
  for (int64_t i = 0; i < count; ++i) {
    T element;
    std::memcpy(&element, bytes + static_cast<size_t>(i) * sizeof(T), sizeof(T));
    if ((element & mask) != 0) found.push_back(i);
  }
  return found;
}

std::vector<int64_t> FindNonZero(const Constant& tensor) {
  switch (DTypeSize(tensor.type.dtype)) {
    case 1:
      return Find<uint8_t>(tensor);
    case 2:
      return Find<uint16_t>(tensor);
    case 4:
      return Find<uint32_t>(tensor);
    default:
      return Find<uint64_t>(tensor);
  }
}

}  // namespace

HostResult HostNonZero(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0));
  if (tensor->type.dtype == DType::kString) return call.Unexpected(0, "numbers or bool");
  const std::vector<int64_t> found = FindNonZero(*tensor);
  Shape shape = tensor->type.shape;
  if (shape.empty()) shape = {1};  // as ONNX Runtime has it
  const auto count = static_cast<int64_t>(found.size());
  KAIROS_ASSIGN_OR_RETURN(Constant made,
                          NewTensor({DType::kInt64, {static_cast<int64_t>(shape.size()), count}}));
  auto* out = static_cast<int64_t*>(NewData(made));
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = found[static_cast<size_t>(i)];
    for (size_t d = shape.size(); d-- > 0;) {
      out[static_cast<int64_t>(d) * count + i] = rest % shape[d];
      rest /= shape[d];
    }
  }
  return One(std::move(made));
}

HostResult HostCompress(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0));
  KAIROS_ASSIGN_OR_RETURN(const Constant* condition, call.Tensor(1, DType::kBool));
  Constant src = *tensor;
  if (!call.node.attributes.Has("axis")) src.type.shape = {src.type.element_count()};
  KAIROS_ASSIGN_OR_RETURN(const size_t axis,
                          AxisOf(call.node.attributes.Int("axis", 0), src.type.shape.size()));
  if (condition->type.shape.size() != 1 || condition->type.shape[0] > src.type.shape[axis]) {
    return call.Unexpected(1,
                           absl::StrCat("rank 1 and at most ", src.type.shape[axis], " elements"));
  }
  const auto* selected = static_cast<const uint8_t*>(condition->data);
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < condition->type.shape[0]; ++i) {
    if (selected[i] != 0) indices.push_back(i);
  }
  KAIROS_ASSIGN_OR_RETURN(Constant made, TakeAxis(src, axis, indices));
  return One(std::move(made));
}

}  // namespace kairos
