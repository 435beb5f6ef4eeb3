// One node with random operands, run by our own CPU kernels and by the reference backend:
//
//   OwnCase c("Add");
//   c.Input({2, 3, 8, 8}, Layout::kChannelsLast).Input({3, 1, 1}).Post("Relu");
//   c.output_layout = Layout::kChannelsLast;
//   CHECK(c.Compare() == "");  // or what differs
//
// Output types come from the op table. The kernel runs with one and with two threads, which must
// agree to the bit, in place where it allows that, and must not write beyond its output.
#ifndef KAIROS_TESTS_SUPPORT_OWN_CASE_H_
#define KAIROS_TESTS_SUPPORT_OWN_CASE_H_

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "graph/op_table.h"
#include "kairos/backend.h"
#include "kairos/thread_pool.h"
#include "onednn/kernel_table.h"
#include "support/graph_builder.h"

namespace kairos::testing {

class OwnCase {
 public:
  // 64-byte aligned words with a margin of known bytes behind them.
  class Buffer {
   public:
    explicit Buffer(size_t bytes) : bytes_(bytes), words_(bytes / 8 + 17, kGuard) {
      void* start = words_.data();
      size_t space = words_.size() * 8;
      data_ = static_cast<char*>(std::align(64, bytes, start, space));
    }
    Buffer(Buffer&&) = default;
    char* data() const { return data_; }
    size_t bytes() const { return bytes_; }
    bool intact() const {
      for (size_t i = 0; i < 8; ++i) {
        if (data_[bytes_ + i] != static_cast<char>(kGuard & 0xff)) return false;
      }
      return true;
    }

   private:
    static constexpr uint64_t kGuard = 0xabababababababab;
    size_t bytes_;
    std::vector<uint64_t> words_;
    char* data_;
  };

  explicit OwnCase(const std::string& op, AttributeList attributes = {}) {
    const size_t dot = op.rfind('.');
    if (dot != std::string::npos) node_.domain = op.substr(0, dot);
    node_.op = op.substr(dot == std::string::npos ? 0 : dot + 1);
    for (const auto& [key, value] : attributes) node_.attributes.Set(key, value);
  }

  OwnCase& Input(const Shape& shape, Layout layout = Layout::kPlain,
                 DType dtype = DType::kFloat32) {
    const TensorType type{dtype, shape, layout};
    Buffer& buffer = Add(type);
    for (int64_t i = 0; i < type.element_count(); ++i) PutRandom(dtype, buffer.data(), i);
    return *this;
  }
  OwnCase& Input(const Shape& shape, DType dtype) { return Input(shape, Layout::kPlain, dtype); }
  template <typename T>
  OwnCase& Values(const Shape& shape, const std::vector<T>& values) {
    Buffer& buffer = Add({DTypeOf<T>(), shape, Layout::kPlain});
    std::copy(values.begin(), values.end(), reinterpret_cast<T*>(buffer.data()));
    return *this;
  }
  // Sets an element of the operand added last, by its place in memory.
  OwnCase& Put(size_t place, float value) {
    reinterpret_cast<float*>(data_.back().data())[place] = value;
    return *this;
  }
  // Values that are known when the kernel is made.
  template <typename T>
  OwnCase& Known(const std::vector<T>& values) {
    Values<T>({static_cast<int64_t>(values.size())}, values);
    inputs_.back().data = data_.back().data();
    return *this;
  }
  OwnCase& Absent() {
    data_.emplace_back(0);
    inputs_.emplace_back();
    node_.inputs.push_back(kNoValue);
    return *this;
  }
  OwnCase& Post(const std::string& op, AttributeList attributes = {}) {
    PostOp post;
    post.op = op;
    for (const auto& [key, value] : attributes) post.attributes.Set(key, value);
    node_.post_ops.push_back(std::move(post));
    return *this;
  }
  OwnCase& PostBinary(const std::string& op, const Shape& shape, Layout layout = Layout::kPlain,
                      bool operand_first = false) {
    Post(op);
    node_.post_ops.back().operand = static_cast<int>(inputs_.size());
    node_.post_ops.back().operand_first = operand_first;
    return Input(shape, layout);
  }

  // Output 0 of the own kernel with `threads`, or why there is none.
  absl::StatusOr<std::vector<char>> RunOwn(int threads, bool in_place = false) {
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = MakeOwn();
    if (!kernel.ok()) return kernel.status();
    if (in_place && (*kernel)->InPlaceInput() < 0) return RunOwn(threads);
    return Run(**kernel, threads, in_place ? (*kernel)->InPlaceInput() : -1);
  }

  absl::StatusOr<std::unique_ptr<Kernel>> MakeOwn(const std::string& frozen = "") {
    absl::Status status = InferOutputs();
    if (!status.ok()) return status;
    status = absl::UnimplementedError("no maker");
    for (const onednn::KernelMaker& maker : onednn::OwnKernels()) {
      if (maker.op != node_.op || maker.domain != node_.domain) continue;
      status = maker.supports(request());
      if (status.ok()) return maker.make(request(), frozen);
    }
    return status;
  }

