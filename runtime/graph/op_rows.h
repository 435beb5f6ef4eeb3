// The rows of the operator table, by family, and what their files need to write them shortly.
// FindOp() is the way to read them.
#ifndef KAIROS_RUNTIME_GRAPH_OP_ROWS_H_
#define KAIROS_RUNTIME_GRAPH_OP_ROWS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "graph/op_table.h"

namespace kairos {

absl::Span<const OpInfo> ElementwiseRows();  // unary and broadcasting operators
absl::Span<const OpInfo> SpatialRows();      // convolutions, pools, normalisations, resampling
absl::Span<const OpInfo> ReductionRows();    // reductions, matrix products, sorting, softmax
absl::Span<const OpInfo> TensorRows();       // views, data movement, generators
absl::Span<const OpInfo> HostRows();         // what the executor runs itself

// With its length, since sanitizers make a check for null of the address, which is not constant.
inline constexpr absl::string_view kInternalDomain(kKairosDomain, sizeof(kKairosDomain) - 1);

// Sizes, strides and the like: the limit of a dimension.
inline constexpr int64_t kMaxInt31 = (int64_t{1} << 31) - 1;

// The set of these input indices, as in OpInfo::shape_inputs.
template <typename... Index>
constexpr uint32_t Inputs(Index... index) {
  return ((uint32_t{1} << index) | ...);
}

constexpr AttributeSpec Flag(absl::string_view name) {
  return {.name = name, .type = AttributeType::kInt, .min_int = 0, .max_int = 1};
}
constexpr AttributeSpec Int(absl::string_view name) {
  return {.name = name, .type = AttributeType::kInt};
}
constexpr AttributeSpec IntFrom(absl::string_view name, int64_t min, int64_t max = kMaxInt31) {
  return {.name = name, .type = AttributeType::kInt, .min_int = min, .max_int = max};
}
constexpr AttributeSpec IntsFrom(absl::string_view name, int64_t min, int64_t max = kMaxInt31) {
  return {.name = name, .type = AttributeType::kInts, .min_int = min, .max_int = max};
}
constexpr AttributeSpec Ints(absl::string_view name) {
  return {.name = name, .type = AttributeType::kInts};
}
constexpr AttributeSpec Float(absl::string_view name) {
  return {.name = name, .type = AttributeType::kFloat};
}
constexpr AttributeSpec Choice(absl::string_view name, absl::string_view choices) {
  return {.name = name, .type = AttributeType::kString, .choices = choices};
}
constexpr AttributeSpec Required(AttributeSpec spec) {
  spec.required = true;
  return spec;
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_OP_ROWS_H_
