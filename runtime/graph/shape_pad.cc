#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr size_t kPads = 1, kConstantValue = 2, kAxes = 3;
constexpr int64_t kMaxPad = (int64_t{1} << 31) - 1;

absl::StatusOr<std::vector<int64_t>> PaddedAxes(const ShapeContext& context) {
  std::vector<int64_t> axes(InputShape(context, 0).size());
  std::iota(axes.begin(), axes.end(), 0);
  if (!HasInput(context, kAxes)) return axes;
  KAIROS_ASSIGN_OR_RETURN(axes, IntValues(context, kAxes, "axes"));
  absl::StatusOr<std::vector<int64_t>> normal = NormalAxes(axes, Rank(context, 0));
  if (!normal.ok()) return Annotate("input 3 (axes)", normal.status());
  return normal;
}

// `dim` after cropping (negative pads) and padding; a mode that repeats elements must find them.
absl::StatusOr<int64_t> PaddedExtent(absl::string_view mode, int64_t axis, int64_t dim,
                                     int64_t begin, int64_t end) {
  for (int64_t pad : {begin, end}) {
    if (pad >= -kMaxPad && pad <= kMaxPad) continue;
    return absl::InvalidArgumentError(absl::StrCat("input 1 (pads) has ", pad, " for axis ", axis,
                                                   ", expected less than 2^31 in size"));
  }
  const int64_t kept = dim + std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0);
  if (kept < 0) {
    return absl::InvalidArgumentError(absl::StrCat("input 1 (pads) takes ", dim - kept,
                                                   " elements from axis ", axis,
                                                   ", expected at most ", dim, ", its size"));
  }
  const int64_t most = std::max<int64_t>({begin, end, 0});
  int64_t limit = kMaxPad;
  if (mode == "reflect") limit = std::max<int64_t>(kept - 1, 0);
  if ((mode == "edge" || mode == "wrap") && kept == 0) limit = 0;
  if (most > limit) {
    return absl::InvalidArgumentError(absl::StrCat("input 1 (pads) has ", most, " for axis ", axis,
                                                   " of ", kept, " elements, expected at most ",
                                                   limit, " in mode ", mode));
  }
  return dim + begin + end;
}

}  // namespace

absl::Status ShapePad(ShapeContext& context) {
  if (HasInput(context, kConstantValue)) {
    KAIROS_RETURN_IF_ERROR(ExpectScalar(context, kConstantValue));
  }
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, PaddedAxes(context));
  const auto count = static_cast<int64_t>(axes.size());
  KAIROS_RETURN_IF_ERROR(
      ExpectShape(context, kPads, {2 * count}, absl::StrCat(count, " axes are padded")));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> pads,
                          IntValues(context, kPads, "pads", 2 * kMaxRank));
  const absl::string_view mode = context.node.attributes.String("mode", "constant");
  Shape shape = InputShape(context, 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t& dim = shape[static_cast<size_t>(axes[i])];
    KAIROS_ASSIGN_OR_RETURN(dim, PaddedExtent(mode, axes[i], dim, pads[i], pads[axes.size() + i]));
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos
