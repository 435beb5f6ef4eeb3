// One node with random operands, run by the oneDNN backend and by the reference backend:
//
//   OnednnCase c("Conv", {{"pads", Ints{1, 1, 1, 1}}});
//   c.Input({1, 3, 8, 8}, Layout::kChannelsLast).Weight({4, 3, 3, 3});
//   c.Post("Relu").Output({1, 4, 8, 8}, Layout::kChannelsLast);
//   CHECK(c.Compare() == "");  // or what differs
//
// Operands hold the same logical values whatever their layout.
#ifndef KAIROS_TESTS_SUPPORT_ONEDNN_CASE_H_
#define KAIROS_TESTS_SUPPORT_ONEDNN_CASE_H_

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "kairos/backend.h"
#include "kairos/thread_pool.h"
#include "onednn/backend.h"
#include "onednn/kernel_table.h"
#include "support/graph_builder.h"

namespace kairos::testing {

// Null where oneDNN cannot run; tests then have nothing to compare.
inline std::unique_ptr<Backend> OnednnOrNull() {
  absl::StatusOr<std::unique_ptr<Backend>> backend = onednn::NewOnednnBackend();
  return backend.ok() ? *std::move(backend) : nullptr;
}

class OnednnCase {
 public:
  using Buffer = std::vector<std::byte>;

  explicit OnednnCase(const std::string& op, AttributeList attributes = {}) {
    const size_t dot = op.find('.');
    if (dot != std::string::npos) node_.domain = op.substr(0, dot);
    node_.op = op.substr(dot == std::string::npos ? 0 : dot + 1);
    for (const auto& [key, value] : attributes) node_.attributes.Set(key, value);
  }

  OnednnCase& Input(Shape shape, Layout layout = Layout::kPlain) {
    return Add({std::move(shape), layout, false});
  }
  OnednnCase& Weight(Shape shape) {
    return Add({std::move(shape), Layout::kPlain, weights_constant});
  }
  OnednnCase& Positive(Shape shape) {  // in [0.5, 1.5): variances, divisors
    Add({std::move(shape), Layout::kPlain, weights_constant});
    auto* values = reinterpret_cast<float*>(data_.back().data());
    for (size_t i = 0; i < data_.back().size() / sizeof(float); ++i) {
      values[i] = 0.5f + std::abs(values[i]);
    }
    return *this;
  }
  // Sets an element of the operand added last, by its place in memory.
  OnednnCase& Put(size_t place, float value) {
    reinterpret_cast<float*>(data_.back().data())[place] = value;
    return *this;
  }
  OnednnCase& Absent() {
    inputs_.emplace_back();
    data_.emplace_back();
    node_.inputs.push_back(kNoValue);
    return *this;
  }
  // An operand that the op takes by value.
  template <typename T>
  OnednnCase& Known(const std::vector<T>& values) {
    data_.emplace_back(values.size() * sizeof(T));
    std::memcpy(data_.back().data(), values.data(), data_.back().size());
    Operand operand;
    operand.present = operand.constant = true;
    operand.type = {DTypeOf<T>(), {static_cast<int64_t>(values.size())}, Layout::kPlain};
    operand.data = data_.back().data();
    return Push(operand);
  }
  OnednnCase& Post(const std::string& op, AttributeList attributes = {}) {
    PostOp post;
    post.op = op;
    for (const auto& [key, value] : attributes) post.attributes.Set(key, value);
    node_.post_ops.push_back(std::move(post));
    return *this;
  }
  OnednnCase& PostBinary(const std::string& op, Shape shape, Layout layout = Layout::kPlain,
                         bool operand_first = false) {
    Post(op);
    node_.post_ops.back().operand = static_cast<int>(inputs_.size());
    node_.post_ops.back().operand_first = operand_first;
    return Add({std::move(shape), layout, false});
  }
  OnednnCase& Output(Shape shape, Layout layout = Layout::kPlain) {
    Operand operand;
    operand.present = true;
    operand.type = {DType::kFloat32, std::move(shape), layout};
    outputs_.push_back(operand);
    node_.outputs.push_back(static_cast<ValueId>(100 + outputs_.size()));
    return *this;
  }

  KernelRequest request() const {
    return {&node_, inputs_, outputs_, threads, deterministic, winograd};
  }
  Node& node() { return node_; }

  // Output 0 as plain floats.
  absl::StatusOr<std::vector<float>> Run(const Kernel& kernel, bool with_state = true) const {
    const std::unique_ptr<ThreadPool> pool = NewThreadPool(threads);
    std::vector<Buffer> packed;
    std::vector<const void*> in;
    for (const Buffer& buffer : data_) in.push_back(buffer.empty() ? nullptr : buffer.data());
    const absl::Span<const PackedInput> wanted = kernel.packed_inputs();
    packed.reserve(wanted.size());
    for (size_t k = 0; k < wanted.size(); ++k) {
      packed.emplace_back(wanted[k].bytes);
      const auto index = static_cast<size_t>(wanted[k].input);
      absl::Status status = kernel.Pack(k, in[index], packed.back().data(), *pool);
      if (!status.ok()) return status;
      in[index] = packed.back().data();
    }
    const TensorType& type = outputs_[0].type;
    std::vector<float> out(static_cast<size_t>(type.element_count()), std::nanf(""));
    void* out_pointer = out.data();
    Buffer scratch(kernel.scratch_bytes() + 64);
    void* aligned = scratch.data();
    size_t space = scratch.size();
    std::align(64, kernel.scratch_bytes(), aligned, space);
    std::fill(scratch.begin(), scratch.end(), std::byte{0xff});  // NaN, as nobody promises zeros
    const KernelArgs args{in.data(), &out_pointer, aligned, pool.get()};
    const std::unique_ptr<Kernel::State> state = with_state ? kernel.NewState() : nullptr;
    for (int run = 0; run < 2; ++run) {
      absl::Status status = kernel.Run(args, state.get());
      if (!status.ok()) return status;
    }
    return ToPlain(out, type);
  }

