// Embedding Kairos and timing it: the figures that an application sees by itself, to be compared
// with those of rtbench.
// usage: hello_timed MODEL.kai POLICY RUNS DIM...   (a model with one float input of these sizes)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kairos/session.h"

namespace {

constexpr int kWarmUpRuns = 10;

absl::Status Time(int argc, char** argv) {
  if (argc < 4)
    return absl::InvalidArgumentError("usage: hello_timed MODEL.kai POLICY RUNS DIM...");
  auto runtime = kairos::Runtime::Make();
  if (!runtime.ok()) return runtime.status();
  auto model = kairos::Model::Load(argv[1]);
  if (!model.ok()) return model.status();
  auto policy = kairos::PolicyByName(argv[2]);
  if (!policy.ok()) return policy.status();
  kairos::SessionOptions options;
  options.policy = *policy;
  auto session = kairos::Session::Make(*runtime, *model, options);
  if (!session.ok()) return session.status();

  kairos::Shape shape;
  for (int i = 4; i < argc; ++i) shape.push_back(std::atoll(argv[i]));
  // Two inputs take turns, as the frames of a camera would.
  std::vector<kairos::Tensor> frames;
  for (float first : {0.0f, 0.5f}) {
    auto frame = kairos::Tensor::Make(kairos::DType::kFloat32, shape);
    if (!frame.ok()) return frame.status();
    float next = first;
    for (float& value : frame->as<float>()) value = next = next > 1 ? -1 : next + 0.01f;
    frames.push_back(*std::move(frame));
  }

  auto outputs = (*session)->Run({frames[0].view()});  // compiles what it must
  if (!outputs.ok()) return outputs.status();
  std::vector<kairos::MutableTensorView> views;
  for (kairos::Tensor& output : *outputs) views.push_back(output.mutable_view());
  std::vector<double> samples_ms;
  const int runs = std::max(1, std::atoi(argv[3]));
  for (int run = -kWarmUpRuns; run < runs; ++run) {
    const kairos::TensorView inputs[] = {frames[static_cast<size_t>(run & 1)].view()};
    const auto start = std::chrono::steady_clock::now();
    if (absl::Status status = (*session)->Run(inputs, views); !status.ok()) return status;
    const std::chrono::duration<double, std::milli> passed =
        std::chrono::steady_clock::now() - start;
    if (run >= 0) samples_ms.push_back(passed.count());
  }
  std::sort(samples_ms.begin(), samples_ms.end());
  std::printf("%zu runs, p50 %.3f ms, max %.3f ms\n", samples_ms.size(),
              samples_ms[samples_ms.size() / 2], samples_ms.back());
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const absl::Status status = Time(argc, argv);
  if (!status.ok()) std::fprintf(stderr, "hello_timed: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
