#include "rtdiff/tensor_diff.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"

#include "common/element.h"

namespace kairos {
namespace {

template <typename Bits>
Bits BitsAt(const void* data, size_t index) {
  Bits bits;
  std::memcpy(&bits, static_cast<const char*>(data) + index * sizeof(Bits), sizeof(Bits));
  return bits;
}

// The position of a float among all floats of its type, from the most negative up.
template <typename Bits>
Bits Rank(Bits bits) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  return (bits & kSign) != 0 ? static_cast<Bits>(~bits + 1) : static_cast<Bits>(bits | kSign);
}

template <typename Bits>
void DiffFloats(const TensorView& want, const TensorView& got, double tolerance, TensorDiff* diff) {
  for (size_t i = 0; i < diff->count; ++i) {
    const double value = std::fabs(ElementAt(want, i));
    if (std::isfinite(value)) diff->scale = std::max(diff->scale, value);
  }
  for (size_t i = 0; i < diff->count; ++i) {
    const Bits a = BitsAt<Bits>(want.data, i), b = BitsAt<Bits>(got.data, i);
    if (a == b) continue;
    ++diff->different;
    const double x = ElementAt(want, i), y = ElementAt(got, i);
    if (std::isnan(x) && std::isnan(y)) continue;
    double apart = std::fabs(x - y);
    if (!std::isfinite(apart)) apart = std::numeric_limits<double>::infinity();
    diff->max_abs = std::max(diff->max_abs, apart);
    const double least = diff->scale * 1e-3;
    if (apart > 0) diff->max_rel = std::max(diff->max_rel, apart / std::max(std::fabs(x), least));
    const Bits rank_a = Rank(a), rank_b = Rank(b);
    diff->max_ulp =
        std::max<uint64_t>(diff->max_ulp, rank_a > rank_b ? rank_a - rank_b : rank_b - rank_a);
  }
  diff->over = diff->max_abs > tolerance * diff->scale;
}

nlohmann::json Finite(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json("infinite");
}

}  // namespace

absl::StatusOr<TensorDiff> DiffTensors(const std::string& name, const TensorView& want,
                                       const TensorView& got, double tolerance) {
  if (want.dtype != got.dtype || want.shape != got.shape) {
    return absl::InvalidArgumentError(absl::StrCat("'", name, "': got ", DTypeName(got.dtype),
                                                   ShapeString(got.shape), ", expected ",
                                                   DTypeName(want.dtype), ShapeString(want.shape)));
  }
  TensorDiff diff;
  diff.name = name;
  diff.count = static_cast<size_t>(ElementCount(want.shape));
  switch (want.dtype) {
    case DType::kFloat16:
    case DType::kBFloat16:
      DiffFloats<uint16_t>(want, got, tolerance, &diff);
      break;
    case DType::kFloat32:
      DiffFloats<uint32_t>(want, got, tolerance, &diff);
      break;
    case DType::kFloat64:
      DiffFloats<uint64_t>(want, got, tolerance, &diff);
      break;
    default: {
      const size_t size = DTypeSize(want.dtype);
      for (size_t i = 0; i < diff.count; ++i) {
        diff.different += std::memcmp(static_cast<const char*>(want.data) + i * size,
                                      static_cast<const char*>(got.data) + i * size, size) != 0;
      }
      diff.over = diff.different > 0;
    }
  }
  return diff;
}

nlohmann::json ToJson(const TensorDiff& diff) {
  return {{"name", diff.name},
          {"count", diff.count},
          {"different", diff.different},
          {"scale", diff.scale},
          {"max_abs", Finite(diff.max_abs)},
          {"max_rel", Finite(diff.max_rel)},
          {"max_ulp", diff.max_ulp},
          {"over", diff.over}};
}

}  // namespace kairos
