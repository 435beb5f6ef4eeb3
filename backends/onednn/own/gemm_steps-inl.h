// The inner loop of a matrix product: rows of A times columns of B, added to sums that stay in
// registers.
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
// A tile of rows x panels keeps its sums in registers: 32 of 512 bits, 16 of 256.
constexpr size_t kTileRows = kPanelVectors == 1 ? 12 : kPanelVectors == 2 ? 6 : 4;
constexpr size_t kSums = kPanelVectors == 1 ? 24 : 12;

// What a tile multiplies: A[r][k] is a[r * a_stride + k], and a row of panel p of B begins at
// b + p * panel_stride + k * k_stride.
struct Operands {
  const float* a;
  int64_t a_stride;
  const float* b;
  int64_t k_stride, panel_stride;
  const float* next;  // a part of the next panels, to be fetched (null: none), or beyond their end
};

// For each so many steps of k a tile fetches a cache line of the panels that come next, which would
// else come from memory while their first tile waits. Into the second-level cache: in the first
// they would push out what the tile works on. On two cores of a Zen 3, MiniLM with 16 tokens took
// 0.85 of the time without, MiniLM with 128 and ViT-B/16 0.97 to 0.99. For every fourth step
// instead of every second, products of 16 rows took 1.06 times as long on an Emerald Rapids.
constexpr int64_t kFetchStep = 2;
constexpr int64_t kLineFloats = 16;

HWY_INLINE void FetchNext(Operands& from) {
  if (from.next == nullptr) return;
  __builtin_prefetch(from.next, /*rw=*/0, /*locality=*/2);
  from.next += from.k_stride;
}

// A vector for kUses multiply-adds. Compilers would read it anew for each where these are few. With
// 16 registers only, that is as well.
template <size_t kUses>
HWY_INLINE PartVec LoadOnce(const float* from) {
  PartVec x = hn::LoadU(PartTag(), from);
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX3 && (HWY_COMPILER_GCC || HWY_COMPILER_CLANG)
  if constexpr (kUses > 1) asm("" : "+v"(x.raw));
#endif
  return x;
}

#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX2 && (HWY_COMPILER_GCC || HWY_COMPILER_CLANG)

// Compilers spend 27 to 31 instructions on a step of a tile of six rows and one panel of two
// vectors, of which 12 are multiply-adds, and 55 on one of twelve rows and two panels of one
// vector, of which 24 are: they work out addresses that an instruction could hold, or keep sums in
// memory where steps are unrolled. What is not a multiply-add takes its place where a hyperthread's
// sibling is busy, or where vectors of 512 bits leave the rest fewer ports. With assembly it is 22
// and 40: on two cores of an Emerald Rapids, ResNet-50 took 0.97 of the time and ViT-B/16 0.98.
constexpr bool kHasAssembly = true;

// All that assembly may read from a pointer on, for the compiler.
using Floats = const float[1 << 28];

using Raw = decltype(PartVec::raw);

// Step kStep for kRows rows, at most three, of two vectors: the sums of a row are s0 and s1, and so
// on.
template <size_t kRows, int kStep>
HWY_INLINE void AddRows(const float* a, int64_t row_bytes, Raw column0, Raw column1, Raw& s0,
                        Raw& s1, Raw& s2, Raw& s3, Raw& s4, Raw& s5) {
  Raw x, y;
  if constexpr (kRows == 3) {
    asm("vbroadcastss %c[k](%[a]), %[x]\n\t"
        "vbroadcastss %c[k](%[a],%[row]), %[y]\n\t"
        "vfmadd231ps %[column0], %[x], %[s0]\n\t"
        "vfmadd231ps %[column1], %[x], %[s1]\n\t"
        "vbroadcastss %c[k](%[a],%[row],2), %[x]\n\t"
        "vfmadd231ps %[column0], %[y], %[s2]\n\t"
        "vfmadd231ps %[column1], %[y], %[s3]\n\t"
        "vfmadd231ps %[column0], %[x], %[s4]\n\t"
        "vfmadd231ps %[column1], %[x], %[s5]"
        : [s0] "+v"(s0), [s1] "+v"(s1), [s2] "+v"(s2), [s3] "+v"(s3), [s4] "+v"(s4), [s5] "+v"(s5),
          [x] "=&v"(x), [y] "=&v"(y)
        : [a] "r"(a), [row] "r"(row_bytes), [column0] "v"(column0), [column1] "v"(column1),
          [k] "i"(kStep * sizeof(float)), "m"(*reinterpret_cast<Floats*>(a)));
  } else if constexpr (kRows == 2) {
    asm("vbroadcastss %c[k](%[a]), %[x]\n\t"
        "vbroadcastss %c[k](%[a],%[row]), %[y]\n\t"
        "vfmadd231ps %[column0], %[x], %[s0]\n\t"
        "vfmadd231ps %[column1], %[x], %[s1]\n\t"
        "vfmadd231ps %[column0], %[y], %[s2]\n\t"
        "vfmadd231ps %[column1], %[y], %[s3]"
        : [s0] "+v"(s0), [s1] "+v"(s1), [s2] "+v"(s2), [s3] "+v"(s3), [x] "=&v"(x), [y] "=&v"(y)
        : [a] "r"(a), [row] "r"(row_bytes), [column0] "v"(column0), [column1] "v"(column1),
          [k] "i"(kStep * sizeof(float)), "m"(*reinterpret_cast<Floats*>(a)));
  } else if constexpr (kRows == 1) {
    asm("vbroadcastss %c[k](%[a]), %[x]\n\t"
        "vfmadd231ps %[column0], %[x], %[s0]\n\t"
        "vfmadd231ps %[column1], %[x], %[s1]"
        : [s0] "+v"(s0), [s1] "+v"(s1), [x] "=&v"(x)
        : [a] "r"(a), [column0] "v"(column0), [column1] "v"(column1),
          [k] "i"(kStep * sizeof(float)), "m"(*reinterpret_cast<Floats*>(a)));
  }
}

