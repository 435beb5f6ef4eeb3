// The embedding example reads the sample pictures, character for character, under every policy.
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "kairos/compiler.h"
#include "kairos/policies.h"
#include "ocr/recogniser.h"
#include "rtconvert/importer.h"
#include "support/temp_dir.h"

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

std::string RecogniserPath() {
  const char* folder = std::getenv("KAIROS_MODELS");
  return folder == nullptr ? "" : std::string(folder) + "/ch_PP-OCRv4_rec_infer.onnx";
}

Image Load(const Sample& sample) {
  absl::StatusOr<Image> image = ReadPng(std::string(KAIROS_OCR_SAMPLES) + "/" + sample.file);
  REQUIRE_MESSAGE(image.ok(), image.status().ToString());
  return *std::move(image);
}

// The model with a plan for each sample's width.
std::shared_ptr<const Model> Compile(std::shared_ptr<Runtime> runtime,
                                     std::shared_ptr<const Model> model, const std::string& path) {
  std::vector<Tensor> inputs;
  std::vector<std::vector<TensorView>> signatures;
  for (const Sample& sample : kSamples) inputs.push_back(*ToInput(Load(sample), 48));
  for (const Tensor& input : inputs) signatures.push_back({input.view()});
  absl::StatusOr<Plan> plan = CompilePlan(std::move(runtime), model, signatures);
  REQUIRE_MESSAGE(plan.ok(), plan.status().ToString());
  const absl::Status saved = SaveModel(model->graph(), PlansWith(*model, *std::move(plan)), path);
  REQUIRE_MESSAGE(saved.ok(), saved.ToString());
  absl::StatusOr<std::shared_ptr<const Model>> loaded = Model::Load(path);
  REQUIRE_MESSAGE(loaded.ok(), loaded.status().ToString());
  return *std::move(loaded);
}

TEST_CASE("the text recogniser reads the sample pictures under every policy") {
  const std::string path = RecogniserPath();
  if (path.empty() || !std::filesystem::exists(path)) {
    std::printf("SKIP: the text recogniser is not there (KAIROS_MODELS)\n");
    return;
  }
  absl::StatusOr<Graph> graph = ImportOnnx(path, {}, nullptr);
  REQUIRE_MESSAGE(graph.ok(), graph.status().ToString());
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::FromGraph(*std::move(graph));
  REQUIRE_MESSAGE(model.ok(), model.status().ToString());
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = Runtime::Make({.threads = 2});
  REQUIRE_MESSAGE(runtime.ok(), runtime.status().ToString());
  testing::TempDir directory;
  const std::shared_ptr<const Model> compiled =
      Compile(*runtime, *model, directory.File("rec.kai"));

  const std::pair<const char*, std::shared_ptr<const Policy>> policies[] = {
      {"eager", NewEagerPolicy()},
      {"jit", NewJitPolicy()},
      {"aot", NewAotPolicy({OnPlanMismatch::kError})},
      {"auto", NewAutoPolicy()}};
  for (const auto& [name, policy] : policies) {
    CAPTURE(name);
    absl::StatusOr<Recogniser> recogniser = Recogniser::Make(*runtime, compiled, policy);
    REQUIRE_MESSAGE(recogniser.ok(), recogniser.status().ToString());
    for (const Sample& sample : kSamples) {
      absl::StatusOr<Line> line = recogniser->Read(Load(sample));
      REQUIRE_MESSAGE(line.ok(), line.status().ToString());
      CHECK(line->text == sample.text);
      CHECK(line->confidence > 0.9f);
    }
    if (std::string(name) == "aot") {
      CHECK(recogniser->session().stats().compiles == 0);
      CHECK(recogniser->session().stats().fallbacks == 0);
    }
  }
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
