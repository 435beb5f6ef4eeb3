#include <algorithm>
#include <cstring>
#include <utility>

#include "onednn/own/indices.h"
#include "onednn/own/makers.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainBytes = 32 * 1024;
constexpr int64_t kGrainElements = 8192;

int64_t Product(absl::Span<const int64_t> shape, size_t begin, size_t end) {
  return ElementCount(shape.subspan(begin, end - begin));
}

absl::Status CheckOperands(const KernelRequest& request) {
  const TensorType& data = request.inputs[0].type;
  const TensorType& indices = request.inputs[1].type;
  if (DTypeSize(data.dtype) == 0) return Refuse(request, "elements of ", DTypeName(data.dtype));
  if (indices.dtype != DType::kInt64 && indices.dtype != DType::kInt32) {
    return Refuse(request, "indices are ", DTypeName(indices.dtype), ", expected int32 or int64");
  }
  for (const Operand& operand : {request.inputs[0], request.inputs[1], request.outputs[0]}) {
    if (!SameMemoryOrder(operand.type.shape, operand.type.layout, Layout::kPlain)) {
      return Refuse(request, "an operand is ", operand.type.ToString(), ", expected plain layout");
    }
  }
  return absl::OkStatus();
}

absl::Status RefuseShapes(const KernelRequest& request) {
  return Refuse(request, "indices of shape ", ShapeString(request.inputs[1].shape()),
                " do not fit data of shape ", ShapeString(request.inputs[0].shape()));
}

void CopyRow(char* dst, const char* src, int64_t bytes) {
  if (bytes == 4) {
    std::memcpy(dst, src, 4);
  } else if (bytes == 8) {
    std::memcpy(dst, src, 8);
  } else {
    std::memcpy(dst, src, static_cast<size_t>(bytes));
  }
}

// out[o, i, :] = data[o, indices[i], :]
class GatherKernel : public OwnKernel {
 public:
  explicit GatherKernel(const KernelRequest& request) : OwnKernel(KernelName(request)) {
    const TensorType& data = request.inputs[0].type;
    const auto axis = static_cast<size_t>(
        PositiveAxis(request.node->attributes.Int("axis", 0), data.shape.size()));
    outer_ = Product(data.shape, 0, axis);
    extent_ = data.shape[axis];
    row_bytes_ = Product(data.shape, axis + 1, data.shape.size()) *
                 static_cast<int64_t>(DTypeSize(data.dtype));
    index_type_ = request.inputs[1].type.dtype;
    index_count_ = request.inputs[1].type.element_count();
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    return WithIndexType(index_type_, [&]<typename I>() {
      const I* indices = static_cast<const I*>(args.inputs[1]);
      absl::Status status = CheckIndices("Gather", indices, index_count_, extent_);
      if (status.ok())
        Copy(static_cast<const char*>(args.inputs[0]), indices, static_cast<char*>(args.outputs[0]),
             *args.pool);
      return status;
    });
  }

 private:
  template <typename I>
  void Copy(const char* data, const I* indices, char* dst, ThreadPool& pool) const {
    if (row_bytes_ == 0 || index_count_ == 0) return;
    const int64_t grain = std::max<int64_t>(1, kGrainBytes / row_bytes_);
    ParallelRanges(pool, outer_ * index_count_, grain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t index = FromFront(indices[row % index_count_], extent_);
        const int64_t from = row / index_count_ * extent_ + index;
        CopyRow(dst + row * row_bytes_, data + from * row_bytes_, row_bytes_);
      }
    });
  }

  int64_t outer_, extent_, row_bytes_, index_count_;
  DType index_type_;
};

// out[i, j, k] = data[i, indices[i, j, k], k] for axis 1 of 3.
class GatherElementsKernel : public OwnKernel {
 public:
  explicit GatherElementsKernel(const KernelRequest& request) : OwnKernel(KernelName(request)) {
    const TensorType& data = request.inputs[0].type;
    axis_ = static_cast<size_t>(
        PositiveAxis(request.node->attributes.Int("axis", 0), data.shape.size()));
    extent_ = data.shape[axis_];
    element_bytes_ = DTypeSize(data.dtype);
    strides_ = DenseStrides(data.shape, Layout::kPlain);
    axis_stride_ = strides_[axis_];
    index_type_ = request.inputs[1].type.dtype;
    shape_ = request.inputs[1].type.shape;
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    return WithIndexType(index_type_, [&]<typename I>() {
      const I* indices = static_cast<const I*>(args.inputs[1]);
      absl::Status status = CheckIndices("GatherElements", indices, ElementCount(shape_), extent_);
      if (!status.ok() || ElementCount(shape_) == 0) return status;
      WithElementType(element_bytes_, [&]<typename T>() {
        Copy(static_cast<const T*>(args.inputs[0]), indices, static_cast<T*>(args.outputs[0]),
             *args.pool);
      });
      return status;
    });
  }

