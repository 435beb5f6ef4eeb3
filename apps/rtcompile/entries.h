// The entries that rtcompile makes: of given shapes, of run logs, or those of an older plan.
#ifndef KAIROS_APPS_RTCOMPILE_ENTRIES_H_
#define KAIROS_APPS_RTCOMPILE_ENTRIES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "common/inputs.h"
#include "common/shape_arg.h"
#include "kairos/compiler.h"
#include "kairos/model.h"
#include "kairos/runtime.h"

namespace kairos {

// Either inputs or signatures are empty.
struct Entries {
  std::vector<std::string> labels;
  std::vector<std::vector<Tensor>> inputs;
  std::vector<Signature> signatures;
};

// One for each group of shapes; one of the declared shapes when there is none.
absl::StatusOr<Entries> EntriesOfShapes(const Model& model,
                                        absl::Span<const std::vector<NamedShape>> shapes,
                                        absl::Span<const NamedFile> files);

// What has run most; see MostRun(). kInvalidArgument: a log is of a model with other inputs.
absl::StatusOr<Entries> EntriesOfLogs(const Model& model, absl::Span<const std::string> paths,
                                      size_t top);

// Those of the plan for this machine, or of the first plan when there is none: `note` says then how
// this machine differs. kFailedPrecondition: no plan.
absl::StatusOr<Entries> EntriesOfPlan(const Model& old, Runtime& runtime, std::string* note);

absl::StatusOr<Plan> CompileEntries(std::shared_ptr<Runtime> runtime,
                                    std::shared_ptr<const Model> model, const Entries& entries,
                                    const CompileOptions& options);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCOMPILE_ENTRIES_H_
