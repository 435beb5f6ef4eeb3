// Arithmetic on sizes from files and callers: every product and sum is checked.
#ifndef KAIROS_RUNTIME_BASE_CHECKED_H_
#define KAIROS_RUNTIME_BASE_CHECKED_H_

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kairos {

// Null on overflow or when an argument is negative.
inline std::optional<int64_t> CheckedMul(int64_t a, int64_t b) {
  int64_t product;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}
inline std::optional<int64_t> CheckedAdd(int64_t a, int64_t b) {
  int64_t sum;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

// True when [offset, offset + bytes) lies in [0, limit).
inline bool RangeFits(uint64_t offset, uint64_t bytes, uint64_t limit) {
  return offset <= limit && bytes <= limit - offset;
}

inline size_t AlignUp(size_t bytes, size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_CHECKED_H_
