// Concat and Split: one strided copy per part.
#include <utility>
#include <vector>

#include "onednn/own/makers.h"
#include "onednn/own/strided_copy.h"

namespace kairos::onednn::own {
namespace {

struct Part {
  size_t index;  // of the input (Concat) or output (Split)
  StridedCopy copy;
  int64_t offset_bytes;  // in the whole tensor
};

class PartsKernel : public OwnKernel {
 public:
  PartsKernel(const KernelRequest& request, std::vector<Part> parts, bool concat)
      : OwnKernel(KernelName(request)), parts_(std::move(parts)), concat_(concat) {}

  absl::Status Run(const KernelArgs& args, State*) const override {
    for (const Part& part : parts_) {
      if (concat_) {
        char* whole = static_cast<char*>(args.outputs[0]);
        part.copy.Run(args.inputs[part.index], whole + part.offset_bytes, *args.pool);
      } else {
        const char* whole = static_cast<const char*>(args.inputs[0]);
        part.copy.Run(whole + part.offset_bytes, args.outputs[part.index], *args.pool);
      }
    }
    return absl::OkStatus();
  }

 private:
  std::vector<Part> parts_;
  bool concat_;
};

// `parts` lie one after the other along `axis` of `whole`.
MadeKernel MakeParts(const KernelRequest& request, const TensorType& whole,
                     absl::Span<const Operand> parts, bool concat) {
  const size_t bytes = DTypeSize(whole.dtype);
  if (bytes == 0) return Refuse(request, "elements of ", DTypeName(whole.dtype));
  const auto axis = static_cast<size_t>(
      PositiveAxis(request.node->attributes.Int("axis", 0), whole.shape.size()));
  const Shape whole_strides = DenseStrides(whole.shape, whole.layout);
  std::vector<Part> copies;
  int64_t offset = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const TensorType& type = parts[i].type;
    if (type.shape.size() != whole.shape.size())
      return Refuse(request, "part ", i, " has no shape");
    if (parts[i].present) {
      const Shape strides = DenseStrides(type.shape, type.layout);
      const int64_t offset_bytes = offset * whole_strides[axis] * static_cast<int64_t>(bytes);
      copies.push_back({i,
                        StridedCopy(type.shape, concat ? strides : whole_strides,
                                    concat ? whole_strides : strides, bytes),
                        offset_bytes});
    }
    offset += type.shape[axis];
  }
  return std::make_unique<PartsKernel>(request, std::move(copies), concat);
}

}  // namespace

MadeKernel MakeConcat(const KernelRequest& request) {
  return MakeParts(request, request.outputs[0].type, BaseInputs(request), true);
}

MadeKernel MakeSplit(const KernelRequest& request) {
  return MakeParts(request, request.inputs[0].type, request.outputs, false);
}

}  // namespace kairos::onednn::own
