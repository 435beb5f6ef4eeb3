// Operators that are one strided copy: they differ in how they walk their input.
#include <algorithm>
#include <utility>

#include "onednn/own/known_ints.h"
#include "onednn/own/makers.h"
#include "onednn/own/strided_copy.h"

namespace kairos::onednn::own {
namespace {

// dims of the walk; where each step goes in src and in dst; the start in src.
struct Walk {
  Shape dims, src_strides, dst_strides;
  int64_t src_offset = 0;

  void Add(int64_t dim, int64_t src_stride, int64_t dst_stride) {
    dims.push_back(dim);
    src_strides.push_back(src_stride);
    dst_strides.push_back(dst_stride);
  }
};

class CopyKernel : public OwnKernel {
 public:
  CopyKernel(const KernelRequest& request, const Walk& walk)
      : OwnKernel(KernelName(request)),
        copy_(walk.dims, walk.src_strides, walk.dst_strides,
              DTypeSize(request.inputs[0].type.dtype)),
        src_offset_bytes_(walk.src_offset *
                          static_cast<int64_t>(DTypeSize(request.inputs[0].type.dtype))) {}

  absl::Status Run(const KernelArgs& args, State*) const override {
    const char* src = static_cast<const char*>(args.inputs[0]);
    copy_.Run(src + src_offset_bytes_, args.outputs[0], *args.pool);
    return absl::OkStatus();
  }

