// Pad and its modes: constant, edge, reflect, wrap.
#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

#include "reference/families.h"

namespace kairos::reference {
namespace {

// The index within [0, extent) that position `at`, before or behind it, shows; -1 for the constant.
int64_t SourceIndex(absl::string_view mode, int64_t at, int64_t extent) {
  if (at >= 0 && at < extent) return at;
  if (mode == "edge") return at < 0 ? 0 : extent - 1;
  if (mode == "wrap") return ((at % extent) + extent) % extent;
  if (mode == "reflect") {
    if (extent == 1) return 0;
    const int64_t period = 2 * (extent - 1);
    const int64_t phase = ((at % period) + period) % period;
    return phase < extent ? phase : period - phase;
  }
  return -1;
}

// Elements before the input along each axis; negative ones are cut off.
absl::StatusOr<Shape> ReadPadsBefore(const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  absl::StatusOr<Shape> pads = ReadInts(args, 1);
  absl::StatusOr<Shape> axes = ReadInts(args, 3);
  if (!pads.ok()) return pads;
  if (!axes.ok()) return axes;
  if (!args.has_input(3)) {
    for (size_t i = 0; i < shape.size(); ++i) axes->push_back(static_cast<int64_t>(i));
  }
  axes = ResolveAxes(*axes, shape.size());
  if (!axes.ok()) return axes;
  if (pads->size() != 2 * axes->size()) {
    return absl::InvalidArgumentError(absl::StrCat("Pad: the number of pads does not fit, got ",
                                                   pads->size(), ", expected ", 2 * axes->size()));
  }
  Shape before(shape.size(), 0), after(shape.size(), 0);
  for (size_t i = 0; i < axes->size(); ++i) {
    before[(*axes)[i]] = (*pads)[i];
    after[(*axes)[i]] = (*pads)[axes->size() + i];
  }
  const Shape& padded = args.output_type(0).shape;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t sum;
    if (__builtin_add_overflow(before[i], after[i], &sum) || sum != padded[i] - shape[i]) {
      return absl::InvalidArgumentError(
          absl::StrCat("Pad: pads of axis ", i, " do not fit, got ", before[i], " and ", after[i],
                       ", expected them to make ", shape[i], " ", padded[i]));
    }
  }
  return before;
}

// For each axis and output index, the source's offset along the axis, or -1.
size_t PadScratchBytes(const KernelRequest& request) {
  int64_t count = 0;
  for (int64_t dim : request.outputs[0].type.shape) count += dim;
  return static_cast<size_t>(count) * sizeof(int64_t);
}

absl::Status FillMaps(absl::string_view mode, const Args& args, const Shape& before,
                      std::array<int64_t*, kMaxRank>& maps) {
  const TensorType& from = args.input_type(0);
  const TensorType& to = args.output_type(0);
  const Shape strides = StridesOfType(from);
  auto* next = static_cast<int64_t*>(args.scratch());
  for (size_t i = 0; i < to.shape.size(); ++i) {
    if (from.shape[i] == 0 && mode != "constant" && to.element_count() > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Pad: mode ", mode, " has nothing to repeat, got an extent of 0 at axis ", i,
                       ", expected at least 1"));
    }
    maps[i] = next;
    for (int64_t at = 0; at < to.shape[i]; ++at) {
      const int64_t index = SourceIndex(mode, at - before[i], from.shape[i]);
      *next++ = index < 0 ? -1 : index * strides[i];
    }
  }
  return absl::OkStatus();
}

template <typename T>
void PadLoop(const Args& args, const std::array<int64_t*, kMaxRank>& maps) {
  const TensorType& to = args.output_type(0);
  const T* src = args.input<T>(0);
  T* dst = args.output<T>(0);
  const T fill = args.has_input(2) ? *args.input<T>(2) : T{};
  const Shape strides = StridesOfType(to);
  const size_t rank = to.shape.size();
  const int64_t row_count = rank == 0 ? 1 : to.shape[rank - 1];
  Shape index(rank, 0);
  do {
    int64_t from = 0, at = 0;
    bool inside = true;
    for (size_t i = 0; i + 1 < rank; ++i) {
      const int64_t step = maps[i][index[i]];
      inside = inside && step >= 0;
      from += step;
      at += index[i] * strides[i];
    }
    for (int64_t i = 0; i < row_count; ++i) {
      const int64_t step = rank == 0 ? 0 : maps[rank - 1][i];
      dst[at + (rank == 0 ? 0 : i * strides[rank - 1])] =
          inside && step >= 0 ? src[from + step] : fill;
    }
  } while (rank > 0 && NextIndex(absl::MakeSpan(to.shape).first(rank - 1), &index));
}

absl::Status RunPad(const KernelRequest& request, const Args& args) {
  absl::StatusOr<Shape> before = ReadPadsBefore(args);
  if (!before.ok()) return before.status();
  std::array<int64_t*, kMaxRank> maps;
  absl::Status status =
      FillMaps(request.node->attributes.String("mode", "constant"), args, *before, maps);
  if (!status.ok() || args.output_type(0).element_count() == 0) return status;
  return DispatchBytes(args.output_type(0).dtype, [&]<typename T>() { PadLoop<T>(args, maps); });
}

constexpr ReferenceOp kRows[] = {
    {.op = "Pad", .run = RunPad, .scratch_bytes = PadScratchBytes},
};

}  // namespace

absl::Span<const ReferenceOp> PadOps() { return kRows; }

}  // namespace kairos::reference
