#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/status_macros.h"
#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"
#include "graph/scalar_value.h"

namespace kairos {
namespace {

// -1, 0 or 1. A NaN comes last; all are equal.
int Compare(DType dtype, const std::byte* a, const std::byte* b) {
  if (IsInteger(dtype) && dtype != DType::kUint64) {
    const int64_t x = ScalarAsInt(dtype, a), y = ScalarAsInt(dtype, b);
    return x < y ? -1 : x > y;
  }
  if (dtype == DType::kUint64 || dtype == DType::kBool) {
    uint64_t x = 0, y = 0;
    std::memcpy(&x, a, DTypeSize(dtype));
    std::memcpy(&y, b, DTypeSize(dtype));
    return x < y ? -1 : x > y;
  }
  const double x = ScalarAsDouble(dtype, a), y = ScalarAsDouble(dtype, b);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) - std::isnan(y);
  return x < y ? -1 : x > y;
}

// The slices along an axis, each made of its elements in order.
class Slices {
 public:
  Slices(const Constant& tensor, size_t axis)
      : tensor_(tensor), size_(DTypeSize(tensor.type.dtype)) {
    for (size_t i = 0; i < tensor.type.shape.size(); ++i) {
      size_t& part = i < axis ? outer_ : i == axis ? length_ : inner_;
      part *= static_cast<size_t>(tensor.type.shape[i]);
    }
  }
  size_t count() const { return length_; }
  int Compare(size_t a, size_t b) const {
    for (size_t o = 0; o < outer_; ++o) {
      for (size_t i = 0; i < inner_; ++i) {
        const int order = kairos::Compare(tensor_.type.dtype, At(o, a, i), At(o, b, i));
        if (order != 0) return order;
      }
    }
    return 0;
  }

 private:
  const std::byte* At(size_t o, size_t slice, size_t i) const {
    return static_cast<const std::byte*>(tensor_.data) +
           ((o * length_ + slice) * inner_ + i) * size_;
  }
  const Constant& tensor_;
  const size_t size_;
  size_t outer_ = 1, length_ = 1, inner_ = 1;
};

struct Groups {
  std::vector<int64_t> first, inverse, counts;
};

Groups GroupEqual(const Slices& slices, bool sorted) {
  std::vector<size_t> order(slices.count());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return slices.Compare(a, b) < 0; });
  Groups groups;
  groups.inverse.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || slices.Compare(order[i - 1], order[i]) != 0) {
      groups.first.push_back(static_cast<int64_t>(order[i]));
      groups.counts.push_back(0);
    }
    ++groups.counts.back();
    groups.inverse[order[i]] = static_cast<int64_t>(groups.first.size()) - 1;
  }
  if (sorted) return groups;
  std::vector<size_t> by_place(groups.first.size());
  std::iota(by_place.begin(), by_place.end(), size_t{0});
  std::sort(by_place.begin(), by_place.end(),
            [&](size_t a, size_t b) { return groups.first[a] < groups.first[b]; });
  Groups placed = groups;
  std::vector<int64_t> new_number(by_place.size());
  for (size_t i = 0; i < by_place.size(); ++i) {
    placed.first[i] = groups.first[by_place[i]];
    placed.counts[i] = groups.counts[by_place[i]];
    new_number[by_place[i]] = static_cast<int64_t>(i);
  }
  for (int64_t& number : placed.inverse) number = new_number[static_cast<size_t>(number)];
  return placed;
}

}  // namespace

HostResult HostUnique(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0));
  if (tensor->type.dtype == DType::kString) return call.Unexpected(0, "numbers or bool");
  Constant src = *tensor;
  if (!call.node.attributes.Has("axis")) src.type.shape = {src.type.element_count()};
  KAIROS_ASSIGN_OR_RETURN(const size_t axis,
                          AxisOf(call.node.attributes.Int("axis", 0), src.type.shape.size()));
  const Groups groups = GroupEqual(Slices(src, axis), call.node.attributes.Int("sorted", 1) != 0);
  KAIROS_ASSIGN_OR_RETURN(Constant values, TakeAxis(src, axis, groups.first));
  std::vector<AnyValue> outputs = {std::move(values)};
  for (const std::vector<int64_t>* list : {&groups.first, &groups.inverse, &groups.counts}) {
    KAIROS_ASSIGN_OR_RETURN(Constant made, NewInts({static_cast<int64_t>(list->size())}, *list));
    outputs.push_back(std::move(made));
  }
  return outputs;
}

}  // namespace kairos
