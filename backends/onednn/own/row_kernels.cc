// Softmax and layer normalisation over the dimension that is innermost in memory.
#include <algorithm>
#include <utility>

#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/row_simd.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainElements = 4096;

int64_t Grain(int64_t columns) {
  return std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, columns));
}

class SoftmaxKernel : public OwnKernel {
 public:
  SoftmaxKernel(const KernelRequest& request, int64_t columns)
      : OwnKernel(KernelName(request)),
        run_(request.node->op == "Softmax" ? FindRowFunctions().softmax
                                           : FindRowFunctions().log_softmax),
        columns_(columns),
        rows_(columns == 0 ? 0 : request.inputs[0].type.element_count() / columns) {}

  int InPlaceInput() const override { return 0; }
  absl::Status Run(const KernelArgs& args, State*) const override {
    const float* src = static_cast<const float*>(args.inputs[0]);
    float* dst = static_cast<float*>(args.outputs[0]);
    ParallelRanges(*args.pool, rows_, Grain(columns_), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) run_(src + r * columns_, columns_, dst + r * columns_);
    });
    return absl::OkStatus();
  }

 private:
  void (*run_)(const float*, int64_t, float*);
  int64_t columns_, rows_;
};

class LayerNormKernel : public OwnKernel {
 public:
  LayerNormKernel(const KernelRequest& request, int64_t columns)
      : OwnKernel(KernelName(request)),
        run_(FindRowFunctions().layer_norm),
        columns_(columns),
        rows_(columns == 0 ? 0 : request.inputs[0].type.element_count() / columns),
        epsilon_(request.node->attributes.Float("epsilon", 1e-5f)),
        has_bias_(HasInput(request, 2)) {
    for (size_t i = 1; i < 3; ++i) {
      wants_[i - 1] = i < request.outputs.size() && request.outputs[i].present;
    }
  }

  int InPlaceInput() const override { return 0; }
  absl::Status Run(const KernelArgs& args, State*) const override {
    const float* src = static_cast<const float*>(args.inputs[0]);
    const float* scale = static_cast<const float*>(args.inputs[1]);
    const float* bias = has_bias_ ? static_cast<const float*>(args.inputs[2]) : nullptr;
    float* dst = static_cast<float*>(args.outputs[0]);
    ParallelRanges(*args.pool, rows_, Grain(columns_), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const RowFunctions::Moments moments =
            run_(src + r * columns_, columns_, epsilon_, scale, bias, dst + r * columns_);
        if (wants_[0]) static_cast<float*>(args.outputs[1])[r] = moments.mean;
        if (wants_[1]) static_cast<float*>(args.outputs[2])[r] = moments.inverse_deviation;
      }
    });
    return absl::OkStatus();
  }

 private:
  decltype(RowFunctions::layer_norm) run_;
  int64_t columns_, rows_;
  float epsilon_;
  bool has_bias_;
  bool wants_[2] = {};
};

// kUnimplemented unless input and output are float32 and lie alike in memory.
absl::Status CheckFloat(const KernelRequest& request) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  if (input.dtype != DType::kFloat32) {
    return Refuse(request, "no kernel for ", DTypeName(input.dtype), ", expected float32");
  }
  if (input.shape.empty()) return Refuse(request, "input 0 is a scalar");
  if (!SameMemoryOrder(input.shape, input.layout, output.layout)) {
    return Refuse(request, "input 0 is ", input.ToString(), ", output 0 is ", output.ToString());
  }
  return absl::OkStatus();
}

}  // namespace

MadeKernel MakeSoftmax(const KernelRequest& request) {
  if (absl::Status status = CheckFloat(request); !status.ok()) return status;
  const TensorType& input = request.inputs[0].type;
  const auto axis = static_cast<size_t>(
      PositiveAxis(request.node->attributes.Int("axis", -1), input.shape.size()));
  if (DenseStrides(input.shape, input.layout)[axis] != 1) {
    return Refuse(request, "axis ", axis, " is not innermost in ", input.ToString());
  }
  return std::make_unique<SoftmaxKernel>(request, input.shape[axis]);
}

MadeKernel MakeLayerNorm(const KernelRequest& request) {
  if (absl::Status status = CheckFloat(request); !status.ok()) return status;
  const TensorType& input = request.inputs[0].type;
  if (!SameMemoryOrder(input.shape, input.layout, Layout::kPlain)) {
    return Refuse(request, "input 0 is ", input.ToString(), ", expected plain layout");
  }
  const auto axis = static_cast<size_t>(
      PositiveAxis(request.node->attributes.Int("axis", -1), input.shape.size()));
  const int64_t columns = ElementCount(absl::MakeConstSpan(input.shape).subspan(axis));
  for (size_t i = 1; i < 3; ++i) {
    if (!HasInput(request, i)) {
      if (i == 1) return Refuse(request, "input 1 is absent");
      continue;
    }
    const TensorType& type = request.inputs[i].type;
    if (type.dtype != DType::kFloat32 || type.element_count() != columns ||
        type.shape.size() > input.shape.size() - axis) {
      return Refuse(request, "input ", i, " is ", type.ToString(), ", expected float32 of ",
                    columns, " elements");
    }
  }
  return std::make_unique<LayerNormKernel>(request, columns);
}

}  // namespace kairos::onednn::own
