// Integers, booleans, comparisons and selection: plain loops that the compiler turns into vectors.
#include <cmath>
#include <limits>
#include <type_traits>

#include "onednn/own/tile.h"

namespace kairos::onednn::own {
namespace {

// Integer arithmetic wraps around; it must not be undefined on hostile data.
template <typename T>
T Wrapped(std::make_unsigned_t<T> x) {
  return static_cast<T>(x);
}
template <typename T>
std::make_unsigned_t<T> Bits(T x) {
  return static_cast<std::make_unsigned_t<T>>(x);
}

struct AddOp {
  template <typename T>
  static T Of(T a, T b) {
    return Wrapped<T>(Bits(a) + Bits(b));
  }
};
struct SubOp {
  template <typename T>
  static T Of(T a, T b) {
    return Wrapped<T>(Bits(a) - Bits(b));
  }
};
struct MulOp {
  template <typename T>
  static T Of(T a, T b) {
    return Wrapped<T>(Bits(a) * Bits(b));
  }
};
struct DivOp {
  template <typename T>
  static T Of(T a, T b) {
    if (b == 0) return 0;
    return b == -1 ? Wrapped<T>(0 - Bits(a)) : a / b;
  }
};
struct MaxOp {
  template <typename T>
  static T Of(T a, T b) {
    return a > b ? a : b;
  }
};
struct MinOp {
  template <typename T>
  static T Of(T a, T b) {
    return a < b ? a : b;
  }
};
struct EqualOp {
  template <typename T>
  static bool Of(T a, T b) {
    return a == b;
  }
};
struct LessOp {
  template <typename T>
  static bool Of(T a, T b) {
    return a < b;
  }
};
struct LessOrEqualOp {
  template <typename T>
  static bool Of(T a, T b) {
    return a <= b;
  }
};
struct GreaterOp {
  template <typename T>
  static bool Of(T a, T b) {
    return a > b;
  }
};
struct GreaterOrEqualOp {
  template <typename T>
  static bool Of(T a, T b) {
    return a >= b;
  }
};
struct AndOp {
  static bool Of(uint8_t a, uint8_t b) { return (a != 0) & (b != 0); }
};
struct OrOp {
  static bool Of(uint8_t a, uint8_t b) { return (a | b) != 0; }
};
struct XorOp {
  static bool Of(uint8_t a, uint8_t b) { return (a != 0) != (b != 0); }
};
struct NegOp {
  template <typename T>
  static T Of(T a) {
    return Wrapped<T>(0 - Bits(a));
  }
};
struct AbsOp {
  template <typename T>
  static T Of(T a) {
    return a < 0 ? NegOp::Of(a) : a;
  }
};
struct NotOp {
  static bool Of(uint8_t a) { return a == 0; }
};
struct IsNaNOp {
  static bool Of(float a) { return std::isnan(a); }
};

template <typename Op, typename T>
void Binary(const Tile& tile) {
  using Result = decltype(Op::Of(T(), T()));
  const T* a = static_cast<const T*>(tile.src[0]);
  const T* b = static_cast<const T*>(tile.src[1]);
  Result* dst = static_cast<Result*>(tile.dst);
  if (tile.scalar[0]) {
    const T first = *a;
    for (int64_t i = 0; i < tile.count; ++i) dst[i] = Op::Of(first, b[i]);
  } else if (tile.scalar[1]) {
    const T second = *b;
    for (int64_t i = 0; i < tile.count; ++i) dst[i] = Op::Of(a[i], second);
  } else {
    for (int64_t i = 0; i < tile.count; ++i) dst[i] = Op::Of(a[i], b[i]);
  }
}

template <typename Op, typename T>
void Unary(const Tile& tile) {
  using Result = decltype(Op::Of(T()));
  const T* a = static_cast<const T*>(tile.src[0]);
  Result* dst = static_cast<Result*>(tile.dst);
  for (int64_t i = 0; i < tile.count; ++i) dst[i] = Op::Of(a[i]);
}

template <typename T>
void Where(const Tile& tile) {
  const uint8_t* condition = static_cast<const uint8_t*>(tile.src[0]);
  const T* a = static_cast<const T*>(tile.src[1]);
  const T* b = static_cast<const T*>(tile.src[2]);
  T* dst = static_cast<T*>(tile.dst);
  for (int64_t i = 0; i < tile.count; ++i) {
    const T x = a[i];
    const T y = b[i];
    dst[i] = condition[i] != 0 ? x : y;
  }
}

struct Row {
  absl::string_view op;
  DType dtype;
  TileFunction function;
};

// The names are those of ONNX, and of FloatBinary for the bounds of Clip.
constexpr Row kRows[] = {
    {"Add", DType::kInt64, &Binary<AddOp, int64_t>},
    {"Add", DType::kInt32, &Binary<AddOp, int32_t>},
    {"Sub", DType::kInt64, &Binary<SubOp, int64_t>},
    {"Sub", DType::kInt32, &Binary<SubOp, int32_t>},
    {"Mul", DType::kInt64, &Binary<MulOp, int64_t>},
    {"Mul", DType::kInt32, &Binary<MulOp, int32_t>},
    {"Div", DType::kInt64, &Binary<DivOp, int64_t>},
    {"Div", DType::kInt32, &Binary<DivOp, int32_t>},
    {"Max", DType::kInt64, &Binary<MaxOp, int64_t>},
    {"Max", DType::kInt32, &Binary<MaxOp, int32_t>},
    {"Min", DType::kInt64, &Binary<MinOp, int64_t>},
    {"Min", DType::kInt32, &Binary<MinOp, int32_t>},
    {"Neg", DType::kInt64, &Unary<NegOp, int64_t>},
    {"Neg", DType::kInt32, &Unary<NegOp, int32_t>},
    {"Abs", DType::kInt64, &Unary<AbsOp, int64_t>},
    {"Abs", DType::kInt32, &Unary<AbsOp, int32_t>},
    {"Equal", DType::kFloat32, &Binary<EqualOp, float>},
    {"Equal", DType::kInt64, &Binary<EqualOp, int64_t>},
    {"Equal", DType::kInt32, &Binary<EqualOp, int32_t>},
    {"Equal", DType::kBool, &Binary<EqualOp, uint8_t>},
    {"Less", DType::kFloat32, &Binary<LessOp, float>},
    {"Less", DType::kInt64, &Binary<LessOp, int64_t>},
    {"Less", DType::kInt32, &Binary<LessOp, int32_t>},
    {"LessOrEqual", DType::kFloat32, &Binary<LessOrEqualOp, float>},
    {"LessOrEqual", DType::kInt64, &Binary<LessOrEqualOp, int64_t>},
    {"LessOrEqual", DType::kInt32, &Binary<LessOrEqualOp, int32_t>},
    {"Greater", DType::kFloat32, &Binary<GreaterOp, float>},
    {"Greater", DType::kInt64, &Binary<GreaterOp, int64_t>},
    {"Greater", DType::kInt32, &Binary<GreaterOp, int32_t>},
    {"GreaterOrEqual", DType::kFloat32, &Binary<GreaterOrEqualOp, float>},
    {"GreaterOrEqual", DType::kInt64, &Binary<GreaterOrEqualOp, int64_t>},
    {"GreaterOrEqual", DType::kInt32, &Binary<GreaterOrEqualOp, int32_t>},
    {"And", DType::kBool, &Binary<AndOp, uint8_t>},
    {"Or", DType::kBool, &Binary<OrOp, uint8_t>},
    {"Xor", DType::kBool, &Binary<XorOp, uint8_t>},
    {"Not", DType::kBool, &Unary<NotOp, uint8_t>},
    {"IsNaN", DType::kFloat32, &Unary<IsNaNOp, float>},
};

TileFunction WhereOfSize(size_t bytes) {
  switch (bytes) {
    case 1: return &Where<uint8_t>;
    case 2: return &Where<uint16_t>;
    case 4: return &Where<uint32_t>;
    case 8: return &Where<uint64_t>;
    default: return nullptr;
  }
}

}  // namespace

TileFunction FindScalarTile(absl::string_view op, DType dtype) {
  if (op == "Where") return WhereOfSize(DTypeSize(dtype));
  for (const Row& row : kRows) {
    if (row.op == op && row.dtype == dtype) return row.function;
  }
  return nullptr;
}

}  // namespace kairos::onednn::own