// AddSteps() of two vectors of columns.
template <size_t kRows>
HWY_INLINE void AddStepsOfTwo(int64_t depth, Operands& from, PartVec (&sum)[2 * kRows]) {
  static_assert(kRows <= 12);
  // Of the rows from `first` on, three at most.
  constexpr auto kFrom = [](size_t first) {
    return kRows <= first ? 0 : kRows - first < 3 ? kRows - first : 3;
  };
  const PartTag d;
  const int64_t row_bytes = from.a_stride * static_cast<int64_t>(sizeof(float));
  const int64_t rows3 = 3 * from.a_stride, k_stride = from.k_stride;
  const float *a0 = from.a, *a3 = a0 + rows3, *a6 = a3 + rows3, *a9 = a6 + rows3;
  const float *b0 = from.b, *b1 = b0 + (kPanelVectors == 1 ? from.panel_stride : kPartLanes);
  // Variables, not an array: g++ 12 would store an array's elements after each step. Those of rows
  // that there are not hold anything.
  const auto take = [&](size_t i) HWY_ATTR { return i < 2 * kRows ? sum[i].raw : sum[0].raw; };
  Raw s0 = take(0), s1 = take(1), s2 = take(2), s3 = take(3), s4 = take(4), s5 = take(5);
  Raw s6 = take(6), s7 = take(7), s8 = take(8), s9 = take(9), s10 = take(10), s11 = take(11);
  Raw s12 = take(12), s13 = take(13), s14 = take(14), s15 = take(15), s16 = take(16);
  Raw s17 = take(17), s18 = take(18), s19 = take(19), s20 = take(20), s21 = take(21);
  Raw s22 = take(22), s23 = take(23);
  const auto add = [&](auto step) HWY_ATTR {
    constexpr int kStep = step;
    const Raw c0 = hn::LoadU(d, b0 + kStep * k_stride).raw;
    const Raw c1 = hn::LoadU(d, b1 + kStep * k_stride).raw;
    AddRows<kFrom(0), kStep>(a0, row_bytes, c0, c1, s0, s1, s2, s3, s4, s5);
    AddRows<kFrom(3), kStep>(a3, row_bytes, c0, c1, s6, s7, s8, s9, s10, s11);
    AddRows<kFrom(6), kStep>(a6, row_bytes, c0, c1, s12, s13, s14, s15, s16, s17);
    AddRows<kFrom(9), kStep>(a9, row_bytes, c0, c1, s18, s19, s20, s21, s22, s23);
  };
  const auto advance = [&](int64_t steps) {
    a0 += steps;
    a3 += steps;
    a6 += steps;
    a9 += steps;
    b0 += steps * k_stride;
    b1 += steps * k_stride;
  };
  for (; depth >= 4; depth -= 4) {
    for (int64_t step = 0; step < 4; step += kFetchStep) FetchNext(from);
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
  from.a = a0;
  from.b = b0;
  const Raw sums[] = {s0,  s1,  s2,  s3,  s4,  s5,  s6,  s7,  s8,  s9,  s10, s11,
                      s12, s13, s14, s15, s16, s17, s18, s19, s20, s21, s22, s23};
  for (size_t i = 0; i < 2 * kRows; ++i) sum[i].raw = sums[i];
}

#else

constexpr bool kHasAssembly = false;
template <size_t kRows>
void AddStepsOfTwo(int64_t, Operands&, PartVec (&)[2 * kRows]);

#endif

// For each of `depth` steps of k, at least one: sum[r * kColumns + v] += A[r][k] * B[k][v], where v
// counts vectors of columns. Leaves a and b of `from` after the last step.
template <size_t kRows, size_t kColumns>
HWY_INLINE void AddSteps(int64_t depth, Operands& from, PartVec (&sum)[kRows * kColumns]) {
  if constexpr (kHasAssembly && kColumns == 2) return AddStepsOfTwo<kRows>(depth, from, sum);
  const PartTag d;
  int64_t k = 0;
  do {
    if (k % kFetchStep == 0) FetchNext(from);
    PartVec column[kColumns];
    for (size_t v = 0; v < kColumns; ++v) {
      const int64_t panel = static_cast<int64_t>(v / kPanelVectors) * from.panel_stride;
      column[v] = LoadOnce<kRows>(from.b + panel + v % kPanelVectors * kPartLanes);
    }
    for (size_t r = 0; r < kRows; ++r) {
      const PartVec x = hn::Set(d, from.a[static_cast<int64_t>(r) * from.a_stride]);
      for (size_t v = 0; v < kColumns; ++v) {
        sum[r * kColumns + v] = hn::MulAdd(x, column[v], sum[r * kColumns + v]);
      }
    }
    ++from.a;
    from.b += from.k_stride;
  } while (++k < depth);
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_GEMM_STEPS_INL_H_
