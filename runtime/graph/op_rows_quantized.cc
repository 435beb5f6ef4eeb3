#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kConv[] = {
    Choice("auto_pad", "NOTSET|SAME_UPPER|SAME_LOWER|VALID"),
    IntsFrom("dilations", 1),
    IntFrom("group", 1),
    IntsFrom("kernel_shape", 1),
    IntsFrom("pads", 0),
    IntsFrom("strides", 1),
};

constexpr OpInfo kRows[] = {
    {.op = "ConvInteger",
     .min_inputs = 2,
     .max_inputs = 4,
     .input_types = "EGEG",
     .shape_function = ShapeConvInteger,
     .attributes = kConv},
    {.op = "DynamicQuantizeLinear",
     .min_outputs = 3,
     .max_outputs = 3,
     .input_types = "V",
     .shape_function = ShapeDynamicQuantizeLinear},
    {.op = "MatMulInteger",
     .min_inputs = 2,
     .max_inputs = 4,
     .input_types = "EGEG",
     .shape_function = ShapeMatMulInteger},
    {.op = "QLinearConv",
     .min_inputs = 8,
     .max_inputs = 9,
     .input_types = "EVEGVGVej",
     .shape_function = ShapeQLinearConv,
     .attributes = kConv},
    {.op = "QLinearMatMul",
     .min_inputs = 8,
     .max_inputs = 8,
     .input_types = "EHEGHGHe",
     .shape_function = ShapeQLinearMatMul},
};

}  // namespace

absl::Span<const OpInfo> QuantizedRows() { return kRows; }

}  // namespace kairos
