// Resize: nearest neighbour in any number of dimensions and element size, linear in two of float32.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/mapped_copy.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainElements = 4096;

class NearestKernel : public OwnKernel {
 public:
  NearestKernel(const KernelRequest& request, std::vector<std::vector<int64_t>> maps)
      : OwnKernel(KernelName(request)),
        copy_(std::move(maps), DTypeSize(request.inputs[0].type.dtype)) {}

  absl::Status Run(const KernelArgs& args, State*) const override {
    copy_.Run(args.inputs[0], args.outputs[0], *args.pool);
    return absl::OkStatus();
  }

 private:
  MappedCopy copy_;
};

// One step of the output along a dimension: (1 - weight) * src[low] + weight * src[high].
struct Tap {
  int64_t low = 0, high = 0;
  float weight = 0.0f;
};

class LinearKernel : public OwnKernel {
 public:
  LinearKernel(const KernelRequest& request, std::vector<Tap> rows, std::vector<Tap> columns)
      : OwnKernel(KernelName(request)), rows_(std::move(rows)), columns_(std::move(columns)) {
    const TensorType& input = request.inputs[0].type;
    const bool plain = SameMemoryOrder(input.shape, input.layout, Layout::kPlain);
    planes_ = plain ? input.shape[0] * input.shape[1] : input.shape[0];
    depth_ = plain ? 1 : input.shape[1];
    row_stride_ = input.shape[3] * depth_;
    plane_stride_ = input.shape[2] * row_stride_;
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const float* src = static_cast<const float*>(args.inputs[0]);
    float* dst = static_cast<float*>(args.outputs[0]);
    const auto height = static_cast<int64_t>(rows_.size());
    const int64_t row_elements = static_cast<int64_t>(columns_.size()) * depth_;
    if (height == 0 || row_elements == 0) return absl::OkStatus();
    const int64_t grain = std::max<int64_t>(1, kGrainElements / row_elements);
    ParallelRanges(*args.pool, planes_ * height, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Tap& tap = rows_[static_cast<size_t>(i % height)];
        const float* plane = src + i / height * plane_stride_;
        RunRow(plane + tap.low * row_stride_, plane + tap.high * row_stride_, tap.weight,
               dst + i * row_elements);
      }
    });
    return absl::OkStatus();
  }

 private:
  void RunRow(const float* top, const float* bottom, float weight, float* dst) const {
    for (const Tap& tap : columns_) {
      const float* a = top + tap.low * depth_;
      const float* b = top + tap.high * depth_;
      const float* c = bottom + tap.low * depth_;
      const float* e = bottom + tap.high * depth_;
      for (int64_t i = 0; i < depth_; ++i) {
        const float upper = a[i] + (b[i] - a[i]) * tap.weight;
        const float lower = c[i] + (e[i] - c[i]) * tap.weight;
        dst[i] = upper + (lower - upper) * weight;
      }
      dst += depth_;
    }
  }

  std::vector<Tap> rows_, columns_;
  int64_t planes_, depth_, row_stride_, plane_stride_;
};

// Where the steps of one dimension of the output lie in the input.
struct Sampling {
  absl::string_view mode;  // coordinate_transformation_mode
  double scale = 1.0;
  double width = 0.0;  // of the output, before it was rounded down
  int64_t in = 0, out = 0;

  template <typename F>
  F At(int64_t i) const {
    const auto x = static_cast<F>(i);
    const auto by = static_cast<F>(scale);
    if (mode == "asymmetric") return x / by;
    if (mode == "align_corners") {
      const auto last = static_cast<F>(width) - F{1};
      return last == 0 ? F{0} : x * static_cast<F>(in - 1) / last;
    }
    if (mode == "pytorch_half_pixel" && out <= 1) return F{0};
    return (x + F{0.5}) / by - F{0.5};
  }
};

// In single precision, as the scales are given: it decides which way a tie goes.
float Rounded(absl::string_view nearest_mode, float x) {
  if (nearest_mode == "floor") return std::floor(x);
  if (nearest_mode == "ceil") return std::ceil(x);
  if (nearest_mode == "round_prefer_ceil") return std::floor(x + 0.5f);
  return std::ceil(x - 0.5f);
}

