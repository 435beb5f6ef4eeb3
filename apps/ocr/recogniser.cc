#include "ocr/recogniser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kairos::ocr {
namespace {

constexpr int kLineHeight = 48;

absl::StatusOr<std::vector<std::string>> Alphabet(const Model& model) {
  absl::string_view characters = model.metadata("character");
  if (characters.empty()) {
    return absl::InvalidArgumentError("model: has no metadata property 'character'");
  }
  if (characters.back() == '\n') characters.remove_suffix(1);
  std::vector<std::string> alphabet = {""};
  for (absl::string_view character : absl::StrSplit(characters, '\n')) {
    alphabet.emplace_back(character);
  }
  alphabet.push_back(" ");
  return alphabet;
}

}  // namespace

absl::StatusOr<Line> DecodeCtc(absl::Span<const float> scores, size_t classes,
                               absl::Span<const std::string> alphabet) {
  if (classes == 0 || classes != alphabet.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("output: got ", classes, " classes, expected ", alphabet.size()));
  }
  Line line;
  size_t previous = 0, count = 0;
  for (size_t begin = 0; begin + classes <= scores.size(); begin += classes) {
    const auto row = scores.subspan(begin, classes);
    const auto best = static_cast<size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    if (best != 0 && best != previous) {
      line.text += alphabet[best];
      line.confidence += row[best];
      ++count;
    }
    previous = best;
  }
  if (count > 0) line.confidence /= static_cast<float>(count);
  return line;
}

absl::StatusOr<Recogniser> Recogniser::Make(std::shared_ptr<Runtime> runtime,
                                            std::shared_ptr<const Model> model,
                                            std::shared_ptr<const Policy> policy) {
  absl::StatusOr<std::vector<std::string>> alphabet = Alphabet(*model);
  if (!alphabet.ok()) return alphabet.status();
  SessionOptions options;
  options.policy = std::move(policy);
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(std::move(runtime), std::move(model), std::move(options));
  if (!session.ok()) return session.status();
  return Recogniser(*std::move(session), *std::move(alphabet));
}

absl::StatusOr<Line> Recogniser::Read(const Image& image) {
  absl::StatusOr<Tensor> input = ToInput(image, kLineHeight);
  if (!input.ok()) return input.status();
  absl::StatusOr<std::vector<Tensor>> outputs = session_->Run({input->view()});
  if (!outputs.ok()) return outputs.status();
  const Tensor& scores = outputs->front();
  if (scores.dtype() != DType::kFloat32 || scores.shape().size() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("output: got ", DTypeName(scores.dtype()), ShapeString(scores.shape()),
                     ", expected float32[1,time,classes]"));
  }
  return DecodeCtc(scores.as<float>(), static_cast<size_t>(scores.shape()[2]), alphabet_);
}

}  // namespace kairos::ocr
