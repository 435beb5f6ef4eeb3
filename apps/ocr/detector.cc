#include "ocr/detector.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kairos::ocr {
namespace {

// The sides of what the network sees: multiples of 32, the shorter one at least kMinSide where the
// longer one stays within kMaxSide.
constexpr int kStep = 32, kMinSide = 736, kMaxSide = 2048;
constexpr Normalisation kNormalisation = {{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};

int RoundToStep(double side) {
  return std::clamp(static_cast<int>(std::lround(side / kStep)) * kStep, kStep, kMaxSide);
}

// Pixels of one stretch of text, while they are found.
struct Stretch {
  int left, top, right, bottom;  // inclusive
  int64_t pixels = 0;
  double sum = 0;

  void Add(int x, int y, float probability) {
    left = std::min(left, x);
    right = std::max(right, x);
    top = std::min(top, y);
    bottom = std::max(bottom, y);
    ++pixels;
    sum += static_cast<double>(probability);
  }
};

// The stretch that the pixel belongs to (8 neighbours); its pixels are not found again.
Stretch Fill(absl::Span<const float> probabilities, int width, int height, int x, int y,
             float threshold, std::vector<bool>* found) {
  Stretch stretch{x, y, x, y};
  std::vector<std::pair<int, int>> todo = {{x, y}};
  const auto index = [width](int px, int py) {
    return static_cast<size_t>(py) * static_cast<size_t>(width) + static_cast<size_t>(px);
  };
  (*found)[index(x, y)] = true;
  while (!todo.empty()) {
    const auto [px, py] = todo.back();
    todo.pop_back();
    stretch.Add(px, py, probabilities[index(px, py)]);
    for (int ny = std::max(py - 1, 0); ny <= std::min(py + 1, height - 1); ++ny) {
      for (int nx = std::max(px - 1, 0); nx <= std::min(px + 1, width - 1); ++nx) {
        const size_t next = index(nx, ny);
        if ((*found)[next] || !(probabilities[next] >= threshold)) continue;
        (*found)[next] = true;
        todo.emplace_back(nx, ny);
      }
    }
  }
  return stretch;
}

// Rows are made of boxes that begin above the middle of the row's first one.
void SortAsRead(std::vector<Box>* boxes) {
  std::sort(boxes->begin(), boxes->end(),
            [](const Box& a, const Box& b) { return std::pair(a.y, a.x) < std::pair(b.y, b.x); });
  for (auto first = boxes->begin(); first != boxes->end();) {
    const int middle = first->y + first->height / 2;
    const auto last =
        std::find_if(first, boxes->end(), [&](const Box& box) { return box.y > middle; });
    std::sort(first, last, [](const Box& a, const Box& b) { return a.x < b.x; });
    first = last;
  }
}

}  // namespace

std::vector<Box> FindBoxes(absl::Span<const float> probabilities, int width, int height,
                           const BoxOptions& options) {
  std::vector<Box> boxes;
  std::vector<bool> found(probabilities.size(), false);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const size_t at =
          static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x);
      if (found[at] || !(probabilities[at] >= options.pixel_threshold)) continue;
      const Stretch stretch =
          Fill(probabilities, width, height, x, y, options.pixel_threshold, &found);
      const int w = stretch.right - stretch.left + 1, h = stretch.bottom - stretch.top + 1;
      const auto score = static_cast<float>(stretch.sum / static_cast<double>(stretch.pixels));
      if (std::min(w, h) < options.min_size || score < options.box_threshold) continue;
      const double area = static_cast<double>(w) * h, perimeter = 2.0 * (w + h);
      const int by =
          static_cast<int>(std::lround(area / perimeter * static_cast<double>(options.growth)));
      const int left = std::max(stretch.left - by, 0), top = std::max(stretch.top - by, 0);
      boxes.push_back({left, top, std::min(stretch.right + by + 1, width) - left,
                       std::min(stretch.bottom + by + 1, height) - top, score});
    }
  }
  SortAsRead(&boxes);
  return boxes;
}

absl::StatusOr<Detector> Detector::Make(std::shared_ptr<Runtime> runtime,
                                        std::shared_ptr<const Model> model,
                                        std::shared_ptr<const Policy> policy) {
  SessionOptions options;
  options.policy = std::move(policy);
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(std::move(runtime), std::move(model), std::move(options));
  if (!session.ok()) return session.status();
  return Detector(*std::move(session));
}

absl::StatusOr<std::vector<Box>> Detector::Find(const Image& page) {
  const auto [shorter, longer] = std::minmax(page.width, page.height);
  const double wanted = std::max(1.0, static_cast<double>(kMinSide) / shorter);
  const double scale = std::min(wanted, static_cast<double>(kMaxSide) / longer);
  const int width = RoundToStep(page.width * scale), height = RoundToStep(page.height * scale);
  absl::StatusOr<Tensor> input = ToTensor(page, width, height, kNormalisation);
  if (!input.ok()) return input.status();
  absl::StatusOr<std::vector<Tensor>> outputs = session_->Run({input->view()});
  if (!outputs.ok()) return outputs.status();
  const Tensor& map = outputs->front();
  if (map.dtype() != DType::kFloat32 || map.shape() != Shape{1, 1, height, width}) {
    return absl::InvalidArgumentError(absl::StrCat("output: got ", DTypeName(map.dtype()),
                                                   ShapeString(map.shape()), ", expected float32",
                                                   ShapeString(Shape{1, 1, height, width})));
  }
  std::vector<Box> boxes = FindBoxes(map.as<float>(), width, height, BoxOptions());
  for (Box& box : boxes) {
    const auto scaled = [](int at, int from, int to) {
      return static_cast<int>(std::lround(static_cast<double>(at) * to / from));
    };
    const int right = scaled(box.x + box.width, width, page.width);
    const int bottom = scaled(box.y + box.height, height, page.height);
    box.x = scaled(box.x, width, page.width);
    box.y = scaled(box.y, height, page.height);
    box.width = std::max(right - box.x, 1);
    box.height = std::max(bottom - box.y, 1);
    box.x = std::min(box.x, page.width - 1);
    box.y = std::min(box.y, page.height - 1);
  }
  return boxes;
}

}  // namespace kairos::ocr
