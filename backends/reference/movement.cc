// Operators that move elements to places that depend on shapes and attributes alone.
#include <algorithm>
#include <array>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

// The bytes of input 0: Identity, Reshape and the like, and Reorder, which changes the layout.
absl::Status RunCopy(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& from = args.input_type(0);
  const TensorType& to = args.output_type(0);
  if (from.shape == to.shape && !SameMemoryOrder(to.shape, from.layout, to.layout)) {
    return DispatchBytes(to.dtype, [&]<typename T>() {
      CopyStrided(to.shape, args.input<T>(0), StridesOfType(from), args.output<T>(0),
                  StridesOfType(to));
    });
  }
  const size_t bytes = to.byte_count();
  if (bytes > 0) std::memcpy(args.raw_output(0), args.raw_input(0), bytes);
  return absl::OkStatus();
}

// Nothing is dropped: the mask is all true.
absl::Status RunDropout(const KernelRequest& request, const Args& args) {
  const bool training = args.has_input(2) && *args.input<Bool>(2);
  const double ratio = args.has_input(1)
                           ? ElementReader<double>(args.input_type(1).dtype)(args.raw_input(1), 0)
                           : 0.5;
  if (training && ratio != 0) {
    return absl::UnimplementedError(
        "Dropout: training_mode is true, expected false; run the graph for inference");
  }
  if (args.has_output(1)) {
    std::fill_n(args.output<Bool>(1), args.output_type(1).element_count(), Bool(true));
  }
  return RunCopy(request, args);
}

absl::Status RunTranspose(const KernelRequest& request, const Args& args) {
  const TensorType& from = args.input_type(0);
  const TensorType& to = args.output_type(0);
  const size_t rank = to.shape.size();
  const absl::Span<const int64_t> perm = request.node->attributes.Ints("perm");
  const Shape from_strides = StridesOfType(from);
  Shape strides(rank, 0);
  for (size_t i = 0; i < rank; ++i) {
    strides[i] = from_strides[perm.empty() ? rank - 1 - i : static_cast<size_t>(perm[i])];
  }
  return DispatchBytes(to.dtype, [&]<typename T>() {
    CopyStrided(to.shape, args.input<T>(0), strides, args.output<T>(0), StridesOfType(to));
  });
}

absl::Status RunExpand(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& to = args.output_type(0);
  return DispatchBytes(to.dtype, [&]<typename T>() {
    CopyStrided(to.shape, args.input<T>(0), BroadcastStrides(args.input_type(0), to.shape),
                args.output<T>(0), StridesOfType(to));
  });
}

absl::Status RunConcat(const KernelRequest& request, const Args& args) {
  const TensorType& to = args.output_type(0);
  absl::StatusOr<int64_t> axis =
      ResolveAxis(request.node->attributes.Int("axis", 0), to.shape.size());
  if (!axis.ok()) return axis.status();
  const Shape strides = StridesOfType(to);
  return DispatchBytes(to.dtype, [&]<typename T>() {
    T* dst = args.output<T>(0);
    for (size_t i = 0; i < request.node->base_input_count(); ++i) {
      const TensorType& from = args.input_type(i);
      CopyStrided(from.shape, args.input<T>(i), StridesOfType(from), dst, strides);
      dst += strides[*axis] * from.shape[*axis];
    }
  });
}

// How much of the axis output `i` takes: the value of input 1, or an even part.
int64_t SplitExtent(absl::Span<const int64_t> split, int64_t extent, size_t outputs, size_t i) {
  if (i < split.size()) return split[i];
  const auto count = static_cast<int64_t>(outputs);
  const int64_t part = (extent + count - 1) / count;
  return std::clamp<int64_t>(extent - part * static_cast<int64_t>(i), 0, part);
}

