#include "ocr/image.h"

#include <png.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace kairos::ocr {
namespace {

constexpr int64_t kMaxPixels = 64 << 20;

// Position in the source of a destination pixel's centre, as the two neighbours and the weight of
// the second.
struct Tap {
  int first, second;
  float weight;
};

std::vector<Tap> Taps(int from, int to) {
  std::vector<Tap> taps;
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  for (int i = 0; i < to; ++i) {
    const float centre =
        std::clamp((static_cast<float>(i) + 0.5f) * scale - 0.5f, 0.0f,
                   static_cast<float>(from - 1));
    const int first = static_cast<int>(centre);
    taps.push_back({first, std::min(first + 1, from - 1), centre - static_cast<float>(first)});
  }
  return taps;
}

}  // namespace

absl::StatusOr<Image> ReadPng(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                       std::fclose);
  if (file == nullptr) {
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_stdio(&png, file.get()) == 0) {
    return absl::DataLossError(absl::StrCat(path, ": not a readable PNG: ", png.message));
  }
  std::unique_ptr<png_image, void (*)(png_image*)> guard(&png, png_image_free);
  if (static_cast<int64_t>(png.width) * png.height > kMaxPixels) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": got ", png.width, "x", png.height,
                                                     " pixels, expected at most ", kMaxPixels));
  }
  png.format = PNG_FORMAT_RGB;
  Image image{static_cast<int>(png.width), static_cast<int>(png.height), {}};
  image.rgb.resize(PNG_IMAGE_SIZE(png));
  const png_color white = {255, 255, 255};
  if (png_image_finish_read(&png, &white, image.rgb.data(), 0, nullptr) == 0) {
    return absl::DataLossError(absl::StrCat(path, ": not a readable PNG: ", png.message));
  }
  return image;
}

Image Crop(const Image& image, int x, int y, int width, int height) {
  Image part{width, height, {}};
  for (int row = y; row < y + height; ++row) {
    const auto* begin =
        image.rgb.data() +
        (static_cast<size_t>(row) * static_cast<size_t>(image.width) + static_cast<size_t>(x)) * 3;
    part.rgb.insert(part.rgb.end(), begin, begin + static_cast<size_t>(width) * 3);
  }
  return part;
}

absl::StatusOr<Tensor> ToTensor(const Image& image, int width, int height,
                                const Normalisation& normalisation) {
  absl::StatusOr<Tensor> input = Tensor::Make(DType::kFloat32, {1, 3, height, width});
  if (!input.ok()) return input.status();
  const std::vector<Tap> rows = Taps(image.height, height), columns = Taps(image.width, width);
  float* out = input->as<float>().data();
  for (int channel = 0; channel < 3; ++channel) {
    const float mean = normalisation.mean[channel], deviation = normalisation.deviation[channel];
    auto pixel = [&](int y, int x) {
      const size_t at =
          (static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x)) * 3 +
          static_cast<size_t>(2 - channel);
      return static_cast<float>(image.rgb[at]);
    };
    for (const Tap& row : rows) {
      for (const Tap& column : columns) {
        const float top = std::lerp(pixel(row.first, column.first),
                                    pixel(row.first, column.second), column.weight);
        const float bottom = std::lerp(pixel(row.second, column.first),
                                       pixel(row.second, column.second), column.weight);
        *out++ = (std::lerp(top, bottom, row.weight) / 255.0f - mean) / deviation;
      }
    }
  }
  return input;
}

absl::StatusOr<Tensor> ToInput(const Image& image, int height) {
  const double ratio = static_cast<double>(image.width) / image.height;
  const int width = std::max(1, static_cast<int>(std::lround(height * ratio)));
  return ToTensor(image, width, height, {{0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}});
}

}  // namespace kairos::ocr
