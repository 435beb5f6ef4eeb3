#include "vad/detector.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kairos::vad {
namespace {

constexpr int64_t kStateSize = 128;

absl::Status Fill(Shape shape, Tensor* tensor) {
  absl::StatusOr<Tensor> made = Tensor::Make(DType::kFloat32, std::move(shape));
  if (!made.ok()) return made.status();
  *tensor = *std::move(made);
  std::memset(tensor->data(), 0, tensor->byte_count());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Detector>> Detector::Make(std::shared_ptr<Runtime> runtime,
                                                         std::shared_ptr<const Model> model,
                                                         std::shared_ptr<const Policy> policy,
                                                         int rate) {
  if (rate != 8000 && rate != 16000) {
    return absl::InvalidArgumentError(
        absl::StrCat("sampling rate is ", rate, " Hz, expected 8000 or 16000"));
  }
  std::unique_ptr<Detector> detector(new Detector());
  detector->frame_ = static_cast<size_t>(rate * 512 / 16000);
  detector->context_ = detector->frame_ / 8;
  const auto length = static_cast<int64_t>(detector->context_ + detector->frame_);
  if (absl::Status s = Fill({1, length}, &detector->input_); !s.ok()) return s;
  if (absl::Status s = Fill({1, 1}, &detector->probability_); !s.ok()) return s;
  for (Tensor& state : detector->states_) {
    if (absl::Status s = Fill({2, 1, kStateSize}, &state); !s.ok()) return s;
  }
  absl::StatusOr<Tensor> rate_tensor = Tensor::Make(DType::kInt64, {});
  if (!rate_tensor.ok()) return rate_tensor.status();
  detector->rate_ = *std::move(rate_tensor);
  *static_cast<int64_t*>(detector->rate_.data()) = rate;

  for (size_t turn = 0; turn < 2; ++turn) {
    for (const std::string& name : model->input_names()) {
      const Tensor* tensor = name == "input"   ? &detector->input_
                             : name == "state" ? &detector->states_[turn]
                             : name == "sr"    ? &detector->rate_
                                               : nullptr;
      if (tensor == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat("model: has an input '", name, "', expected input, state and sr"));
      }
      detector->inputs_[turn].push_back(tensor->view());
    }
    detector->outputs_[turn] = {detector->probability_.mutable_view(),
                                detector->states_[1 - turn].mutable_view()};
  }
  SessionOptions options;
  options.policy = std::move(policy);
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(std::move(runtime), std::move(model), std::move(options));
  if (!session.ok()) return session.status();
  detector->session_ = *std::move(session);
  return detector;
}

absl::StatusOr<float> Detector::Next(absl::Span<const float> frame) {
  if (frame.size() != frame_) {
    return absl::InvalidArgumentError(
        absl::StrCat("got a frame of ", frame.size(), " samples, expected ", frame_));
  }
  auto* samples = static_cast<float*>(input_.data());
  std::copy(samples + frame_, samples + frame_ + context_, samples);
  std::copy(frame.begin(), frame.end(), samples + context_);
  const absl::Status run = session_->Run(inputs_[turn_], outputs_[turn_]);
  if (!run.ok()) return run;
  turn_ = 1 - turn_;
  return *static_cast<const float*>(probability_.data());
}

absl::StatusOr<std::vector<float>> Detector::Probabilities(absl::Span<const float> samples) {
  std::vector<float> probabilities, frame(frame_);
  for (size_t begin = 0; begin < samples.size(); begin += frame_) {
    const absl::Span<const float> part = samples.subspan(begin, frame_);
    std::fill(std::copy(part.begin(), part.end(), frame.begin()), frame.end(), 0.0f);
    absl::StatusOr<float> probability = Next(frame);
    if (!probability.ok()) return probability.status();
    probabilities.push_back(*probability);
  }
  return probabilities;
}

void Detector::Reset() {
  for (Tensor* tensor : {&input_, &states_[0], &states_[1]}) {
    std::memset(tensor->data(), 0, tensor->byte_count());
  }
}

}  // namespace kairos::vad
