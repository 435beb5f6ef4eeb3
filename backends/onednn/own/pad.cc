#include <algorithm>
#include <utility>
#include <vector>

#include "onednn/own/known_ints.h"
#include "onednn/own/makers.h"
#include "onednn/own/mapped_copy.h"
#include "onednn/own/strided_copy.h"

namespace kairos::onednn::own {
namespace {

// Pads in front of each dimension; what is behind follows from the shapes. Negative ones crop.
absl::StatusOr<Shape> FrontPads(const KernelRequest& request) {
  const size_t rank = request.inputs[0].type.shape.size();
  const absl::StatusOr<Shape> pads = KnownInts(request, 1);
  if (!pads.ok()) return pads.status();
  Shape front(rank, 0);
  if (!HasInput(request, 3)) {
    std::copy_n(pads->begin(), std::min(rank, pads->size()), front.begin());
    return front;
  }
  const absl::StatusOr<Shape> axes = KnownInts(request, 3);
  if (!axes.ok()) return axes.status();
  for (size_t i = 0; i < axes->size(); ++i) {
    front[static_cast<size_t>(PositiveAxis((*axes)[i], rank))] = (*pads)[i];
  }
  return front;
}

// The part of the input that reaches the output, and where.
struct Interior {
  Shape dims;
  int64_t src_offset = 0, dst_offset = 0;
};

Interior InteriorOf(const TensorType& input, const TensorType& output, const Shape& front) {
  const Shape src = DenseStrides(input.shape, input.layout);
  const Shape dst = DenseStrides(output.shape, output.layout);
  Interior interior;
  for (size_t i = 0; i < front.size(); ++i) {
    const int64_t begin = std::max<int64_t>(0, -front[i]);
    const int64_t end = std::min(input.shape[i], output.shape[i] - front[i]);
    interior.dims.push_back(std::max<int64_t>(0, end - begin));
    interior.src_offset += begin * src[i];
    interior.dst_offset += (begin + front[i]) * dst[i];
  }
  return interior;
}

class ConstantPadKernel : public OwnKernel {
 public:
  ConstantPadKernel(const KernelRequest& request, const Interior& interior)
      : OwnKernel(KernelName(request)),
        element_bytes_(DTypeSize(request.inputs[0].type.dtype)),
        src_offset_bytes_(interior.src_offset * static_cast<int64_t>(element_bytes_)),
        dst_offset_bytes_(interior.dst_offset * static_cast<int64_t>(element_bytes_)),
        has_value_(HasInput(request, 2)),
        fill_({request.outputs[0].type.element_count()}, {0}, {1}, element_bytes_),
        copy_(interior.dims,
              DenseStrides(request.inputs[0].type.shape, request.inputs[0].type.layout),
              DenseStrides(request.outputs[0].type.shape, request.outputs[0].type.layout),
              element_bytes_) {}

  absl::Status Run(const KernelArgs& args, State*) const override {
    static constexpr uint64_t kZero = 0;
    fill_.Run(has_value_ ? args.inputs[2] : &kZero, args.outputs[0], *args.pool);
    copy_.Run(static_cast<const char*>(args.inputs[0]) + src_offset_bytes_,
              static_cast<char*>(args.outputs[0]) + dst_offset_bytes_, *args.pool);
    return absl::OkStatus();
  }

 private:
  size_t element_bytes_;
  int64_t src_offset_bytes_, dst_offset_bytes_;
  bool has_value_;
  StridedCopy fill_, copy_;
};

// Modes that repeat the input.
class MappedPadKernel : public OwnKernel {
 public:
  MappedPadKernel(const KernelRequest& request, std::vector<std::vector<int64_t>> maps)
      : OwnKernel(KernelName(request)),
        copy_(std::move(maps), DTypeSize(request.inputs[0].type.dtype)) {}

  absl::Status Run(const KernelArgs& args, State*) const override {
    copy_.Run(args.inputs[0], args.outputs[0], *args.pool);
    return absl::OkStatus();
  }

 private:
  MappedCopy copy_;
};

// Where position `at` (may be outside) of a dimension of `size` reads.
int64_t Mapped(absl::string_view mode, int64_t at, int64_t size) {
  if (mode == "edge") return std::clamp<int64_t>(at, 0, size - 1);
  if (mode == "wrap") return (at % size + size) % size;
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1);
  const int64_t folded = (at % period + period) % period;
  return std::min(folded, period - folded);
}

}  // namespace

MadeKernel MakePad(const KernelRequest& request) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  if (DTypeSize(input.dtype) == 0) return Refuse(request, "elements of ", DTypeName(input.dtype));
  const absl::StatusOr<Shape> front = FrontPads(request);
  if (!front.ok()) return front.status();
  const absl::string_view mode = request.node->attributes.String("mode", "constant");
  if (mode == "constant") {
    return std::make_unique<ConstantPadKernel>(request, InteriorOf(input, output, *front));
  }
  if (mode != "edge" && mode != "reflect" && mode != "wrap") return Refuse(request, "mode ", mode);
  if (input.shape.empty() || input.element_count() == 0) return Refuse(request, "empty input");
  if (LargestDim(output.shape) > kMaxMapped) {
    return Refuse(request, "output 0 has shape ", ShapeString(output.shape),
                  ", expected dimensions up to ", kMaxMapped);
  }
  const Shape strides = DenseStrides(input.shape, input.layout);
  std::vector<std::vector<int64_t>> maps;
  for (int64_t d : MemoryOrder(output.shape.size(), output.layout)) {
    const auto dim = static_cast<size_t>(d);
    std::vector<int64_t> map;
    for (int64_t i = 0; i < output.shape[dim]; ++i) {
      map.push_back(Mapped(mode, i - (*front)[dim], input.shape[dim]) * strides[dim]);
    }
    maps.push_back(std::move(map));
  }
  return std::make_unique<MappedPadKernel>(request, std::move(maps));
}

}  // namespace kairos::onednn::own
