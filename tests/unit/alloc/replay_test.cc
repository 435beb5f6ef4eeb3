// After the first run of a signature, running allocates nothing. In a program of its own, because
// it replaces the global allocation functions.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace {
std::atomic<long> allocations{0};

void* Allocate(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) std::abort();
  return memory;
}
}  // namespace

void* operator new(std::size_t bytes) { return Allocate(bytes, alignof(std::max_align_t)); }
void* operator new[](std::size_t bytes) { return Allocate(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace kairos::testing {
namespace {

// Allocations of 10 runs after the first ones.
long AllocationsOfReplay(Session& session, const std::vector<std::vector<Tensor>>& inputs) {
  std::vector<std::vector<Tensor>> outputs;
  std::vector<std::vector<TensorView>> in;
  std::vector<std::vector<MutableTensorView>> out(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    outputs.push_back(Run(session, inputs[i]));
    in.push_back(Views(inputs[i]));
    for (Tensor& output : outputs.back()) out[i].push_back(output.mutable_view());
    Require(session.Run(in[i], out[i]));
  }
  const long before = allocations;
  bool ok = true;
  for (int run = 0; run < 10; ++run) {
    for (size_t i = 0; i < inputs.size(); ++i) ok &= session.Run(in[i], out[i]).ok();
  }
  const long after = allocations;
  CHECK(ok);
  return after - before;
}

TEST_CASE("allocations are counted") {
  const long before = allocations;
  delete new int;
  CHECK(allocations == before + 1);
}

TEST_CASE("a replay allocates nothing, on any backend, layout and number of threads") {
  for (const char* backend : {"reference", ""}) {
    for (int threads : {1, 2}) {
      CAPTURE(backend);
      CAPTURE(threads);
      auto session = NewSession(NewRuntime(backend, threads), NewModel(ConvNet()), NewJitPolicy());
      std::vector<std::vector<Tensor>> inputs;
      inputs.push_back(ConvInput(1, 5, 6));
      CHECK(AllocationsOfReplay(*session, inputs) == 0);
      CHECK(session->stats().recordings == 1);
    }
  }
}

TEST_CASE("changing between known signatures allocates nothing") {
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy());
  std::vector<std::vector<Tensor>> inputs;
  for (int64_t n : {1, 7, 3}) inputs.push_back(MlpInput(n));
  CHECK(AllocationsOfReplay(*session, inputs) == 0);
  CHECK(session->stats().recordings == 3);
}

TEST_CASE("a signature with values in it is found without allocating") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  b.Output(b.Add("Reshape", {b.Add("Neg", {x}), b.Input("to", DType::kInt64, {-1})}));
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<std::vector<Tensor>> inputs(2);
  for (auto& each : inputs) each.push_back(RandomTensor({4, 6}, 1));
  inputs[0].push_back(Int64Tensor({24}));
  inputs[1].push_back(Int64Tensor({2, 3, 4}));
  CHECK(AllocationsOfReplay(*session, inputs) == 0);
}

}  // namespace
}  // namespace kairos::testing