// Per logical dimension.
absl::StatusOr<std::vector<Sampling>> SamplingsOf(const KernelRequest& request) {
  const Attributes& attributes = request.node->attributes;
  const absl::string_view mode = attributes.String("coordinate_transformation_mode", "half_pixel");
  if (mode != "half_pixel" && mode != "pytorch_half_pixel" && mode != "asymmetric" &&
      mode != "align_corners") {
    return Refuse(request, "coordinate_transformation_mode ", mode);
  }
  if (attributes.Int("antialias", 0) != 0) return Refuse(request, "antialias");
  if (attributes.Has("axes")) return Refuse(request, "attribute axes");
  if (attributes.String("keep_aspect_ratio_policy", "stretch") != "stretch") {
    return Refuse(request, "keep_aspect_ratio_policy");
  }
  const Shape& in = request.inputs[0].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  const float* scales = nullptr;
  if (HasInput(request, 2) && request.inputs[2].type.element_count() > 0) {
    const Operand& operand = request.inputs[2];
    scales = static_cast<const float*>(operand.data);
    if (scales == nullptr || operand.type.element_count() != static_cast<int64_t>(in.size())) {
      return Refuse(request, "scales are not known");
    }
  }
  std::vector<Sampling> samplings;
  for (size_t i = 0; i < in.size(); ++i) {
    const auto width = static_cast<double>(out[i]);
    const auto size = static_cast<double>(in[i]);
    const double scale = scales == nullptr ? width / size : scales[i];
    samplings.push_back({mode, scale, scales == nullptr ? width : scale * size, in[i], out[i]});
  }
  return samplings;
}

std::vector<Tap> TapsOf(const Sampling& sampling) {
  std::vector<Tap> taps;
  for (int64_t i = 0; i < sampling.out; ++i) {
    const double at = sampling.At<double>(i);
    const double low = std::floor(at);
    const auto last = static_cast<double>(sampling.in - 1);
    taps.push_back({static_cast<int64_t>(std::clamp(low, 0.0, last)),
                    static_cast<int64_t>(std::clamp(low + 1.0, 0.0, last)),
                    static_cast<float>(at - low)});
  }
  return taps;
}

MadeKernel MakeNearest(const KernelRequest& request, const std::vector<Sampling>& samplings) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  const absl::string_view rounding =
      request.node->attributes.String("nearest_mode", "round_prefer_floor");
  const Shape strides = DenseStrides(input.shape, input.layout);
  std::vector<std::vector<int64_t>> maps;
  for (int64_t d : MemoryOrder(output.shape.size(), output.layout)) {
    const auto dim = static_cast<size_t>(d);
    std::vector<int64_t> map;
    for (int64_t i = 0; i < output.shape[dim]; ++i) {
      const int64_t last = input.shape[dim] - 1;
      const float at = Rounded(rounding, samplings[dim].At<float>(i));
      const float inside = std::clamp(at, 0.0f, static_cast<float>(last));
      map.push_back(std::min(static_cast<int64_t>(inside), last) * strides[dim]);
    }
    maps.push_back(std::move(map));
  }
  return std::make_unique<NearestKernel>(request, std::move(maps));
}

MadeKernel MakeLinear(const KernelRequest& request, const std::vector<Sampling>& samplings) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  if (input.dtype != DType::kFloat32) {
    return Refuse(request, "no linear kernel for ", DTypeName(input.dtype), ", expected float32");
  }
  if (input.shape.size() != 4 || input.shape[0] != output.shape[0] ||
      input.shape[1] != output.shape[1]) {
    return Refuse(request, "linear from ", input.ToString(), " to ", output.ToString(),
                  ", expected [N,C,H,W] with the same N and C");
  }
  const bool plain = SameMemoryOrder(input.shape, input.layout, Layout::kPlain) &&
                     SameMemoryOrder(output.shape, output.layout, Layout::kPlain);
  if (!plain && input.layout != output.layout) {
    return Refuse(request, "input 0 is ", input.ToString(), ", output 0 is ", output.ToString());
  }
  return std::make_unique<LinearKernel>(request, TapsOf(samplings[2]), TapsOf(samplings[3]));
}

// Those of a request that asks for `mode` and that this file can take.
absl::StatusOr<std::vector<Sampling>> SamplingsFor(const KernelRequest& request,
                                                   absl::string_view mode) {
  const TensorType& input = request.inputs[0].type;
  if (DTypeSize(input.dtype) == 0 || input.shape.empty() || input.element_count() == 0) {
    return Refuse(request, "input 0 is ", input.ToString());
  }
  const Shape& output = request.outputs[0].type.shape;
  if (LargestDim(output) > kMaxMapped) {
    return Refuse(request, "output 0 has shape ", ShapeString(output),
                  ", expected dimensions up to ", kMaxMapped);
  }
  const absl::string_view asked = request.node->attributes.String("mode", "nearest");
  if (asked != mode) return Refuse(request, "mode ", asked, ", expected ", mode);
  return SamplingsOf(request);
}

}  // namespace

MadeKernel MakeNearestResize(const KernelRequest& request) {
  const absl::StatusOr<std::vector<Sampling>> samplings = SamplingsFor(request, "nearest");
  return samplings.ok() ? MakeNearest(request, *samplings) : samplings.status();
}

MadeKernel MakeLinearResize(const KernelRequest& request) {
  const absl::StatusOr<std::vector<Sampling>> samplings = SamplingsFor(request, "linear");
  return samplings.ok() ? MakeLinear(request, *samplings) : samplings.status();
}

}  // namespace kairos::onednn::own
