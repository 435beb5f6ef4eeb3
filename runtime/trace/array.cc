#include "kairos/array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "trace/array_impl.h"
#include "trace/immediate.h"

namespace kairos {
namespace {

Constant ConstantOf(Tensor tensor) {
  auto owner = std::make_shared<const Tensor>(std::move(tensor));
  return {TensorType{owner->dtype(), owner->shape()}, owner->data(), owner};
}

absl::Status AbsentInput() {
  return absl::InvalidArgumentError("array: is absent, expected a value");
}

}  // namespace

Array::Array(Tensor tensor, std::string name)
    : Array(ConstantOf(std::move(tensor)), std::move(name)) {}

Array::Array(Constant constant, std::string name) {
  auto impl = std::make_shared<Impl>();
  impl->type = constant.type;
  impl->constant = std::move(constant);
  impl->name = std::move(name);
  const absl::StatusOr<size_t> bytes = CheckedByteCount(impl->type.dtype, impl->type.shape);
  if (!bytes.ok()) {
    impl->status = Annotate("constant", bytes.status());
  } else if (impl->constant.data == nullptr || impl->type.layout != Layout::kPlain) {
    impl->status = absl::InvalidArgumentError(
        absl::StrCat("constant '", impl->name, "': has no data in row-major order, expected ",
                     *bytes, " bytes"));
  }
  impl_ = std::move(impl);
}

Array Array::Error(absl::Status status) {
  auto impl = std::make_shared<Impl>();
  impl->status =
      status.ok() ? absl::UnknownError("array: in error without a reason") : std::move(status);
  return Array(std::move(impl));
}

Array Array::On(std::shared_ptr<Runtime> runtime) const {
  if (!status().ok() || impl_->is_traced()) return *this;
  auto impl = std::make_shared<Impl>(*impl_);
  impl->evaluator = NewImmediateEvaluator(std::move(runtime));
  return Array(std::move(impl));
}

Array Array::Named(absl::string_view name) const {
  if (!status().ok()) return *this;
  if (impl_->is_traced()) {
    impl_->evaluator->Rename(*impl_, name);
    return *this;
  }
  auto impl = std::make_shared<Impl>(*impl_);
  impl->name = std::string(name);
  return Array(std::move(impl));
}

absl::Status Array::status() const { return impl_ == nullptr ? AbsentInput() : impl_->status; }

DType Array::dtype() const { return status().ok() ? impl_->type.dtype : DType::kUndefined; }

int Array::rank() const { return status().ok() ? static_cast<int>(impl_->type.shape.size()) : 0; }

int64_t Array::dim(int axis) const {
  if (axis < 0) axis += rank();
  if (axis < 0 || axis >= rank()) return 0;
  if (impl_->is_traced()) impl_->evaluator->NoteRead(*impl_, axis);
  return impl_->type.shape[static_cast<size_t>(axis)];
}

Shape Array::shape() const {
  Shape shape;
  for (int axis = 0; axis < rank(); ++axis) shape.push_back(dim(axis));
  return shape;
}

absl::StatusOr<Tensor> Array::ToTensor() const {
  KAIROS_RETURN_IF_ERROR(status());
  if (impl_->is_traced()) {
    return absl::FailedPreconditionError(
        "array: has no elements while it is traced; return it, and run the traced graph");
  }
  KAIROS_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Make(impl_->type.dtype, impl_->type.shape));
  std::memcpy(tensor.data(), impl_->constant.data, tensor.byte_count());
  return tensor;
}

std::vector<Operand> OperandsOf(absl::Span<const Array> inputs) {
  std::vector<Operand> operands;
  for (const Array& input : inputs) {
    if (!input.present()) {
      operands.emplace_back();
      continue;
    }
    operands.push_back({true, input.impl()->type, false, input.impl()->constant.data});
  }
  return operands;
}

