// Operators along one axis in which order matters: ArgMax, ArgMin, TopK, CumSum. A NaN counts as
// greater than all numbers for TopK; ArgMax and ArgMin find it first, as numpy does.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"

#include "reference/families.h"

namespace kairos::reference {
namespace {

template <typename T>
bool IsNaN(T x) {
  if constexpr (kIsFloat<T>) {
    return std::isnan(Widen(x));
  } else {
    return false;
  }
}

struct Search {
  bool largest = true;
  bool last = false;  // of equal ones

  // Whether `x`, which comes later, takes the place of `best`.
  template <typename T>
  bool Replaces(T x, T best) const {
    if (IsNaN(x) || IsNaN(best)) return IsNaN(x) && (last || !IsNaN(best));
    if (Widen(x) == Widen(best)) return last;
    return largest ? Widen(x) > Widen(best) : Widen(x) < Widen(best);
  }
};

absl::Status RunArg(const KernelRequest& request, const Args& args) {
  const TensorType& from = args.input_type(0);
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<int64_t> axis = ResolveAxis(attributes.Int("axis", 0), from.shape.size());
  if (!axis.ok()) return axis.status();
  const AxisView view = ViewAround(from.shape, *axis);
  if (view.extent == 0 && view.outer * view.inner > 0) {
    return absl::InvalidArgumentError(absl::StrCat(request.node->op, ": axis ", *axis,
                                                   " is empty, got extent 0, expected 1 or more"));
  }
  const Search search{request.node->op == "ArgMax", attributes.Int("select_last_index", 0) != 0};
  return DispatchNumeric(from.dtype, [&]<typename T>() {
    const T* src = args.input<T>(0);
    auto* dst = args.output<int64_t>(0);
    for (int64_t o = 0; o < view.outer; ++o) {
      for (int64_t i = 0; i < view.inner; ++i) {
        const T* line = src + o * view.extent * view.inner + i;
        int64_t best = 0;
        for (int64_t k = 1; k < view.extent; ++k) {
          if (search.Replaces(line[k * view.inner], line[best * view.inner])) best = k;
        }
        *dst++ = best;
      }
    }
  });
}

// The order of one line's elements.
size_t TopKScratchBytes(const KernelRequest& request) {
  int64_t longest = 0;
  for (int64_t dim : request.inputs[0].type.shape) longest = std::max(longest, dim);
  return static_cast<size_t>(longest) * sizeof(int64_t);
}

template <typename T>
bool ComesFirst(T a, T b, bool largest) {
  if (IsNaN(a) || IsNaN(b)) return largest ? IsNaN(a) && !IsNaN(b) : IsNaN(b) && !IsNaN(a);
  return largest ? Widen(a) > Widen(b) : Widen(a) < Widen(b);
}

// The order of equal elements is that of their indices.
template <typename T>
void SortLine(const T* line, const AxisView& view, int64_t k, bool largest, int64_t* order) {
  std::iota(order, order + view.extent, int64_t{0});
  std::partial_sort(order, order + k, order + view.extent, [&](int64_t a, int64_t b) {
    const T x = line[a * view.inner], y = line[b * view.inner];
    return ComesFirst(x, y, largest) || (!ComesFirst(y, x, largest) && a < b);
  });
}

absl::Status RunTopK(const KernelRequest& request, const Args& args) {
  const TensorType& from = args.input_type(0);
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<int64_t> axis = ResolveAxis(attributes.Int("axis", -1), from.shape.size());
  if (!axis.ok()) return axis.status();
  const AxisView view = ViewAround(from.shape, *axis);
  const size_t output = args.has_output(0) ? 0 : 1;
  if (!args.has_output(output)) return absl::OkStatus();
  const int64_t k = args.output_type(output).shape[*axis];
  if (k > view.extent || *args.input<int64_t>(1) != k) {
    return absl::InvalidArgumentError(absl::StrCat("TopK: k does not fit, got ",
                                                   *args.input<int64_t>(1), ", expected ", k,
                                                   " of ", view.extent, " elements"));
  }
  const bool largest = attributes.Int("largest", 1) != 0;
  auto* order = static_cast<int64_t*>(args.scratch());
  return DispatchNumeric(from.dtype, [&]<typename T>() {
    T* values = args.output<T>(0);
    auto* indices = args.output<int64_t>(1);
    for (int64_t o = 0; o < view.outer; ++o) {
      for (int64_t i = 0; i < view.inner; ++i) {
        const T* line = args.input<T>(0) + o * view.extent * view.inner + i;
        SortLine(line, view, k, largest, order);
        for (int64_t j = 0; j < k; ++j) {
          const int64_t at = (o * k + j) * view.inner + i;
          if (values != nullptr) values[at] = line[order[j] * view.inner];
          if (indices != nullptr) indices[at] = order[j];
        }
      }
    }
  });
}

absl::Status RunCumSum(const KernelRequest& request, const Args& args) {
  const TensorType& from = args.input_type(0);
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<Shape> axes = ReadInts(args, 1);
  if (!axes.ok()) return axes.status();
  absl::StatusOr<int64_t> axis = ResolveAxis(axes->empty() ? 0 : axes->front(), from.shape.size());
  if (!axis.ok()) return axis.status();
  const AxisView view = ViewAround(from.shape, *axis);
  const bool exclusive = attributes.Int("exclusive", 0) != 0;
  const bool reverse = attributes.Int("reverse", 0) != 0;
  return DispatchNumeric(from.dtype, [&]<typename T>() {
    using W = std::conditional_t<kIsFloat<T>, double, uint64_t>;
    for (int64_t line = 0; line < view.outer * view.inner; ++line) {
      const int64_t base = line / view.inner * view.extent * view.inner + line % view.inner;
      W sum{};
      for (int64_t k = 0; k < view.extent; ++k) {
        const int64_t at = base + (reverse ? view.extent - 1 - k : k) * view.inner;
        const W before = sum;
        sum += static_cast<W>(args.input<T>(0)[at]);
        args.output<T>(0)[at] = Narrow<T>(exclusive ? before : sum);
      }
    }
  });
}

constexpr DTypeSet kInt64Type = MakeDTypeSet(DType::kInt64);
constexpr ReferenceOp kRows[] = {
    {.op = "ArgMax", .run = RunArg, .input_types = kNumericTypes, .output_types = kInt64Type},
    {.op = "ArgMin", .run = RunArg, .input_types = kNumericTypes, .output_types = kInt64Type},
    {.op = "CumSum", .run = RunCumSum, .input_types = kNumericTypes},
    {.op = "TopK", .run = RunTopK, .input_types = kNumericTypes, .scratch_bytes = TopKScratchBytes},
};

}  // namespace

absl::Span<const ReferenceOp> SortingOps() { return kRows; }

}  // namespace kairos::reference
