#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kAlpha[] = {Float("alpha")};
constexpr AttributeSpec kAlphaBeta[] = {Float("alpha"), Float("beta")};
constexpr AttributeSpec kAlphaGamma[] = {Float("alpha"), Float("gamma")};
constexpr AttributeSpec kGelu[] = {Choice("approximate", "none|tanh")};
constexpr AttributeSpec kShrink[] = {Float("bias"), Float("lambd")};
constexpr AttributeSpec kIsInf[] = {Flag("detect_negative"), Flag("detect_positive")};
constexpr AttributeSpec kBitShift[] = {Required(Choice("direction", "LEFT|RIGHT"))};
constexpr AttributeSpec kMod[] = {Flag("fmod")};
constexpr AttributeSpec kCast[] = {{.name = "to", .type = AttributeType::kDType, .required = true},
                                   Flag("saturate")};
constexpr AttributeSpec kCastLike[] = {Flag("saturate")};
constexpr AttributeSpec kDropout[] = {Int("seed")};
constexpr AttributeSpec kReorder[] = {Required(IntFrom("to", 0, 1))};

constexpr OpInfo Unary(absl::string_view op, absl::string_view types,
                       absl::Span<const AttributeSpec> attributes = {},
                       ShapeFunction shape_function = ShapeSame) {
  return {.op = op,
          .input_types = types,
          .shape_function = shape_function,
          .attributes = attributes,
          .layout = LayoutClass::kElementwise};
}

constexpr OpInfo Binary(absl::string_view op, absl::string_view types,
                        ShapeFunction shape_function = ShapeBroadcast,
                        absl::Span<const AttributeSpec> attributes = {}) {
  OpInfo row = Unary(op, types, attributes, shape_function);
  row.min_inputs = row.max_inputs = 2;
  return row;
}

constexpr OpInfo Variadic(absl::string_view op, absl::string_view types) {
  OpInfo row = Unary(op, types, {}, ShapeBroadcast);
  row.max_inputs = -1;
  return row;
}

constexpr OpInfo Swish() {
  OpInfo row = Unary("Swish", "F", kAlpha);
  row.domain = kInternalDomain;
  return row;
}

constexpr OpInfo kRows[] = {
    Unary("Abs", "N"),
    Unary("Acos", "F"),
    Unary("Acosh", "F"),
    Unary("Asin", "F"),
    Unary("Asinh", "F"),
    Unary("Atan", "F"),
    Unary("Atanh", "F"),
    Unary("BitwiseNot", "I"),
    Unary("Ceil", "F"),
    Unary("Celu", "F", kAlpha),
    Unary("Cos", "F"),
    Unary("Cosh", "F"),
    Unary("Elu", "F", kAlpha),
    Unary("Erf", "N"),
    Unary("Exp", "F"),
    Unary("Floor", "F"),
    Unary("Gelu", "F", kGelu),
    Unary("HardSigmoid", "F", kAlphaBeta),
    Unary("HardSwish", "F"),
    Unary("IsInf", "F", kIsInf, ShapePredicate),
    Unary("IsNaN", "F", {}, ShapePredicate),
    Unary("LeakyRelu", "F", kAlpha),
    Unary("Log", "F"),
    Unary("Mish", "F"),
    Unary("Neg", "S"),
    Unary("Not", "B"),
    Unary("Reciprocal", "F"),
    Unary("Relu", "S"),
    Unary("Round", "F"),
    Unary("Selu", "F", kAlphaGamma),
    Unary("Shrink", "N", kShrink),
    Unary("Sigmoid", "F"),
    Unary("Sign", "N"),
    Unary("Sin", "F"),
    Unary("Sinh", "F"),
    Unary("Softplus", "F"),
    Unary("Softsign", "F"),
    Unary("Sqrt", "F"),
    Unary("Tan", "F"),
    Unary("Tanh", "F"),
    Unary("ThresholdedRelu", "F", kAlpha),
    Swish(),

    Binary("Add", "N"),
    Binary("And", "B", ShapeCompare),
    Binary("BitShift", "U", ShapeBroadcast, kBitShift),
    Binary("BitwiseAnd", "I"),
    Binary("BitwiseOr", "I"),
    Binary("BitwiseXor", "I"),
    Binary("Div", "N"),
    Binary("Equal", "A", ShapeCompare),
    Binary("Greater", "N", ShapeCompare),
    Binary("GreaterOrEqual", "N", ShapeCompare),
    Binary("Less", "N", ShapeCompare),
    Binary("LessOrEqual", "N", ShapeCompare),
    Binary("Mod", "N", ShapeMod, kMod),
    Binary("Mul", "N"),
    Binary("Or", "B", ShapeCompare),
    Binary("PRelu", "M", ShapePRelu),
    Binary("Pow", "Pn"),
    Binary("Sub", "N"),
    Binary("Xor", "B", ShapeCompare),

    Variadic("Max", "N"),
    Variadic("Mean", "F"),
    Variadic("Min", "N"),
    Variadic("Sum", "F"),

    Unary("Cast", "A", kCast, ShapeCast),
    {.op = "CastLike",
     .min_inputs = 2,
     .max_inputs = 2,
     .input_types = "aa",
     .shape_function = ShapeCastLike,
     .attributes = kCastLike},
    {.op = "Clip",
     .max_inputs = 3,
     .input_types = "N",
     .shape_function = ShapeClip,
     .value_inputs = Inputs(1, 2),
     .layout = LayoutClass::kElementwise},
    {.op = "Dropout",
     .max_inputs = 3,
     .max_outputs = 2,
     .input_types = "Ffb",
     .shape_function = ShapeDropout,
     .attributes = kDropout,
     .value_inputs = Inputs(1, 2),
     .layout = LayoutClass::kElementwise,
     .is_random = true},
    {.domain = kInternalDomain,
     .op = "Reorder",
     .input_types = "A",
     .shape_function = ShapeReorder,
     .attributes = kReorder},
    {.op = "Where",
     .min_inputs = 3,
     .max_inputs = 3,
     .input_types = "BAA",
     .shape_function = ShapeWhere,
     .layout = LayoutClass::kElementwise},
};

}  // namespace

absl::Span<const OpInfo> ElementwiseRows() { return kRows; }

}  // namespace kairos
