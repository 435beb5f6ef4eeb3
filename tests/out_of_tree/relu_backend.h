// A backend of an application: it runs Relu on plain floats and leaves the rest to the others.
// Copy it to start one of your own.
#ifndef OUT_OF_TREE_RELU_BACKEND_H_
#define OUT_OF_TREE_RELU_BACKEND_H_

#include <memory>
#include <string>
#include <utility>

#include "kairos/backend.h"

namespace out_of_tree {

class ReluKernel : public kairos::Kernel {
 public:
  explicit ReluKernel(int64_t count) : count_(count) {}

  absl::string_view name() const override { return "mine.relu"; }
  int InPlaceInput() const override { return 0; }
  absl::Status Run(const kairos::KernelArgs& args, State*) const override {
    const float* src = static_cast<const float*>(args.inputs[0]);
    float* dst = static_cast<float*>(args.outputs[0]);
    constexpr int64_t kGrain = 4096;
    kairos::ParallelRanges(*args.pool, count_, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) dst[i] = src[i] < 0 ? 0 : src[i];
    });
    return absl::OkStatus();
  }
  std::string Save() const override { return kFrozen; }

  static constexpr char kFrozen[] = "relu 1";

 private:
  const int64_t count_;
};

class ReluBackend : public kairos::Backend {
 public:
  absl::string_view name() const override { return "mine"; }
  kairos::Fingerprint fingerprint() const override { return {{"version", "1"}}; }

  absl::Status Supports(const kairos::KernelRequest& request) const override {
    const kairos::Node& node = *request.node;
    if (node.op != "Relu" || !node.domain.empty() || !node.post_ops.empty()) {
      return absl::UnimplementedError("only a single Relu");
    }
    const kairos::TensorType& type = request.inputs[0].type;
    if (type.dtype == kairos::DType::kFloat32 && request.outputs[0].type == type) {
      return absl::OkStatus();
    }
    return absl::UnimplementedError("got " + type.ToString() + ", expected float32");
  }

  absl::StatusOr<std::unique_ptr<kairos::Kernel>> Specialize(
      const kairos::KernelRequest& request) override {
    absl::Status supported = Supports(request);
    if (!supported.ok()) return supported;
    return std::make_unique<ReluKernel>(request.inputs[0].type.element_count());
  }

  absl::StatusOr<std::unique_ptr<kairos::Kernel>> Load(const kairos::KernelRequest& request,
                                                       absl::string_view frozen) override {
    if (frozen != ReluKernel::kFrozen) {
      return absl::FailedPreconditionError("kernel: got " + std::string(ReluKernel::kFrozen) +
                                           ", expected " + std::string(frozen));
    }
    return Specialize(request);
  }
};

}  // namespace out_of_tree

#endif  // OUT_OF_TREE_RELU_BACKEND_H_
