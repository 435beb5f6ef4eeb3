// Checks of what a caller passes to a Session: tensors, signatures, taps. Messages name the one at
// fault.
#ifndef KAIROS_RUNTIME_EXECUTOR_IO_CHECK_H_
#define KAIROS_RUNTIME_EXECUTOR_IO_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/any_value.h"
#include "kairos/graph.h"
#include "kairos/program_record.h"
#include "kairos/tensor.h"

namespace kairos {

// Number, dtypes, ranks and fixed dimensions against the graph's declarations; symbols that occur
// twice must agree.
absl::Status CheckInputTypes(const Graph& graph, absl::Span<const TensorView> inputs);
// The same for a signature; and that it has the bytes of those inputs which are `keyed`, of no
// others, and no more than a signature may have.
absl::Status CheckSignature(const Graph& graph, const std::vector<bool>& keyed,
                            const Signature& signature);
// kUnimplemented: a keyed input has more bytes than a signature may have.
absl::Status CheckKeyedBytes(const Graph& graph, const std::vector<bool>& keyed,
                             absl::Span<const TensorView> inputs);
// Pointers and byte counts; allocates nothing when all is well.
absl::Status CheckInputData(const Graph& graph, absl::Span<const TensorView> inputs);
// Values that borrow the tensors' memory, when both checks pass.
absl::StatusOr<std::vector<AnyValue>> BorrowInputs(const Graph& graph,
                                                   absl::Span<const TensorView> inputs);
// The checks for values: kinds, and the tensors in them. Of a sequence's or an optional's only the
// element type is declared.
absl::Status CheckInputValues(const Graph& graph, absl::Span<const AnyValue> inputs);
// Number, dtype, exact shape, pointer and size.
absl::Status CheckOutputs(const Graph& graph, absl::Span<const TensorType> types,
                          absl::Span<const std::string> tap_names,
                          absl::Span<const MutableTensorView> outputs);
// kNotFound: `graph` has no value of a tap's name, or only inside of a node.
absl::Status CheckTaps(const Graph& graph, const std::vector<std::string>& taps);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_IO_CHECK_H_
