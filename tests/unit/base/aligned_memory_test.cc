#include "base/aligned_memory.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <thread>
#include <vector>

#include "kairos/tensor.h"
#include "tests/support/run_graph.h"

namespace kairos::testing {
namespace {

Tensor NewTensorOf(int64_t floats) { return Unwrap(Tensor::Make(DType::kFloat32, {floats})); }

// Writes all of it before it is freed.
void UseTensorOf(int64_t floats) {
  Tensor tensor = NewTensorOf(floats);
  const absl::Span<float> values = tensor.as<float>();
  std::fill(values.begin(), values.end(), 1.0f);
}

bool IsZero(const Tensor& tensor) {
  const absl::Span<const float> values = tensor.as<float>();
  return std::all_of(values.begin(), values.end(), [](float x) { return x == 0; });
}

// The address sanitizer guards what is on the heap, so nothing is mapped then.
bool Maps() {
  const AlignedMemory memory = AllocateAligned(1 << 20, MemoryUse::kTensor);
  FreeAligned(memory, MemoryUse::kTensor);
  return memory.mapped > 0;
}

// Whether its pages are part of the address space.
bool IsMapped(const AlignedMemory& memory) {
  unsigned char resident = 0;
  return mincore(memory.data, 1, &resident) == 0;
}

TEST_CASE("a tensor that takes the memory of a freed one reads as zeros") {
  for (int64_t floats : {100, 20'000, 40'000, 600'000, 2'000'000}) {
    CAPTURE(floats);
    UseTensorOf(floats);
    for (int64_t wanted : {floats, floats - 1, floats - floats / 8, floats + 1}) {
      CHECK(IsZero(NewTensorOf(wanted)));
      UseTensorOf(wanted);
    }
  }
}

TEST_CASE("memory serves the next tensor of about the same size, and no other") {
  if (!Maps()) return;
  const AlignedMemory first = AllocateAligned(1 << 20, MemoryUse::kTensor);
  FreeAligned(first, MemoryUse::kTensor);
  const AlignedMemory small = AllocateAligned(600 << 10, MemoryUse::kTensor);
  CHECK(small.data != first.data);
  const AlignedMemory large = AllocateAligned((1 << 20) + 1, MemoryUse::kTensor);
  CHECK(large.data != first.data);
  const AlignedMemory next = AllocateAligned(1000 << 10, MemoryUse::kTensor);
  CHECK(next.data == first.data);
  CHECK(next.mapped == first.mapped);
  CHECK(!next.zeros);
  const AlignedMemory other = AllocateAligned(1 << 20, MemoryUse::kTensor);
  CHECK(other.data != first.data);
  for (const AlignedMemory& memory : {small, large, next, other})
    FreeAligned(memory, MemoryUse::kTensor);
}

TEST_CASE("little of what tensors gave back is kept") {
  if (!Maps()) return;
  for (const size_t bytes : {size_t{400'000}, size_t{1'000'000}, size_t{4'000'000}}) {
    CAPTURE(bytes);
    std::vector<AlignedMemory> memories;
    for (int i = 0; i < 40; ++i) memories.push_back(AllocateAligned(bytes, MemoryUse::kTensor));
    for (const AlignedMemory& memory : memories) FreeAligned(memory, MemoryUse::kTensor);
    size_t kept = 0;
    for (const AlignedMemory& memory : memories) {
      if (IsMapped(memory)) kept += memory.mapped;
    }
    CHECK(kept > 0);
    CHECK(kept <= size_t{4} << 20);
  }
}

TEST_CASE("tensors of many threads take each other's memory") {
  std::vector<std::thread> threads;
  std::vector<int> wrong(8, 0);
  for (size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = 0; i < 200; ++i) {
        const int64_t floats = 20'000 + (i * 7919 + static_cast<int64_t>(t) * 104'729) % 100'000;
        Tensor tensor = NewTensorOf(floats);
        if (!IsZero(tensor)) ++wrong[t];
        std::fill(tensor.as<float>().begin(), tensor.as<float>().end(), static_cast<float>(t));
        const absl::Span<const float> values = tensor.as<float>();
        if (std::count(values.begin(), values.end(), static_cast<float>(t)) != floats) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(8, 0));
}

}  // namespace
}  // namespace kairos::testing
