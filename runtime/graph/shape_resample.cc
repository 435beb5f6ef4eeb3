#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr size_t kRoi = 1, kScales = 2, kSizes = 3;

absl::StatusOr<std::vector<int64_t>> ResizedAxes(const ShapeContext& context) {
  const int64_t rank = Rank(context, 0);
  if (context.node.attributes.Has("axes")) {
    return NormalAxes(context.node.attributes.Ints("axes"), rank);
  }
  std::vector<int64_t> axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

absl::Status ExpectOnePerAxis(const ShapeContext& context, size_t input, size_t axis_count) {
  return ExpectShape(context, input, {static_cast<int64_t>(axis_count)},
                     absl::StrCat(axis_count, " axes are resized"));
}

bool CropsToRoi(const Node& node) {
  return node.attributes.String("coordinate_transformation_mode", "") == "tf_crop_and_resize";
}

absl::Status CheckRoi(const ShapeContext& context, size_t axis_count) {
  if (!HasInput(context, kRoi)) {
    return absl::InvalidArgumentError("input 1 (roi) is absent, tf_crop_and_resize needs it");
  }
  return ExpectShape(context, kRoi, {2 * static_cast<int64_t>(axis_count)},
                     absl::StrCat(axis_count, " axes are resized"));
}

// The share of each axis that the region of interest [starts..., ends...] takes.
absl::StatusOr<std::vector<float>> RoiExtents(const ShapeContext& context, size_t axis_count) {
  if (!CropsToRoi(context.node)) return std::vector<float>(axis_count, 1.0f);
  if (InputType(context, kRoi).dtype != DType::kFloat32) {
    return absl::UnimplementedError(absl::StrCat("input 1 (roi) has type ",
                                                 DTypeName(InputType(context, kRoi).dtype),
                                                 ", expected float32"));
  }
  KAIROS_RETURN_IF_ERROR(ExpectKnown(context, kRoi, "roi"));
  const auto* roi = static_cast<const char*>(context.inputs[kRoi].data);
  std::vector<float> extents(axis_count);
  for (size_t i = 0; i < axis_count; ++i) {
    float start, end;
    std::memcpy(&start, roi + 4 * i, 4);
    std::memcpy(&end, roi + 4 * (axis_count + i), 4);
    extents[i] = end - start;
    if (std::isfinite(extents[i]) && extents[i] >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("input 1 (roi) goes from ", start, " to ", end,
                                                   ", expected a finite start before the end"));
  }
  return extents;
}

absl::Status ScaleAxes(const ShapeContext& context, absl::Span<const int64_t> axes, Shape* shape) {
  KAIROS_RETURN_IF_ERROR(ExpectOnePerAxis(context, kScales, axes.size()));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<float> extents, RoiExtents(context, axes.size()));
  KAIROS_RETURN_IF_ERROR(ExpectKnown(context, kScales, "scales"));
  const auto* scales = static_cast<const char*>(context.inputs[kScales].data);
  for (size_t i = 0; i < axes.size(); ++i) {
    float scale;
    std::memcpy(&scale, scales + 4 * i, 4);
    if (!std::isfinite(scale) || scale <= 0) {
      return absl::InvalidArgumentError(absl::StrCat("input 2 (scales) has ", scale, " for axis ",
                                                     axes[i],
                                                     ", expected a finite number above 0"));
    }
    int64_t& dim = (*shape)[static_cast<size_t>(axes[i])];
    // In float, as the operator's definition has it: sizes depend on it.
    const float size = std::floor(static_cast<float>(dim) * extents[i] * scale);
    if (size >= 0x1p31f) {
      return absl::ResourceExhaustedError(absl::StrCat("input 2 (scales) makes axis ", axes[i],
                                                       " of ", dim, " elements ", size,
                                                       " long, expected less than 2^31"));
    }
    dim = static_cast<int64_t>(size);
  }
  return absl::OkStatus();
}

