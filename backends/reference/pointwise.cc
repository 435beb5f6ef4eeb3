#include "reference/pointwise.h"

#include <string>
#include <variant>

#include "reference/scalar.h"
#include "reference/strided.h"

namespace kairos::reference {
namespace {

template <typename T, typename R>
void UnaryLoop(UnaryFunction<Wide<T>> function, const Parameters& parameters, Source x,
               Target dst) {
  const auto* from = static_cast<const T*>(x.data);
  auto* to = static_cast<R*>(dst.data);
  const Shape& shape = dst.type.shape;
  ForEachRow<2>(
      shape, {BroadcastStrides(x.type, shape), StridesOfType(dst.type)}, [&](const Row<2>& row) {
        for (int64_t i = 0; i < row.count; ++i) {
          const T value = from[row.offset[0] + i * row.stride[0]];
          to[row.offset[1] + i * row.stride[1]] = Narrow<R>(function(Widen(value), parameters));
        }
      });
}

template <typename T, typename R>
void BinaryLoop(BinaryFunction<Wide<T>> function, const Parameters& parameters, Source x, Source y,
                Target dst) {
  const auto* left = static_cast<const T*>(x.data);
  const auto* right = static_cast<const T*>(y.data);
  auto* to = static_cast<R*>(dst.data);
  const Shape& shape = dst.type.shape;
  ForEachRow<3>(
      shape,
      {BroadcastStrides(x.type, shape), BroadcastStrides(y.type, shape), StridesOfType(dst.type)},
      [&](const Row<3>& row) {
        for (int64_t i = 0; i < row.count; ++i) {
          const T a = left[row.offset[0] + i * row.stride[0]];
          const T b = right[row.offset[1] + i * row.stride[1]];
          to[row.offset[2] + i * row.stride[2]] =
              Narrow<R>(function(Widen(a), Widen(b), parameters));
        }
      });
}

}  // namespace

double NumberOf(const Attributes& attributes, const ParameterSpec& spec) {
  const Attribute* attribute = spec.name.empty() ? nullptr : attributes.Find(spec.name);
  if (attribute == nullptr) return spec.fallback;
  if (const auto* number = std::get_if<float>(attribute)) return *number;
  if (const auto* number = std::get_if<int64_t>(attribute)) return static_cast<double>(*number);
  if (const auto* text = std::get_if<std::string>(attribute)) return *text == spec.text ? 1 : 0;
  return spec.fallback;
}

absl::Status ApplyUnary(const UnaryOp& op, const Parameters& parameters, Source x, Target dst) {
  return DispatchAll(x.type.dtype, [&]<typename T>() {
    const UnaryFunction<Wide<T>> function = op.function<Wide<T>>();
    if (op.result == ResultType::kBool) {
      UnaryLoop<T, Bool>(function, parameters, x, dst);
    } else {
      UnaryLoop<T, T>(function, parameters, x, dst);
    }
  });
}

absl::Status ApplyBinary(const BinaryOp& op, const Parameters& parameters, Source x, Source y,
                         Target dst) {
  return DispatchAll(x.type.dtype, [&]<typename T>() {
    const BinaryFunction<Wide<T>> function = op.function<Wide<T>>();
    if (op.result == ResultType::kBool) {
      BinaryLoop<T, Bool>(function, parameters, x, y, dst);
    } else {
      BinaryLoop<T, T>(function, parameters, x, y, dst);
    }
  });
}

absl::Status CopyBroadcast(Source x, Target dst) {
  return DispatchBytes(x.type.dtype, [&]<typename T>() {
    CopyStrided(dst.type.shape, static_cast<const T*>(x.data),
                BroadcastStrides(x.type, dst.type.shape), static_cast<T*>(dst.data),
                StridesOfType(dst.type));
  });
}

}  // namespace kairos::reference
