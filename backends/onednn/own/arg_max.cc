#include <algorithm>
#include <cstdint>

#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainElements = 8192;
constexpr int64_t kColumnBlock = 256;

// Whether `x` takes the place of `best`, which came before it. NaN beats every number. Without
// branches, so that the loop below becomes vectors.
template <bool kMax, bool kLast>
bool Better(float x, float best) {
  const bool beyond = kMax ? x > best : x < best;
  if (kLast) return beyond | (x == best) | (x != x);
  return beyond | ((x != x) & (best == best));
}

// src is [length, inner]; columns [begin, end) of it.
template <bool kMax, bool kLast>
void ArgBlock(const float* src, int64_t length, int64_t inner, int64_t begin, int64_t end,
              int64_t* dst) {
  float best[kColumnBlock];
  int32_t place[kColumnBlock];
  const auto count = static_cast<int32_t>(end - begin);
  for (int32_t c = 0; c < count; ++c) {
    best[c] = src[begin + c];
    place[c] = 0;
  }
  for (int64_t r = 1; r < length; ++r) {
    const float* row = src + r * inner + begin;
    const auto here = static_cast<int32_t>(r);
    for (int32_t c = 0; c < count; ++c) {
      const bool better = Better<kMax, kLast>(row[c], best[c]);
      best[c] = better ? row[c] : best[c];
      place[c] = better ? here : place[c];
    }
  }
  for (int32_t c = 0; c < count; ++c) dst[begin + c] = place[c];
}

using ArgFunction = void (*)(const float*, int64_t, int64_t, int64_t, int64_t, int64_t*);

class ArgKernel : public OwnKernel {
 public:
  ArgKernel(const KernelRequest& request, size_t axis) : OwnKernel(KernelName(request)) {
    const Shape& shape = request.inputs[0].type.shape;
    const auto dims = absl::MakeConstSpan(shape);
    outer_ = ElementCount(dims.subspan(0, axis));
    length_ = shape[axis];
    inner_ = ElementCount(dims.subspan(axis + 1));
    const bool last = request.node->attributes.Int("select_last_index", 0) != 0;
    if (request.node->op == "ArgMax") {
      run_ = last ? &ArgBlock<true, true> : &ArgBlock<true, false>;
    } else {
      run_ = last ? &ArgBlock<false, true> : &ArgBlock<false, false>;
    }
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const float* src = static_cast<const float*>(args.inputs[0]);
    auto* dst = static_cast<int64_t*>(args.outputs[0]);
    const int64_t blocks = (inner_ + kColumnBlock - 1) / kColumnBlock;
    const int64_t block_elements = std::max<int64_t>(1, length_ * std::min(inner_, kColumnBlock));
    const int64_t grain = std::max<int64_t>(1, kGrainElements / block_elements);
    ParallelRanges(*args.pool, outer_ * blocks, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t column = i % blocks * kColumnBlock;
        run_(src + i / blocks * length_ * inner_, length_, inner_, column,
             std::min(inner_, column + kColumnBlock), dst + i / blocks * inner_);
      }
    });
    return absl::OkStatus();
  }

 private:
  int64_t outer_, length_, inner_;
  ArgFunction run_;
};

}  // namespace

MadeKernel MakeArgMax(const KernelRequest& request) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  if (input.dtype != DType::kFloat32) {
    return Refuse(request, "no kernel for ", DTypeName(input.dtype), ", expected float32");
  }
  if (!SameMemoryOrder(input.shape, input.layout, Layout::kPlain) ||
      !SameMemoryOrder(output.shape, output.layout, Layout::kPlain)) {
    return Refuse(request, "input 0 is ", input.ToString(), ", expected plain layout");
  }
  if (input.shape.empty() || input.element_count() == 0) return Refuse(request, "empty input");
  const int64_t axis = PositiveAxis(request.node->attributes.Int("axis", 0), input.shape.size());
  return std::make_unique<ArgKernel>(request, static_cast<size_t>(axis));
}

}  // namespace kairos::onednn::own
