// Names, types and ranges of attributes against a row of the operator table.
#ifndef KAIROS_RUNTIME_GRAPH_CHECK_ATTRIBUTES_H_
#define KAIROS_RUNTIME_GRAPH_CHECK_ATTRIBUTES_H_

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "graph/op_table.h"
#include "kairos/attribute.h"

namespace kairos {

inline constexpr size_t kMaxAttributes = 64;

// kInvalidArgument names the attribute, what it is and what was expected; kUnimplemented for an
// element type that there is not; kResourceExhausted for more than kMaxAttributes.
absl::Status CheckAttributes(const Attributes& attributes, absl::Span<const AttributeSpec> specs);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_CHECK_ATTRIBUTES_H_
