#include "support/op_case.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "graph/op_table.h"
#include "reference/element.h"
#include "reference/strided.h"
#include "support/run_graph.h"

namespace kairos::testing {
namespace {

// `src` of one layout as the bytes of another; both types have the same dtype and shape.
void ChangeLayout(const void* src, const TensorType& from, void* dst, const TensorType& to) {
  Require(reference::DispatchBytes(from.dtype, [&]<typename T>() {
    reference::CopyStrided(from.shape, static_cast<const T*>(src), reference::StridesOfType(from),
                           static_cast<T*>(dst), reference::StridesOfType(to));
  }));
}

// Hands over packed what the kernel wants so; `buffers` keeps it.
absl::Status PackInputs(const Kernel& kernel, ThreadPool& pool, std::vector<const void*>& inputs,
                        std::vector<AlignedBuffer>& buffers) {
  const absl::Span<const PackedInput> wanted = kernel.packed_inputs();
  for (size_t i = 0; i < wanted.size(); ++i) {
    const void*& input = inputs[static_cast<size_t>(wanted[i].input)];
    KAIROS_ASSIGN_OR_RETURN(AlignedBuffer packed, AlignedBuffer::Make(wanted[i].bytes));
    KAIROS_RETURN_IF_ERROR(kernel.Pack(i, input, packed.data(), pool));
    input = packed.data();
    buffers.push_back(std::move(packed));
  }
  return absl::OkStatus();
}

// [minimum, minimum + 16) for integers.
int64_t MinimumOf(DType dtype) {
  return reference::Contains(reference::kSignedTypes, dtype) ? -8 : 0;
}

}  // namespace

OperatorCase::OperatorCase(const std::string& op, AttributeList attributes, int output_count) {
  const size_t dot = op.rfind('.');
  if (dot != std::string::npos) node_.domain = op.substr(0, dot);
  node_.op = op.substr(dot == std::string::npos ? 0 : dot + 1);
  for (const auto& [name, value] : attributes) node_.attributes.Set(name, value);
  for (int i = 0; i < output_count; ++i) node_.outputs.push_back(1000 + i);
}

OperatorCase& OperatorCase::Set(const char* attribute, const Attribute& value) {
  node_.attributes.Set(attribute, value);
  return *this;
}

OperatorCase& OperatorCase::Input(const Tensor& plain, Layout layout) {
  return Add(plain, layout, false, false);
}
OperatorCase& OperatorCase::Weight(const Tensor& plain) {
  return Add(plain, Layout::kPlain, true, false);
}
OperatorCase& OperatorCase::Known(const Tensor& plain) {
  return Add(plain, Layout::kPlain, true, true);
}

OperatorCase& OperatorCase::Absent() {
  node_.inputs.push_back(kNoValue);
  inputs_.emplace_back();
  data_.emplace_back();
  return *this;
}

OperatorCase& OperatorCase::Post(const std::string& op, AttributeList attributes) {
  PostOp post;
  post.op = op;
  for (const auto& [name, value] : attributes) post.attributes.Set(name, value);
  node_.post_ops.push_back(std::move(post));
  return *this;
}

OperatorCase& OperatorCase::PostBinary(const std::string& op, bool operand_first) {
  Post(op);
  node_.post_ops.back().operand = static_cast<int>(inputs_.size());
  node_.post_ops.back().operand_first = operand_first;
  return *this;
}

OperatorCase& OperatorCase::Add(const Tensor& plain, Layout layout, bool constant, bool known) {
  Constant data = MakeConstant(plain.dtype(), plain.shape(), plain.data(), plain.byte_count());
  if (layout != Layout::kPlain) {
    Constant laid = MakeConstant(plain.dtype(), plain.shape(), plain.data(), plain.byte_count());
    laid.type.layout = layout;
    ChangeLayout(data.data, data.type, const_cast<void*>(laid.data), laid.type);
    data = std::move(laid);
  }
  node_.inputs.push_back(static_cast<ValueId>(inputs_.size()));
  inputs_.push_back({true, data.type, constant, known ? data.data : nullptr});
  data_.push_back(std::move(data));
  return *this;
}

absl::StatusOr<std::vector<Operand>> OperatorCase::OutputOperands() const {
  std::vector<TensorType> types;
  KAIROS_RETURN_IF_ERROR(InferTypes(node_, inputs_, &types));
  std::vector<Operand> operands;
  for (TensorType& type : types) {
    if (type.shape.size() == types[0].shape.size()) type.layout = output_layout;
    operands.push_back({true, std::move(type)});
  }
  return operands;
}

absl::StatusOr<std::vector<Tensor>> OperatorCase::Run(Backend& backend, ThreadPool& pool) const {
  KAIROS_ASSIGN_OR_RETURN(const std::vector<Operand> outputs, OutputOperands());
  const KernelRequest request = {&node_, inputs_, outputs, pool.thread_count(), deterministic};
  KAIROS_ASSIGN_OR_RETURN(const std::unique_ptr<Kernel> kernel, backend.Specialize(request));
  std::vector<const void*> in;
  for (const Constant& data : data_) in.push_back(data.data);
  std::vector<AlignedBuffer> packed, laid;
  KAIROS_RETURN_IF_ERROR(PackInputs(*kernel, pool, in, packed));
  std::vector<void*> out;
  for (const Operand& output : outputs) {
    KAIROS_ASSIGN_OR_RETURN(laid.emplace_back(), AlignedBuffer::Make(output.type.byte_count() + 1));
    out.push_back(laid.back().data());
  }
  KAIROS_ASSIGN_OR_RETURN(const AlignedBuffer scratch,
                          AlignedBuffer::Make(kernel->scratch_bytes()));
  const std::unique_ptr<Kernel::State> state = kernel->NewState();
  const KernelArgs args = {in.data(), out.data(), scratch.data(), &pool};
  KAIROS_RETURN_IF_ERROR(kernel->Run(args, state.get()));
  std::vector<Tensor> results;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const TensorType& type = outputs[i].type;
    KAIROS_ASSIGN_OR_RETURN(results.emplace_back(), Tensor::Make(type.dtype, type.shape));
    ChangeLayout(out[i], type, results.back().data(), {type.dtype, type.shape});
  }
  return results;
}