absl::Status RunSplit(const KernelRequest& request, const Args& args) {
  const TensorType& from = args.input_type(0);
  absl::StatusOr<int64_t> axis =
      ResolveAxis(request.node->attributes.Int("axis", 0), from.shape.size());
  if (!axis.ok()) return axis.status();
  absl::StatusOr<Shape> split = ReadInts(args, 1);
  if (!split.ok()) return split.status();
  const Shape strides = StridesOfType(from);
  int64_t begin = 0;
  for (size_t i = 0; i < request.outputs.size(); ++i) {
    const int64_t extent = SplitExtent(*split, from.shape[*axis], request.outputs.size(), i);
    if (extent < 0 || extent > from.shape[*axis] - begin ||
        (args.has_output(i) && args.output_type(i).shape[*axis] != extent)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Split: extent of output ", i, " does not fit, got ", extent));
    }
    const absl::Status status = DispatchBytes(from.dtype, [&]<typename T>() {
      if (!args.has_output(i)) return;
      const TensorType& to = args.output_type(i);
      CopyStrided(to.shape, args.input<T>(0) + begin * strides[*axis], strides, args.output<T>(i),
                  StridesOfType(to));
    });
    if (!status.ok()) return status;
    begin += extent;
  }
  return absl::OkStatus();
}

// One axis of a slice, clamped as numpy does.
struct AxisSlice {
  int64_t start = 0, step = 1, count = 0;
};

AxisSlice ClampSlice(int64_t start, int64_t end, int64_t step, int64_t extent) {
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? extent : extent - 1;
  const auto clamp = [&](int64_t at) {
    return std::clamp(at < 0 ? at + extent : at, low, std::max(low, high));
  };
  AxisSlice slice;
  slice.start = clamp(start);
  const int64_t distance = step > 0 ? clamp(end) - slice.start : slice.start - clamp(end);
  if (distance <= 0) return slice;
  // A step past the end is as good as the extent, and cannot overflow.
  slice.step = std::clamp(step, -std::max<int64_t>(extent, 1), std::max<int64_t>(extent, 1));
  slice.count = (distance - 1) / std::abs(slice.step) + 1;
  return slice;
}

absl::StatusOr<std::array<AxisSlice, kMaxRank>> ReadSlices(const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  std::array<AxisSlice, kMaxRank> slices;
  for (size_t i = 0; i < shape.size(); ++i) slices[i].count = shape[i];
  absl::StatusOr<Shape> starts = ReadInts(args, 1), ends = ReadInts(args, 2);
  absl::StatusOr<Shape> axes = ReadInts(args, 3), steps = ReadInts(args, 4);
  for (const auto* values : {&starts, &ends, &axes, &steps}) {
    if (!values->ok()) return values->status();
  }
  if (axes->empty()) {
    for (size_t i = 0; i < starts->size(); ++i) axes->push_back(static_cast<int64_t>(i));
  }
  axes = ResolveAxes(*axes, shape.size());
  if (!axes.ok()) return axes.status();
  if (starts->size() != axes->size() || ends->size() != axes->size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Slice: the numbers of starts and ends do not fit, got ", starts->size(),
                     " and ", ends->size(), ", expected ", axes->size()));
  }
  for (size_t i = 0; i < axes->size(); ++i) {
    const auto axis = static_cast<size_t>((*axes)[i]);
    const int64_t step = i < steps->size() ? (*steps)[i] : 1;
    if (step == 0) {
      return absl::InvalidArgumentError("Slice: step is out of range, got 0, expected another");
    }
    slices[axis] = ClampSlice((*starts)[i], (*ends)[i], step, shape[axis]);
  }
  return slices;
}

absl::Status RunSlice(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& to = args.output_type(0);
  absl::StatusOr<std::array<AxisSlice, kMaxRank>> slices = ReadSlices(args);
  if (!slices.ok()) return slices.status();
  Shape strides = StridesOfType(args.input_type(0));
  int64_t offset = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    const AxisSlice& slice = (*slices)[i];
    if (slice.count != to.shape[i]) {
      return absl::InvalidArgumentError(absl::StrCat("Slice: extent of axis ", i,
                                                     " does not fit, got ", slice.count,
                                                     ", expected ", to.shape[i]));
    }
    offset += slice.start * strides[i];
    strides[i] *= slice.step;
  }
  if (to.element_count() == 0) return absl::OkStatus();
  return DispatchBytes(to.dtype, [&]<typename T>() {
    CopyStrided(to.shape, args.input<T>(0) + offset, strides, args.output<T>(0), StridesOfType(to));
  });
}

