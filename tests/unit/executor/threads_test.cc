// Two to sixteen threads at one Runtime and one Model, cold and warm, while kernels and Programs
// come and go. Also run under the thread sanitizer.
#include <algorithm>
#include <atomic>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kairos/compiler.h"
#include "kairos/program_cache.h"
#include "tests/support/control_flow.h"
#include "tests/support/in_threads.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

struct Cases {
  Cases() {
    for (int64_t size = 4; size < 8; ++size) {
      inputs.push_back(ConvInput(1 + size % 2, size, 11 - size));
      expected.push_back(RunReference(ConvNet(), inputs.back()));
    }
  }
  // Each case once, beginning with another one for each thread; the largest error.
  double RunAll(Session& session, size_t first) const {
    double error = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const size_t at = (first + i) % inputs.size();
      error = std::max(error, MaxError(Run(session, inputs[at]), expected[at]));
    }
    return error;
  }
  std::vector<std::vector<Tensor>> inputs, expected;
};

std::shared_ptr<Runtime> RuntimeOf(size_t kernel_bytes, size_t program_bytes,
                                   const std::string& directory = "",
                                   const std::string& backend = "") {
  RuntimeOptions options;
  options.backend = backend;
  options.threads = 2;
  options.kernel_cache_bytes = kernel_bytes;
  options.program_bytes = program_bytes;
  options.cache_directory = directory;
  return Unwrap(Runtime::Make(std::move(options)));
}

// Cold sessions, then the same ones warm, then new ones while those are still there, in as many
// threads; all make their sessions themselves, at once.
void CheckColdAndWarm(size_t count, const std::shared_ptr<Runtime>& runtime, const Cases& cases,
                      const std::function<std::shared_ptr<const Policy>(size_t)>& policy) {
  const std::shared_ptr<const Model> model = NewModel(ConvNet());
  std::vector<std::unique_ptr<Session>> sessions(count);
  std::vector<double> errors(count, 0);
  const auto check = [&] {
    for (const double error : errors) CHECK(error < 1e-4);
  };
  InThreads(count, [&](size_t t) {
    sessions[t] = NewSession(runtime, model, policy(t));
    errors[t] = cases.RunAll(*sessions[t], t);
  });
  check();
  // Sessions go on in other threads.
  InThreads(count, [&](size_t t) {
    Session& session = *sessions[(t + 1) % count];
    errors[t] = cases.RunAll(session, t);
    Require(session.AwaitBackground(absl::InfiniteFuture()));
    errors[t] = std::max(errors[t], cases.RunAll(session, t + 1));
  });
  check();
  InThreads(count, [&](size_t t) {
    auto session = NewSession(runtime, model, policy(t));
    errors[t] = cases.RunAll(*session, t);
    sessions[t].reset();
  });
  check();
}

std::shared_ptr<const Policy> Mixed(size_t t) {
  switch (t % 4) {
    case 0:
      return NewTieredPolicy({.runs = 1});
    case 1:
      return NewJitPolicy();
    case 2:
      return NewAutoPolicy();
    default:
      return NewEagerPolicy();
  }
}

TEST_CASE("any number of threads, cold and warm, with everything kept") {
  const Cases cases;
  for (size_t count : {2, 5, 16}) {
    CAPTURE(count);
    auto runtime = RuntimeOf(size_t{64} << 20, size_t{64} << 20);
    CheckColdAndWarm(count, runtime, cases, [](size_t) { return NewJitPolicy(); });
    CHECK(runtime->kernel_cache().stats().evictions == 0);
    // One compilation of a kernel, however many sessions want it.
    const int64_t compiled = runtime->kernel_cache().stats().misses;
    auto alone = RuntimeOf(size_t{64} << 20, size_t{64} << 20);
    cases.RunAll(*NewSession(alone, NewModel(ConvNet()), NewJitPolicy()), 0);
    CHECK(compiled == alone->kernel_cache().stats().misses);
  }
}

TEST_CASE(
    "any number of threads under all policies, with nothing kept, and somebody who looks on") {
  const Cases cases;
  // Kernels of the reference backend are evicted; those that are quick to make are never held.
  using Row = std::pair<size_t, std::string>;
  for (const Row& row : {Row{2, "reference"}, {3, ""}, {8, ""}, {16, "reference"}}) {
    const size_t count = row.first;
    CAPTURE(count);
    auto runtime = RuntimeOf(1, 1, "", row.second);
    std::atomic<bool> done{false};
    int64_t looks = 0;
    std::thread observer([&] {
      while (!done.load()) {
        looks += runtime->kernel_cache().stats().entries <= 1;
        looks += runtime->program_stats().bytes > 0;
        std::this_thread::yield();
      }
    });
    CheckColdAndWarm(count, runtime, cases, Mixed);
    done = true;
    observer.join();
    CHECK(looks > 0);
    if (!row.second.empty()) CHECK(runtime->kernel_cache().stats().evictions > 0);
    CHECK(runtime->program_stats().evictions > 0);
    CHECK(runtime->program_stats().count == 0);
  }
}