namespace {

std::vector<Array> Apply(absl::string_view op, absl::Span<const Array> inputs,
                         const Attributes& attributes, int output_count) {
  const auto failed = [&](absl::Status status) {
    return std::vector<Array>(static_cast<size_t>(std::max(output_count, 1)),
                              Array::Error(std::move(status)));
  };
  while (!inputs.empty() && !inputs.back().present()) inputs.remove_suffix(1);
  std::shared_ptr<Evaluator> evaluator;
  for (const Array& input : inputs) {
    if (!input.present()) continue;
    if (!input.status().ok()) return failed(input.status());
    const std::shared_ptr<Evaluator>& own = input.impl()->evaluator;
    if (own != nullptr && (evaluator == nullptr || own->is_tracing())) evaluator = own;
  }
  if (evaluator == nullptr) {
    return failed(absl::FailedPreconditionError(
        absl::StrCat(op, ": no input is bound to a Runtime or traced; bind one with Array::On")));
  }
  Node node;
  const size_t dot = op.find('.');
  if (dot != absl::string_view::npos) node.domain = std::string(op.substr(0, dot));
  node.op = std::string(op.substr(dot == absl::string_view::npos ? 0 : dot + 1));
  node.attributes = attributes;
  absl::StatusOr<std::vector<Array>> outputs =
      evaluator->Apply(std::move(node), inputs, output_count);
  return outputs.ok() ? *std::move(outputs) : failed(outputs.status());
}

Attributes AttributesOf(std::initializer_list<Attributes::Entry> entries) {
  Attributes attributes;
  for (const auto& [name, value] : entries) attributes.Set(name, value);
  return attributes;
}

}  // namespace

std::vector<Array> MultiOp(absl::string_view op, absl::Span<const Array> inputs,
                           std::initializer_list<Attributes::Entry> attributes, int output_count) {
  return Apply(op, inputs, AttributesOf(attributes), output_count);
}

Array Op(absl::string_view op, absl::Span<const Array> inputs,
         std::initializer_list<Attributes::Entry> attributes) {
  return Apply(op, inputs, AttributesOf(attributes), 1)[0];
}

Array Op(absl::string_view op, absl::Span<const Array> inputs, const Attributes& attributes) {
  return Apply(op, inputs, attributes, 1)[0];
}

namespace {

template <typename T>
Array ScalarOf(double value, DType dtype) {
  if constexpr (std::is_integral_v<T>) {
    // The limits as doubles: the largest int64 is none, but the power of two behind it is.
    const double low = static_cast<double>(std::numeric_limits<T>::min());
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (!(value >= low && value < end) || value != std::floor(value)) {
      return Array::Error(
          absl::InvalidArgumentError(absl::StrCat("scalar ", value, ": is no ", DTypeName(dtype))));
    }
  }
  absl::StatusOr<Tensor> tensor = Tensor::Make(dtype, {});
  if (!tensor.ok()) return Array::Error(tensor.status());
  tensor->as<T>()[0] = static_cast<T>(value);
  return Array(*std::move(tensor));
}

}  // namespace

Array ScalarLike(double value, const Array& like) {
  if (!like.status().ok()) return like;
  switch (like.dtype()) {
    case DType::kFloat64:
      return ScalarOf<double>(value, like.dtype());
    case DType::kInt8:
      return ScalarOf<int8_t>(value, like.dtype());
    case DType::kUint8:
      return ScalarOf<uint8_t>(value, like.dtype());
    case DType::kInt16:
      return ScalarOf<int16_t>(value, like.dtype());
    case DType::kUint16:
      return ScalarOf<uint16_t>(value, like.dtype());
    case DType::kInt32:
      return ScalarOf<int32_t>(value, like.dtype());
    case DType::kUint32:
      return ScalarOf<uint32_t>(value, like.dtype());
    case DType::kInt64:
      return ScalarOf<int64_t>(value, like.dtype());
    case DType::kUint64:
      return ScalarOf<uint64_t>(value, like.dtype());
    case DType::kFloat16:
    case DType::kBFloat16:
      return Op("CastLike", {ScalarOf<float>(value, DType::kFloat32), like});
    case DType::kFloat32:
      return ScalarOf<float>(value, like.dtype());
    default:
      return Array::Error(absl::InvalidArgumentError(
          absl::StrCat("scalar ", value, ": is no ", DTypeName(like.dtype()))));
  }
}

Array operator+(const Array& a, const Array& b) { return Op("Add", {a, b}); }
Array operator-(const Array& a, const Array& b) { return Op("Sub", {a, b}); }
Array operator*(const Array& a, const Array& b) { return Op("Mul", {a, b}); }
Array operator/(const Array& a, const Array& b) { return Op("Div", {a, b}); }
Array operator+(const Array& a, double b) { return a + ScalarLike(b, a); }
Array operator-(const Array& a, double b) { return a - ScalarLike(b, a); }
Array operator*(const Array& a, double b) { return a * ScalarLike(b, a); }
Array operator/(const Array& a, double b) { return a / ScalarLike(b, a); }
Array operator+(double a, const Array& b) { return ScalarLike(a, b) + b; }
Array operator-(double a, const Array& b) { return ScalarLike(a, b) - b; }
Array operator*(double a, const Array& b) { return ScalarLike(a, b) * b; }
Array operator/(double a, const Array& b) { return ScalarLike(a, b) / b; }
Array operator-(const Array& a) { return Op("Neg", {a}); }

}  // namespace kairos
