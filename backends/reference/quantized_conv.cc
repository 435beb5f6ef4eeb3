// ConvInteger and QLinearConv.
#include "reference/convolve.h"
#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

double Scalar(const Args& args, size_t i) {
  return args.has_input(i) ? ElementAt(args.input_type(i).dtype, args.raw_input(i), 0) : 0;
}

int64_t StrideOf(const Args& args, size_t i) {
  return args.has_input(i) && args.input_type(i).element_count() > 1 ? 1 : 0;
}

void SetZeros(const Args& args, size_t src_zero, size_t weight_zeros, Convolution& conv) {
  conv.src_zero = Scalar(args, src_zero);
  conv.weight_zeros = args.raw_input(weight_zeros);
  conv.weight_zero_stride = StrideOf(args, weight_zeros);
}

absl::Status RunConvInteger(const KernelRequest& request, const Args& args) {
  Convolution conv = MakeConvolution(*request.node, args.input_type(0), args.input_type(1),
                                     args.output_type(0), false);
  SetZeros(args, 2, 3, conv);
  Convolve(conv, args.raw_input(0), args.raw_input(1), nullptr, args.raw_output(0), args.pool());
  return absl::OkStatus();
}

absl::Status RunQLinearConv(const KernelRequest& request, const Args& args) {
  Convolution conv = MakeConvolution(*request.node, args.input_type(0), args.input_type(3),
                                     args.output_type(0), false);
  SetZeros(args, 2, 5, conv);
  conv.read_bias = RowReader<double>(DType::kInt32);
  const Requantization requantization = {.src_scale = *args.input<float>(1),
                                         .dst_scale = *args.input<float>(6),
                                         .weight_scales = args.input<float>(4),
                                         .weight_scale_stride = StrideOf(args, 4),
                                         .zero = Scalar(args, 7)};
  conv.requantization = &requantization;
  Convolve(conv, args.raw_input(0), args.raw_input(3), args.raw_input(8), args.raw_output(0),
           args.pool());
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {
    {.op = "ConvInteger", .run = RunConvInteger, .supports = CheckSpatialRank},
    {.op = "QLinearConv", .run = RunQLinearConv, .supports = CheckSpatialRank},
};

}  // namespace

absl::Span<const ReferenceOp> QuantizedConvOps() { return kRows; }

}  // namespace kairos::reference