 private:
  template <typename T, typename I>
  void Copy(const T* data, const I* indices, T* dst, ThreadPool& pool) const {
    const size_t last = shape_.size() - 1;
    const int64_t columns = shape_[last];
    const int64_t column_stride = last == axis_ ? 0 : 1;
    const int64_t grain = std::max<int64_t>(1, kGrainElements / columns);
    ParallelRanges(pool, Product(shape_, 0, last), grain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* from = data + RowOffset(row);
        for (int64_t c = 0; c < columns; ++c) {
          const int64_t at = row * columns + c;
          dst[at] = from[FromFront(indices[at], extent_) * axis_stride_ + c * column_stride];
        }
      }
    });
  }

  // Where in data the row of indices number `row` lies, the axis aside.
  int64_t RowOffset(int64_t row) const {
    int64_t offset = 0;
    for (size_t i = shape_.size() - 1; i-- > 0;) {
      if (i != axis_) offset += row % shape_[i] * strides_[i];
      row /= shape_[i];
    }
    return offset;
  }

  size_t axis_, element_bytes_;
  int64_t extent_, axis_stride_;
  Shape strides_, shape_;
  DType index_type_;
};

// out[b, i, :] = data[b, indices[b, i, 0], indices[b, i, 1], ..., :]
class GatherNdKernel : public OwnKernel {
 public:
  explicit GatherNdKernel(const KernelRequest& request) : OwnKernel(KernelName(request)) {
    const Shape& data = request.inputs[0].type.shape;
    const Shape& indices = request.inputs[1].type.shape;
    const auto batch_dims = static_cast<size_t>(request.node->attributes.Int("batch_dims", 0));
    const auto depth = static_cast<size_t>(indices.back());
    batches_ = Product(data, 0, batch_dims);
    tuples_ = Product(indices, batch_dims, indices.size() - 1);
    const auto bytes = static_cast<int64_t>(DTypeSize(request.inputs[0].type.dtype));
    for (size_t i = 0; i < depth; ++i) {
      extents_.push_back(data[batch_dims + i]);
      strides_.push_back(Product(data, batch_dims + i + 1, data.size()) * bytes);
    }
    batch_bytes_ = Product(data, batch_dims, data.size()) * bytes;
    row_bytes_ = Product(data, batch_dims + depth, data.size()) * bytes;
    index_type_ = request.inputs[1].type.dtype;
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    return WithIndexType(index_type_, [&]<typename I>() {
      const I* indices = static_cast<const I*>(args.inputs[1]);
      absl::Status status = Check(indices);
      if (status.ok())
        Copy(static_cast<const char*>(args.inputs[0]), indices, static_cast<char*>(args.outputs[0]),
             *args.pool);
      return status;
    });
  }

 private:
  template <typename I>
  absl::Status Check(const I* indices) const {
    for (int64_t row = 0; row < batches_ * tuples_; ++row) {
      for (size_t i = 0; i < extents_.size(); ++i) {
        const I index = *indices++;
        if (IsIndex(index, extents_[i])) continue;
        return IndexError("GatherND", index, extents_[i]);
      }
    }
    return absl::OkStatus();
  }

  template <typename I>
  void Copy(const char* data, const I* indices, char* dst, ThreadPool& pool) const {
    if (row_bytes_ == 0) return;
    const int64_t grain = std::max<int64_t>(1, kGrainBytes / row_bytes_);
    ParallelRanges(pool, batches_ * tuples_, grain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const I* tuple = indices + row * static_cast<int64_t>(extents_.size());
        const char* from = data + row / tuples_ * batch_bytes_;
        for (size_t i = 0; i < extents_.size(); ++i) {
          from += FromFront(tuple[i], extents_[i]) * strides_[i];
        }
        CopyRow(dst + row * row_bytes_, from, row_bytes_);
      }
    });
  }

  int64_t batches_, tuples_, batch_bytes_, row_bytes_;
  Shape extents_, strides_;
  DType index_type_;
};

}  // namespace

MadeKernel MakeGather(const KernelRequest& request) {
  if (absl::Status status = CheckOperands(request); !status.ok()) return status;
  return std::make_unique<GatherKernel>(request);
}

MadeKernel MakeGatherElements(const KernelRequest& request) {
  if (absl::Status status = CheckOperands(request); !status.ok()) return status;
  const Shape& data = request.inputs[0].type.shape;
  const Shape& indices = request.inputs[1].type.shape;
  bool fits = !data.empty() && data.size() == indices.size();
  const int64_t axis = PositiveAxis(request.node->attributes.Int("axis", 0), data.size());
  for (size_t i = 0; fits && i < data.size(); ++i) {
    fits = static_cast<int64_t>(i) == axis || indices[i] <= data[i];
  }
  if (!fits) return RefuseShapes(request);
  return std::make_unique<GatherElementsKernel>(request);
}

MadeKernel MakeGatherNd(const KernelRequest& request) {
  if (absl::Status status = CheckOperands(request); !status.ok()) return status;
  const Shape& data = request.inputs[0].type.shape;
  const Shape& indices = request.inputs[1].type.shape;
  const int64_t batch_dims = request.node->attributes.Int("batch_dims", 0);
  const auto data_rank = static_cast<int64_t>(data.size());
  bool fits = !indices.empty() && batch_dims >= 0 && batch_dims < data_rank &&
              batch_dims < static_cast<int64_t>(indices.size()) &&
              indices.back() <= data_rank - batch_dims;
  for (size_t i = 0; fits && i < static_cast<size_t>(batch_dims); ++i) fits = indices[i] == data[i];
  if (!fits) return RefuseShapes(request);
  return std::make_unique<GatherNdKernel>(request);
}

}  // namespace kairos::onednn::own