// Sizes that keep the aspect ratio: one scale, that of the axis which changes least or most.
void KeepAspectRatio(bool not_larger, absl::Span<const int64_t> sizes,
                     absl::Span<const int64_t> axes, Shape* shape) {
  float scale = not_larger ? INFINITY : 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t dim = (*shape)[static_cast<size_t>(axes[i])];
    const float own = static_cast<float>(sizes[i]) / static_cast<float>(dim);
    scale = not_larger ? std::min(scale, own) : std::max(scale, own);
  }
  for (int64_t axis : axes) {
    int64_t& dim = (*shape)[static_cast<size_t>(axis)];
    // At most 2^62, which the limits refuse later.
    dim = static_cast<int64_t>(std::floor(static_cast<float>(dim) * scale + 0.5f));
  }
}

absl::Status SizeAxes(const ShapeContext& context, absl::Span<const int64_t> axes, Shape* shape) {
  KAIROS_RETURN_IF_ERROR(ExpectOnePerAxis(context, kSizes, axes.size()));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, IntValues(context, kSizes, "sizes"));
  for (size_t i = 0; i < axes.size(); ++i) {
    if (sizes[i] >= 1 && sizes[i] < int64_t{1} << 31) continue;
    return absl::InvalidArgumentError(absl::StrCat("input 3 (sizes) has ", sizes[i], " for axis ",
                                                   axes[i], ", expected 1 to 2^31 - 1"));
  }
  const absl::string_view policy =
      context.node.attributes.String("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch") {
    KeepAspectRatio(policy == "not_larger", sizes, axes, shape);
    return absl::OkStatus();
  }
  for (size_t i = 0; i < axes.size(); ++i) (*shape)[static_cast<size_t>(axes[i])] = sizes[i];
  return absl::OkStatus();
}

absl::StatusOr<int64_t> BlockSize(const ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 4));
  return context.node.attributes.Int("blocksize", 1);
}

}  // namespace

absl::Status ShapeResize(ShapeContext& context) {
  if (HasInput(context, kScales) == HasInput(context, kSizes)) {
    return absl::InvalidArgumentError(absl::StrCat("inputs 2 (scales) and 3 (sizes) are both ",
                                                   HasInput(context, kSizes) ? "given" : "absent",
                                                   ", expected one of them"));
  }
  if (InputType(context, 0).element_count() == 0) {
    return UnexpectedShape(context, 0, "no empty dimension");
  }
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, ResizedAxes(context));
  if (CropsToRoi(context.node)) KAIROS_RETURN_IF_ERROR(CheckRoi(context, axes.size()));
  Shape shape = InputShape(context, 0);
  KAIROS_RETURN_IF_ERROR(HasInput(context, kScales) ? ScaleAxes(context, axes, &shape)
                                                    : SizeAxes(context, axes, &shape));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeDepthToSpace(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t block, BlockSize(context));
  const Shape& src = InputShape(context, 0);
  if (src[1] % (block * block) != 0) {
    return UnexpectedShape(context, 0,
                           absl::StrCat("a multiple of ", block * block,
                                        " channels because "
                                        "blocksize is ",
                                        block));
  }
  SetOutput(context, 0, InputType(context, 0).dtype,
            {src[0], src[1] / (block * block), src[2] * block, src[3] * block});
  return absl::OkStatus();
}

absl::Status ShapeSpaceToDepth(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t block, BlockSize(context));
  const Shape& src = InputShape(context, 0);
  if (src[2] % block != 0 || src[3] % block != 0) {
    return UnexpectedShape(
        context, 0, absl::StrCat("height and width in multiples of ", block, ", the blocksize"));
  }
  // An empty dimension can be cut into blocks of any size.
  const std::optional<int64_t> area = CheckedMul(block, block);
  const std::optional<int64_t> channels = area ? CheckedMul(src[1], *area) : std::nullopt;
  if (!channels.has_value()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("attribute 'blocksize' is ", block, ", the channels of the output overflow"));
  }
  SetOutput(context, 0, InputType(context, 0).dtype,
            {src[0], *channels, src[2] / block, src[3] / block});
  return absl::OkStatus();
}

}  // namespace kairos
