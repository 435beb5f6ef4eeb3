#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr size_t kStarts = 1, kEnds = 2, kAxes = 3, kSteps = 4;

// Elements taken from an axis of `dim` elements, ONNX's rule of clamping.
int64_t SliceCount(int64_t dim, int64_t start, int64_t end, int64_t step) {
  if (dim == 0) return 0;
  if (start < 0) start += dim;
  if (end < 0) end += dim;
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, dim);
    end = std::clamp<int64_t>(end, 0, dim);
    return end > start ? 1 + (end - start - 1) / step : 0;
  }
  start = std::clamp<int64_t>(start, 0, dim - 1);
  end = std::clamp<int64_t>(end, -1, dim - 1);
  step = std::max(step, -std::numeric_limits<int64_t>::max());
  return start > end ? 1 + (start - end - 1) / -step : 0;
}

// An input with one number per sliced axis.
absl::StatusOr<std::vector<int64_t>> List(const ShapeContext& context, size_t input,
                                          absl::string_view name, size_t count) {
  KAIROS_ASSIGN_OR_RETURN(std::vector<int64_t> values, IntValues(context, input, name));
  if (values.size() == count) return values;
  return UnexpectedShape(context, input, absl::StrCat(count, " elements as input 1 (starts) has"));
}

}  // namespace

absl::Status ShapeSlice(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> starts, IntValues(context, kStarts, "starts"));
  const size_t count = starts.size();
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> ends, List(context, kEnds, "ends", count));
  std::vector<int64_t> axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  if (HasInput(context, kAxes)) {
    KAIROS_ASSIGN_OR_RETURN(axes, List(context, kAxes, "axes", count));
  }
  std::vector<int64_t> steps(count, 1);
  if (HasInput(context, kSteps)) {
    KAIROS_ASSIGN_OR_RETURN(steps, List(context, kSteps, "steps", count));
  }
  absl::StatusOr<std::vector<int64_t>> normal = NormalAxes(axes, Rank(context, 0));
  if (!normal.ok()) return Annotate("input 3 (axes)", normal.status());
  Shape shape = InputShape(context, 0);
  for (size_t i = 0; i < count; ++i) {
    if (steps[i] == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("input 4 (steps) is ", ShapeString(steps), ", expected no 0"));
    }
    int64_t& dim = shape[static_cast<size_t>((*normal)[i])];
    dim = SliceCount(dim, starts[i], ends[i], steps[i]);
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos
