// Random shapes from eight threads, with little memory for kernels and Programs. KAIROS_SOAK_RUNS
// says how many runs; from 20,000 on memory must not grow. README.md in tests/ says how to run it.
#include <atomic>
#include <cstdlib>
#include <doctest/doctest.h>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

#include "kairos/kernel_cache.h"
#include "tests/endurance/process_memory.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"

namespace kairos::testing {
namespace {

constexpr size_t kThreads = 8;
constexpr size_t kKernelBytes = size_t{4} << 20, kProgramBytes = size_t{8} << 20;
constexpr int64_t kLongRuns = 20'000;  // so many tell a slope
constexpr int64_t kSampleEvery = 97;   // runs that are compared with the reference

int64_t WantedRuns() {
  const char* wanted = std::getenv("KAIROS_SOAK_RUNS");
  return wanted == nullptr ? 400 : std::atoll(wanted);
}

// Convolutions (folded, depthwise, 1x1, and in groups, which the library compiles for each shape),
// shape arithmetic, and a matrix product with a constant that each shape makes for itself:
// x[n,8,h,w] -> y[n,w,12], z[n,8].
Graph SoakNet() {
  GraphBuilder b("soak");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}, {-1, "h"}, {-1, "w"}});
  const auto channels = [&](const char* name, uint32_t seed) {
    return b.Random<float>(name, {16}, seed);
  };
  const ValueId variance = b.Constant<float>("variance", {16}, Floats(16, 0.5f));
  const ValueId conv =
      b.Add("Conv", {x, b.Random<float>("w1", {16, 8, 3, 3}, 1)}, {{"pads", Ints{1, 1, 1, 1}}});
  const ValueId norm = b.Add("BatchNormalization", {conv, channels("scale", 2), channels("bias", 3),
                                                    channels("mean", 4), variance});
  const ValueId first = b.Add("Relu", {norm});
  const ValueId deep = b.Add("Conv", {first, b.Random<float>("w2", {16, 1, 3, 3}, 5)},
                             {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{16}}});
  const ValueId wide =
      b.Add("Conv", {b.Add("HardSwish", {deep}), b.Random<float>("w3", {16, 16, 1, 1}, 6)});
  const ValueId groups = b.Add("Conv", {wide, b.Random<float>("w7", {16, 8, 1, 3}, 10)},
                               {{"pads", Ints{0, 1, 0, 1}}, {"group", int64_t{2}}});
  const ValueId sum = b.Add("Add", {groups, first});
  const auto mean = [&](const char* name, Ints axes) {
    const auto count = static_cast<int64_t>(axes.size());
    return b.Add("ReduceMean", {sum, b.Constant<int64_t>(name, {count}, axes)},
                 {{"keepdims", int64_t{0}}});
  };
  const ValueId rows = b.Add("Transpose", {mean("rows", {2})}, {{"perm", Ints{0, 2, 1}}});
  const ValueId hidden = b.Add("MatMul", {rows, b.Random<float>("w4", {16, 16}, 7)});
  b.Output(b.Add("MatMul", {b.Add("Softmax", {hidden}), b.Random<float>("w5", {16, 12}, 8)}), "y");
  const ValueId width = b.Add("Gather", {b.Add("Shape", {x}), b.Constant<int64_t>("3", {1}, {3})});
  const ValueId shape =
      b.Add("Concat", {width, b.Constant<int64_t>("8", {1}, {8})}, {{"axis", int64_t{0}}});
  const ValueId expanded = b.Add("Expand", {b.Random<float>("w6", {1, 8}, 9), shape});
  b.Output(b.Add("MatMul", {mean("channels", {1, 2}), expanded}), "z");
  return b.Build();
}

std::vector<Tensor> RandomInput(std::mt19937& random) {
  const auto between = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  };
  const int64_t n = between(1, 2), h = between(3, 40), w = between(3, 200);
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({n, 8, h, w}, static_cast<uint32_t>(random())));
  return inputs;
}

