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

constexpr OpInfo kRows[] = {
    Row("CenterCropPad", 2, 2, "Ax", ShapeCenterCropPad, kCenterCropPad, Inputs(1)),
    Row("Col2Im", 3, 3, "All", ShapeCol2Im, kCol2Im, Inputs(1, 2)),
    Row("Det", 1, 1, "F", ShapeDet, {}, 0),
    Row("MaxUnpool", 2, 3, "Fll", ShapeMaxUnpool, kMaxUnpool, Inputs(2)),
    Row("ReverseSequence", 2, 2, "Al", ShapeReverseSequence, kReverseSequence, 0),
};

}  // namespace

absl::Span<const OpInfo> ArrangeRows() { return kRows; }

}  // namespace kairos
