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

// The part of the picture, which lies in it.
Image Crop(const Image& image, int x, int y, int width, int height);

// What a network subtracts from each channel of a pixel in 0 to 1, and divides by, in the order
// blue, green, red.
struct Normalisation {
  float mean[3], deviation[3];
};

// float32 [1, 3, height, width], channels in the order blue, green, red, resized bilinearly with
// half-pixel centres.
absl::StatusOr<Tensor> ToTensor(const Image& image, int width, int height,
                                const Normalisation& normalisation);

// A text line as the recogniser wants it: `height`, width from the aspect ratio (at least 1),
// (x / 255 - 0.5) / 0.5.
absl::StatusOr<Tensor> ToInput(const Image& image, int height);

}  // namespace kairos::ocr

#endif  // KAIROS_APPS_OCR_IMAGE_H_
