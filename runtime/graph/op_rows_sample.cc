#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kAffineGrid[] = {Flag("align_corners")};
constexpr AttributeSpec kGridSample[] = {Flag("align_corners"),
                                         Choice("mode", "linear|nearest|cubic"),
                                         Choice("padding_mode", "zeros|border|reflection")};
constexpr AttributeSpec kRoiAlign[] = {
    Choice("coordinate_transformation_mode", "half_pixel|output_half_pixel"),
    Choice("mode", "avg|max"),
    IntFrom("output_height", 1),
    IntFrom("output_width", 1),
    IntFrom("sampling_ratio", 0),
    Float("spatial_scale"),
};
constexpr AttributeSpec kMaxRoiPool[] = {Required(IntsFrom("pooled_shape", 1)),
                                         Float("spatial_scale")};
constexpr AttributeSpec kDeformConv[] = {
    IntsFrom("dilations", 1),   IntFrom("group", 1), IntsFrom("kernel_shape", 1),
    IntFrom("offset_group", 1), IntsFrom("pads", 0), IntsFrom("strides", 1),
};

constexpr OpInfo kRows[] = {
    {.op = "AffineGrid",
     .min_inputs = 2,
     .max_inputs = 2,
     .input_types = "Fl",
     .shape_function = ShapeAffineGrid,
     .attributes = kAffineGrid,
     .shape_inputs = Inputs(1),
     .value_inputs = Inputs(1)},
    {.op = "DeformConv",
     .min_inputs = 3,
     .max_inputs = 5,
     .input_types = "F",
     .shape_function = ShapeDeformConv,
     .attributes = kDeformConv},
    {.op = "GridSample",
     .min_inputs = 2,
     .max_inputs = 2,
     .input_types = "Af",
     .shape_function = ShapeGridSample,
     .attributes = kGridSample},
    {.op = "MaxRoiPool",
     .min_inputs = 2,
     .max_inputs = 2,
     .input_types = "F",
     .shape_function = ShapeMaxRoiPool,
     .attributes = kMaxRoiPool},
    {.op = "RoiAlign",
     .min_inputs = 3,
     .max_inputs = 3,
     .input_types = "FFl",
     .shape_function = ShapeRoiAlign,
     .attributes = kRoiAlign},
};

}  // namespace

absl::Span<const OpInfo> SampleRows() { return kRows; }

}  // namespace kairos