  // Empty when the kernels agree.
  std::string Compare() {
    const auto own = RunOwn(1);
    if (!own.ok()) return std::string(own.status().message());
    if (RunOwn(2).value() != *own) return "two threads give another result than one";
    if (RunOwn(2, true).value() != *own) return "in place the result is another one";
    const std::unique_ptr<Backend> reference = NewReferenceBackend();
    absl::StatusOr<std::unique_ptr<Kernel>> oracle = reference->Specialize(request());
    if (!oracle.ok()) return std::string(oracle.status().message());
    const auto want = Run(**oracle, 1, -1);
    if (!want.ok()) return std::string(want.status().message());
    return Difference(*own, *want);
  }

  KernelRequest request() const { return {&node_, inputs_, outputs_, 2, true}; }
  Node& node() { return node_; }
  const std::vector<Operand>& outputs() const { return outputs_; }

  // Set before running.
  Layout output_layout = Layout::kPlain;
  int output_count = 1;
  float tolerance = 2e-6f;

 private:
  Buffer& Add(const TensorType& type) {
    Operand operand;
    operand.present = true;
    operand.type = type;
    inputs_.push_back(operand);
    node_.inputs.push_back(static_cast<ValueId>(inputs_.size()));
    return data_.emplace_back(type.byte_count());
  }

  void PutRandom(DType dtype, char* data, int64_t i) {
    seed_ = seed_ * 6364136223846793005u + 1442695040888963407u;
    const uint64_t bits = seed_ >> 33;
    const auto put = [&](auto value) {
      std::memcpy(data + static_cast<size_t>(i) * sizeof(value), &value, sizeof(value));
    };
    const double real = static_cast<double>(bits % 65536) / 8192.0 - 4.0;
    switch (DTypeSize(dtype)) {
      case 1: return put(static_cast<uint8_t>(dtype == DType::kBool ? bits % 2 : bits));
      case 2: return put(static_cast<uint16_t>(bits & 0xbfff));  // finite as a float16
      case 4:
        return dtype == DType::kFloat32 ? put(static_cast<float>(real))
                                        : put(static_cast<int32_t>(bits % 17) - 8);
      default:
        return dtype == DType::kFloat64 ? put(real) : put(static_cast<int64_t>(bits % 17) - 8);
    }
  }

  absl::Status InferOutputs() {
    node_.outputs.assign(static_cast<size_t>(output_count), 100);
    std::vector<Operand> known = inputs_;
    for (size_t i = 0; i < known.size(); ++i) {
      if (known[i].present) known[i].data = data_[i].data();
    }
    std::vector<TensorType> types;
    absl::Status status =
        InferTypes(node_, absl::MakeConstSpan(known).subspan(0, node_.base_input_count()), &types);
    outputs_.clear();
    for (TensorType& type : types) {
      if (type.shape.size() >= 3) type.layout = output_layout;
      outputs_.push_back({true, type});
    }
    return status;
  }

  absl::StatusOr<std::vector<char>> Run(const Kernel& kernel, int threads, int in_place) {
    const std::unique_ptr<ThreadPool> pool = NewThreadPool(threads);
    std::vector<const void*> in;
    for (size_t i = 0; i < data_.size(); ++i) {
      in.push_back(inputs_[i].present ? data_[i].data() : nullptr);
    }
    std::vector<Buffer> results;
    std::vector<void*> out;
    for (const Operand& output : outputs_) results.emplace_back(output.type.byte_count());
    for (const Buffer& result : results) out.push_back(result.data());
    if (in_place >= 0) {
      const auto index = static_cast<size_t>(in_place);
      std::memcpy(out[0], in[index], data_[index].bytes());
      in[index] = out[0];
    }
    const Buffer scratch(kernel.scratch_bytes());
    absl::Status status = kernel.Run({in.data(), out.data(), scratch.data(), pool.get()}, nullptr);
    if (!status.ok()) return status;
    std::vector<char> bytes;
    for (const Buffer& result : results) {
      if (!result.intact()) return absl::InternalError("wrote beyond the output");
      bytes.insert(bytes.end(), result.data(), result.data() + result.bytes());
    }
    if (!scratch.intact()) return absl::InternalError("wrote beyond the scratch");
    return bytes;
  }

  std::string Difference(const std::vector<char>& got, const std::vector<char>& want) const {
    if (outputs_[0].type.dtype != DType::kFloat32) {
      return got == want ? "" : absl::StrCat(node_.op, ": other bytes");
    }
    for (size_t i = 0; i < want.size() / sizeof(float); ++i) {
      float a, b;
      std::memcpy(&a, got.data() + i * sizeof(float), sizeof(float));
      std::memcpy(&b, want.data() + i * sizeof(float), sizeof(float));
      if (a == b || (std::isnan(a) && std::isnan(b))) continue;
      if (std::abs(a - b) <= tolerance * (std::abs(b) + 0.5f) && std::isfinite(b)) continue;
      return absl::StrCat(node_.op, ": element ", i, ", got ", a, ", expected ", b);
    }
    return "";
  }

  Node node_;
  std::vector<Operand> inputs_, outputs_;
  std::vector<Buffer> data_;
  uint64_t seed_ = 1;
};

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_OWN_CASE_H_
