// rtcompile: adds a plan for this machine to a model file.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/cli.h"
#include "common/engine.h"
#include "common/status_context.h"
#include "kairos/compiler.h"
#include "kairos/tuning.h"
#include "rtcompile/entries.h"

namespace kairos {
namespace {

struct Options {
  EngineOptions engine;
  std::string in, out, from;
  std::vector<std::vector<NamedShape>> shapes;
  std::vector<std::string> inputs, logs;
  size_t top = 0;
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

absl::StatusOr<Entries> MakeEntries(const Options& options, const Model& model, const Model* from,
                                    Runtime& runtime) {
  if (!options.logs.empty()) return EntriesOfLogs(model, options.logs, options.top);
  if (from != nullptr && options.shapes.empty() && options.inputs.empty()) {
    std::string note;
    absl::StatusOr<Entries> entries = EntriesOfPlan(*from, runtime, &note);
    if (!note.empty()) PrintToolError("rtcompile", options.from + ": " + note);
    if (entries.ok()) return entries;
    return WithContext(options.from, entries.status());
  }
  const absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(options.inputs);
  if (!files.ok()) return files.status();
  return EntriesOfShapes(model, options.shapes, *files);
}

std::string ReuseOf(const EntryReport& report) {
  return absl::StrCat(report.reused, " reused, ", report.compiled, " compiled");
}

absl::Status Compile(const Options& options) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(options.engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.in);
  if (!model.ok()) return model.status();
  CompileOptions compile;
  compile.policy = PlanningPolicy(options, **runtime);
  if (!options.from.empty()) {
    absl::StatusOr<std::shared_ptr<const Model>> from = Model::Load(options.from);
    if (!from.ok()) return from.status();
    compile.from = *std::move(from);
  }
  const absl::StatusOr<Entries> entries =
      MakeEntries(options, **model, compile.from.get(), **runtime);
  if (!entries.ok()) return entries.status();

  const size_t count = entries->labels.size();
  EntryReport all;
  compile.progress = [&](size_t i) {
    std::fprintf(stderr, "rtcompile: entry %zu of %zu %s\n", i + 1, count,
                 entries->labels[i].c_str());
  };
  compile.done = [&](size_t i, const EntryReport& report) {
    all.steps += report.steps;
    all.reused += report.reused;
    all.compiled += report.compiled;
    if (compile.from == nullptr) return;
    std::printf("entry %zu: %lld steps, %s\n", i + 1, static_cast<long long>(report.steps),
                ReuseOf(report).c_str());
  };
  absl::StatusOr<Plan> plan = CompileEntries(*runtime, *model, *entries, compile);
  if (!plan.ok()) return plan.status();
  absl::Status saved =
      SaveModel((*model)->graph(), PlansWith(**model, *std::move(plan)), options.out);
  if (!saved.ok()) return saved;
  std::printf("%s: %zu entries, %lld steps, %d threads%s%s\n", options.out.c_str(), count,
              static_cast<long long>(all.steps), (*runtime)->thread_pool().thread_count(),
              compile.from == nullptr ? "" : ", ",
              compile.from == nullptr ? "" : ReuseOf(all).c_str());
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
  CLI::Option* logs =
      app.add_option("--from-trace", options.logs,
                     "compile what has run, most runs first, from logs of rtrun --log or a program")
          ->type_name("LOG")
          ->excludes("--shape")
          ->excludes("--input");
  app.add_option("--top", options.top, "of these, only the N that ran most")
      ->type_name("N")
      ->check(CLI::Range(1, 1024))
      ->needs(logs);
  app.add_option(
         "--from", options.from,
         "take kernels and packed weights from this model's plan where an edit left them as "
         "they were; without --shape, compile that plan's entries")
      ->type_name("OLD.kai");
  app.add_option("--tune", options.tune_seconds,
                 "measure the kernels that a node may have and take the fastest, for so long in "
                 "all; those chosen have a * on stderr")
      ->check(CLI::Range(0.0, 86400.0))
      ->type_name("SECONDS");
  AddRuntimeOptions(app, &options.engine);
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Compile(options); });
}
