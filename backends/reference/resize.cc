#include <algorithm>
#include <cmath>

#include "reference/families.h"
#include "reference/resize_axis.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

// Scratch holds, axis after axis, an Entry for each output coordinate: for nearest interpolation
// the element to take, else the sample.
template <typename Entry>
struct Tables {
  absl::InlinedVector<const Entry*, kMaxRank> of_axis;
};

template <typename Entry, typename Make>
Tables<Entry> FillTables(const Args& args, const ResizeAxes& axes, Make&& make) {
  Tables<Entry> tables;
  auto* entry = static_cast<Entry*>(args.scratch());
  for (const ResizeAxis& axis : axes) {
    tables.of_axis.push_back(entry);
    for (int64_t i = 0; i < axis.out; ++i) *entry++ = make(axis, i);
  }
  return tables;
}

// Calls body(coordinates, dst_offset) for every output element; the first axes vary slowest.
template <typename Body>
void ForEachOutput(const Args& args, Body&& body) {
  const TensorType& dst = args.output_type(0);
  const Shape strides = StridesOfType(dst);
  ParallelRanges(args.pool(), dst.element_count(), 1024, [&](int64_t begin, int64_t end) {
    Shape at(dst.shape.size(), 0);
    for (int64_t index = begin; index < end; ++index) {
      int64_t rest = index, offset = 0;
      for (size_t d = at.size(); d-- > 0;) {
        at[d] = rest % dst.shape[d];
        rest /= dst.shape[d];
        offset += at[d] * strides[d];
      }
      body(at, offset);
    }
  });
}

template <typename T>
void CopyNearest(const ResizeMode& mode, const ResizeAxes& axes, T fill, const Args& args) {
  const Tables<int64_t> tables = FillTables<int64_t>(
      args, axes, [&](const ResizeAxis& axis, int64_t i) { return NearestTo(mode, axis, i); });
  const Shape strides = StridesOfType(args.input_type(0));
  ForEachOutput(args, [&](const Shape& at, int64_t dst_offset) {
    int64_t offset = 0;
    bool outside = false;
    for (size_t d = 0; d < at.size(); ++d) {
      const int64_t element = tables.of_axis[d][at[d]];
      outside = outside || element < 0;
      offset += element * strides[d];
    }
    args.output<T>(0)[dst_offset] = outside ? fill : args.input<T>(0)[offset];
  });
}

class Interpolator {
 public:
  Interpolator(const ResizeMode& mode, const ResizeAxes& axes, const Args& args)
      : mode_(mode),
        axes_(axes),
        tables_(FillTables<Sample>(
            args, axes,
            [&](const ResizeAxis& axis, int64_t i) { return SampleAt(mode, axis, i); })),
        strides_(StridesOfType(args.input_type(0))),
        read_(RowReader<double>(args.input_type(0).dtype)),
        src_(args.raw_input(0)) {}

  bool IsOutside(const Shape& at) const {
    for (size_t d = 0; d < at.size(); ++d) {
      if (tables_.of_axis[d][at[d]].outside) return true;
    }
    return false;
  }

  // The value at output coordinates `at`, where the axes before `d` are done and led to `offset`.
  double ValueAt(const Shape& at, size_t d = 0, int64_t offset = 0) const {
    if (d == axes_.size()) {
      double value;
      read_(src_, offset, 1, 1, &value);
      return value;
    }
    const ResizeAxis& axis = axes_[d];
    const Sample& sample = tables_.of_axis[d][at[d]];
    const Taps taps = TapsAround(mode_, axis, sample.x);
    double sum = 0;
    for (int64_t tap = taps.first; tap < taps.first + taps.count; ++tap) {
      const double weight = Weight(mode_, axis, sample, tap);
      if (weight == 0) continue;
      const int64_t element = std::clamp<int64_t>(tap, 0, axis.in - 1);
      sum += weight * ValueAt(at, d + 1, offset + element * strides_[d]);
    }
    return sum;
  }

 private:
  const ResizeMode& mode_;
  const ResizeAxes& axes_;
  const Tables<Sample> tables_;
  const Shape strides_;
  const ReadRow<double> read_;
  const void* const src_;
};

absl::Status RunResize(const KernelRequest& request, const Args& args) {
  const ResizeMode mode = ReadResizeMode(request.node->attributes);
  const ResizeAxes axes =
      ReadResizeAxes(request, {args.raw_input(1), args.raw_input(2), args.raw_input(3)});
  const absl::Status status = CheckFilters(mode, axes);
  if (!status.ok()) return status;
  const double fill = request.node->attributes.Float("extrapolation_value", 0);
  const DType dtype = args.input_type(0).dtype;
  if (mode.interpolation == Interpolation::kNearest) {
    return DispatchAll(dtype,
                       [&]<typename T>() { CopyNearest<T>(mode, axes, Narrow<T>(fill), args); });
  }
  const Interpolator interpolator(mode, axes, args);
  const WriteRow<double> write = RowWriter<double>(dtype);
  ForEachOutput(args, [&](const Shape& at, int64_t offset) {
    const double value = interpolator.IsOutside(at) ? fill : interpolator.ValueAt(at);
    write(args.raw_output(0), offset, 1, 1, &value);
  });
  return absl::OkStatus();
}

size_t TableBytes(const KernelRequest& request) {
  size_t entries = 0;
  for (int64_t dim : request.outputs[0].shape()) entries += static_cast<size_t>(dim);
  return entries * std::max(sizeof(int64_t), sizeof(Sample));
}

absl::Status SupportsResize(const KernelRequest& request) {
  const ResizeMode mode = ReadResizeMode(request.node->attributes);
  if (mode.interpolation == Interpolation::kNearest) return absl::OkStatus();
  const absl::Status status = CheckInputType(request, 0, kNumericTypes);
  if (!status.ok()) return status;
  const auto known = [&](size_t i) {
    return i < request.inputs.size() ? request.inputs[i].data : nullptr;
  };
  return CheckFilters(mode, ReadResizeAxes(request, {known(1), known(2), known(3)}));
}

constexpr ReferenceOp kOps[] = {
    {.op = "Resize", .run = RunResize, .supports = SupportsResize, .scratch_bytes = TableBytes},
};

}  // namespace

absl::Span<const ReferenceOp> ResizeOps() { return kOps; }

}  // namespace kairos::reference
