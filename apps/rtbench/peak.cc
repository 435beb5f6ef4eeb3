#include "rtbench/peak.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

namespace kairos {
namespace {

constexpr int kTries = 5;
constexpr int64_t kRounds = 4000000;
constexpr size_t kCopyBytes = size_t{64} << 20;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Enough independent sums to hide the latency of a multiply-add on two units; they and the factors
// fit in 16 registers.
constexpr int kSums = 12;

// Returns the flops done; writes to `out` so that they are not optimised away.
template <typename Vector>
[[gnu::always_inline]] inline double MultiplyAdd(float* out) {
  constexpr int kLanes = sizeof(Vector) / sizeof(float);
  Vector sums[kSums], factor{}, summand{};
  for (int lane = 0; lane < kLanes; ++lane) {
    factor[lane] = out[0];
    summand[lane] = out[1];
  }
  for (Vector& sum : sums) sum = summand;
  for (int64_t round = 0; round < kRounds; ++round) {
    for (Vector& sum : sums) sum = sum * factor + summand;
  }
  for (const Vector& sum : sums) {
    for (int lane = 0; lane < kLanes; ++lane) out[2] += sum[lane];
  }
  return 2.0 * kLanes * kSums * static_cast<double>(kRounds);
}

typedef float Vector4 __attribute__((vector_size(16)));

double Portable(float* out) { return MultiplyAdd<Vector4>(out); }

#if defined(__x86_64__)
typedef float Vector8 __attribute__((vector_size(32)));
typedef float Vector16 __attribute__((vector_size(64)));
[[gnu::target("avx2,fma")]] double WithAvx2(float* out) { return MultiplyAdd<Vector8>(out); }
[[gnu::target("avx512f")]] double WithAvx512(float* out) { return MultiplyAdd<Vector16>(out); }
#endif

using Kernel = double (*)(float*);

std::vector<Kernel> Kernels() {
  std::vector<Kernel> kernels = {Portable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) kernels.push_back(WithAvx2);
  if (__builtin_cpu_supports("avx512f")) kernels.push_back(WithAvx512);
#endif
  return kernels;
}

double MeasureGflops(ThreadPool& pool) {
  const int64_t threads = pool.thread_count();
  double best = 0;
  for (Kernel kernel : Kernels()) {
    for (int i = 0; i < kTries; ++i) {
      std::vector<double> flops(static_cast<size_t>(threads));
      const auto start = std::chrono::steady_clock::now();
      pool.ParallelFor(threads, [&](int64_t thread) {
        float values[3] = {0.999f, 0.001f, 0};
        flops[static_cast<size_t>(thread)] = kernel(values) + (values[2] < 0 ? 1 : 0);
      });
      double total = 0;
      for (double f : flops) total += f;
      best = std::max(best, total / SecondsSince(start) / 1e9);
    }
  }
  return best;
}

double MeasureCopy(ThreadPool& pool) {
  const auto from = std::make_unique<char[]>(kCopyBytes);
  const auto to = std::make_unique<char[]>(kCopyBytes);
  double best = 0;
  for (int i = 0; i <= kTries; ++i) {  // the first one only touches the pages
    const auto start = std::chrono::steady_clock::now();
    ParallelRanges(pool, kCopyBytes, 1 << 20, [&](int64_t begin, int64_t end) {
      std::memcpy(to.get() + begin, from.get() + begin, static_cast<size_t>(end - begin));
    });
    if (i > 0) best = std::max(best, 2.0 * kCopyBytes / SecondsSince(start) / 1e9);
  }
  return best;
}

}  // namespace

Peak MeasurePeak(ThreadPool& pool) { return {MeasureGflops(pool), MeasureCopy(pool)}; }

}  // namespace kairos
