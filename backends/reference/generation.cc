// Operators that make a tensor from shapes, attributes and scalars.
#include <algorithm>
#include <cstring>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

absl::Status RunShape(const KernelRequest& request, const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  const auto rank = static_cast<int64_t>(shape.size());
  const auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const int64_t start = clamp(request.node->attributes.Int("start", 0));
  const int64_t end = clamp(request.node->attributes.Int("end", rank));
  auto* dst = args.output<int64_t>(0);
  for (int64_t i = start; i < end; ++i) *dst++ = shape[static_cast<size_t>(i)];
  return absl::OkStatus();
}

absl::Status RunSize(const KernelRequest& /*request*/, const Args& args) {
  *args.output<int64_t>(0) = args.input_type(0).element_count();
  return absl::OkStatus();
}

struct ConstantWriter {
  const Args& args;

  absl::Status Copy(const void* data, size_t bytes) const {
    if (bytes != args.output_type(0).byte_count()) {
      return absl::InvalidArgumentError(absl::StrCat("Constant: the value does not fit, got ",
                                                     bytes, " bytes, expected ",
                                                     args.output_type(0).byte_count()));
    }
    if (bytes > 0) std::memcpy(args.raw_output(0), data, bytes);
    return absl::OkStatus();
  }
  absl::Status operator()(const Constant& value) const {
    return Copy(value.data, value.type.byte_count());
  }
  absl::Status operator()(int64_t value) const { return Copy(&value, sizeof(value)); }
  absl::Status operator()(float value) const { return Copy(&value, sizeof(value)); }
  template <typename T>
  absl::Status operator()(const std::vector<T>& values) const {
    return Copy(values.data(), values.size() * sizeof(T));
  }
  absl::Status operator()(const std::vector<std::string>&) const {
    return NoKernelFor(DType::kString);
  }
  absl::Status operator()(const std::string&) const { return NoKernelFor(DType::kString); }
  absl::Status operator()(const std::shared_ptr<const Graph>&) const {
    return absl::UnimplementedError("Constant: the value is a graph, expected a tensor");
  }
};

absl::Status RunConstant(const KernelRequest& request, const Args& args) {
  for (absl::string_view name :
       {"value", "value_float", "value_floats", "value_int", "value_ints"}) {
    const Attribute* value = request.node->attributes.Find(name);
    if (value != nullptr) return std::visit(ConstantWriter{args}, *value);
  }
  return absl::UnimplementedError("Constant: no attribute of a known form, expected value");
}

absl::Status RunConstantOfShape(const KernelRequest& request, const Args& args) {
  const TensorType& to = args.output_type(0);
  const Constant* value = request.node->attributes.Tensor("value");
  return DispatchBytes(to.dtype, [&]<typename T>() {
    T fill{};
    if (value != nullptr) std::memcpy(&fill, value->data, sizeof(fill));
    std::fill_n(args.output<T>(0), to.element_count(), fill);
  });
}

absl::Status RunRange(const KernelRequest& /*request*/, const Args& args) {
  return DispatchNumeric(args.output_type(0).dtype, [&]<typename T>() {
    // Integers in uint64_t: a sequence may pass its limit by less than a step.
    using W = std::conditional_t<kIsFloat<T>, double, uint64_t>;
    const auto start = static_cast<W>(*args.input<T>(0));
    const auto delta = static_cast<W>(*args.input<T>(2));
    T* dst = args.output<T>(0);
    for (int64_t i = 0; i < args.output_type(0).element_count(); ++i) {
      dst[i] = Narrow<T>(start + static_cast<W>(i) * delta);
    }
  });
}

absl::Status RunEyeLike(const KernelRequest& request, const Args& args) {
  const TensorType& to = args.output_type(0);
  const int64_t rows = to.shape[0], columns = to.shape[1];
  const int64_t k = std::clamp(request.node->attributes.Int("k", 0), -rows, columns);
  if (to.byte_count() > 0) std::memset(args.raw_output(0), 0, to.byte_count());
  const auto write = ElementWriter<uint64_t>(to.dtype);
  for (int64_t row = std::max<int64_t>(-k, 0); row < rows && row + k < columns; ++row) {
    write(args.raw_output(0), row * columns + row + k, 1);
  }
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {
    {.op = "Constant", .run = RunConstant},
    {.op = "ConstantOfShape", .run = RunConstantOfShape},
    {.op = "EyeLike", .run = RunEyeLike},
    {.op = "Range", .run = RunRange, .input_types = kNumericTypes},
    {.op = "Shape", .run = RunShape, .output_types = MakeDTypeSet(DType::kInt64)},
    {.op = "Size", .run = RunSize, .output_types = MakeDTypeSet(DType::kInt64)},
};

}  // namespace

absl::Span<const ReferenceOp> GenerationOps() { return kRows; }

}  // namespace kairos::reference
