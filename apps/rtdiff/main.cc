// rtdiff: compares two runs (policies, backends, plans of a model) or two saved tensors, and finds
// the first node that makes them differ.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/cli.h"
#include "common/engine.h"
#include "common/file_io.h"
#include "common/inputs.h"
#include "common/npy.h"
#include "rtdiff/parity.h"

namespace kairos {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string want = "eager@reference", got = "auto", json_path;
  std::vector<std::string> inputs;
  std::vector<std::vector<NamedShape>> shapes;
  int threads = 0;
  bool all = false, outputs_only = false;
  ParityOptions parity;
};

// "POLICY" or "POLICY@BACKEND".
absl::StatusOr<Side> MakeSide(const Options& options, const std::string& text,
                              const std::string& path) {
  const size_t at = text.find('@');
  EngineOptions engine;
  engine.threads = options.threads;
  engine.policy = text.substr(0, at);
  if (at != std::string::npos) engine.backend = text.substr(at + 1);
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(engine);
  if (!policy.ok()) return policy.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(path);
  if (!model.ok()) return model.status();
  return Side{*std::move(runtime), *std::move(model), *std::move(policy)};
}

void Print(const TensorDiff& diff) {
  std::printf("%c %-40.40s %10zu %10zu %11.3g %11.3g %11.3g %10llu\n", diff.over ? '!' : ' ',
              diff.name.c_str(), diff.count, diff.different, diff.scale, diff.max_abs, diff.max_rel,
              static_cast<unsigned long long>(diff.max_ulp));
}

void PrintHeader() {
  std::printf("  %-40s %10s %10s %11s %11s %11s %10s\n", "tensor", "elements", "different",
              "largest", "max abs", "max rel", "max ulp");
}

absl::Status DiffFiles(const Options& options) {
  absl::StatusOr<Tensor> want = ReadNpy(options.files[0]);
  if (!want.ok()) return want.status();
  absl::StatusOr<Tensor> got = ReadNpy(options.files[1]);
  if (!got.ok()) return got.status();
  absl::StatusOr<TensorDiff> diff =
      DiffTensors(options.files[1], want->view(), got->view(), options.parity.tolerance);
  if (!diff.ok()) return diff.status();
  PrintHeader();
  Print(*diff);
  if (!diff->over) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(options.files[1], ": over tolerance"));
}

absl::Status DiffRuns(const Options& options) {
  absl::StatusOr<Side> want = MakeSide(options, options.want, options.files.front());
  if (!want.ok()) return want.status();
  absl::StatusOr<Side> got = MakeSide(options, options.got, options.files.back());
  if (!got.ok()) return got.status();
  std::vector<NamedShape> shapes;
  for (const auto& group : options.shapes) shapes.insert(shapes.end(), group.begin(), group.end());
  const absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(options.inputs);
  if (!files.ok()) return files.status();
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(*want->model, shapes, *files);
  if (!inputs.ok()) return inputs.status();
  absl::StatusOr<Parity> parity = CompareSides(*want, *got, Views(*inputs), options.parity);
  if (!parity.ok()) return parity.status();
  PrintHeader();
  for (const TensorDiff& diff : parity->values) {
    if (options.all || diff.over) Print(diff);
  }
  for (const TensorDiff& diff : parity->outputs) Print(diff);
  if (!options.json_path.empty()) {
    const std::string text =
        ToJson(*parity).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const absl::string_view part = text;
    if (absl::Status s = WriteFile(options.json_path, absl::MakeConstSpan(&part, 1)); !s.ok())
      return s;
  }
  if (parity->ok) return absl::OkStatus();
  return absl::InternalError(Verdict(*parity));
}

absl::Status Run(const Options& options) {
  const bool tensors = absl::EndsWith(options.files[0], ".npy");
  if (tensors && options.files.size() != 2) {
    return absl::InvalidArgumentError("two .npy files are needed to compare tensors");
  }
  return tensors ? DiffFiles(options) : DiffRuns(options);
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Compares two runs, or two saved tensors, and names the first node that differs.",
               "rtdiff");
  app.add_option("FILE", options.files, "one model, two (with other plans), or two .npy files")
      ->required()
      ->expected(1, 2);
  app.add_option("--a", options.want, "the run to compare with, POLICY or POLICY@BACKEND")
      ->capture_default_str();
  app.add_option("--b", options.got, "the run in question")->capture_default_str();
  app.add_option("--tolerance", options.parity.tolerance, "relative to a tensor's largest value")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--all", options.all, "print every value, not those over tolerance alone");
  app.add_flag("--outputs-only", options.outputs_only, "do not compare intermediate values");
  app.add_option("--input", options.inputs, "input from a NumPy file")->type_name("NAME=F.npy");
  kairos::AddShapeOption(app, &options.shapes, "shape of an input that gets random values");
  app.add_option("--threads", options.threads, "threads to use (default: all this process may)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--json", options.json_path, "write all figures");
  return kairos::RunTool(app, argc, argv, [&] {
    options.parity.every_value = !options.outputs_only;
    return kairos::Run(options);
  });
}
