#include <algorithm>
#include <numeric>

#include "base/status_macros.h"
#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"

namespace kairos {
namespace {

struct Box {
  float y0, x0, y1, x1;
  float area() const { return (y1 - y0) * (x1 - x0); }
};

Box ReadBox(const float* from, bool center_point) {
  if (center_point) {  // x, y, width, height
    const float x = from[0], y = from[1], w = from[2] / 2, h = from[3] / 2;
    return {y - h, x - w, y + h, x + w};
  }
  // Any two corners that face each other.
  const auto [y0, y1] = std::minmax(from[0], from[2]);
  const auto [x0, x1] = std::minmax(from[1], from[3]);
  return {y0, x0, y1, x1};
}

bool Overlaps(const Box& a, const Box& b, float threshold) {
  const float height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  const float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  if (height <= 0 || width <= 0) return false;
  const float both = height * width, all = a.area() + b.area() - both;
  return all > 0 && both / all > threshold;
}

struct Limits {
  int64_t boxes = 0;
  float iou = 0;
  bool has_score = false;
  float score = 0;
};

// Indices of the boxes that stay for one class, best score first.
std::vector<int64_t> Select(absl::Span<const Box> boxes, const float* scores,
                            const Limits& limits) {
  std::vector<int64_t> candidates;
  for (size_t i = 0; i < boxes.size(); ++i) {
    // Not <=: a score that is no number stays out.
    if (!limits.has_score || scores[i] > limits.score)
      candidates.push_back(static_cast<int64_t>(i));
  }
  std::erase_if(candidates, [&](int64_t i) { return scores[i] != scores[i]; });
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  std::vector<int64_t> kept;
  for (int64_t candidate : candidates) {
    if (static_cast<int64_t>(kept.size()) >= limits.boxes) break;
    const Box& box = boxes[static_cast<size_t>(candidate)];
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](int64_t other) {
      return Overlaps(box, boxes[static_cast<size_t>(other)], limits.iou);
    });
    if (!covered) kept.push_back(candidate);
  }
  return kept;
}

absl::StatusOr<float> ScalarFloat(const HostCall& call, size_t i) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(i, DType::kFloat32));
  if (tensor->type.element_count() != 1) return call.Unexpected(i, "one element");
  return *static_cast<const float*>(tensor->data);
}

absl::StatusOr<Limits> ReadLimits(const HostCall& call) {
  Limits limits;
  if (call.Has(2)) {
    KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(2));
    KAIROS_ASSIGN_OR_RETURN(limits.boxes, ScalarInt(*tensor, "input 2"));
  }
  if (call.Has(3)) {
    KAIROS_ASSIGN_OR_RETURN(limits.iou, ScalarFloat(call, 3));
  }
  if (!(limits.iou >= 0 && limits.iou <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("input 3 (iou_threshold) is ", limits.iou, ", expected 0 to 1"));
  }
  limits.has_score = call.Has(4);
  if (limits.has_score) {
    KAIROS_ASSIGN_OR_RETURN(limits.score, ScalarFloat(call, 4));
  }
  return limits;
}

}  // namespace

HostResult HostNonMaxSuppression(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* boxes, call.Tensor(0, DType::kFloat32));
  KAIROS_ASSIGN_OR_RETURN(const Constant* scores, call.Tensor(1, DType::kFloat32));
  const Shape& b = boxes->type.shape;   // [batch, boxes, 4]
  const Shape& s = scores->type.shape;  // [batch, classes, boxes]
  if (b.size() != 3 || b[2] != 4) return call.Unexpected(0, "shape [batch, boxes, 4]");
  if (s.size() != 3 || s[0] != b[0] || s[2] != b[1]) {
    return call.Unexpected(1, absl::StrCat("shape [", b[0], ", classes, ", b[1], "]"));
  }
  KAIROS_ASSIGN_OR_RETURN(const Limits limits, ReadLimits(call));
  const bool center_point = call.node.attributes.Int("center_point_box", 0) != 0;
  std::vector<int64_t> selected;  // triples of batch, class, box
  std::vector<Box> batch_boxes(static_cast<size_t>(b[1]));
  const auto* box = static_cast<const float*>(boxes->data);
  const auto* score = static_cast<const float*>(scores->data);
  for (int64_t batch = 0; batch < b[0]; ++batch) {
    for (Box& read : batch_boxes) {
      read = ReadBox(box, center_point);
      box += 4;
    }
    for (int64_t c = 0; c < s[1]; ++c, score += b[1]) {
      for (int64_t index : Select(batch_boxes, score, limits)) {
        selected.insert(selected.end(), {batch, c, index});
      }
    }
  }
  const auto count = static_cast<int64_t>(selected.size() / 3);
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewInts({count, 3}, selected));
  return One(std::move(made));
}

}  // namespace kairos
