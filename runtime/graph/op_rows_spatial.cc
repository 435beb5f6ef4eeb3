#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kAutoPad = Choice("auto_pad", "NOTSET|SAME_UPPER|SAME_LOWER|VALID");
constexpr AttributeSpec kKernel = IntsFrom("kernel_shape", 1);
constexpr AttributeSpec kDilations = IntsFrom("dilations", 1);
constexpr AttributeSpec kPads = IntsFrom("pads", 0);
constexpr AttributeSpec kStrides = IntsFrom("strides", 1);
constexpr AttributeSpec kGroup = IntFrom("group", 1);
constexpr AttributeSpec kEpsilon = Float("epsilon");

constexpr AttributeSpec kConv[] = {kAutoPad, kDilations, kGroup, kKernel, kPads, kStrides};
constexpr AttributeSpec kConvTranspose[] = {kAutoPad,
                                            kDilations,
                                            kGroup,
                                            kKernel,
                                            kPads,
                                            kStrides,
                                            IntsFrom("output_padding", 0),
                                            IntsFrom("output_shape", 1)};
constexpr AttributeSpec kAveragePool[] = {
    kAutoPad, kDilations,        Required(kKernel),        kPads,
    kStrides, Flag("ceil_mode"), Flag("count_include_pad")};
constexpr AttributeSpec kMaxPool[] = {kAutoPad, kDilations,        Required(kKernel),    kPads,
                                      kStrides, Flag("ceil_mode"), Flag("storage_order")};
constexpr AttributeSpec kLpPool[] = {kAutoPad, kDilations,        Required(kKernel), kPads,
                                     kStrides, Flag("ceil_mode"), IntFrom("p", 1)};
constexpr AttributeSpec kGlobalLpPool[] = {IntFrom("p", 1)};
constexpr AttributeSpec kBatchNormalization[] = {kEpsilon, Float("momentum"),
                                                 Flag("training_mode")};
constexpr AttributeSpec kInstanceNormalization[] = {kEpsilon};
// Statistics in another type than float32 are not supported.
constexpr AttributeSpec kStashType = IntFrom("stash_type", 1, 1);
constexpr AttributeSpec kGroupNormalization[] = {kEpsilon, Required(IntFrom("num_groups", 1)),
                                                 kStashType};
constexpr AttributeSpec kLayerNormalization[] = {Int("axis"), kEpsilon, kStashType};
constexpr AttributeSpec kMeanVarianceNormalization[] = {Ints("axes")};
constexpr AttributeSpec kLrn[] = {Float("alpha"), Float("beta"), Float("bias"),
                                  Required(IntFrom("size", 1))};
constexpr AttributeSpec kResize[] = {
    Flag("antialias"),
    Ints("axes"),
    Choice("coordinate_transformation_mode",
           "half_pixel|half_pixel_symmetric|pytorch_half_pixel|align_corners|asymmetric|"
           "tf_crop_and_resize"),
    Float("cubic_coeff_a"),
    Flag("exclude_outside"),
    {.name = "extrapolation_value", .type = AttributeType::kFloat, .nan_allowed = true},
    Choice("keep_aspect_ratio_policy", "stretch|not_larger|not_smaller"),
    Choice("mode", "nearest|linear|cubic"),
    Choice("nearest_mode", "round_prefer_floor|round_prefer_ceil|floor|ceil"),
};
constexpr AttributeSpec kBlockSize = Required(IntFrom("blocksize", 1));
constexpr AttributeSpec kDepthToSpace[] = {kBlockSize, Choice("mode", "DCR|CRD")};
constexpr AttributeSpec kSpaceToDepth[] = {kBlockSize};

constexpr OpInfo Spatial(absl::string_view op, int min_inputs, int max_inputs,
                         ShapeFunction shape_function,
                         absl::Span<const AttributeSpec> attributes = {}) {
  return {.op = op,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .input_types = "F",
          .shape_function = shape_function,
          .attributes = attributes,
          .layout = LayoutClass::kSpatial};
}

constexpr OpInfo BatchNormalization() {
  OpInfo row = Spatial("BatchNormalization", 5, 5, ShapeBatchNormalization, kBatchNormalization);
  row.max_outputs = 3;
  return row;
}

constexpr OpInfo MaxPool() {
  OpInfo row = Spatial("MaxPool", 1, 1, ShapePool, kMaxPool);
  row.max_outputs = 2;
  row.input_types = "Q";
  return row;
}

constexpr OpInfo kRows[] = {
    Spatial("Conv", 2, 3, ShapeConv, kConv),
    Spatial("ConvTranspose", 2, 3, ShapeConvTranspose, kConvTranspose),
    Spatial("AveragePool", 1, 1, ShapePool, kAveragePool),
    Spatial("LpPool", 1, 1, ShapePool, kLpPool),
    MaxPool(),
    Spatial("GlobalAveragePool", 1, 1, ShapeGlobalPool),
    Spatial("GlobalLpPool", 1, 1, ShapeGlobalPool, kGlobalLpPool),
    Spatial("GlobalMaxPool", 1, 1, ShapeGlobalPool),
    BatchNormalization(),
    Spatial("InstanceNormalization", 3, 3, ShapeInstanceNormalization, kInstanceNormalization),
    Spatial("GroupNormalization", 3, 3, ShapeGroupNormalization, kGroupNormalization),
    Spatial("LRN", 1, 1, ShapeLrn, kLrn),
    {.op = "Resize",
     .max_inputs = 4,
     .input_types = "AfVl",
     .shape_function = ShapeResize,
     .attributes = kResize,
     .shape_inputs = Inputs(1, 2, 3),
     .value_inputs = Inputs(1, 2, 3),
     .layout = LayoutClass::kSpatial},
    {.op = "LayerNormalization",
     .min_inputs = 2,
     .max_inputs = 3,
     .max_outputs = 3,
     .input_types = "F",
     .shape_function = ShapeLayerNormalization,
     .attributes = kLayerNormalization},
    {.op = "MeanVarianceNormalization",
     .input_types = "F",
     .shape_function = ShapeMeanVarianceNormalization,
     .attributes = kMeanVarianceNormalization},
    {.op = "DepthToSpace",
     .input_types = "A",
     .shape_function = ShapeDepthToSpace,
     .attributes = kDepthToSpace},
    {.op = "SpaceToDepth",
     .input_types = "A",
     .shape_function = ShapeSpaceToDepth,
     .attributes = kSpaceToDepth},
};

}  // namespace

absl::Span<const OpInfo> SpatialRows() { return kRows; }

}  // namespace kairos