// Each dimension of the output is seen as two: the copy, and the index in it.
absl::Status RunTile(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& from = args.input_type(0);
  const TensorType& to = args.output_type(0);
  if (to.element_count() == 0) return absl::OkStatus();
  const Shape from_strides = StridesOfType(from), to_strides = StridesOfType(to);
  Shape shape, src, dst;
  for (size_t i = 0; i < from.shape.size(); ++i) {
    shape.insert(shape.end(), {to.shape[i] / from.shape[i], from.shape[i]});
    src.insert(src.end(), {0, from_strides[i]});
    dst.insert(dst.end(), {to_strides[i] * from.shape[i], to_strides[i]});
  }
  return DispatchBytes(to.dtype, [&]<typename T>() {
    CopyStrided(shape, args.input<T>(0), src, args.output<T>(0), dst);
  });
}

// [N, C, H, W] of the shallow side is [N, c, H, bh, W, bw] of the loop; the deep side's channels
// are [bh, bw, c] in mode DCR and [c, bh, bw] in mode CRD.
struct BlockStrides {
  Shape shape, deep, shallow;
};

BlockStrides MakeBlockStrides(const TensorType& deep, const TensorType& shallow, int64_t block,
                              bool depth_first) {
  const Shape d = StridesOfType(deep), s = StridesOfType(shallow);
  const int64_t channels = shallow.shape[1];
  const int64_t c = depth_first ? d[1] : d[1] * block * block;
  const int64_t bh = depth_first ? d[1] * block * channels : d[1] * block;
  const int64_t bw = depth_first ? d[1] * channels : d[1];
  return {{deep.shape[0], channels, deep.shape[2], block, deep.shape[3], block},
          {d[0], c, d[2], bh, d[3], bw},
          {s[0], s[1], s[2] * block, s[2], s[3] * block, s[3]}};
}

absl::Status RunDepthToSpace(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const BlockStrides blocks =
      MakeBlockStrides(args.input_type(0), args.output_type(0), attributes.Int("blocksize", 1),
                       attributes.String("mode", "DCR") == "DCR");
  return DispatchBytes(args.input_type(0).dtype, [&]<typename T>() {
    CopyStrided(blocks.shape, args.input<T>(0), blocks.deep, args.output<T>(0), blocks.shallow);
  });
}

absl::Status RunSpaceToDepth(const KernelRequest& request, const Args& args) {
  const BlockStrides blocks =
      MakeBlockStrides(args.output_type(0), args.input_type(0),
                       request.node->attributes.Int("blocksize", 1), /*depth_first=*/true);
  return DispatchBytes(args.input_type(0).dtype, [&]<typename T>() {
    CopyStrided(blocks.shape, args.input<T>(0), blocks.shallow, args.output<T>(0), blocks.deep);
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "Concat", .run = RunConcat},
    {.op = "DepthToSpace", .run = RunDepthToSpace},
    {.op = "Dropout", .run = RunDropout},
    {.op = "Expand", .run = RunExpand},
    {.op = "Flatten", .run = RunCopy},
    {.op = "Identity", .run = RunCopy},
    {.domain = kOwnDomain, .op = "Reorder", .run = RunCopy},
    {.op = "Reshape", .run = RunCopy},
    {.op = "Slice", .run = RunSlice},
    {.op = "SpaceToDepth", .run = RunSpaceToDepth},
    {.op = "Split", .run = RunSplit},
    {.op = "Squeeze", .run = RunCopy},
    {.op = "Tile", .run = RunTile},
    {.op = "Transpose", .run = RunTranspose},
    {.op = "Unsqueeze", .run = RunCopy},
};

}  // namespace

absl::Span<const ReferenceOp> MovementOps() { return kRows; }

}  // namespace kairos::reference