TEST_CASE("many threads share a cache on disk, while it is cold and when it is warm") {
  const Cases cases;
  const TempDir folder;
  for (const bool warm : {false, true}) {
    auto runtime = RuntimeOf(size_t{64} << 20, 1, folder.File("cache"));
    CheckColdAndWarm(6, runtime, cases, Mixed);
    runtime->program_cache()->Flush();
    const ProgramCacheStats stats = runtime->program_cache()->stats();
    CHECK(stats.write_failures == 0);
    CHECK(stats.hits > 0);
    if (warm) CHECK(stats.misses == 0);
  }
}

TEST_CASE("a run is interrupted from another thread, and the session goes on") {
  const Cases cases;
  auto runtime = RuntimeOf(1, 1);
  auto model = NewModel(ConvNet());
  std::atomic<int64_t> stops{0};
  std::vector<double> errors(8, 0);
  std::atomic<bool> done{false};
  std::atomic<int64_t> allowed{0};
  std::thread canceller([&] {
    while (!done.load()) {
      if (stops > 0 && allowed <= 0) allowed = 50;
      std::this_thread::yield();
    }
  });
  InThreads(errors.size(), [&](size_t t) {
    SessionOptions options;
    options.policy = Mixed(t);
    options.interrupt = [&] {
      return allowed.fetch_sub(1) > 0 ? absl::OkStatus() : absl::CancelledError("enough");
    };
    auto session = Unwrap(Session::Make(runtime, model, std::move(options)));
    for (int i = 0; i < 40; ++i) {
      const size_t at = (t + static_cast<size_t>(i)) % cases.inputs.size();
      const auto outputs = session->Run(Views(cases.inputs[at]));
      if (outputs.ok()) {
        errors[t] = std::max(errors[t], MaxError(*outputs, cases.expected[at]));
      } else if (absl::IsCancelled(outputs.status())) {
        ++stops;
      } else {
        errors[t] = 1;
      }
    }
  });
  done = true;
  canceller.join();
  for (const double error : errors) CHECK(error < 1e-4);
  CHECK(stops > 0);
}

TEST_CASE("a model in parts is shared by threads") {
  auto runtime = RuntimeOf(1, 1);
  auto model = NewModel(DoublingLoop());
  const std::vector<Tensor> inputs =
      Pack(ScalarTensor(9), FloatTensor({2}, {1, 2}), FloatTensor({2}, {1, 1}));
  const std::vector<Tensor> expected = RunReference(DoublingLoop(), inputs);
  std::vector<double> errors(8, 0);
  InThreads(errors.size(), [&](size_t t) {
    auto session = NewSession(runtime, model, Mixed(t));
    for (int i = 0; i < 3; ++i) {
      errors[t] = std::max(errors[t], MaxError(Run(*session, inputs), expected));
    }
    Require(session->AwaitBackground(absl::InfiniteFuture()));
    errors[t] = std::max(errors[t], MaxError(Run(*session, inputs), expected));
  });
  for (const double error : errors) CHECK(error < 1e-5);
}

TEST_CASE("threads load a model, with its plan, and run it at once") {
  const Cases cases;
  const TempDir folder;
  const std::string path = folder.File("m.kai");
  auto runtime = RuntimeOf(size_t{64} << 20, size_t{64} << 20);
  std::vector<std::vector<TensorView>> signatures;
  for (const std::vector<Tensor>& inputs : cases.inputs) signatures.push_back(Views(inputs));
  const Plan plan = Unwrap(CompilePlan(runtime, NewModel(ConvNet()), signatures));
  Require(SaveModel(ConvNet(), {&plan, 1}, path));
  std::vector<double> errors(8, 0);
  std::vector<int64_t> compiles(errors.size(), -1);
  std::vector<uint64_t> digests(errors.size(), 0);
  InThreads(errors.size(), [&](size_t t) {
    LoadOptions options;
    options.interrupt = [] { return absl::OkStatus(); };
    const std::shared_ptr<const Model> model = Unwrap(Model::Load(path, options));
    digests[t] = model->digest();
    auto session = NewSession(runtime, model, NewAutoPolicy());
    errors[t] = cases.RunAll(*session, t);
    compiles[t] = session->stats().compiles;
  });
  for (const double error : errors) CHECK(error < 1e-4);
  for (const int64_t count : compiles) CHECK(count == 0);
  for (const uint64_t digest : digests) CHECK(digest == digests[0]);
}

}  // namespace
}  // namespace kairos::testing
