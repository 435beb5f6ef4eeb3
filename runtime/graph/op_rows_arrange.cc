#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kCenterCropPad[] = {Ints("axes")};
constexpr AttributeSpec kCol2Im[] = {IntsFrom("dilations", 1), IntsFrom("pads", 0),
                                     IntsFrom("strides", 1)};
constexpr AttributeSpec kMaxUnpool[] = {Required(IntsFrom("kernel_shape", 1)), IntsFrom("pads", 0),
                                        IntsFrom("strides", 1)};
constexpr AttributeSpec kReverseSequence[] = {IntFrom("batch_axis", 0, 1),
                                              IntFrom("time_axis", 0, 1)};

constexpr OpInfo Arrange(absl::string_view op, int min_inputs, int max_inputs,
                         absl::string_view types, ShapeFunction shape_function,
                         absl::Span<const AttributeSpec> attributes, uint32_t shape_inputs) {
  return {.op = op,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .input_types = types,
          .shape_function = shape_function,
          .attributes = attributes,
          .shape_inputs = shape_inputs,
          .value_inputs = shape_inputs};
}

constexpr OpInfo kRows[] = {
    Arrange("CenterCropPad", 2, 2, "Ax", ShapeCenterCropPad, kCenterCropPad, Inputs(1)),
    Arrange("Col2Im", 3, 3, "All", ShapeCol2Im, kCol2Im, Inputs(1, 2)),
    Arrange("Det", 1, 1, "F", ShapeDet, {}, 0),
    Arrange("MaxUnpool", 2, 3, "Fll", ShapeMaxUnpool, kMaxUnpool, Inputs(2)),
    Arrange("ReverseSequence", 2, 2, "Al", ShapeReverseSequence, kReverseSequence, 0),
};

}  // namespace

absl::Span<const OpInfo> ArrangeRows() { return kRows; }

}  // namespace kairos
