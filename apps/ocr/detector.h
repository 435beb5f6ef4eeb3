// Finds the lines of text on a page: a Session of a PP-OCR detector (differentiable binarisation,
// Liao et al., 2020), which gives each pixel the probability that it is text.
#ifndef KAIROS_APPS_OCR_DETECTOR_H_
#define KAIROS_APPS_OCR_DETECTOR_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/session.h"
#include "ocr/image.h"

namespace kairos::ocr {

// Upright: lines are taken to be horizontal.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;  // pixels
  float score = 0;                          // mean probability of the pixels that made it
};

struct BoxOptions {
  float pixel_threshold = 0.3f;  // a pixel is text from this probability on
  float box_threshold = 0.5f;    // boxes of a lower score are dropped
  int min_size = 3;              // pixels; smaller ones are dropped
  // The network marks the inside of lines: each side goes out by area / perimeter times this.
  float growth = 2.0f;
};

// The connected stretches of text, from top to bottom and, within a row, from left to right.
// `probabilities` is [height, width].
std::vector<Box> FindBoxes(absl::Span<const float> probabilities, int width, int height,
                           const BoxOptions& options);

// Not thread-safe.
class Detector {
 public:
  // The model has one image input and one output [1, 1, height, width].
  static absl::StatusOr<Detector> Make(std::shared_ptr<Runtime> runtime,
                                       std::shared_ptr<const Model> model,
                                       std::shared_ptr<const Policy> policy);
  // In pixels of the picture, within it.
  absl::StatusOr<std::vector<Box>> Find(const Image& page);

 private:
  explicit Detector(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  std::unique_ptr<Session> session_;
};

}  // namespace kairos::ocr

#endif  // KAIROS_APPS_OCR_DETECTOR_H_
