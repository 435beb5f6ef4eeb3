#include "kairos/program_cache.h"

#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "doctest/doctest.h"

#include "kairos/compiler.h"
#include "tests/unit/cache/cached_start.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

struct Fixture : CacheFixture {
  Fixture() : CacheFixture(6) {}
};

// The first one compiled and wrote, the second one found all of it and did the same.
void CheckSecondHits(const Start& first, const Start& second) {
  CHECK(first.session.recordings == 1);
  CHECK(first.Misses("absent") == 1);
  CHECK(first.cache.writes == 1);
  CHECK(second.session.recordings == 0);
  CHECK(second.session.compiles == 0);
  CHECK(second.session.disk_hits == static_cast<int64_t>(second.steps.size()));
  CHECK(second.session.fallback_reasons.empty());
  for (const StepInfo& step : second.steps) CHECK(step.source == KernelSource::kDisk);
  CHECK(second.cache.hits == 1);
  CHECK(second.cache.misses == 0);
  CHECK(second.cache.writes == 0);
  CHECK(BitEqual(second.outputs, first.outputs));
}

TEST_CASE_FIXTURE(Fixture, "a second start finds what the first one compiled") {
  for (const char* backend : {"reference", ""}) {
    CAPTURE(backend);
    options.backend = backend;
    options.directory = folder.File(std::string("cache-") + backend);
    const Start first = Begin();
    CheckSecondHits(first, Begin());
    CHECK(MaxError(first.outputs, RunReference(graph, inputs)) < 1e-5);
  }
}

TEST_CASE_FIXTURE(Fixture, "networks of all sorts come back from the cache as they were") {
  options.backend = "";
  for (int threads : {1, 2}) {
    options.threads = threads;
    const Start conv = RunStart(ConvNet(), ConvInput(2, 5, 7), options);
    CheckSecondHits(conv, RunStart(ConvNet(), ConvInput(2, 5, 7), options));
    const Start mlp = RunStart(Mlp(), MlpInput(3), options);
    CheckSecondHits(mlp, RunStart(Mlp(), MlpInput(3), options));
  }
}

TEST_CASE_FIXTURE(Fixture, "all that a Program depends on is part of its key") {
  Begin();
  const auto misses_as_absent = [&](const Start& start) {
    return start.Misses("absent") == 1 && start.cache.misses == 1 && start.cache.hits == 0;
  };
  StartOptions other = options;
  other.threads = 2;
  CHECK(misses_as_absent(RunStart(graph, inputs, other)));
  other = options;
  other.deterministic = true;
  CHECK(misses_as_absent(RunStart(graph, inputs, other)));
  other = options;
  other.winograd = false;
  CHECK(misses_as_absent(RunStart(graph, inputs, other)));
  CHECK(misses_as_absent(RunStart(graph, FoldedInput(7), options)));
  Graph retrained = FoldedNet();
  GraphBuilder weights;
  const ValueId w = weights.Random<float>("w", {16, 16, 3, 3}, 99);
  for (Value& value : retrained.values) {
    if (value.name == "w") value.constant = weights.graph().value(w).constant;
  }
  const Start start = RunStart(retrained, inputs, options);
  CHECK(misses_as_absent(start));
  CHECK(MaxError(start.outputs, RunReference(retrained, inputs)) < 1e-5);
  CHECK(Begin().cache.hits == 1);
}

TEST_CASE_FIXTURE(Fixture, "shapes share the files of packed weights") {
  Begin();
  const size_t weights = Files(options.directory, ".weights").size();
  CHECK(weights == 1);
  RunStart(graph, FoldedInput(9), options);
  CHECK(Files(options.directory, ".program").size() == 2);
  CHECK(Files(options.directory, ".weights").size() == weights);
}

TEST_CASE_FIXTURE(Fixture, "weights that the model file has are not kept again") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1, 64});
  b.Output(b.Add("MatMul", {x, b.Random<float>("w", {64, 64}, 1)}), "y");
  std::vector<Tensor> row;
  row.push_back(RandomTensor({1, 64}, 2));
  const Start first = RunStart(b.Build(), row, options);
  CheckSecondHits(first, RunStart(b.Build(), row, options));
  CHECK(Files(options.directory, ".weights").empty());
  for (const auto& [name, content] : Files(options.directory)) CHECK(content.size() < 4096);
}

TEST_CASE_FIXTURE(Fixture, "policies that keep or need no recording leave the cache alone") {
  options.policy = NewEagerPolicy();
  const Start start = Begin();
  CHECK(start.cache.misses == 0);
  CHECK(start.cache.writes == 0);
  options.policy = NewAutoPolicy();
  const Start first = Begin();
  CheckSecondHits(first, Begin());
}

