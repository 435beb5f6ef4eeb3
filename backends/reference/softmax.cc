#include <cmath>
#include <limits>

#include "reference/families.h"
#include "reference/slices.h"

namespace kairos::reference {
namespace {

absl::StatusOr<Slices> SlicesAlongAxis(const KernelRequest& request, const Args& args) {
  const TensorType& src = args.input_type(0);
  absl::StatusOr<int64_t> axis =
      ResolveAxis(request.node->attributes.Int("axis", -1), src.shape.size());
  if (!axis.ok()) return axis.status();
  return MakeSlices(src, args.output_type(0), {*axis});
}

// What exp(x - largest) sums to.
struct Exponentials {
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0;
};

Exponentials ExponentialsOf(const Slices& slices, const RowMap& map, int64_t src) {
  Exponentials result;
  ReadSlice(slices, map, src, [&](const double* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) result.largest = std::max(result.largest, values[i]);
  });
  ReadSlice(slices, map, src, [&](const double* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) result.sum += std::exp(values[i] - result.largest);
  });
  return result;
}

absl::Status RunSoftmax(const KernelRequest& request, const Args& args) {
  absl::StatusOr<Slices> slices = SlicesAlongAxis(request, args);
  if (!slices.ok()) return slices.status();
  ForEachSlice(args, *slices, [&](int64_t, const RowMap& map, int64_t src, int64_t dst) {
    const Exponentials all = ExponentialsOf(*slices, map, src);
    MapSlice(*slices, map, src, dst, [&](double x) { return std::exp(x - all.largest) / all.sum; });
  });
  return absl::OkStatus();
}

absl::Status RunLogSoftmax(const KernelRequest& request, const Args& args) {
  absl::StatusOr<Slices> slices = SlicesAlongAxis(request, args);
  if (!slices.ok()) return slices.status();
  ForEachSlice(args, *slices, [&](int64_t, const RowMap& map, int64_t src, int64_t dst) {
    const Exponentials all = ExponentialsOf(*slices, map, src);
    const double log_sum = std::log(all.sum);
    MapSlice(*slices, map, src, dst, [&](double x) { return x - all.largest - log_sum; });
  });
  return absl::OkStatus();
}

// One at the first largest element, else zero.
absl::Status RunHardmax(const KernelRequest& request, const Args& args) {
  absl::StatusOr<Slices> slices = SlicesAlongAxis(request, args);
  if (!slices.ok()) return slices.status();
  ForEachSlice(args, *slices, [&](int64_t, const RowMap& map, int64_t src, int64_t dst) {
    double largest = 0;
    int64_t position = 0, chosen = -1;
    ReadSlice(*slices, map, src, [&](const double* values, int64_t count) {
      for (int64_t i = 0; i < count; ++i, ++position) {
        if (chosen >= 0 && !(values[i] > largest)) continue;
        largest = values[i];
        chosen = position;
      }
    });
    position = 0;
    MapSlice(*slices, map, src, dst, [&](double) { return position++ == chosen ? 1.0 : 0.0; });
  });
  return absl::OkStatus();
}

constexpr ReferenceOp kOps[] = {
    {.op = "Softmax", .run = RunSoftmax, .input_types = kFloatTypes},
    {.op = "LogSoftmax", .run = RunLogSoftmax, .input_types = kFloatTypes},
    {.op = "Hardmax", .run = RunHardmax, .input_types = kFloatTypes},
};

}  // namespace

absl::Span<const ReferenceOp> SoftmaxOps() { return kOps; }

}  // namespace kairos::reference
