// Reductions over axes that lie next to each other in memory, global pooling among them. Long ones
// are cut into parts whose number depends on the shape alone, so the result does not depend on the
// number of threads.
#include <algorithm>
#include <cmath>
#include <utility>

#include "onednn/own/known_ints.h"
#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/reduce_simd.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kPartElements = 32 * 1024;
constexpr int64_t kMaxPartRows = 512;

enum class Finish : uint8_t { kNothing, kDivide, kSquareRoot };

struct OpRow {
  absl::string_view op;
  Reduction reduction;
  Finish finish;
};

constexpr OpRow kOps[] = {
    {"ReduceSum", Reduction::kSum, Finish::kNothing},
    {"ReduceMean", Reduction::kSum, Finish::kDivide},
    {"ReduceMax", Reduction::kMax, Finish::kNothing},
    {"ReduceMin", Reduction::kMin, Finish::kNothing},
    {"ReduceSumSquare", Reduction::kSumSquare, Finish::kNothing},
    {"ReduceL1", Reduction::kSumAbs, Finish::kNothing},
    {"ReduceL2", Reduction::kSumSquare, Finish::kSquareRoot},
    {"GlobalAveragePool", Reduction::kSum, Finish::kDivide},
    {"GlobalMaxPool", Reduction::kMax, Finish::kNothing},
};

const OpRow* FindRow(absl::string_view op) {
  for (const OpRow& row : kOps) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

// src is [outer, length, inner], dst [outer, inner].
struct Extents {
  int64_t outer = 1, length = 1, inner = 1;
};

class ReduceKernel : public OwnKernel {
 public:
  ReduceKernel(const KernelRequest& request, const OpRow& row, const Extents& extents)
      : OwnKernel(KernelName(request)),
        functions_(FindReduction(row.reduction)),
        finish_(row.finish),
        extents_(extents) {
    part_ = extents.inner == 1
                ? kPartElements
                : std::clamp<int64_t>(kPartElements / extents.inner, 4, kMaxPartRows);
    part_ = std::min(part_, extents.length);
    parts_ = (extents.length + part_ - 1) / part_;
  }

  size_t scratch_bytes() const override {
    if (parts_ == 1) return 0;
    return static_cast<size_t>(extents_.outer * parts_ * extents_.inner) * sizeof(float);
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const float* src = static_cast<const float*>(args.inputs[0]);
    float* dst = static_cast<float*>(args.outputs[0]);
    float* partial = parts_ == 1 ? dst : static_cast<float*>(args.scratch);
    const int64_t grain = std::max<int64_t>(1, kPartElements / 2 / (part_ * extents_.inner));
    ParallelRanges(*args.pool, extents_.outer * parts_, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ReducePart(src, i, partial);
    });
    if (parts_ == 1) return absl::OkStatus();
    const int64_t row = parts_ * extents_.inner;
    ParallelRanges(*args.pool, extents_.outer, std::max<int64_t>(1, kPartElements / 2 / row),
                   [&](int64_t begin, int64_t end) {
                     for (int64_t o = begin; o < end; ++o) {
                       JoinParts(partial + o * row, dst + o * extents_.inner);
                     }
                   });
    return absl::OkStatus();
  }

 private:
  void ReducePart(const float* src, int64_t index, float* partial) const {
    const int64_t begin = index % parts_ * part_;
    const int64_t length = std::min(part_, extents_.length - begin);
    const float* from = src + (index / parts_ * extents_.length + begin) * extents_.inner;
    float* const to = partial + index * extents_.inner;
    if (extents_.inner == 1) {
      *to = functions_.run(from, length);
    } else {
      functions_.columns(from, length, extents_.inner, to);
    }
    if (parts_ == 1) FinishResults(to);
  }

  void JoinParts(const float* partial, float* dst) const {
    if (extents_.inner == 1) {
      double result = partial[0];
      for (int64_t p = 1; p < parts_; ++p) result = functions_.combine(result, partial[p]);
      *dst = static_cast<float>(result);
    } else {
      functions_.join_columns(partial, parts_, extents_.inner, dst);
    }
    FinishResults(dst);
  }

  void FinishResults(float* dst) const {
    const auto length = static_cast<float>(extents_.length);
    for (int64_t c = 0; c < extents_.inner && finish_ != Finish::kNothing; ++c) {
      dst[c] = finish_ == Finish::kDivide ? dst[c] / length : std::sqrt(dst[c]);
    }
  }

  ReduceFunctions functions_;
  Finish finish_;
  Extents extents_;
  int64_t part_ = 1, parts_ = 1;  // along `length`
};

