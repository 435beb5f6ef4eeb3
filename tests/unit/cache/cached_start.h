// A process start with a cache on disk, in one call: a fresh Runtime, Model and Session run once.
#ifndef KAIROS_TESTS_UNIT_CACHE_CACHED_START_H_
#define KAIROS_TESTS_UNIT_CACHE_CACHED_START_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"

#include "kairos/program_cache.h"
#include "kairos/session.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {

struct Start {
  std::vector<Tensor> outputs;
  SessionStats session;
  ProgramCacheStats cache;
  std::vector<StepInfo> steps;
  std::vector<std::string> notes;

  int64_t Misses(const std::string& reason) const {
    for (const auto& [name, count] : cache.misses_by_reason) {
      if (name == reason) return count;
    }
    return 0;
  }
};

struct StartOptions {
  std::string directory;
  std::shared_ptr<const Policy> policy = NewJitPolicy();
  std::string backend = "reference";
  int threads = 1;
  bool deterministic = false, winograd = true;
  uint64_t limit_bytes = uint64_t{1} << 30;
  std::vector<std::string> taps;
};

inline Start RunStart(const Graph& graph, const std::vector<Tensor>& inputs,
                      const StartOptions& options) {
  RuntimeOptions runtime_options;
  runtime_options.threads = options.threads;
  runtime_options.backend = options.backend;
  runtime_options.cache_directory = options.directory;
  runtime_options.cache_limit_bytes = options.limit_bytes;
  std::shared_ptr<Runtime> runtime = Unwrap(Runtime::Make(std::move(runtime_options)));
  SessionOptions session_options;
  session_options.policy = options.policy;
  session_options.deterministic = options.deterministic;
  session_options.winograd = options.winograd;
  session_options.taps = options.taps;
  auto session = Unwrap(Session::Make(runtime, NewModel(graph), std::move(session_options)));
  Start start;
  start.outputs = Run(*session, inputs);
  runtime->program_cache()->Flush();
  start.session = session->stats();
  start.cache = runtime->program_cache()->stats();
  start.steps = session->Explain();
  start.notes = runtime->notes();
  return start;
}

// x[n,16,h,w] -> Conv -> BatchNormalization -> Relu -> y. Folding makes weights that the model does
// not have, of 9 KiB: large enough for a file of their own.
inline Graph FoldedNet() {
  GraphBuilder b("folded net");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {16, ""}, {-1, "h"}, {-1, "w"}});
  const ValueId conv = b.Add("Conv", {x, b.Random<float>("w", {16, 16, 3, 3}, 1)});
  const auto channels = [&](const std::string& name, uint32_t seed) {
    return b.Random<float>(name, {16}, seed);
  };
  const ValueId variance = b.Constant<float>("variance", {16}, std::vector<float>(16, 0.5f));
  const ValueId norm = b.Add("BatchNormalization", {conv, channels("scale", 2), channels("bias", 3),
                                                    channels("mean", 4), variance});
  b.Output(b.Add("Relu", {norm}), "y");
  return b.Build();
}

inline std::vector<Tensor> FoldedInput(int64_t size) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({1, 16, size, size}, 5));
  return inputs;
}

// Name and content of each file of the directory with this suffix.
inline std::map<std::string, std::string> Files(const std::string& directory,
                                                const std::string& suffix = "") {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, suffix)) files[name] = ReadFile(entry.path().string());
  }
  return files;
}

struct CacheFixture {
  explicit CacheFixture(int64_t size = 4) : inputs(FoldedInput(size)) {}

  TempDir folder;
  StartOptions options{.directory = folder.File("cache")};
  Graph graph = FoldedNet();
  std::vector<Tensor> inputs;
  std::vector<Tensor> expected = RunReference(graph, inputs);

  Start Begin() { return RunStart(graph, inputs, options); }
  bool IsRight(const Start& start) { return MaxError(start.outputs, expected) < 1e-5; }
};

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_CACHE_CACHED_START_H_
