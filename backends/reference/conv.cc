#include "reference/convolve.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

absl::Status Run(const KernelRequest& request, const Args& args, bool transposed) {
  const Convolution convolution = MakeConvolution(
      *request.node, args.input_type(0), args.input_type(1), args.output_type(0), transposed);
  Convolve(convolution, args.raw_input(0), args.raw_input(1), args.raw_input(2), args.raw_output(0),
           args.pool());
  return absl::OkStatus();
}

absl::Status RunConv(const KernelRequest& request, const Args& args) {
  return Run(request, args, false);
}

absl::Status RunConvTranspose(const KernelRequest& request, const Args& args) {
  return Run(request, args, true);
}

constexpr ReferenceOp kOps[] = {
    {.op = "Conv", .run = RunConv, .input_types = kFloatTypes, .supports = CheckSpatialRank},
    {.op = "ConvTranspose",
     .run = RunConvTranspose,
     .input_types = kFloatTypes,
     .supports = CheckSpatialRank},
};

}  // namespace

absl::Span<const ReferenceOp> ConvolutionOps() { return kOps; }

}  // namespace kairos::reference