Tensor RandomTensor(DType dtype, const Shape& shape, uint32_t seed) {
  Tensor tensor = Unwrap(Tensor::Make(dtype, shape));
  std::minstd_rand engine(seed + 1);
  const auto write = reference::ElementWriter<double>(dtype);
  for (int64_t i = 0; i < ElementCount(shape); ++i) {
    const auto bits = static_cast<uint32_t>(engine() >> 7);
    double value = bits % 65536 / 32768.0 - 1;
    if (reference::Contains(reference::kIntegerTypes, dtype)) {
      value = static_cast<double>(bits % 16 + MinimumOf(dtype));
    } else if (dtype == DType::kBool) {
      value = bits % 2;
    }
    write(tensor.data(), i, value);
  }
  return tensor;
}

std::string CompareTensors(const Tensor& got, const Tensor& want, double rtol, double atol) {
  const TensorType got_type = {got.dtype(), got.shape()}, want_type = {want.dtype(), want.shape()};
  if (got_type != want_type) {
    return absl::StrCat("got ", got_type.ToString(), ", expected ", want_type.ToString());
  }
  const auto read = reference::ElementReader<double>(want.dtype());
  std::string first;
  int64_t differing = 0;
  for (int64_t i = 0; i < want_type.element_count(); ++i) {
    const double g = read(got.data(), i), w = read(want.data(), i);
    const bool same = g == w || (std::isnan(g) && std::isnan(w));
    if (same || (std::isfinite(w) && std::abs(g - w) <= atol + rtol * std::abs(w))) continue;
    if (differing++ == 0) first = absl::StrCat("element ", i, ": got ", g, ", expected ", w);
  }
  return differing == 0 ? "" : absl::StrCat(first, "; ", differing, " of them differ");
}

}  // namespace kairos::testing
