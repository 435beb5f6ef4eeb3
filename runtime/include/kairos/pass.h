// Passes rewrite a graph into an equivalent, cheaper one. They are named, and each reports what it
// changed.
#ifndef KAIROS_PASS_H_
#define KAIROS_PASS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kairos/graph.h"

namespace kairos {

struct PassContext {
  // Types of the values, as graph.values, once a signature is known; null at load. Passes that need
  // shapes run only then, the others only at load. Values that a pass adds are constants, whose
  // types they carry themselves.
  const std::vector<TensorType>* types = nullptr;
  // Runs one node on constant inputs (null where absent) and returns its outputs.
  std::function<absl::StatusOr<std::vector<Constant>>(const Node& node,
                                                      absl::Span<const Constant* const> inputs)>
      evaluate;
  // One line per change, for people; may be null.
  std::function<void(absl::string_view pass, absl::string_view what)> report;
};

// Names of all passes in the order in which they should run.
absl::Span<const absl::string_view> AllPasses();

// Runs those of the named passes that belong to this stage (see PassContext::types), in the order
// of AllPasses(), and validates the result. kNotFound names an
// unknown pass. Values that are graph outputs keep their names.
absl::Status RunPasses(absl::Span<const std::string> names, const PassContext& context,
                       Graph* graph);

}  // namespace kairos

#endif  // KAIROS_PASS_H_