// Groups the dimensions in memory order; kUnimplemented when the reduced ones are not neighbours.
absl::StatusOr<Extents> ExtentsOf(const KernelRequest& request, const std::vector<bool>& reduced) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  Extents extents;
  int phase = 0;  // before, in and behind the reduced dimensions
  Shape kept;     // the kept dimensions above 1, in memory order
  for (int64_t d : MemoryOrder(input.shape.size(), input.layout)) {
    const auto dim = static_cast<size_t>(d);
    const int64_t size = input.shape[dim];
    if (size == 1) continue;
    if (reduced[dim]) {
      if (phase == 2) return Refuse(request, "the reduced axes are not neighbours in memory");
      phase = 1;
      extents.length *= size;
    } else {
      if (phase == 1) phase = 2;
      (phase == 0 ? extents.outer : extents.inner) *= size;
      kept.push_back(size);
    }
  }
  Shape order;
  for (int64_t d : MemoryOrder(output.shape.size(), output.layout)) {
    if (output.shape[static_cast<size_t>(d)] != 1)
      order.push_back(output.shape[static_cast<size_t>(d)]);
  }
  // Equal sizes could hide a swap of two dimensions; then the layouts must agree as well.
  const bool same_layout = input.layout == output.layout ||
                           SameMemoryOrder(output.shape, output.layout, Layout::kPlain) ||
                           kept.size() < 2;
  if (kept != order || !same_layout) {
    return Refuse(request, "output ", output.ToString(), " is ordered otherwise than the input");
  }
  return extents;
}

MadeKernel MakeOver(const KernelRequest& request, const std::vector<bool>& reduced) {
  const TensorType& input = request.inputs[0].type;
  if (input.dtype != DType::kFloat32) {
    return Refuse(request, "no kernel for ", DTypeName(input.dtype), ", expected float32");
  }
  const OpRow* row = FindRow(request.node->op);
  if (row == nullptr) return Refuse(request, "not a reduction of this kernel");
  if (input.element_count() == 0) return Refuse(request, "empty input");
  const absl::StatusOr<Extents> extents = ExtentsOf(request, reduced);
  if (!extents.ok()) return extents.status();
  return std::make_unique<ReduceKernel>(request, *row, *extents);
}

}  // namespace

MadeKernel MakeReduce(const KernelRequest& request) {
  const size_t rank = request.inputs[0].type.shape.size();
  Shape axes;
  if (HasInput(request, 1)) {
    const absl::StatusOr<Shape> known = KnownInts(request, 1);
    if (!known.ok()) return known.status();
    axes = *known;
  }
  if (axes.empty() && request.node->attributes.Int("noop_with_empty_axes", 0) != 0) {
    return Refuse(request, "no axes");
  }
  std::vector<bool> reduced(rank, axes.empty());
  for (int64_t axis : axes) reduced[static_cast<size_t>(PositiveAxis(axis, rank))] = true;
  return MakeOver(request, reduced);
}

MadeKernel MakeGlobalPool(const KernelRequest& request) {
  std::vector<bool> reduced(request.inputs[0].type.shape.size(), true);
  std::fill_n(reduced.begin(), std::min<size_t>(2, reduced.size()), false);
  return MakeOver(request, reduced);
}

}  // namespace kairos::onednn::own
