#include "onednn/own/loop_nest.h"

#include <algorithm>

namespace kairos::onednn::own {
namespace {

bool Mergeable(const LoopNest& nest, size_t last, const LoopNest& from, size_t next) {
  for (size_t k = 0; k < nest.strides.size(); ++k) {
    if (nest.strides[k][last] != from.strides[k][next] * from.dims[next]) return false;
  }
  return true;
}

}  // namespace

LoopNest Collapse(const LoopNest& nest) {
  LoopNest out;
  out.strides.resize(nest.strides.size());
  for (size_t i = 0; i < nest.dims.size(); ++i) {
    if (nest.dims[i] == 1) continue;
    const bool merge = !out.dims.empty() && Mergeable(out, out.dims.size() - 1, nest, i);
    if (merge) {
      out.dims.back() *= nest.dims[i];
    } else {
      out.dims.push_back(nest.dims[i]);
    }
    for (size_t k = 0; k < nest.strides.size(); ++k) {
      if (merge) {
        out.strides[k].back() = nest.strides[k][i];
      } else {
        out.strides[k].push_back(nest.strides[k][i]);
      }
    }
  }
  if (out.dims.empty()) {
    out.dims.push_back(1);
    for (Shape& strides : out.strides) strides.push_back(1);
  }
  return out;
}

Shape MemoryOrder(size_t rank, Layout layout) {
  Shape order;
  for (size_t i = 0; i < rank; ++i) order.push_back(static_cast<int64_t>(i));
  if (layout == Layout::kChannelsLast && rank >= 2) {
    order.erase(order.begin() + 1);
    order.push_back(1);
  }
  return order;
}

Shape BroadcastStrides(const TensorType& type, absl::Span<const int64_t> shape) {
  const Shape dense = DenseStrides(type.shape, type.layout);
  Shape strides(shape.size(), 0);
  const size_t skip = shape.size() - type.shape.size();
  for (size_t i = 0; i < type.shape.size(); ++i) {
    if (type.shape[i] != 1) strides[skip + i] = dense[i];
  }
  return strides;
}

int64_t LargestDim(absl::Span<const int64_t> shape) {
  return shape.empty() ? 0 : *std::max_element(shape.begin(), shape.end());
}

Shape Permuted(absl::Span<const int64_t> values, absl::Span<const int64_t> order) {
  Shape out;
  for (int64_t i : order) out.push_back(values[static_cast<size_t>(i)]);
  return out;
}

void OffsetsAt(const LoopNest& nest, size_t end, int64_t index, int64_t* offsets) {
  for (size_t k = 0; k < nest.strides.size(); ++k) offsets[k] = 0;
  for (size_t i = end; i-- > 0;) {
    const int64_t at = index % nest.dims[i];
    index /= nest.dims[i];
    for (size_t k = 0; k < nest.strides.size(); ++k) offsets[k] += at * nest.strides[k][i];
  }
}

}  // namespace kairos::onednn::own
