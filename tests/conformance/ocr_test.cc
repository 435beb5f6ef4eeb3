// The embedding example reads the sample pictures, character for character, under every policy.
#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kairos/policies.h"
#include "ocr/detector.h"
#include "ocr/recogniser.h"
#include "support/planned_model.h"
#include "support/trained_model.h"

namespace kairos::ocr {
namespace {

struct Sample {
  const char* file;
  const char* text;
};
constexpr Sample kSamples[] = {
    {"moment.png", "The right moment is 10:08"},
    {"measure.png", "AOT or JIT? Measure it."},
    {"invoice.png", "Invoice 20417 - total 1,389.50 EUR"},
};

Image Load(const std::string& file) {
  absl::StatusOr<Image> image = ReadPng(std::string(KAIROS_OCR_SAMPLES) + "/" + file);
  REQUIRE_MESSAGE(image.ok(), image.status().ToString());
  return *std::move(image);
}

// With a plan for each of the inputs.
std::shared_ptr<const Model> Compile(std::shared_ptr<Runtime> runtime,
                                     const std::shared_ptr<const Model>& model,
                                     const std::vector<Tensor>& inputs) {
  std::vector<std::vector<TensorView>> signatures;
  for (const Tensor& input : inputs) signatures.push_back({input.view()});
  return testing::WithPlan(std::move(runtime), model, signatures);
}

TEST_CASE("the text recogniser reads the sample pictures under every policy") {
  const std::shared_ptr<const Model> model = testing::ImportTrained("ch_PP-OCRv4_rec_infer.onnx");
  if (model == nullptr) return;
  const std::shared_ptr<Runtime> runtime = testing::NewRuntime("", 2);
  std::vector<Tensor> inputs;
  for (const Sample& sample : kSamples) inputs.push_back(*ToInput(Load(sample.file), 48));
  const std::shared_ptr<const Model> compiled = Compile(runtime, model, inputs);

  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy(),
                             NewAotPolicy({OnPlanMismatch::kError}), NewAutoPolicy()}) {
    CAPTURE(policy->name());
    absl::StatusOr<Recogniser> recogniser = Recogniser::Make(runtime, compiled, policy);
    REQUIRE_MESSAGE(recogniser.ok(), recogniser.status().ToString());
    for (const Sample& sample : kSamples) {
      absl::StatusOr<Line> line = recogniser->Read(Load(sample.file));
      REQUIRE_MESSAGE(line.ok(), line.status().ToString());
      CHECK(line->text == sample.text);
      CHECK(line->confidence > 0.9f);
    }
    if (policy->name() == "aot") {
      CHECK(recogniser->session().stats().compiles == 0);
      CHECK(recogniser->session().stats().fallbacks == 0);
    }
  }
}

std::vector<Image> LinesOf(const Image& page, std::shared_ptr<Runtime> runtime,
                           std::shared_ptr<const Model> model,
                           std::shared_ptr<const Policy> policy) {
  absl::StatusOr<Detector> detector = Detector::Make(std::move(runtime), std::move(model), policy);
  REQUIRE_MESSAGE(detector.ok(), detector.status().ToString());
  const absl::StatusOr<std::vector<Box>> boxes = detector->Find(page);
  REQUIRE_MESSAGE(boxes.ok(), boxes.status().ToString());
  std::vector<Image> lines;
  for (const Box& box : *boxes) lines.push_back(Crop(page, box.x, box.y, box.width, box.height));
  return lines;
}

