// Many threads that ask for packed weights of one model at the same moment, cold. Also run under
// the thread sanitizer, which sees a race only between accesses that nothing else puts in order; so
// kernels are made before, and what counts does not synchronise.
#include <atomic>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "executor/weight_store.h"
#include "tests/support/in_threads.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// Packs a float as its double. Of one weight it does so when all threads are about to ask for it.
class TwiceKernel : public Kernel {
 public:
  TwiceKernel(const float* awaited, size_t threads) : awaited_(awaited), threads_(threads) {}

  absl::string_view name() const override { return "twice"; }
  absl::Span<const PackedInput> packed_inputs() const override { return packed_; }
  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool&) const override {
    packs_.fetch_add(1, std::memory_order_relaxed);
    if (plain == awaited_) {
      while (asking_ < threads_) std::this_thread::yield();
      for (int i = 0; i < 200; ++i) std::this_thread::yield();
    }
    *static_cast<float*>(packed) = 2 * *static_cast<const float*>(plain);
    return absl::OkStatus();
  }
  absl::Status Run(const KernelArgs&, State*) const override { return absl::OkStatus(); }

  void Ask() { ++asking_; }
  int packs() const { return packs_; }

 private:
  const std::vector<PackedInput> packed_ = {{1, "twice", sizeof(float)}};
  const float* const awaited_;
  const size_t threads_;
  std::atomic<size_t> asking_{0};
  mutable std::atomic<int> packs_{0};
};

TEST_CASE("the store packs each weight once, however many threads ask for it and for others") {
  constexpr size_t kOwn = 40;  // enough for the store to sweep meanwhile
  for (const size_t count : {2, 5, 16}) {
    CAPTURE(count);
    const std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
    WeightStore store;
    std::vector<std::shared_ptr<float>> weights;  // kOwn for each thread, then one for all
    for (size_t i = 0; i <= count * kOwn; ++i) weights.push_back(std::make_shared<float>(i));
    TwiceKernel kernel(weights.back().get(), count);
    std::vector<int> wrong(count, 0);
    std::vector<const AlignedBuffer*> common(count, nullptr);
    const auto get = [&](size_t t, const std::shared_ptr<float>& weight) {
      const auto packed = Unwrap(store.GetOrPack(kernel, 0, {weight.get(), weight}, *pool));
      wrong[t] += *reinterpret_cast<const float*>(packed->data()) != 2 * *weight;
      return packed.get();
    };
    InThreads(count, [&](size_t t) {
      kernel.Ask();
      common[t] = get(t, weights.back());
      for (size_t i = 0; i < kOwn; ++i) get(t, weights[t * kOwn + i]);
      if (get(t, weights.back()) != common[t]) ++wrong[t];
    });
    for (const int mistakes : wrong) CHECK(mistakes == 0);
    for (const AlignedBuffer* packed : common) CHECK(packed == common[0]);
    CHECK(kernel.packs() == static_cast<int>(weights.size()));
    CHECK(store.bytes() == weights.size() * sizeof(float));
  }
}

constexpr int kProducts = 24;

// x[n,8] -> products with weights of their own, all of one shape, so of one kernel for each n
Graph Products() {
  GraphBuilder b("products");
  ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  for (int i = 0; i < kProducts; ++i) {
    const std::string name = "w" + std::to_string(i);
    x = b.Add("MatMul", {x, b.Random<float>(name, {8, 8}, static_cast<uint32_t>(i) + 1)});
  }
  b.Output(b.Add("Tanh", {x}));
  return b.Build();
}

TEST_CASE("sessions that start at once on a model pack its weights in several forms, each once") {
  for (const size_t count : {2, 7, 16}) {
    CAPTURE(count);
    BackendCounters counters;
    auto runtime = NewRuntime(
        "", 2,
        NewTestBackend({.packs_weights = true, .form_per_rows = true, .counters = &counters}));
    // Two threads share a form, so that they meet at each weight as well.
    const size_t forms = (count + 1) / 2;
    std::vector<std::vector<Tensor>> inputs, expected;
    {
      auto alone = NewSession(runtime, NewModel(Products()), NewJitPolicy());
      for (size_t form = 0; form < forms; ++form) {
        inputs.push_back(MlpInput(static_cast<int64_t>(form) + 1));
        expected.push_back(Run(*alone, inputs.back()));
      }
    }
    CHECK(counters.packed == static_cast<int>(forms) * kProducts);
    counters.packed = 0;
    const int specialized = counters.specialized;

    auto model = NewModel(Products());
    std::vector<std::unique_ptr<Session>> sessions(count);
    std::vector<char> equal(count, 0);
    InThreads(count, [&](size_t t) {
      sessions[t] = NewSession(runtime, model, NewJitPolicy());
      equal[t] = BitEqual(Run(*sessions[t], inputs[t / 2]), expected[t / 2]);
    });
    for (const char same : equal) CHECK(same);
    CHECK(counters.specialized == specialized);
    CHECK(counters.packed == static_cast<int>(forms) * kProducts);
  }
}

}  // namespace
}  // namespace kairos::testing