 private:
  StridedCopy copy_;
  int64_t src_offset_bytes_;
};

MadeKernel MakeCopy(const KernelRequest& request, const Walk& walk) {
  const DType dtype = request.inputs[0].type.dtype;
  if (DTypeSize(dtype) == 0) return Refuse(request, "elements of ", DTypeName(dtype));
  return std::make_unique<CopyKernel>(request, walk);
}

Shape InputStrides(const KernelRequest& request) {
  const TensorType& type = request.inputs[0].type;
  return DenseStrides(type.shape, type.layout);
}

Shape OutputStrides(const KernelRequest& request) {
  const TensorType& type = request.outputs[0].type;
  return DenseStrides(type.shape, type.layout);
}

// The walk of both operators between [N, C * b * b, H, W] and [N, C, H * b, W * b]; `depth_first`:
// the channels of the first count block positions before C.
struct BlockStrides {
  Shape deep, wide;  // of the two tensors
  int64_t block;
  bool depth_first;
};

Walk BlockWalk(absl::Span<const int64_t> wide_shape, const BlockStrides& s, bool deep_is_src) {
  const int64_t b = s.block;
  const int64_t channels = wide_shape[1];
  const int64_t position = s.depth_first ? channels * s.deep[1] : s.deep[1];
  const int64_t channel = s.depth_first ? s.deep[1] : b * b * s.deep[1];
  Walk walk;
  const auto add = [&](int64_t dim, int64_t deep, int64_t wide) {
    walk.Add(dim, deep_is_src ? deep : wide, deep_is_src ? wide : deep);
  };
  add(wide_shape[0], s.deep[0], s.wide[0]);
  add(channels, channel, s.wide[1]);
  add(wide_shape[2] / b, s.deep[2], b * s.wide[2]);
  add(b, b * position, s.wide[2]);
  add(wide_shape[3] / b, s.deep[3], b * s.wide[3]);
  add(b, position, s.wide[3]);
  return walk;
}

absl::Status CheckBlocks(const KernelRequest& request) {
  const size_t rank = request.inputs[0].type.shape.size();
  if (rank != 4) return Refuse(request, "input 0 has rank ", rank, ", expected 4");
  const int64_t block = request.node->attributes.Int("blocksize", 1);
  if (block < 1) return Refuse(request, "blocksize is ", block, ", expected 1 or more");
  return absl::OkStatus();
}

}  // namespace

MadeKernel MakeTranspose(const KernelRequest& request) {
  const TensorType& input = request.inputs[0].type;
  const TensorType& output = request.outputs[0].type;
  const size_t rank = input.shape.size();
  absl::Span<const int64_t> perm = request.node->attributes.Ints("perm");
  Shape reversed;
  for (size_t i = rank; i-- > 0;) reversed.push_back(static_cast<int64_t>(i));
  if (perm.empty()) perm = reversed;
  Walk walk;
  walk.dims = output.shape;
  walk.src_strides = Permuted(InputStrides(request), perm);
  walk.dst_strides = OutputStrides(request);
  return MakeCopy(request, walk);
}

MadeKernel MakeReorder(const KernelRequest& request) {
  Walk walk;
  walk.dims = request.outputs[0].type.shape;
  walk.src_strides = InputStrides(request);
  walk.dst_strides = OutputStrides(request);
  return MakeCopy(request, walk);
}

MadeKernel MakeDepthToSpace(const KernelRequest& request) {
  const Attributes& attributes = request.node->attributes;
  if (absl::Status status = CheckBlocks(request); !status.ok()) return status;
  const BlockStrides strides = {InputStrides(request), OutputStrides(request),
                                attributes.Int("blocksize", 1),
                                attributes.String("mode", "DCR") == "DCR"};
  return MakeCopy(request, BlockWalk(request.outputs[0].type.shape, strides, true));
}

MadeKernel MakeSpaceToDepth(const KernelRequest& request) {
  if (absl::Status status = CheckBlocks(request); !status.ok()) return status;
  const BlockStrides strides = {OutputStrides(request), InputStrides(request),
                                request.node->attributes.Int("blocksize", 1), true};
  return MakeCopy(request, BlockWalk(request.inputs[0].type.shape, strides, false));
}

MadeKernel MakeExpand(const KernelRequest& request) {
  const TensorType& output = request.outputs[0].type;
  Walk walk;
  walk.dims = output.shape;
  walk.src_strides = BroadcastStrides(request.inputs[0].type, output.shape);
  walk.dst_strides = OutputStrides(request);
  return MakeCopy(request, walk);
}

MadeKernel MakeTile(const KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  const Shape& output = request.outputs[0].type.shape;
  const Shape src = InputStrides(request);
  const Shape dst = OutputStrides(request);
  Walk walk;
  for (size_t i = 0; i < shape.size(); ++i) {
    walk.Add(shape[i] == 0 ? 0 : output[i] / shape[i], 0, shape[i] * dst[i]);
    walk.Add(shape[i], src[i], dst[i]);
  }
  return MakeCopy(request, walk);
}

MadeKernel MakeSlice(const KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  absl::StatusOr<Shape> lists[5];  // by input: -, starts, ends, axes, steps
  for (size_t i : {1, 3, 4}) {
    lists[i] = HasInput(request, i) ? KnownInts(request, i) : Shape();
    if (!lists[i].ok()) return lists[i].status();
  }
  Walk walk;
  walk.dims = request.outputs[0].type.shape;
  walk.src_strides = InputStrides(request);
  walk.dst_strides = OutputStrides(request);
  for (size_t i = 0; i < lists[1]->size(); ++i) {
    const auto axis =
        static_cast<size_t>(i < lists[3]->size() ? PositiveAxis((*lists[3])[i], shape.size())
                                                 : static_cast<int64_t>(i));
    const int64_t step = i < lists[4]->size() ? (*lists[4])[i] : 1;
    int64_t start = (*lists[1])[i];
    if (start < 0) start += shape[axis];
    start = std::clamp<int64_t>(start, 0,
                                step < 0 ? std::max<int64_t>(0, shape[axis] - 1) : shape[axis]);
    walk.src_offset += start * walk.src_strides[axis];
    // A step beyond the tensor is taken once at most, and must not overflow.
    const int64_t size = shape[axis] + 1;
    walk.src_strides[axis] *= std::clamp(step, -size, size);
  }
  return MakeCopy(request, walk);
}

}  // namespace kairos::onednn::own
