#include "rtbench/compare.h"

#include <filesystem>
#include <map>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "rtbench/case.h"
#include "rtbench/child_process.h"
#include "rtbench/measure.h"

namespace kairos {
namespace {

namespace fs = std::filesystem;

// Installed tools lie in one folder, those of a build tree in one each.
absl::StatusOr<std::string> FindTool(const std::string& name) {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& path : {here / name, here / ".." / name / name}) {
    if (fs::is_regular_file(path, error)) return path.string();
  }
  return absl::NotFoundError(absl::StrCat(name, ": not found beside rtbench"));
}

absl::Status RunToolAt(const std::string& path, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), path);
  absl::StatusOr<ChildResult> result = RunChild(arguments);
  if (!result.ok()) return result.status();
  if (result->exit_code == 0) return absl::OkStatus();
  const std::string reason = result->err.substr(0, result->err.find('\n'));
  return absl::InternalError(
      reason.empty() ? absl::StrCat(path, ": ended with status ", result->exit_code) : reason);
}

// A plan for each thread count, with an entry for every shape that `options` will measure.
absl::Status CompilePlans(const Options& options, const std::string& tool,
                          const std::string& model) {
  Options rows = options;
  rows.models = {model};
  rows.policies = {"compile"};
  rows.peers.clear();
  rows.repeats = 1;
  std::map<int, std::vector<std::string>> by_threads;
  for (const Case& c : MakeCases(rows, "")) {
    if (!c.error.empty()) return absl::InvalidArgumentError(c.error);
    std::vector<std::string>& arguments = by_threads[c.request.engine.threads];
    if (c.request.shapes.empty()) continue;
    arguments.insert(arguments.end(), {"--shape", FormatShapeArg(c.request.shapes)});
  }
  for (auto& [threads, arguments] : by_threads) {
    arguments.insert(arguments.begin(), {model, model});
    if (threads > 0) arguments.insert(arguments.end(), {"--threads", absl::StrCat(threads)});
    const std::string& backend = options.sample.engine.backend;
    if (!backend.empty()) arguments.insert(arguments.end(), {"--backend", backend});
    if (absl::Status status = RunToolAt(tool, arguments); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Compare(Options options) {
  absl::StatusOr<std::string> convert = FindTool("rtconvert");
  if (!convert.ok()) return convert.status();
  absl::StatusOr<std::string> compile = FindTool("rtcompile");
  if (!compile.ok()) return compile.status();
  std::string directory = (fs::temp_directory_path() / "rtbench-compare-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat(directory, ": cannot make a temporary directory"));
  }
  absl::Cleanup remove = [&] {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  };
  options.onnx = options.models;
  for (size_t i = 0; i < options.models.size(); ++i) {
    // A folder each: two models may have the same name.
    const fs::path folder = fs::path(directory) / absl::StrCat(i);
    std::error_code error;
    fs::create_directory(folder, error);
    const std::string name = fs::path(options.models[i]).stem().string();
    const std::string path = (folder / (name + ".kai")).string();
    options.models[i] = path;
    if (absl::Status s = RunToolAt(*convert, {options.onnx[i], path}); !s.ok()) {
      options.refused[path] = std::string(s.message());
    } else if (absl::Status planned = CompilePlans(options, *compile, path); !planned.ok()) {
      options.warnings.push_back(absl::StrCat(name, " has no plan: ", planned.message()));
    }
  }
  return Measure(options);
}

}  // namespace kairos
