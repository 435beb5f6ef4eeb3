// ocr: reads PNG pictures of one text line each with a PP-OCR recogniser.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/cli.h"
#include "common/engine.h"
#include "ocr/recogniser.h"

namespace kairos::ocr {
namespace {

struct Options {
  EngineOptions engine;
  std::string model;
  std::vector<std::string> images;
  bool confidence = false;
};

absl::Status ReadAll(const Options& options) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(options.engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.model);
  if (!model.ok()) return model.status();
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options.engine);
  if (!policy.ok()) return policy.status();
  absl::StatusOr<Recogniser> recogniser = Recogniser::Make(*runtime, *model, *policy);
  if (!recogniser.ok()) return recogniser.status();
  for (const std::string& path : options.images) {
    absl::StatusOr<Image> image = ReadPng(path);
    if (!image.ok()) return image.status();
    absl::StatusOr<Line> line = recogniser->Read(*image);
    if (!line.ok()) {
      return absl::Status(line.status().code(), absl::StrCat(path, ": ", line.status().message()));
    }
    if (options.confidence) std::printf("%.3f ", static_cast<double>(line->confidence));
    std::printf("%s\n", line->text.c_str());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace kairos::ocr

int main(int argc, char** argv) {
  kairos::ocr::Options options;
  CLI::App app("Reads pictures of one text line each and prints the text.", "ocr");
  app.add_option("MODEL", options.model, "recogniser (.kai)")->required();
  app.add_option("IMAGE", options.images, "PNG files, one line of text each")->required();
  app.add_flag("--confidence", options.confidence, "print the mean probability before the text");
  AddPolicyOptions(app, &options.engine);
  AddRuntimeOptions(app, &options.engine);
  return kairos::RunTool(app, argc, argv, [&] { return kairos::ocr::ReadAll(options); });
}