  // Empty when the backends agree; sets kernel_name.
  std::string Compare() {
    const std::unique_ptr<Backend> fast = OnednnOrNull();
    if (fast == nullptr) return "";
    if (absl::Status s = fast->Supports(request()); !s.ok()) return std::string(s.message());
    return CompareKernel(frozen.empty() ? fast->Specialize(request())
                                        : fast->Load(request(), frozen));
  }

  // The same of the library's kernel, which need not be the backend's choice.
  std::string CompareLibrary() {
    if (OnednnOrNull() == nullptr) return "";
    for (const onednn::KernelMaker& maker : onednn::LibraryKernels()) {
      if (maker.op != node_.op) continue;
      if (absl::Status s = maker.supports(request()); !s.ok()) return std::string(s.message());
      return CompareKernel(maker.make(request(), ""));
    }
    return "no maker";
  }

  // Set before operands are added.
  bool weights_constant = true;
  // Set before Compare().
  int threads = 2;
  bool deterministic = false;
  bool winograd = true;
  float tolerance = 2e-5f;        // of each value, and at least of 1
  float scale_tolerance = 0.0f;   // of the largest value
  std::string frozen;  // the kernel to load; empty: the backend's choice
  std::string kernel_name;

 private:
  struct Spec {
    Shape shape;
    Layout layout;
    bool constant;
  };

  std::string CompareKernel(const absl::StatusOr<std::unique_ptr<Kernel>>& kernel) {
    if (!kernel.ok()) return std::string(kernel.status().message());
    kernel_name = std::string((*kernel)->name());
    if (kernel_name.find(":ref") != std::string::npos) return kernel_name + " is a slow kernel";
    const std::unique_ptr<Backend> slow = NewReferenceBackend();
    absl::StatusOr<std::unique_ptr<Kernel>> oracle = slow->Specialize(request());
    if (!oracle.ok()) return std::string(oracle.status().message());
    absl::StatusOr<std::vector<float>> got = Run(**kernel), want = Run(**oracle);
    if (!got.ok()) return std::string(got.status().message());
    if (!want.ok()) return std::string(want.status().message());
    return Difference(*got, *want);
  }

  OnednnCase& Push(const Operand& operand) {
    inputs_.push_back(operand);
    node_.inputs.push_back(static_cast<ValueId>(inputs_.size()));
    return *this;
  }

  OnednnCase& Add(Spec spec) {
    Operand operand;
    operand.present = true;
    operand.constant = spec.constant;
    operand.type = {DType::kFloat32, spec.shape, spec.layout};
    const auto count = static_cast<size_t>(ElementCount(spec.shape));
    GraphBuilder values;
    const ValueId id = values.Random<float>("x", {spec.shape.begin(), spec.shape.end()},
                                            static_cast<uint32_t>(data_.size()) + 7);
    const auto* made = static_cast<const float*>(values.graph().value(id).constant->data);
    const std::vector<float> plain(made, made + count);
    std::vector<float> laid(count);
    ForEach(operand.type, [&](size_t from, size_t to) { laid[to] = plain[from]; });
    data_.emplace_back(count * sizeof(float));
    if (count > 0) std::memcpy(data_.back().data(), laid.data(), data_.back().size());
    return Push(operand);
  }

  // Calls f(offset when plain, offset in the type's layout) for each element.
  template <typename F>
  static void ForEach(const TensorType& type, const F& f) {
    const Shape plain = DenseStrides(type.shape, Layout::kPlain);
    const Shape strides = DenseStrides(type.shape, type.layout);
    for (int64_t i = 0; i < type.element_count(); ++i) {
      int64_t offset = 0;
      for (size_t d = 0; d < type.shape.size(); ++d) {
        offset += i / plain[d] % type.shape[d] * strides[d];
      }
      f(static_cast<size_t>(i), static_cast<size_t>(offset));
    }
  }

  static std::vector<float> ToPlain(const std::vector<float>& laid, const TensorType& type) {
    std::vector<float> plain(laid.size());
    ForEach(type, [&](size_t to, size_t from) { plain[to] = laid[from]; });
    return plain;
  }

  std::string Difference(const std::vector<float>& got, const std::vector<float>& want) const {
    float largest = 0.0f;
    for (float value : want) largest = std::max(largest, std::abs(value));
    for (size_t i = 0; i < want.size(); ++i) {
      const float limit = tolerance * (1 + std::abs(want[i])) + scale_tolerance * largest;
      if (std::abs(got[i] - want[i]) <= limit || (std::isnan(got[i]) && std::isnan(want[i]))) {
        continue;
      }
      return absl::StrCat(kernel_name, ": element ", i, ", got ", got[i], ", expected ", want[i]);
    }
    return "";
  }

  Node node_;
  std::vector<Operand> inputs_, outputs_;
  std::vector<Buffer> data_;
};

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_ONEDNN_CASE_H_
