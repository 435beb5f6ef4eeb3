// Pointwise operators that no scalar function of one type describes.
#include <cmath>

#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

absl::Status RunWhere(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& type = args.output_type(0);
  const auto* condition = args.input<Bool>(0);
  return DispatchBytes(type.dtype, [&]<typename T>() {
    const T* yes = args.input<T>(1);
    const T* no = args.input<T>(2);
    T* dst = args.output<T>(0);
    const auto strides = [&](size_t i) { return BroadcastStrides(args.input_type(i), type.shape); };
    ForEachRow<4>(type.shape, {strides(0), strides(1), strides(2), StridesOfType(type)},
                  [&](const Row<4>& row) {
                    for (int64_t i = 0; i < row.count; ++i) {
                      const auto at = [&](size_t t) { return row.offset[t] + i * row.stride[t]; };
                      dst[at(3)] = condition[at(0)] ? yes[at(1)] : no[at(2)];
                    }
                  });
  });
}

// A NaN element stays; the upper bound wins over a lower one above it.
absl::Status RunClip(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& type = args.output_type(0);
  return DispatchNumeric(type.dtype, [&]<typename T>() {
    using W = Wide<T>;
    const bool has_low = args.has_input(1), has_high = args.has_input(2);
    const W low = has_low ? Widen(*args.input<T>(1)) : W{};
    const W high = has_high ? Widen(*args.input<T>(2)) : W{};
    const T* src = args.input<T>(0);
    T* dst = args.output<T>(0);
    ForEachRow<2>(type.shape, {StridesOfType(args.input_type(0)), StridesOfType(type)},
                  [&](const Row<2>& row) {
                    for (int64_t i = 0; i < row.count; ++i) {
                      W x = Widen(src[row.offset[0] + i * row.stride[0]]);
                      if (has_low && x < low) x = low;
                      if (has_high && x > high) x = high;
                      dst[row.offset[1] + i * row.stride[1]] = Narrow<T>(x);
                    }
                  });
  });
}

// To a negative power, an integer is 0 but for 1 and -1.
uint64_t IntegerPower(int64_t base, uint64_t exponent, bool negative) {
  if (negative && base != 1 && base != -1) return 0;
  uint64_t power = 1;
  auto square = static_cast<uint64_t>(base);
  for (; exponent != 0; exponent /= 2, square *= square) {
    if (exponent % 2 != 0) power *= square;
  }
  return power;
}

// The exponent has a type of its own; the result has that of the base.
absl::Status RunPow(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& type = args.output_type(0);
  const DType exponent_type = args.input_type(1).dtype;
  const void* base = args.raw_input(0);
  const void* exponent = args.raw_input(1);
  void* dst = args.raw_output(0);
  const auto for_each = [&](auto&& body) {
    const auto strides = [&](size_t i) { return BroadcastStrides(args.input_type(i), type.shape); };
    ForEachRow<3>(type.shape, {strides(0), strides(1), StridesOfType(type)},
                  [&](const Row<3>& row) {
                    for (int64_t i = 0; i < row.count; ++i) {
                      const auto at = [&](size_t t) { return row.offset[t] + i * row.stride[t]; };
                      body(at(0), at(1), at(2));
                    }
                  });
  };
  if (Contains(kIntegerTypes, type.dtype) && Contains(kIntegerTypes, exponent_type)) {
    const auto read = ElementReader<int64_t>(type.dtype);
    const auto read_exponent = ElementReader<int64_t>(exponent_type);
    const auto write = ElementWriter<uint64_t>(type.dtype);
    for_each([&](int64_t i, int64_t j, int64_t k) {
      const int64_t power = read_exponent(exponent, j);
      const bool negative = power < 0 && Contains(kSignedTypes, exponent_type);
      write(dst, k, IntegerPower(read(base, i), static_cast<uint64_t>(power), negative));
    });
  } else {
    const auto read = ElementReader<double>(type.dtype);
    const auto read_exponent = ElementReader<double>(exponent_type);
    const auto write = ElementWriter<double>(type.dtype);
    for_each([&](int64_t i, int64_t j, int64_t k) {
      write(dst, k, std::pow(read(base, i), read_exponent(exponent, j)));
    });
  }
  return absl::OkStatus();
}

template <typename From, typename To>
void CastRow(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t count) {
  const auto* from = static_cast<const From*>(src);
  auto* to = static_cast<To*>(dst);
  for (int64_t i = 0; i < count; ++i) to[i * dst_stride] = Narrow<To>(Widen(from[i * src_stride]));
}

// Cast and CastLike.
absl::Status RunCast(const KernelRequest& /*request*/, const Args& args) {
  const TensorType& from = args.input_type(0);
  const TensorType& to = args.output_type(0);
  void (*cast)(const void*, int64_t, void*, int64_t, int64_t) = nullptr;
  absl::Status status = DispatchAll(from.dtype, [&]<typename From>() {
    return DispatchAll(to.dtype, [&]<typename To>() { cast = CastRow<From, To>; });
  });
  if (!status.ok()) return status;
  const auto* src = args.input<std::byte>(0);
  auto* dst = args.output<std::byte>(0);
  const auto src_bytes = static_cast<int64_t>(DTypeSize(from.dtype));
  const auto dst_bytes = static_cast<int64_t>(DTypeSize(to.dtype));
  ForEachRow<2>(to.shape, {StridesOfType(from), StridesOfType(to)}, [&](const Row<2>& row) {
    cast(src + row.offset[0] * src_bytes, row.stride[0], dst + row.offset[1] * dst_bytes,
         row.stride[1], row.count);
  });
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {
    {.op = "Cast", .run = RunCast},
    {.op = "CastLike", .run = RunCast},
    {.op = "Clip", .run = RunClip, .input_types = kNumericTypes},
    {.op = "Pow", .run = RunPow, .input_types = kNumericTypes},
    {.op = "Where", .run = RunWhere, .input_types = kBoolType},
};

}  // namespace

absl::Span<const ReferenceOp> SelectOps() { return kRows; }

}  // namespace kairos::reference
