// ocr: reads PNG pictures with PP-OCR: of one text line each, or of whole pages.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/cli.h"
#include "common/engine.h"
#include "ocr/detector.h"
#include "ocr/recogniser.h"

namespace kairos::ocr {
namespace {

struct Options {
  EngineOptions engine;
  std::string model, detector;
  std::vector<std::string> images;
  bool confidence = false, boxes = false;
};

class Reader {
 public:
  explicit Reader(const Options& options) : options_(options) {}

  absl::Status ReadAll() {
    if (absl::Status status = Open(); !status.ok()) return status;
    for (const std::string& path : options_.images) {
      const absl::StatusOr<Image> image = ReadPng(path);
      if (!image.ok()) return image.status();
      const absl::Status read = detector_.has_value() ? ReadPage(*image) : ReadLine(*image);
      if (!read.ok()) return absl::Status(read.code(), absl::StrCat(path, ": ", read.message()));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Open() {
    absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(options_.engine);
    if (!runtime.ok()) return runtime.status();
    absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options_.engine);
    if (!policy.ok()) return policy.status();
    absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options_.model);
    if (!model.ok()) return model.status();
    absl::StatusOr<Recogniser> recogniser = Recogniser::Make(*runtime, *model, *policy);
    if (!recogniser.ok()) return recogniser.status();
    recogniser_.emplace(*std::move(recogniser));
    if (options_.detector.empty()) return absl::OkStatus();
    absl::StatusOr<std::shared_ptr<const Model>> page_model = Model::Load(options_.detector);
    if (!page_model.ok()) return page_model.status();
    absl::StatusOr<Detector> detector = Detector::Make(*runtime, *page_model, *policy);
    if (!detector.ok()) return detector.status();
    detector_.emplace(*std::move(detector));
    return absl::OkStatus();
  }

  absl::Status ReadPage(const Image& page) {
    const absl::StatusOr<std::vector<Box>> boxes = detector_->Find(page);
    if (!boxes.ok()) return boxes.status();
    for (const Box& box : *boxes) {
      if (options_.boxes) std::printf("%d %d %d %d ", box.x, box.y, box.width, box.height);
      const absl::Status read = ReadLine(Crop(page, box.x, box.y, box.width, box.height));
      if (!read.ok()) return read;
    }
    return absl::OkStatus();
  }

  absl::Status ReadLine(const Image& image) {
    const absl::StatusOr<Line> line = recogniser_->Read(image);
    if (!line.ok()) return line.status();
    if (options_.confidence) std::printf("%.3f ", static_cast<double>(line->confidence));
    std::printf("%s\n", line->text.c_str());
    return absl::OkStatus();
  }

  const Options& options_;
  std::optional<Recogniser> recogniser_;
  std::optional<Detector> detector_;
};

}  // namespace
}  // namespace kairos::ocr

int main(int argc, char** argv) {
  kairos::ocr::Options options;
  CLI::App app("Prints the text of pictures: of one line each, or of pages.", "ocr");
  app.add_option("MODEL", options.model, "recogniser (.kai)")->required();
  app.add_option("IMAGE", options.images, "PNG files")->required();
  auto* detector = app.add_option("--detector", options.detector,
                                  "text detector (.kai): the pictures are pages of upright text");
  app.add_flag("--boxes", options.boxes, "print x, y, width, height of each line before the text")
      ->needs(detector);
  app.add_flag("--confidence", options.confidence, "print the mean probability before the text");
  kairos::AddPolicyOptions(app, &options.engine);
  kairos::AddRuntimeOptions(app, &options.engine);
  return kairos::RunTool(app, argc, argv, [&] { return kairos::ocr::Reader(options).ReadAll(); });
}
