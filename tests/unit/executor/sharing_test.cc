#include <doctest/doctest.h>
#include <memory>
#include <vector>

#include "executor/weight_store.h"
#include "tests/support/in_threads.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("two sessions in parallel threads share kernels and packed weights") {
  BackendCounters counters;
  auto runtime = NewRuntime("", 2, NewTestBackend({.packs_weights = true, .counters = &counters}));
  auto model = NewModel(Mlp());
  const std::vector<Tensor> expected = RunReference(Mlp(), MlpInput(4));
  constexpr int kThreads = 4;
  std::vector<std::unique_ptr<Session>> sessions;
  for (int t = 0; t < kThreads; ++t) sessions.push_back(NewSession(runtime, model, NewJitPolicy()));
  std::vector<double> errors(kThreads, 0);
  InThreads(kThreads, [&](size_t t) {
    for (int run = 0; run < 20; ++run) {
      errors[t] = std::max(errors[t], MaxError(Run(*sessions[t], MlpInput(4)), expected));
    }
  });
  for (double error : errors) CHECK(error < 1e-5);
  CHECK(counters.packed == 2);
  CHECK(counters.specialized == 2);
  const uint64_t packed_bytes = (8 * 16 + 16 * 5) * sizeof(float);
  for (const auto& session : sessions) CHECK(session->stats().packed_bytes == packed_bytes);
}

TEST_CASE("another signature reuses the packed weights") {
  BackendCounters counters;
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters}));
  auto session = NewSession(runtime, NewModel(Mlp()), NewJitPolicy());
  Run(*session, MlpInput(4));
  Run(*session, MlpInput(7));
  CHECK(counters.specialized == 4);
  CHECK(counters.packed == 2);
}

TEST_CASE("models with equal weights do not share by accident") {
  BackendCounters counters;
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters}));
  for (int i = 0; i < 3; ++i) {
    auto session = NewSession(runtime, NewModel(Mlp()), NewJitPolicy());
    Run(*session, MlpInput(4));
    CHECK(counters.packed == 2 * (i + 1));
  }
}

// Copies the plain bytes.
class CopyKernel : public Kernel {
 public:
  absl::string_view name() const override { return "copy"; }
  absl::Span<const PackedInput> packed_inputs() const override { return packed_; }
  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool&) const override {
    *static_cast<float*>(packed) = *static_cast<const float*>(plain);
    return absl::OkStatus();
  }
  absl::Status Run(const KernelArgs&, State*) const override { return absl::OkStatus(); }

 private:
  std::vector<PackedInput> packed_ = {{1, "copy", sizeof(float)}};
};

TEST_CASE("the store keeps a weight alive, so that its address stands for its content") {
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
  WeightStore store;
  auto weight = std::make_shared<float>(1.5f);
  const std::weak_ptr<float> watch = weight;
  auto packed = Unwrap(store.GetOrPack(CopyKernel(), 0, {weight.get(), weight}, *pool));
  weight.reset();
  CHECK_FALSE(watch.expired());
  CHECK(*reinterpret_cast<const float*>(packed->data()) == 1.5f);
  CHECK(store.bytes() == sizeof(float));
}

// As CopyKernel, under another layout's name.
class OtherKernel : public CopyKernel {
 public:
  absl::Span<const PackedInput> packed_inputs() const override { return packed_; }

 private:
  std::vector<PackedInput> packed_ = {{1, "other", sizeof(float)}};
};

TEST_CASE("packed forms of weights that nobody has any more go, all others stay") {
  constexpr size_t kForms = 2;
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
  WeightStore store;
  const auto pack = [&](const std::shared_ptr<float>& weight) {
    Unwrap(store.GetOrPack(CopyKernel(), 0, {weight.get(), weight}, *pool));
    Unwrap(store.GetOrPack(OtherKernel(), 0, {weight.get(), weight}, *pool));
  };
  std::vector<std::shared_ptr<float>> kept;
  for (int i = 0; i < 40; ++i) kept.push_back(std::make_shared<float>(i));
  for (const auto& weight : kept) pack(weight);
  std::weak_ptr<float> gone;
  std::shared_ptr<const AlignedBuffer> used;
  for (int i = 0; i < 1000; ++i) {
    auto weight = std::make_shared<float>(100.f + i);
    gone = i == 0 ? weight : gone;
    pack(weight);
    if (i == 0) used = Unwrap(store.GetOrPack(CopyKernel(), 0, {weight.get(), weight}, *pool));
    CHECK(store.bytes() <= 4 * (kept.size() + 1) * kForms * sizeof(float));
  }
  CHECK_FALSE(gone.expired());  // its packed form is used
  used.reset();
  for (int i = 0; i < 1000; ++i) pack(std::make_shared<float>(1.f));
  CHECK(gone.expired());
  for (size_t i = 0; i < kept.size(); ++i) {
    auto packed = Unwrap(store.GetOrPack(CopyKernel(), 0, {kept[i].get(), kept[i]}, *pool));
    CHECK(*reinterpret_cast<const float*>(packed->data()) == static_cast<float>(i));
  }
}

}  // namespace
}  // namespace kairos::testing
