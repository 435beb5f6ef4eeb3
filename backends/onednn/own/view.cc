// Operators that only rename the shape. The executor gives input and output the same memory where
// it can; this is the copy for where it cannot.
#include "onednn/own/makers.h"
#include "onednn/own/strided_copy.h"

namespace kairos::onednn::own {
namespace {

class ViewKernel : public OwnKernel {
 public:
  explicit ViewKernel(const KernelRequest& request)
      : OwnKernel(KernelName(request)),
        copy_({static_cast<int64_t>(request.outputs[0].type.byte_count())}, {1}, {1}, 1) {}

  int InPlaceInput() const override { return 0; }
  absl::Status Run(const KernelArgs& args, State*) const override {
    if (args.outputs[0] != args.inputs[0]) copy_.Run(args.inputs[0], args.outputs[0], *args.pool);
    return absl::OkStatus();
  }

 private:
  StridedCopy copy_;
};

}  // namespace

MadeKernel MakeView(const KernelRequest& request) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  const bool same_order =
      (input.shape == output.shape && SameMemoryOrder(input.shape, input.layout, output.layout)) ||
      (SameMemoryOrder(input.shape, input.layout, Layout::kPlain) &&
       SameMemoryOrder(output.shape, output.layout, Layout::kPlain));
  if (!same_order || input.byte_count() != output.byte_count()) {
    return Refuse(request, "the bytes of ", output.ToString(), " are not those of ",
                  input.ToString());
  }
  return std::make_unique<ViewKernel>(request);
}

}  // namespace kairos::onednn::own