TEST_CASE_FIXTURE(Fixture, "a Program with taps is neither looked up nor kept") {
  options.taps = {"Conv_0:0"};
  for (const auto& policy : {NewJitPolicy(), NewAutoPolicy()}) {
    options.policy = policy;
    options.directory = folder.File("cache-" + std::string(policy->name()));
    StartOptions untapped = options;
    untapped.taps.clear();
    CHECK(RunStart(graph, inputs, untapped).cache.writes == 1);
    const Start start = Begin();
    CHECK(start.cache.hits + start.cache.misses + start.cache.writes == 0);
    CHECK(start.session.recordings == 1);
    CHECK(start.outputs.size() == 2);
    CHECK(RunStart(graph, inputs, untapped).cache.hits == 1);
  }
}

TEST_CASE_FIXTURE(Fixture, "what is prepared without a run is kept as well") {
  RuntimeOptions runtime_options;
  runtime_options.cache_directory = options.directory;
  auto runtime = Unwrap(Runtime::Make(std::move(runtime_options)));
  auto session = NewSession(runtime, NewModel(graph), NewJitPolicy());
  Require(session->Prepare(Views(inputs)));
  Require(session->Prepare(Views(FoldedInput(7))));
  session.reset();
  runtime->program_cache()->Flush();
  CHECK(runtime->program_cache()->stats().writes == 2);
}

TEST_CASE_FIXTURE(Fixture, "the directory may be moved, and keys hold no path") {
  Begin();
  const std::string moved = folder.File("elsewhere");
  std::filesystem::rename(options.directory, moved);
  for (const auto& [name, content] : Files(moved)) {
    CHECK(content.find(folder.path()) == std::string::npos);
  }
  options.directory = moved;
  CHECK(Begin().cache.hits == 1);
}

// Makes the files of the directory look as if they had been used long ago.
void MakeOld(const std::string& directory) {
  for (const auto& [name, content] : Files(directory)) {
    const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    utimensat(AT_FDCWD, (directory + "/" + name).c_str(), times, 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "the least recently used files go when the limit is passed") {
  Begin();
  uint64_t bytes = 0;
  for (const auto& [name, content] : Files(options.directory)) bytes += content.size();
  const uint64_t program = Files(options.directory, ".program").begin()->second.size();
  RunStart(graph, FoldedInput(7), options);
  RunStart(graph, FoldedInput(8), options);
  MakeOld(options.directory);
  CHECK(Begin().cache.hits == 1);  // a use keeps it

  options.limit_bytes = bytes + program * 3 / 2;
  const Start start = RunStart(graph, FoldedInput(9), options);
  CHECK(start.cache.evictions == 2);
  CHECK(RunStart(graph, FoldedInput(9), options).cache.hits == 1);
  CHECK(RunStart(graph, FoldedInput(6), options).cache.hits == 1);
  CHECK(RunStart(graph, FoldedInput(7), options).Misses("absent") == 1);
}

TEST_CASE_FIXTURE(Fixture, "a Program larger than the limit is not kept, and pushes nothing out") {
  Begin();
  options.limit_bytes = 1000;
  const Start start = RunStart(graph, FoldedInput(7), options);
  CHECK(start.cache.writes == 0);
  CHECK(start.cache.write_failures == 1);
  CHECK(start.cache.last_write_failure.find("expected at most 1000") != std::string::npos);
  CHECK(start.cache.evictions == 0);
}

TEST_CASE_FIXTURE(Fixture, "the list names what each Program was made for") {
  Begin();
  const std::vector<CacheFileInfo> files = Unwrap(ListProgramCache(options.directory, true));
  REQUIRE(files.size() == 2);
  for (const CacheFileInfo& file : files) {
    CHECK(file.problem.empty());
    if (file.key.empty()) continue;
    CHECK(file.key[2].first == "inputs");
    CHECK(file.key[2].second == "float32[1,16,6,6]");
  }
  CHECK(Unwrap(PruneProgramCache(options.directory, 0)) == 2);
  CHECK(Files(options.directory).empty());
  CHECK(ListProgramCache(folder.File("nowhere"), false).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE_FIXTURE(Fixture, "files of other programs are not touched") {
  Begin();
  WriteFile(options.directory + "/notes.txt", "mine");
  WriteFile(options.directory + "/.kairos-0000", "being written");
  CHECK(Unwrap(PruneProgramCache(options.directory, 0)) == 2);
  CHECK(Files(options.directory).size() == 2);
  MakeOld(options.directory);
  CHECK(Unwrap(PruneProgramCache(options.directory, 0)) == 1);
  CHECK(Files(options.directory).count("notes.txt") == 1);
}

}  // namespace
}  // namespace kairos::testing
