#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kDType = {.name = "dtype", .type = AttributeType::kDType};
constexpr AttributeSpec kSeed = Float("seed");
constexpr AttributeSpec kShape = Required(IntsFrom("shape", 0));

constexpr AttributeSpec kBernoulli[] = {kDType, kSeed};
constexpr AttributeSpec kMultinomial[] = {kDType, IntFrom("sample_size", 1), kSeed};
constexpr AttributeSpec kNormal[] = {kDType, Float("mean"), Float("scale"), kSeed, kShape};
constexpr AttributeSpec kNormalLike[] = {kDType, Float("mean"), Float("scale"), kSeed};
constexpr AttributeSpec kUniform[] = {kDType, Float("high"), Float("low"), kSeed, kShape};
constexpr AttributeSpec kUniformLike[] = {kDType, Float("high"), Float("low"), kSeed};

constexpr OpInfo Random(absl::string_view op, int inputs, absl::string_view types,
                        ShapeFunction shape_function, absl::Span<const AttributeSpec> attributes) {
  return {.op = op,
          .min_inputs = inputs,
          .max_inputs = inputs,
          .input_types = types,
          .shape_function = shape_function,
          .attributes = attributes,
          .is_random = true};
}

constexpr OpInfo kRows[] = {
    Random("Bernoulli", 1, "F", ShapeBernoulli, kBernoulli),
    Random("Multinomial", 1, "F", ShapeMultinomial, kMultinomial),
    Random("RandomNormal", 0, "A", ShapeRandom, kNormal),
    Random("RandomNormalLike", 1, "A", ShapeRandomLike, kNormalLike),
    Random("RandomUniform", 0, "A", ShapeRandom, kUniform),
    Random("RandomUniformLike", 1, "A", ShapeRandomLike, kUniformLike),
};

}  // namespace

absl::Span<const OpInfo> RandomRows() { return kRows; }

}  // namespace kairos
