// The Reduce... operators. Floating point accumulates in double. Integers accumulate modulo 2^64
// where the result is one of theirs, and in double where it is the root, logarithm or mean.
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"

#include "reference/families.h"

namespace kairos::reference {
namespace {

enum class Start : uint8_t { kZero, kOne, kLowest, kHighest };

// acc = add(acc, x, maximum) for each element x, then finish(acc, count, maximum). `maximum` is
// that of the elements where the row asks for it.
template <typename W>
struct Reducer {
  W (*add)(W acc, W x, W maximum) = nullptr;
  W (*finish)(W acc, W count, W maximum) = nullptr;  // null: acc is the result
};

struct ReduceOp {
  absl::string_view op;
  Reducer<double> on_double;
  // Null: integers are reduced in double.
  Reducer<uint64_t> on_uint64;
  Reducer<int64_t> on_int64;
  Start start = Start::kZero;
  bool needs_maximum = false;
  DTypeSet types = kNumericTypes;

  template <typename W>
  const Reducer<W>& reducer() const {
    if constexpr (std::is_same_v<W, double>) {
      return on_double;
    } else if constexpr (std::is_same_v<W, int64_t>) {
      return on_int64;
    } else {
      return on_uint64;
    }
  }
};

template <typename W>
using Modular = std::conditional_t<std::is_same_v<W, double>, double, uint64_t>;

template <typename W>
W Sum(W acc, W x, W) {
  return static_cast<W>(static_cast<Modular<W>>(acc) + static_cast<Modular<W>>(x));
}
template <typename W>
W Product(W acc, W x, W) {
  return static_cast<W>(static_cast<Modular<W>>(acc) * static_cast<Modular<W>>(x));
}
template <typename W>
W SumAbs(W acc, W x, W) {
  return x < 0 ? static_cast<W>(static_cast<Modular<W>>(acc) - static_cast<Modular<W>>(x))
               : Sum<W>(acc, x, 0);
}
template <typename W>
W SumSquare(W acc, W x, W) {
  return Sum<W>(acc, Product<W>(x, x, 0), 0);
}
// A NaN stays once it is there.
template <typename W>
W Maximum(W acc, W x, W) {
  return x > acc || x != x ? x : acc;
}
template <typename W>
W Minimum(W acc, W x, W) {
  return x < acc || x != x ? x : acc;
}

// Infinities must not meet their own difference.
double FiniteOrZero(double x) { return std::isfinite(x) ? x : 0; }
double SumExp(double acc, double x, double maximum) {
  return acc + std::exp(x - FiniteOrZero(maximum));
}
double LogOfSumExp(double acc, double, double maximum) {
  return std::log(acc) + FiniteOrZero(maximum);
}
double Root(double acc, double, double) { return std::sqrt(acc); }
double Log(double acc, double, double) { return std::log(acc); }
double Mean(double acc, double count, double) { return acc / count; }

constexpr DTypeSet kOrdered = kNumericTypes | kBoolType;
constexpr ReduceOp kOps[] = {
    {"ReduceL1", {SumAbs}, {SumAbs}, {SumAbs}},
    {"ReduceL2", {SumSquare, Root}, {}, {}},
    {"ReduceLogSum", {Sum, Log}, {}, {}},
    {"ReduceLogSumExp", {SumExp, LogOfSumExp}, {}, {}, Start::kZero, true},
    {"ReduceMax", {Maximum}, {Maximum}, {Maximum}, Start::kLowest, false, kOrdered},
    {"ReduceMean", {Sum, Mean}, {}, {}},
    {"ReduceMin", {Minimum}, {Minimum}, {Minimum}, Start::kHighest, false, kOrdered},
    {"ReduceProd", {Product}, {Product}, {Product}, Start::kOne},
    {"ReduceSum", {Sum}, {Sum}, {Sum}},
    {"ReduceSumSquare", {SumSquare}, {SumSquare}, {SumSquare}},
};

// What no elements reduce to. The extremes are those of the element type.
template <typename T, typename W>
W StartValue(Start start) {
  if (start == Start::kZero || start == Start::kOne) return start == Start::kOne ? 1 : 0;
  const bool low = start == Start::kLowest;
  if constexpr (kIsFloat<T>) {
    constexpr W kInfinity = std::numeric_limits<double>::infinity();
    return low ? -kInfinity : kInfinity;
  } else if constexpr (std::is_same_v<T, Bool>) {
    return low ? 0 : 1;
  } else {
    return static_cast<W>(low ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max());
  }
}

// The loops of one run: over the kept dimensions outside, the reduced ones inside. Both shapes have
// the input's rank; a dimension is 1 in the one that it does not belong to.
struct Loops {
  Shape kept, reduced;
  Shape src, dst;  // strides
};

absl::StatusOr<Loops> MakeLoops(const KernelRequest& request, const Args& args) {
  const TensorType& from = args.input_type(0);
  const size_t rank = from.shape.size();
  absl::StatusOr<Shape> axes = ReadInts(args, 1);
  if (axes.ok()) axes = ResolveAxes(*axes, rank);
  if (!axes.ok()) return axes.status();
  const bool all = axes->empty() && request.node->attributes.Int("noop_with_empty_axes", 0) == 0;
  const Shape dst = StridesOfType(args.output_type(0));
  absl::StatusOr<Loops> loops(absl::in_place);
  loops->src = StridesOfType(from);
  size_t kept = 0;
  for (size_t i = 0; i < rank; ++i) {
    const bool reduce =
        all || std::find(axes->begin(), axes->end(), static_cast<int64_t>(i)) != axes->end();
    loops->kept.push_back(reduce ? 1 : from.shape[i]);
    loops->reduced.push_back(reduce ? from.shape[i] : 1);
    // Without keepdims the output's dimensions are the kept ones alone.
    const size_t d = dst.size() == rank ? i : kept;
    loops->dst.push_back(reduce || d >= dst.size() ? 0 : dst[d]);
    if (!reduce) ++kept;
  }
  const int64_t results = args.output_type(0).element_count();
  if (ElementCount(loops->kept) != results) {
    return absl::InvalidArgumentError(absl::StrCat(request.node->op, ": axes leave ",
                                                   ElementCount(loops->kept),
                                                   " elements, expected ", results));
  }
  return loops;
}

template <typename T, typename W>
W ReduceOne(const ReduceOp& op, const Loops& loops, const T* src) {
  const auto accumulate = [&](W acc, W (*add)(W, W, W), W maximum) {
    ForEachRow<1>(loops.reduced, {loops.src}, [&](const Row<1>& row) {
      for (int64_t i = 0; i < row.count; ++i) {
        const T x = src[row.offset[0] + i * row.stride[0]];
        acc = add(acc, static_cast<W>(Widen(x)), maximum);
      }
    });
    return acc;
  };
  const Reducer<W>& reducer = op.reducer<W>();
  W maximum{};
  if (op.needs_maximum) maximum = accumulate(StartValue<T, W>(Start::kLowest), Maximum<W>, 0);
  const W acc = accumulate(StartValue<T, W>(op.start), reducer.add, maximum);
  if (reducer.finish == nullptr) return acc;
  return reducer.finish(acc, static_cast<W>(ElementCount(loops.reduced)), maximum);
}

template <typename T, typename W>
void Reduce(const ReduceOp& op, const Loops& loops, const Args& args) {
  const T* src = args.input<T>(0);
  T* dst = args.output<T>(0);
  ForEachRow<2>(loops.kept, {loops.src, loops.dst}, [&](const Row<2>& row) {
    for (int64_t i = 0; i < row.count; ++i) {
      dst[row.offset[1] + i * row.stride[1]] =
          Narrow<T>(ReduceOne<T, W>(op, loops, src + row.offset[0] + i * row.stride[0]));
    }
  });
}

absl::Status RunReduce(const KernelRequest& request, const Args& args) {
  const ReduceOp& op = *std::find_if(std::begin(kOps), std::end(kOps), [&](const ReduceOp& row) {
    return row.op == request.node->op;
  });
  absl::StatusOr<Loops> loops = MakeLoops(request, args);
  if (!loops.ok()) return loops.status();
  return DispatchAll(args.input_type(0).dtype, [&]<typename T>() {
    if (op.reducer<Wide<T>>().add != nullptr) {
      Reduce<T, Wide<T>>(op, *loops, args);
    } else {
      Reduce<T, double>(op, *loops, args);
    }
  });
}

constexpr std::array<ReferenceOp, std::size(kOps)> kRows = [] {
  std::array<ReferenceOp, std::size(kOps)> rows;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {.op = kOps[i].op, .run = RunReduce, .input_types = kOps[i].types};
  }
  return rows;
}();

}  // namespace

absl::Span<const ReferenceOp> ReductionOps() { return kRows; }

}  // namespace kairos::reference