TEST_CASE("a page is found and read line by line, under every policy") {
  std::shared_ptr<const Model> line_model = testing::ImportTrained("ch_PP-OCRv4_rec_infer.onnx");
  std::shared_ptr<const Model> page_model = testing::ImportTrained("ch_PP-OCRv4_det_infer.onnx");
  if (line_model == nullptr || page_model == nullptr) return;
  const std::shared_ptr<Runtime> runtime = testing::NewRuntime("", 2);
  const Image page = Load("pages/report.png");
  std::vector<Tensor> inputs;
  inputs.push_back(*Tensor::Make(DType::kFloat32, {1, 3, 736, 1184}));
  page_model = Compile(runtime, page_model, inputs);
  inputs.clear();
  for (const Image& line : LinesOf(page, runtime, page_model, NewAotPolicy())) {
    inputs.push_back(*ToInput(line, 48));
  }
  line_model = Compile(runtime, line_model, inputs);
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy(),
                             NewAotPolicy({OnPlanMismatch::kError}), NewAutoPolicy()}) {
    CAPTURE(policy->name());
    absl::StatusOr<Recogniser> recogniser = Recogniser::Make(runtime, line_model, policy);
    REQUIRE_MESSAGE(recogniser.ok(), recogniser.status().ToString());
    std::vector<std::string> text;
    for (const Image& image : LinesOf(page, runtime, page_model, policy)) {
      absl::StatusOr<Line> line = recogniser->Read(image);
      REQUIRE_MESSAGE(line.ok(), line.status().ToString());
      text.push_back(line->text);
    }
    CHECK(text == std::vector<std::string>{"Kairos", "A plan made ahead of time starts fast.",
                                           "A kernel made just in time fits.", "Measure both.",
                                           "Policy", "Start", "aot", "24 ms"});
  }
}

TEST_CASE("boxes are what hangs together, in the order in which people read") {
  constexpr int kWidth = 40, kHeight = 30;
  std::vector<float> map(kWidth * kHeight, 0.0f);
  const auto fill = [&](int x, int y, int width, int height, float value) {
    for (int row = y; row < y + height; ++row) {
      std::fill_n(map.begin() + row * kWidth + x, width, value);
    }
  };
  const BoxOptions exact{.growth = 0};
  CHECK(FindBoxes(map, kWidth, kHeight, exact).empty());
  CHECK(FindBoxes({}, 0, 0, exact).empty());
  fill(20, 4, 10, 5, 0.9f);  // right of the next one, and begins a little above it
  fill(2, 5, 12, 5, 0.8f);
  fill(2, 20, 2, 8, 0.9f);      // too thin
  fill(20, 20, 8, 8, 0.4f);     // too faint
  map[3 * kWidth + 30] = 0.9f;  // touches the first one at its corner
  const std::vector<Box> boxes = FindBoxes(map, kWidth, kHeight, exact);
  REQUIRE(boxes.size() == 2);
  CHECK(std::vector{boxes[0].x, boxes[0].y, boxes[0].width, boxes[0].height} ==
        std::vector{2, 5, 12, 5});
  CHECK(boxes[0].score == doctest::Approx(0.8));
  CHECK(std::vector{boxes[1].x, boxes[1].y, boxes[1].width, boxes[1].height} ==
        std::vector{20, 3, 11, 6});
  // Each side goes out, but not out of the picture: by 60 / 34 for the left one.
  const Box grown = FindBoxes(map, kWidth, kHeight, {.growth = 2})[0];
  CHECK(std::vector{grown.x, grown.y, grown.width, grown.height} == std::vector{0, 1, 18, 13});
}

TEST_CASE("a part of a picture has the pixels of that part") {
  Image image{3, 2, {}};
  for (uint8_t i = 0; i < 18; ++i) image.rgb.push_back(i);
  const Image part = Crop(image, 1, 1, 2, 1);
  CHECK(part.width == 2);
  CHECK(part.height == 1);
  CHECK(part.rgb == std::vector<uint8_t>{12, 13, 14, 15, 16, 17});
}

TEST_CASE("greedy CTC decoding merges repeats and drops blanks") {
  const std::vector<std::string> alphabet = {"", "a", "b", " "};
  auto decode = [&](const std::vector<int>& classes) {
    std::vector<float> scores(classes.size() * alphabet.size(), 0.0f);
    for (size_t t = 0; t < classes.size(); ++t) {
      scores[t * alphabet.size() + static_cast<size_t>(classes[t])] = 0.5f;
    }
    absl::StatusOr<Line> line = DecodeCtc(scores, alphabet.size(), alphabet);
    REQUIRE(line.ok());
    return *std::move(line);
  };
  CHECK(decode({1, 1, 0, 1, 2, 2, 3, 0, 2}).text == "aab b");
  CHECK(decode({0, 0}).text.empty());
  CHECK(decode({0, 0}).confidence == 0.0f);
  CHECK(decode({1, 2}).confidence == doctest::Approx(0.5));
  CHECK_FALSE(DecodeCtc({}, 3, alphabet).ok());
}

}  // namespace
}  // namespace kairos::ocr
