// QuantizeLinear and DequantizeLinear, with one scale per tensor, per index of an axis, or per
// block of indices of an axis; and DynamicQuantizeLinear, which finds the scale.
#include <algorithm>
#include <array>
#include <cmath>

#include "absl/functional/function_ref.h"

#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

struct Scaled {
  int64_t src, dst;  // element offsets
  int64_t scale;     // of the scale and of the zero point, which has its shape
};

// Calls body(Scaled) for each element.
absl::Status ForEachScaled(const KernelRequest& request, const Args& args,
                           absl::FunctionRef<void(const Scaled&)> body) {
  Shape shape = args.input_type(0).shape;
  const TensorType& scale = args.input_type(1);
  const auto each = [&body](const Row<3>& row) {
    for (int64_t i = 0; i < row.count; ++i) {
      const auto at = [&](size_t t) { return row.offset[t] + i * row.stride[t]; };
      body({at(0), at(1), at(2)});
    }
  };
  std::array<Shape, 3> strides = {StridesOfType(args.input_type(0)),
                                  StridesOfType(args.output_type(0)), Shape(shape.size(), 0)};
  if (scale.element_count() == 1 && scale.shape.size() <= 1) {
    ForEachRow<3>(shape, strides, each);
    return absl::OkStatus();
  }
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<int64_t> resolved = ResolveAxis(attributes.Int("axis", 1), shape.size());
  if (!resolved.ok()) return resolved.status();
  const auto axis = static_cast<size_t>(*resolved);
  const int64_t block = std::max<int64_t>(attributes.Int("block_size", 0), 1);
  if (block > 1 || scale.shape.size() == shape.size()) strides[2] = StridesOfType(scale);
  const int64_t scale_step = scale.shape.size() == 1 ? 1 : strides[2][axis];
  const int64_t extent = shape[axis];
  shape[axis] = 1;
  // The scale's index stands still for a block, so the axis is walked here.
  for (int64_t k = 0; k < extent; ++k) {
    ForEachRow<3>(shape, strides, [&](Row<3> row) {
      row.offset[0] += k * strides[0][axis];
      row.offset[1] += k * strides[1][axis];
      row.offset[2] += k / block * scale_step;
      each(row);
    });
  }
  return absl::OkStatus();
}

double ZeroPointAt(const Args& args, ReadElement<double> read, int64_t index) {
  return read == nullptr ? 0 : read(args.raw_input(2), index);
}
ReadElement<double> ZeroPointReader(const Args& args) {
  return args.has_input(2) ? ElementReader<double>(args.input_type(2).dtype) : nullptr;
}

// The quotient is rounded to float before it is rounded to an integer: the operator is defined in
// the type of its inputs, and ties decide the result. NaN counts as 0.
double Quantize(double x, double scale, double zero) {
  const float quotient = std::nearbyint(static_cast<float>(x) / static_cast<float>(scale));
  return std::isnan(quotient) ? zero : static_cast<double>(quotient) + zero;
}

absl::Status RunQuantizeLinear(const KernelRequest& request, const Args& args) {
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const auto read_scale = ElementReader<double>(args.input_type(1).dtype);
  const auto read_zero = ZeroPointReader(args);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  return ForEachScaled(request, args, [&](const Scaled& at) {
    write(args.raw_output(0), at.dst,
          Quantize(read(args.raw_input(0), at.src), read_scale(args.raw_input(1), at.scale),
                   ZeroPointAt(args, read_zero, at.scale)));
  });
}

absl::Status RunDequantizeLinear(const KernelRequest& request, const Args& args) {
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const auto read_scale = ElementReader<double>(args.input_type(1).dtype);
  const auto read_zero = ZeroPointReader(args);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  return ForEachScaled(request, args, [&](const Scaled& at) {
    const double difference =
        read(args.raw_input(0), at.src) - ZeroPointAt(args, read_zero, at.scale);
    write(args.raw_output(0), at.dst, difference * read_scale(args.raw_input(1), at.scale));
  });
}

absl::Status RunDynamicQuantizeLinear(const KernelRequest&, const Args& args) {
  const int64_t count = args.input_type(0).element_count();
  const float* src = args.input<float>(0);
  float low = 0, high = 0;  // 0 must be representable
  for (int64_t i = 0; i < count; ++i) {
    low = std::min(low, src[i]);
    high = std::max(high, src[i]);
  }
  // Of zeros alone any scale will do.
  const float scale = high > low ? (high - low) / 255.0f : 1.0f;
  const float zero = std::nearbyint(std::clamp(-low / scale, 0.0f, 255.0f));
  const auto write = ElementWriter<double>(DType::kUint8);
  for (int64_t i = 0; i < count; ++i) write(args.raw_output(0), i, Quantize(src[i], scale, zero));
  *args.output<float>(1) = scale;
  write(args.raw_output(2), 0, zero);
  return absl::OkStatus();
}

constexpr DTypeSet kNarrow =
    MakeDTypeSet(DType::kInt8, DType::kUint8, DType::kInt16, DType::kUint16);
constexpr DTypeSet kInt32Type = MakeDTypeSet(DType::kInt32);

constexpr ReferenceOp kRows[] = {
    {.op = "DequantizeLinear",
     .run = RunDequantizeLinear,
     .input_types = kNarrow | kInt32Type,
     .output_types = kFloatTypes,
     .supports =
         [](const KernelRequest& request) { return CheckInputType(request, 1, kFloatTypes); }},
    {.op = "DynamicQuantizeLinear", .run = RunDynamicQuantizeLinear},
    {.op = "QuantizeLinear",
     .run = RunQuantizeLinear,
     .input_types = kFloatTypes | kInt32Type,
     .output_types = kNarrow,
     .supports =
         [](const KernelRequest& request) { return CheckInputType(request, 1, kFloatTypes); }},
};

}  // namespace

absl::Span<const ReferenceOp> QuantizationOps() { return kRows; }

}  // namespace kairos::reference
