// rtcompile: adds a plan for this machine to a model file.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"

#include "common/cli.h"
#include "common/engine.h"
#include "common/inputs.h"
#include "kairos/compiler.h"
#include "kairos/tuning.h"

namespace kairos {
namespace {

struct Options {
  EngineOptions engine;
  std::string in, out;
  std::vector<std::vector<NamedShape>> shapes;
  std::vector<std::string> inputs;
  double tune_seconds = 0;
};

void PrintTuned(const TuneResult& result) {
  std::string line;
  for (size_t i = 0; i < result.candidates.size(); ++i) {
    const TuneResult::Candidate& candidate = result.candidates[i];
    absl::StrAppendFormat(&line, "%s%s%s %.1f us", i == 0 ? "" : ", ",
                          i == result.chosen ? "*" : "", candidate.kernel,
                          static_cast<double>(candidate.best_ns) / 1e3);
  }
  std::fprintf(stderr, "rtcompile: %.1f s: %s (%s): %s%s\n",
               static_cast<double>(result.spent_ns) / 1e9, result.node.c_str(), result.op.c_str(),
               line.c_str(), result.complete ? "" : "; out of time");
}

// Null: as the backends choose.
std::shared_ptr<const Policy> PlanningPolicy(const Options& options, Runtime& runtime) {
  if (options.tune_seconds <= 0) return nullptr;
  TuneOptions tune;
  tune.budget_ns = static_cast<int64_t>(options.tune_seconds * 1e9);
  tune.progress = PrintTuned;
  return NewTuningPolicy(runtime.thread_pool(), std::move(tune));
}

absl::Status Compile(const Options& options) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(options.engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.in);
  if (!model.ok()) return model.status();

  const absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(options.inputs);
  if (!files.ok()) return files.status();
  std::vector<std::vector<NamedShape>> entries = options.shapes;
  if (entries.empty()) entries.emplace_back();
  std::vector<std::vector<Tensor>> inputs;
  std::vector<std::vector<TensorView>> signatures;
  for (const std::vector<NamedShape>& shapes : entries) {
    absl::StatusOr<std::vector<Tensor>> made = MakeInputs(**model, shapes, *files);
    if (!made.ok()) return made.status();
    inputs.push_back(*std::move(made));
    signatures.push_back(Views(inputs.back()));
  }
  const auto progress = [&](size_t i) {
    std::fprintf(stderr, "rtcompile: entry %zu of %zu %s\n", i + 1, entries.size(),
                 FormatShapeArg(entries[i]).c_str());
  };
  absl::StatusOr<Plan> plan =
      CompilePlan(*runtime, *model, signatures, progress, PlanningPolicy(options, **runtime));
  if (!plan.ok()) return plan.status();
  size_t steps = 0;
  for (const ProgramRecord& program : plan->programs) steps += program.steps.size();
  absl::Status saved =
      SaveModel((*model)->graph(), PlansWith(**model, *std::move(plan)), options.out);
  if (!saved.ok()) return saved;
  std::printf("%s: %zu entries, %zu steps, %d threads\n", options.out.c_str(), entries.size(),
              steps, (*runtime)->thread_pool().thread_count());
  return absl::OkStatus();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Compiles a model for this machine: adds a plan to the file.", "rtcompile");
  app.add_option("IN", options.in, "model file (.kai)")->required();
  app.add_option("OUT", options.out, "file to write; may be IN")->required();
  kairos::AddShapeOption(app, &options.shapes, "input shapes of an entry; one entry per --shape");
  app.add_option("--input", options.inputs,
                 "an input, in every entry, whose values matter: a shape, or what decides a branch")
      ->type_name("NAME=F.npy");
  app.add_option("--tune", options.tune_seconds,
                 "measure the kernels that a node may have and take the fastest, for so long in "
                 "all; those chosen have a * on stderr")
      ->check(CLI::Range(0.0, 86400.0))
      ->type_name("SECONDS");
  AddRuntimeOptions(app, &options.engine);
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Compile(options); });
}
