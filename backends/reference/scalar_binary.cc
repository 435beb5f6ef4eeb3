#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <type_traits>

#include "reference/families.h"
#include "reference/pointwise.h"
#include "reference/scalar_ops.h"

namespace kairos::reference {
namespace {

using P = const Parameters&;

// ---- Arithmetic. Integers wrap, in uint64_t because signed overflow is undefined.

template <typename W>
W Add(W x, W y, P) {
  if constexpr (std::is_same_v<W, int64_t>) {
    return static_cast<int64_t>(static_cast<uint64_t>(x) + static_cast<uint64_t>(y));
  } else {
    return x + y;
  }
}
template <typename W>
W Subtract(W x, W y, P) {
  if constexpr (std::is_same_v<W, int64_t>) {
    return static_cast<int64_t>(static_cast<uint64_t>(x) - static_cast<uint64_t>(y));
  } else {
    return x - y;
  }
}
template <typename W>
W Multiply(W x, W y, P) {
  if constexpr (std::is_same_v<W, int64_t>) {
    return static_cast<int64_t>(static_cast<uint64_t>(x) * static_cast<uint64_t>(y));
  } else {
    return x * y;
  }
}

// Truncates. What would trap is defined: x / 0 is 0, and the most negative integer divided by -1
// wraps to itself.
template <typename W>
W Divide(W x, W y, P p) {
  if constexpr (std::is_same_v<W, double>) {
    return x / y;
  } else {
    if (y == 0) return 0;
    if constexpr (std::is_signed_v<W>) {
      if (y == -1) return Subtract<W>(0, x, p);
    }
    return x / y;
  }
}

// p.a (fmod) chooses the sign of the dividend, as C does, over that of the divisor.
template <typename W>
W Modulo(W x, W y, P p) {
  if constexpr (std::is_same_v<W, double>) {
    const double remainder = std::fmod(x, y);
    const bool adjust = p.a == 0 && remainder != 0 && std::signbit(remainder) != std::signbit(y);
    return adjust ? remainder + y : remainder;
  } else {
    if (y == 0) return 0;
    if constexpr (std::is_signed_v<W>) {
      if (y == -1) return 0;
      const W remainder = x % y;
      const bool adjust = p.a == 0 && remainder != 0 && (remainder < 0) != (y < 0);
      return adjust ? remainder + y : remainder;
    } else {
      return x % y;
    }
  }
}

template <typename W>
W PRelu(W x, W slope, P p) {
  return x < 0 ? Multiply<W>(x, slope, p) : x;
}

// NaN in either operand is the result.
template <typename W>
W Maximum(W x, W y, P) {
  if constexpr (std::is_same_v<W, double>) {
    if (std::isnan(y)) return y;
  }
  return x < y ? y : x;
}
template <typename W>
W Minimum(W x, W y, P) {
  if constexpr (std::is_same_v<W, double>) {
    if (std::isnan(y)) return y;
  }
  return y < x ? y : x;
}

// ---- Comparison: 0 or 1.

template <typename W>
W Equal(W x, W y, P) {
  return x == y;
}
template <typename W>
W Greater(W x, W y, P) {
  return x > y;
}
template <typename W>
W GreaterOrEqual(W x, W y, P) {
  return x >= y;
}
template <typename W>
W Less(W x, W y, P) {
  return x < y;
}
template <typename W>
W LessOrEqual(W x, W y, P) {
  return x <= y;
}

// ---- Bits. On bool the widened values are 0 and 1.

template <typename W>
W And(W x, W y, P) {
  return x & y;
}
template <typename W>
W Or(W x, W y, P) {
  return x | y;
}
template <typename W>
W Xor(W x, W y, P) {
  return x ^ y;
}
// p.a chooses left. A left shift past the width of the elements leaves 0 when it is narrowed.
uint64_t Shift(uint64_t x, uint64_t count, P p) {
  if (count >= 64) return 0;
  return p.a != 0 ? x << count : x >> count;
}

constexpr BinaryOp Row(absl::string_view op, DTypeSet types, BinaryFunction<double> f,
                       BinaryFunction<int64_t> g, BinaryFunction<uint64_t> h,
                       ResultType result = ResultType::kSame) {
  return {
      .op = op, .types = types, .on_double = f, .on_int64 = g, .on_uint64 = h, .result = result};
}

constexpr ResultType kBool = ResultType::kBool;
constexpr BinaryOp kOps[] = {
    Row("Add", kNumericTypes, Add, Add, Add),
    Row("And", kBoolType, nullptr, nullptr, And, kBool),
    {.op = "BitShift", .types = kUnsignedTypes, .on_uint64 = Shift, .a = {"direction", 0, "LEFT"}},
    Row("BitwiseAnd", kIntegerTypes, nullptr, And, And),
    Row("BitwiseOr", kIntegerTypes, nullptr, Or, Or),
    Row("BitwiseXor", kIntegerTypes, nullptr, Xor, Xor),
    Row("Div", kNumericTypes, Divide, Divide, Divide),
    Row("Equal", kAllTypes, Equal, Equal, Equal, kBool),
    Row("Greater", kNumericTypes, Greater, Greater, Greater, kBool),
    Row("GreaterOrEqual", kNumericTypes, GreaterOrEqual, GreaterOrEqual, GreaterOrEqual, kBool),
    Row("Less", kNumericTypes, Less, Less, Less, kBool),
    Row("LessOrEqual", kNumericTypes, LessOrEqual, LessOrEqual, LessOrEqual, kBool),
    Row("Max", kNumericTypes, Maximum, Maximum, Maximum),
    Row("Mean", kFloatTypes, Add, nullptr, nullptr),
    Row("Min", kNumericTypes, Minimum, Minimum, Minimum),
    {.op = "Mod",
     .types = kNumericTypes,
     .on_double = Modulo,
     .on_int64 = Modulo,
     .on_uint64 = Modulo,
     .a = {"fmod", 0}},
    Row("Mul", kNumericTypes, Multiply, Multiply, Multiply),
    Row("Or", kBoolType, nullptr, nullptr, Or, kBool),
    Row("PRelu", kNumericTypes, PRelu, PRelu, PRelu),
    Row("Sub", kNumericTypes, Subtract, Subtract, Subtract),
    Row("Sum", kFloatTypes, Add, nullptr, nullptr),
    Row("Xor", kBoolType, nullptr, nullptr, Xor, kBool),
};

absl::Status DivideBy(double count, Target x) {
  const TensorType scalar{x.type.dtype, {}};
  return DispatchFloat(x.type.dtype, [&]<typename T>() {
    const T divisor = Narrow<T>(count);
    return ApplyBinary(*FindBinary("Div"), {}, {x.type, x.data}, {scalar, &divisor}, x);
  });
}

// Two inputs, or with some operators any number of them, from left to right.
absl::Status RunBinary(const KernelRequest& request, const Args& args) {
  const BinaryOp& op = *FindBinary(request.node->op);
  const Parameters parameters = op.ReadParameters(request.node->attributes);
  const Target dst{args.output_type(0), args.raw_output(0)};
  const auto source = [&](size_t i) { return Source{args.input_type(i), args.raw_input(i)}; };
  const size_t count = request.node->base_input_count();
  absl::Status status = count == 1 ? CopyBroadcast(source(0), dst)
                                   : ApplyBinary(op, parameters, source(0), source(1), dst);
  for (size_t i = 2; i < count && status.ok(); ++i) {
    status = ApplyBinary(op, parameters, {dst.type, dst.data}, source(i), dst);
  }
  if (status.ok() && op.op == "Mean") status = DivideBy(static_cast<double>(count), dst);
  return status;
}

constexpr std::array<ReferenceOp, std::size(kOps)> kRows = [] {
  std::array<ReferenceOp, std::size(kOps)> rows;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {.op = kOps[i].op, .run = RunBinary, .input_types = kOps[i].types};
  }
  return rows;
}();

}  // namespace

absl::Span<const ReferenceOp> BinaryOps() { return kRows; }

const BinaryOp* FindBinary(absl::string_view op) {
  for (const BinaryOp& row : kOps) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

}  // namespace kairos::reference
