#include <cmath>

#include "reference/normalization.h"
#include "reference/slices.h"

namespace kairos::reference {
namespace {

Moments MomentsOfSlice(const Slices& slices, const RowMap& map, int64_t src) {
  return MomentsOf([&](auto&& body) { ReadSlice(slices, map, src, body); });
}

void WriteStatistic(const Args& args, size_t output, int64_t i, double value) {
  if (!args.has_output(output)) return;
  RowWriter<double>(args.output_type(output).dtype)(args.raw_output(output), i, 1, 1, &value);
}

}  // namespace

absl::Status RunLayerNormalization(const KernelRequest& request, const Args& args) {
  const TensorType& src_type = args.input_type(0);
  const Attributes& attributes = request.node->attributes;
  const auto rank = static_cast<int64_t>(src_type.shape.size());
  absl::StatusOr<int64_t> axis = ResolveAxis(attributes.Int("axis", -1), src_type.shape.size());
  if (!axis.ok()) return axis.status();
  Shape axes;
  for (int64_t d = *axis; d < rank; ++d) axes.push_back(d);
  const Slices slices = MakeSlices(src_type, args.output_type(0), axes);
  const double epsilon = attributes.Float("epsilon", 1e-5f);
  const ReadRow<double> read = RowReader<double>(args.input_type(1).dtype);
  ForEachSlice(args, slices, [&](int64_t index, const RowMap& map, int64_t src, int64_t dst) {
    const Moments moments = MomentsOfSlice(slices, map, src);
    const double inverse = 1 / std::sqrt(moments.variance + epsilon);
    WriteStatistic(args, 1, index, moments.mean);
    WriteStatistic(args, 2, index, inverse);
    int64_t i = 0;
    MapSlice(slices, map, src, dst, [&](double x) {
      double scale, bias = 0;
      read(args.raw_input(1), i, 1, 1, &scale);
      if (args.has_input(2)) read(args.raw_input(2), i, 1, 1, &bias);
      ++i;
      return (x - moments.mean) * inverse * scale + bias;
    });
  });
  return absl::OkStatus();
}

absl::Status RunMeanVarianceNormalization(const KernelRequest& request, const Args& args) {
  static constexpr int64_t kDefault[] = {0, 2, 3};
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<Shape> axes = ResolveAxes(
      attributes.Has("axes") ? attributes.Ints("axes") : kDefault, args.input_type(0).shape.size());
  if (!axes.ok()) return axes.status();
  const Slices slices = MakeSlices(args.input_type(0), args.output_type(0), *axes);
  // ONNX adds this to the deviation in the function that defines the operator.
  constexpr double kEpsilon = 1e-9;
  ForEachSlice(args, slices, [&](int64_t, const RowMap& map, int64_t src, int64_t dst) {
    const Moments moments = MomentsOfSlice(slices, map, src);
    const double deviation = std::sqrt(moments.variance) + kEpsilon;
    MapSlice(slices, map, src, dst, [&](double x) { return (x - moments.mean) / deviation; });
  });
  return absl::OkStatus();
}

absl::Status RunLpNormalization(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<int64_t> axis =
      ResolveAxis(attributes.Int("axis", -1), args.input_type(0).shape.size());
  if (!axis.ok()) return axis.status();
  const Slices slices = MakeSlices(args.input_type(0), args.output_type(0), {*axis});
  const bool absolute = attributes.Int("p", 2) == 1;
  ForEachSlice(args, slices, [&](int64_t, const RowMap& map, int64_t src, int64_t dst) {
    double norm = 0;
    ReadSlice(slices, map, src, [&](const double* values, int64_t count) {
      for (int64_t i = 0; i < count; ++i)
        norm += absolute ? std::abs(values[i]) : values[i] * values[i];
    });
    if (!absolute) norm = std::sqrt(norm);
    MapSlice(slices, map, src, dst, [&](double x) { return norm == 0 ? 0.0 : x / norm; });
  });
  return absl::OkStatus();
}

}  // namespace kairos::reference
