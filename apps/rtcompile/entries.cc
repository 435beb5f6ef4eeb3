#include "rtcompile/entries.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/run_log.h"
#include "common/status_context.h"
#include "kairos/policies.h"

namespace kairos {
namespace {

absl::Status CheckNames(const Model& model, const RunLog& log) {
  const std::vector<std::string> names = model.input_names();
  for (size_t i = 0; i < log.entries.size(); ++i) {
    const RunLogEntry& entry = log.entries[i];
    if (!entry.signature.region.empty() || entry.input_names == names) continue;
    return absl::InvalidArgumentError(absl::StrCat("entry ", i, ": got inputs ",
                                                   absl::StrJoin(entry.input_names, ", "),
                                                   ", expected ", absl::StrJoin(names, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Entries> EntriesOfShapes(const Model& model,
                                        absl::Span<const std::vector<NamedShape>> shapes,
                                        absl::Span<const NamedFile> files) {
  Entries entries;
  const std::vector<NamedShape> declared;
  for (size_t i = 0; i < std::max<size_t>(shapes.size(), 1); ++i) {
    const std::vector<NamedShape>& group = shapes.empty() ? declared : shapes[i];
    absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(model, group, files);
    if (!inputs.ok()) return inputs.status();
    entries.labels.push_back(FormatShapeArg(group));
    entries.inputs.push_back(*std::move(inputs));
  }
  return entries;
}

absl::StatusOr<Entries> EntriesOfLogs(const Model& model, absl::Span<const std::string> paths,
                                      size_t top) {
  std::vector<RunLog> logs;
  for (const std::string& path : paths) {
    absl::StatusOr<RunLog> log = ReadRunLog(path);
    if (!log.ok()) return log.status();
    const absl::Status fits = CheckNames(model, *log);
    if (!fits.ok()) return WithContext(path, fits);
    logs.push_back(*std::move(log));
  }
  Entries entries;
  for (RunLogEntry& entry : MostRun(logs, top)) {
    entries.labels.push_back(
        absl::StrCat(entry.signature.ToString(entry.input_names), ", ", entry.runs, " runs"));
    entries.signatures.push_back(std::move(entry.signature));
  }
  if (entries.signatures.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(absl::StrJoin(paths, ", "), ": has no entries, expected one or more"));
  }
  return entries;
}

absl::StatusOr<Entries> EntriesOfPlan(const Model& old, Runtime& runtime, std::string* note) {
  const PolicyContext context{&old, runtime.backends(), &runtime.kernel_cache(),
                              runtime.thread_pool().thread_count()};
  const Plan* chosen = nullptr;
  for (const Plan& plan : old.plans()) {
    const PlanCheck check = CheckPlan(plan, context);
    if (check.verdict == PlanCheck::Verdict::kOk) {
      note->clear();
      chosen = &plan;
      break;
    }
    if (chosen != nullptr) continue;
    chosen = &plan;
    *note = absl::StrCat("no plan for this machine, all is compiled: plan field ", check.field,
                         ": got ", check.have, ", expected ", check.want);
  }
  if (chosen == nullptr || chosen->programs.empty()) {
    return absl::FailedPreconditionError("model has no plan; add one with rtcompile");
  }
  Entries entries;
  for (const ProgramRecord& program : chosen->programs) {
    entries.labels.push_back(program.signature.ToString(old.input_names()));
    entries.signatures.push_back(program.signature);
  }
  return entries;
}

absl::StatusOr<Plan> CompileEntries(std::shared_ptr<Runtime> runtime,
                                    std::shared_ptr<const Model> model, const Entries& entries,
                                    const CompileOptions& options) {
  if (!entries.signatures.empty()) {
    return CompilePlanForSignatures(std::move(runtime), std::move(model), entries.signatures,
                                    options);
  }
  std::vector<std::vector<TensorView>> signatures;
  for (const std::vector<Tensor>& inputs : entries.inputs) signatures.push_back(Views(inputs));
  return CompilePlan(std::move(runtime), std::move(model), signatures, options);
}

}  // namespace kairos