// Figures of the process after so many runs; the first fifth is warm-up.
class Figures {
 public:
  explicit Figures(int64_t runs) : every_(std::max<int64_t>(runs / 50, 1)), warm_(runs / 5) {}

  void Look(int64_t done) {
    if (done % every_ != 0) return;
    const std::lock_guard lock(mutex_);
    const double resident = ResidentMb(), heap = HeapMb();
    const size_t regions = MappedRegions();
    if (done % (5 * every_) == 0) {
      lines_.push_back(absl::StrCat(done, " runs: ", resident, " MB resident, ", heap,
                                    " MB allocated, ", regions, " regions"));
    }
    if (done < warm_) return;
    runs_.push_back(static_cast<double>(done) / 1e4);
    resident_.push_back(resident);
    heap_.push_back(heap);
    regions_.push_back(static_cast<double>(regions));
  }
  const std::vector<std::string>& lines() const { return lines_; }
  // Per 10,000 runs.
  double resident_slope() const { return Slope(runs_, resident_); }
  double heap_slope() const { return Slope(runs_, heap_); }
  double region_slope() const { return Slope(runs_, regions_); }

 private:
  const int64_t every_, warm_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<double> runs_, resident_, heap_, regions_;
};

TEST_CASE("random shapes from many threads: results are right, and memory is bounded") {
  const int64_t runs = WantedRuns();
  const Graph graph = SoakNet();
  RuntimeOptions options;
  options.threads = 2;
  options.kernel_cache_bytes = kKernelBytes;
  options.program_bytes = kProgramBytes;
  auto runtime = Unwrap(Runtime::Make(std::move(options)));
  auto model = NewModel(graph);
  Figures figures(runs);
  std::atomic<int64_t> started{0}, done{0};
  std::vector<double> errors(kThreads, 0);
  uint64_t most_bytes = 0;
  std::vector<std::unique_ptr<Session>> sessions(kThreads);  // all of them until the last run
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::unique_ptr<Session>& session = sessions[t];
      session =
          NewSession(runtime, model, t % 4 == 3 ? NewTieredPolicy({.runs = 1}) : NewJitPolicy());
      std::mt19937 random(static_cast<uint32_t>(t));
      for (int64_t i = started++; i < runs; i = started++) {
        const std::vector<Tensor> inputs = RandomInput(random);
        const std::vector<Tensor> outputs = Run(*session, inputs);
        if (i % kSampleEvery == 0) {
          errors[t] = std::max(errors[t], MaxError(outputs, RunReference(graph, inputs)));
        }
        figures.Look(++done);
        if (t == 0) most_bytes = std::max(most_bytes, runtime->program_stats().bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  sessions.clear();
  for (const std::string& line : figures.lines()) MESSAGE(line);
  for (const double error : errors) CHECK(error < 1e-4);
  const KernelCache::Stats kernels = runtime->kernel_cache().stats();
  const ProgramStats programs = runtime->program_stats();
  MESSAGE("kernels evicted: " << kernels.evictions << ", Programs evicted: " << programs.evictions
                              << ", most bytes of Programs: " << most_bytes);
  CHECK(kernels.bytes <= kKernelBytes);
  CHECK(programs.evictions > 0);
  // What each thread has just made comes on top.
  CHECK(most_bytes <= kProgramBytes + kProgramBytes / 4);
  CHECK(programs.count == 0);
  CHECK(programs.bytes == 0);
  MESSAGE("per 10,000 runs: " << figures.resident_slope() << " MB resident, "
                              << figures.heap_slope() << " MB allocated, " << figures.region_slope()
                              << " regions");
  if (runs < kLongRuns) return;
  CHECK(kernels.evictions > 0);
  CHECK(figures.resident_slope() < 1);
  CHECK(figures.region_slope() < 10);
}

}  // namespace
}  // namespace kairos::testing
