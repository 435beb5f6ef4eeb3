// The inner loop of a matrix product: rows of A times columns of packed B, added to sums that stay
// in registers.
#if defined(KAIROS_BACKENDS_ONEDNN_OWN_GEMM_STEPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_BACKENDS_ONEDNN_OWN_GEMM_STEPS_INL_H_
#undef KAIROS_BACKENDS_ONEDNN_OWN_GEMM_STEPS_INL_H_
#else
#define KAIROS_BACKENDS_ONEDNN_OWN_GEMM_STEPS_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "hwy/highway.h"

#include "onednn/own/gemm_simd.h"
#include "onednn/own/simd_part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

constexpr size_t kPanelVectors = kPanelColumns / kPartLanes;

// What a tile multiplies: row r of A begins at a + r * a_stride, panel p of B at b + p *
// panel_stride.
struct Operands {
  const float* a;
  int64_t a_stride;
  const float* b;
  int64_t panel_stride;
  const float* next;  // a part of the next panels, to be fetched; may reach beyond their end
};

// For each so many steps of k a tile fetches a cache line of the panels that come next, which would
// else come from memory while their first tile waits. Into the second-level cache: in the first
// they would push out what the tile works on. On two cores of a Zen 3, MiniLM with 16 tokens took
// 0.85 of the time without, MiniLM with 128 and ViT-B/16 0.97 to 0.99.
constexpr int64_t kFetchStep = 4;
constexpr int64_t kLineFloats = 16;

HWY_INLINE void FetchNext(Operands& from) {
  __builtin_prefetch(from.next, /*rw=*/0, /*locality=*/2);
  from.next += kLineFloats;
}

// For each of `depth` steps of k, at least one: sum[r * kColumns + v] += A[r][k] * B[k][v], where v
// counts vectors of columns. Leaves a and b of `from` after the last step.
template <size_t kRows, size_t kColumns>
HWY_INLINE void AddSteps(int64_t depth, Operands& from, PartVec (&sum)[kRows * kColumns]) {
  const PartTag d;
  int64_t k = 0;
  do {
    if (k % kFetchStep == 0) FetchNext(from);
    PartVec column[kColumns];
    for (size_t v = 0; v < kColumns; ++v) {
      const int64_t panel = static_cast<int64_t>(v / kPanelVectors) * from.panel_stride;
      column[v] = hn::LoadU(d, from.b + panel + v % kPanelVectors * kPartLanes);
    }
    for (size_t r = 0; r < kRows; ++r) {
      const PartVec x = hn::Set(d, from.a[static_cast<int64_t>(r) * from.a_stride]);
      for (size_t v = 0; v < kColumns; ++v) {
        sum[r * kColumns + v] = hn::MulAdd(x, column[v], sum[r * kColumns + v]);
      }
    }
    ++from.a;
    from.b += kPanelColumns;
  } while (++k < depth);
}

#if HWY_TARGET == HWY_AVX2 && HWY_ARCH_X86_64 && (HWY_COMPILER_GCC || HWY_COMPILER_CLANG)

// Compilers spend 27 to 31 instructions on a step of a tile of six rows and one panel, of which 12
// are multiply-adds: they work out addresses that an instruction could hold, or keep sums in memory
// where steps are unrolled. A core of one's own issues that many in the time of the multiply-adds,
// a hyperthread whose sibling is busy does not. With assembly it is 22.

// All that assembly may read from a pointer on, for the compiler.
using Floats = const float[1 << 28];

// Step kStep for three rows of two vectors.
template <int kStep>
HWY_INLINE void AddThreeRows(const float* a, int64_t row_bytes, __m256 column0, __m256 column1,
                             __m256& s0, __m256& s1, __m256& s2, __m256& s3, __m256& s4,
                             __m256& s5) {
  __m256 x, y;
  asm("vbroadcastss %c[k](%[a]), %[x]\n\t"
      "vbroadcastss %c[k](%[a],%[row]), %[y]\n\t"
      "vfmadd231ps %[column0], %[x], %[s0]\n\t"
      "vfmadd231ps %[column1], %[x], %[s1]\n\t"
      "vbroadcastss %c[k](%[a],%[row],2), %[x]\n\t"
      "vfmadd231ps %[column0], %[y], %[s2]\n\t"
      "vfmadd231ps %[column1], %[y], %[s3]\n\t"
      "vfmadd231ps %[column0], %[x], %[s4]\n\t"
      "vfmadd231ps %[column1], %[x], %[s5]"
      : [s0] "+x"(s0), [s1] "+x"(s1), [s2] "+x"(s2), [s3] "+x"(s3), [s4] "+x"(s4), [s5] "+x"(s5),
        [x] "=&x"(x), [y] "=&x"(y)
      : [a] "r"(a), [row] "r"(row_bytes), [column0] "x"(column0), [column1] "x"(column1),
        [k] "i"(kStep * sizeof(float)), "m"(*reinterpret_cast<Floats*>(a)));
}

template <>
HWY_INLINE void AddSteps<6, 2>(int64_t depth, Operands& from, PartVec (&sum)[12]) {
  const PartTag d;
  const int64_t row_bytes = from.a_stride * static_cast<int64_t>(sizeof(float));
  // Variables, not an array: g++ 12 would store an array's elements after each step.
  __m256 s0 = sum[0].raw, s1 = sum[1].raw, s2 = sum[2].raw, s3 = sum[3].raw;
  __m256 s4 = sum[4].raw, s5 = sum[5].raw, s6 = sum[6].raw, s7 = sum[7].raw;
  __m256 s8 = sum[8].raw, s9 = sum[9].raw, s10 = sum[10].raw, s11 = sum[11].raw;
  const float *a = from.a, *a3 = a + 3 * from.a_stride, *b = from.b;
  const auto add = [&](auto step) HWY_ATTR {
    constexpr int kStep = step;
    const __m256 column0 = hn::LoadU(d, b + kStep * kPanelColumns).raw;
    const __m256 column1 = hn::LoadU(d, b + kStep * kPanelColumns + kPartLanes).raw;
    AddThreeRows<kStep>(a, row_bytes, column0, column1, s0, s1, s2, s3, s4, s5);
    AddThreeRows<kStep>(a3, row_bytes, column0, column1, s6, s7, s8, s9, s10, s11);
  };
  const auto advance = [&](int64_t steps) {
    a += steps;
    a3 += steps;
    b += steps * kPanelColumns;
  };
  static_assert(kFetchStep == 4);
  for (; depth >= 4; depth -= 4) {
    FetchNext(from);
    add(std::integral_constant<int, 0>());
    add(std::integral_constant<int, 1>());
    add(std::integral_constant<int, 2>());
    add(std::integral_constant<int, 3>());
    advance(4);
  }
  for (; depth > 0; --depth) {
    add(std::integral_constant<int, 0>());
    advance(1);
  }
  from.a = a;
  from.b = b;
  sum[0].raw = s0, sum[1].raw = s1, sum[2].raw = s2, sum[3].raw = s3;
  sum[4].raw = s4, sum[5].raw = s5, sum[6].raw = s6, sum[7].raw = s7;
  sum[8].raw = s8, sum[9].raw = s9, sum[10].raw = s10, sum[11].raw = s11;
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_GEMM_STEPS_INL_H_
