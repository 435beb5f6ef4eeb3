// The innermost work of pointwise kernels: one operation on a run of elements that fits the
// first-level cache. A program of several operations runs them one after the other on each tile, so
// the tensors pass through memory once.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_TILE_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_TILE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "kairos/tensor.h"

namespace kairos::onednn::own {

inline constexpr int64_t kTileElements = 1024;

struct Tile {
  // Contiguous operands; a single element where `scalar`, which binary operations accept for one of
  // their two. `dst` may be any of the others.
  const void* src[3] = {};
  bool scalar[3] = {};
  void* dst = nullptr;
  int64_t count = 0;
  const float* params = nullptr;  // of the operation, see FloatUnary
};

using TileFunction = void (*)(const Tile& tile);

// Operations on one float operand. Behind each its parameters, in order.
enum class FloatUnary : uint8_t {
  kAbs,
  kCeil,
  kCelu,  // alpha
  kClip,  // low, high
  kElu,   // alpha
  kErf,
  kExp,
  kFloor,
  kGelu,
  kGeluTanh,
  kHardSigmoid,  // alpha, beta
  kHardSwish,
  kLeakyRelu,  // alpha
  kLog,
  kMish,
  kNeg,
  kReciprocal,
  kRelu,
  kRound,
  kScale,  // factor
  kSelu,   // alpha, gamma
  kSigmoid,
  kSign,
  kSoftplus,
  kSoftsign,
  kSqrt,
  kSwish,  // alpha
  kTanh,
  kThresholdedRelu,  // alpha
};
TileFunction FindFloatUnary(FloatUnary op);

// Operations on two float operands. kAtLeast and kAtMost are the bounds of Clip: NaN in the first
// operand stays.
enum class FloatBinary : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMax,
  kMin,
  kPow,
  kPRelu,
  kAtLeast,
  kAtMost
};
TileFunction FindFloatBinary(FloatBinary op);

// Everything else, in plain loops; null when there is no such function for `dtype` (of the
// operands; for "Where" of the values).
TileFunction FindScalarTile(absl::string_view op, DType dtype);

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_TILE_H_
