// An RGB picture and how the recogniser wants to see it.
#ifndef KAIROS_APPS_OCR_IMAGE_H_
#define KAIROS_APPS_OCR_IMAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kairos/tensor.h"

namespace kairos::ocr {

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  // row-major, 3 bytes a pixel
};

// Any PNG; transparency is laid over white. kNotFound, kDataLoss, or kResourceExhausted for more
// than 64 million pixels.
absl::StatusOr<Image> ReadPng(const std::string& path);

// float32 [1, 3, height, W], channels in the order blue, green, red, (x / 255 - 0.5) / 0.5, W from
// the aspect ratio (at least 1), resized bilinearly with half-pixel centres.
absl::StatusOr<Tensor> ToInput(const Image& image, int height);

}  // namespace kairos::ocr

#endif  // KAIROS_APPS_OCR_IMAGE_H_
