#include "executor/bucket_dims.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/axis_flow.h"

namespace kairos {
namespace {

constexpr int64_t kMaxSize = (int64_t{1} << 31) - 1;

absl::Status Refuse(absl::string_view dim, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("buckets of '", Printable(dim), "': ", what));
}

absl::Status CheckRule(const DimBuckets& declared, absl::string_view name) {
  const int rules = (declared.sizes.empty() ? 0 : 1) + (declared.multiple_of == 0 ? 0 : 1) +
                    (declared.powers_of_two ? 1 : 0);
  if (rules != 1) {
    return Refuse(name, absl::StrCat("got ", rules,
                                     " rules, expected one of sizes, a multiple or powers of two"));
  }
  std::vector<int64_t> sizes = declared.sizes;
  if (declared.multiple_of != 0) sizes.push_back(declared.multiple_of);
  for (int64_t size : sizes) {
    if (size >= 1 && size <= kMaxSize) continue;
    return Refuse(name, absl::StrCat("got size ", size, ", expected 1 to 2^31 - 1"));
  }
  return absl::OkStatus();
}

// Adds axes of inputs to a dimension.
class Collector {
 public:
  Collector(const Graph& graph, BucketDim* dim) : graph_(graph), dim_(dim) {
    dim_->axes.assign(graph.inputs.size(), kWhole);
  }

  absl::Status Add(absl::string_view text) {
    const size_t dot = text.rfind('.');
    for (size_t i = 0; i < graph_.inputs.size() && dot != absl::string_view::npos; ++i) {
      int axis = 0;
      if (graph_.value(graph_.inputs[i]).name != text.substr(0, dot)) continue;
      if (!absl::SimpleAtoi(text.substr(dot + 1), &axis)) continue;
      return AddAxis(text, i, axis);
    }
    bool found = false;
    KAIROS_RETURN_IF_ERROR(AddSymbol(std::string(text), &found));
    if (found) return absl::OkStatus();
    return Refuse(text,
                  "the model has no such dimension, expected NAME.AXIS of an input or a name"
                  " that it declares");
  }

 private:
  absl::Status AddAxis(absl::string_view text, size_t input, int axis) {
    const Value& value = graph_.value(graph_.inputs[input]);
    if (axis < 0 || axis >= kMaxRank) return Refuse(text, "no axis of a tensor");
    if (!value.dims.has_value()) return Take(text, input, axis);
    if (axis >= static_cast<int>(value.dims->size())) {
      return Refuse(text, absl::StrCat("the input has rank ", value.dims->size()));
    }
    const Dim& dim = (*value.dims)[static_cast<size_t>(axis)];
    if (dim.size >= 0) {
      return Refuse(text, absl::StrCat("the model declares ", dim.size,
                                       ", expected a dimension of unknown size"));
    }
    bool found = false;
    return dim.symbol.empty() ? Take(text, input, axis) : AddSymbol(dim.symbol, &found);
  }

  absl::Status AddSymbol(const std::string& symbol, bool* found) {
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const Value& value = graph_.value(graph_.inputs[i]);
      for (size_t axis = 0; value.dims.has_value() && axis < value.dims->size(); ++axis) {
        const Dim& dim = (*value.dims)[axis];
        if (dim.size >= 0 || dim.symbol.empty() || dim.symbol != symbol) continue;
        *found = true;
        KAIROS_RETURN_IF_ERROR(Take(symbol, i, static_cast<int>(axis)));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Take(absl::string_view text, size_t input, int axis) {
    int& taken = dim_->axes[input];
    if (taken != kWhole && taken != axis) {
      return Refuse(text,
                    absl::StrCat("input '", Printable(graph_.value(graph_.inputs[input]).name),
                                 "' has it at axes ", std::min(taken, axis), " and ",
                                 std::max(taken, axis), ", expected one"));
    }
    taken = axis;
    return absl::OkStatus();
  }

  const Graph& graph_;
  BucketDim* dim_;
};

}  // namespace

std::optional<int64_t> BucketDim::SizeIn(absl::Span<const TensorView> inputs) const {
  std::optional<int64_t> size;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] == kWhole) continue;
    const auto axis = static_cast<size_t>(axes[i]);
    if (axis >= inputs[i].shape.size()) return std::nullopt;
    if (size.value_or(inputs[i].shape[axis]) != inputs[i].shape[axis]) return std::nullopt;
    size = inputs[i].shape[axis];
  }
  return size;
}

int64_t BucketDim::BucketOf(int64_t size) const {
  if (size <= 0) return size;
  if (rule.multiple_of > 0)
    return (size + rule.multiple_of - 1) / rule.multiple_of * rule.multiple_of;
  if (rule.powers_of_two) {
    int64_t bucket = 1;
    while (bucket < size) bucket *= 2;
    return bucket;
  }
  const auto bucket = std::lower_bound(rule.sizes.begin(), rule.sizes.end(), size);
  return bucket == rule.sizes.end() ? size : *bucket;
}

absl::StatusOr<std::vector<BucketDim>> FindBucketDims(const Graph& graph,
                                                      absl::Span<const DimBuckets> declared) {
  std::vector<BucketDim> dims;
  for (const DimBuckets& rule : declared) {
    if (rule.dims.empty()) {
      return absl::InvalidArgumentError("buckets: got no dimension, expected one or more");
    }
    BucketDim dim{rule.dims[0], {}, rule};
    KAIROS_RETURN_IF_ERROR(CheckRule(rule, dim.name));
    std::sort(dim.rule.sizes.begin(), dim.rule.sizes.end());
    Collector collector(graph, &dim);
    for (const std::string& text : rule.dims) KAIROS_RETURN_IF_ERROR(collector.Add(text));
    for (const BucketDim& other : dims) {
      for (size_t i = 0; i < dim.axes.size(); ++i) {
        if (dim.axes[i] == kWhole || dim.axes[i] != other.axes[i]) continue;
        return Refuse(dim.name, absl::StrCat("the same dimension as '", Printable(other.name),
                                             "', expected one declaration"));
      }
    }
    dims.push_back(std::move(dim));
  }
  return dims;
}

}  // namespace kairos
