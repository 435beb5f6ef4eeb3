#include <cmath>
#include <limits>

#include "reference/families.h"
#include "reference/rows.h"
#include "reference/window.h"

namespace kairos::reference {
namespace {

// Folds every plane of input 0: total = step(total, element) from `start`, then finish(total,
// count).
template <typename Step, typename Finish>
absl::Status FoldPlanes(const Args& args, double start, Step&& step, Finish&& finish) {
  const Planes src = PlanesOf(args.input_type(0));
  const Planes dst = PlanesOf(args.output_type(0));
  const ReadRow<double> read = RowReader<double>(args.input_type(0).dtype);
  const WriteRow<double> write = RowWriter<double>(args.output_type(0).dtype);
  ParallelRanges(args.pool(), src.batch * src.channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t n = plane / src.channels, c = plane % src.channels;
      double total = start;
      ForEachPiece(read, args.raw_input(0), src.offset(n, c), src.stride, src.count,
                   [&](const double* values, int64_t count, int64_t) {
                     for (int64_t i = 0; i < count; ++i) total = step(total, values[i]);
                   });
      total = finish(total, static_cast<double>(src.count));
      write(args.raw_output(0), dst.offset(n, c), 1, 1, &total);
    }
  });
  return absl::OkStatus();
}

double Same(double total, double) { return total; }

absl::Status RunGlobalAveragePool(const KernelRequest&, const Args& args) {
  return FoldPlanes(
      args, 0, [](double total, double value) { return total + value; },
      [](double total, double count) { return total / count; });
}

absl::Status RunGlobalMaxPool(const KernelRequest&, const Args& args) {
  const auto larger = [](double best, double value) {
    return value > best || std::isnan(value) ? value : best;
  };
  return FoldPlanes(args, -std::numeric_limits<double>::infinity(), larger, Same);
}

absl::Status RunGlobalLpPool(const KernelRequest& request, const Args& args) {
  const auto p = static_cast<double>(request.node->attributes.Int("p", 2));
  return FoldPlanes(
      args, 0, [p](double total, double value) { return total + std::pow(std::abs(value), p); },
      [p](double total, double) { return std::pow(total, 1 / p); });
}

constexpr ReferenceOp kOps[] = {
    {.op = "GlobalAveragePool", .run = RunGlobalAveragePool, .input_types = kFloatTypes},
    {.op = "GlobalLpPool", .run = RunGlobalLpPool, .input_types = kFloatTypes},
    {.op = "GlobalMaxPool", .run = RunGlobalMaxPool, .input_types = kFloatTypes},
};

}  // namespace

absl::Span<const ReferenceOp> GlobalPoolingOps() { return kOps; }

}  // namespace kairos::reference
