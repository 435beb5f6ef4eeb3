#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kAxis[] = {Int("axis")};
constexpr AttributeSpec kConcat[] = {Required(Int("axis"))};
constexpr AttributeSpec kConstant[] = {
    {.name = "value", .type = AttributeType::kTensor},
    {.name = "value_float", .type = AttributeType::kFloat, .nan_allowed = true},
    {.name = "value_floats", .type = AttributeType::kFloats, .nan_allowed = true},
    Int("value_int"),
    Ints("value_ints"),
};
constexpr AttributeSpec kConstantOfShape[] = {{.name = "value", .type = AttributeType::kTensor}};
constexpr AttributeSpec kEyeLike[] = {{.name = "dtype", .type = AttributeType::kDType}, Int("k")};
constexpr AttributeSpec kGatherNd[] = {IntFrom("batch_dims", 0)};
constexpr AttributeSpec kPad[] = {Choice("mode", "constant|reflect|edge|wrap")};
constexpr AttributeSpec kReshape[] = {Flag("allowzero")};
constexpr AttributeSpec kReduction = Choice("reduction", "none|add|mul|max|min");
constexpr AttributeSpec kScatterElements[] = {Int("axis"), kReduction};
constexpr AttributeSpec kScatterNd[] = {kReduction};
constexpr AttributeSpec kShape[] = {Int("end"), Int("start")};
constexpr AttributeSpec kSplit[] = {Int("axis"), IntFrom("num_outputs", 1)};
constexpr AttributeSpec kTranspose[] = {Ints("perm")};
constexpr AttributeSpec kTrilu[] = {Flag("upper")};

// Input 1, when there is one, decides the shape.
constexpr OpInfo View(absl::string_view op, int min_inputs, int max_inputs, absl::string_view types,
                      ShapeFunction shape_function,
                      absl::Span<const AttributeSpec> attributes = {}) {
  const uint32_t decisive = max_inputs == 2 ? Inputs(1) : 0;
  OpInfo row = Row(op, min_inputs, max_inputs, types, shape_function, attributes, decisive);
  row.is_view = true;
  return row;
}

constexpr OpInfo OfShapeOnly(absl::string_view op, ShapeFunction shape_function,
                             absl::Span<const AttributeSpec> attributes = {}) {
  OpInfo row = Row(op, 1, 1, "A", shape_function, attributes);
  row.needs_only_shapes = true;
  return row;
}

// Any axis can be found in a channels-last tensor, and all operands have the output's rank.
constexpr OpInfo Concat() {
  OpInfo row = Row("Concat", 1, -1, "A", ShapeConcat, kConcat);
  row.layout = LayoutClass::kElementwise;
  return row;
}

constexpr OpInfo Split() {
  OpInfo row = Row("Split", 1, 2, "Al", ShapeSplit, kSplit, Inputs(1));
  row.max_outputs = -1;
  return row;
}

constexpr OpInfo kRows[] = {
    View("Flatten", 1, 1, "A", ShapeFlatten, kAxis),
    View("Identity", 1, 1, "A", ShapeSame),
    View("Reshape", 2, 2, "Al", ShapeReshape, kReshape),
    View("Squeeze", 1, 2, "Al", ShapeSqueeze),
    View("Unsqueeze", 2, 2, "Al", ShapeUnsqueeze),

    Concat(),
    Split(),
    Row("Expand", 2, 2, "Al", ShapeExpand, {}, Inputs(1)),
    Row("Gather", 2, 2, "Ax", ShapeGather, kAxis),
    Row("GatherElements", 2, 2, "Ax", ShapeGatherElements, kAxis),
    Row("GatherND", 2, 2, "Al", ShapeGatherNd, kGatherNd),
    Row("Pad", 2, 4, "AlAx", ShapePad, kPad, Inputs(1, 3), Inputs(2)),
    Row("ScatterElements", 3, 3, "AxA", ShapeScatterElements, kScatterElements),
    Row("ScatterND", 3, 3, "AlA", ShapeScatterNd, kScatterNd),
    Row("Slice", 3, 5, "AX", ShapeSlice, {}, Inputs(1, 2, 3, 4)),
    Row("Tile", 2, 2, "Al", ShapeTile, {}, Inputs(1)),
    Row("Transpose", 1, 1, "A", ShapeTranspose, kTranspose),
    Row("Trilu", 1, 2, "Al", ShapeTrilu, kTrilu, 0, Inputs(1)),

    Row("Constant", 0, 0, "A", ShapeConstant, kConstant),
    Row("ConstantOfShape", 1, 1, "l", ShapeConstantOfShape, kConstantOfShape, Inputs(0)),
    Row("EyeLike", 1, 1, "A", ShapeEyeLike, kEyeLike),
    Row("OneHot", 3, 3, "nna", ShapeOneHot, kAxis, Inputs(1), Inputs(2)),
    Row("Range", 3, 3, "R", ShapeRange, {}, Inputs(0, 1, 2)),
    OfShapeOnly("Shape", ShapeShape, kShape),
    OfShapeOnly("Size", ShapeSize),
};

}  // namespace

absl::Span<const OpInfo> TensorRows() { return kRows; }

}  // namespace kairos
