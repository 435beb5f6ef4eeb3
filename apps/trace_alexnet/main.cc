// trace_alexnet: AlexNet written in C++ runs at once, becomes a model file, and runs from that.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "common/cli.h"
#include "common/engine.h"
#include "kairos/session.h"
#include "kairos/trace.h"
#include "trace_alexnet/alexnet.h"
#include "trace_alexnet/weights.h"

namespace kairos {
namespace {

struct Options {
  EngineOptions engine;
  std::string out, weights;
  int64_t batch = 1;
};

absl::StatusOr<Tensor> MakeImages(int64_t count) {
  absl::StatusOr<Tensor> images = Tensor::Make(DType::kFloat32, {count, 3, 224, 224});
  if (!images.ok()) return images;
  absl::Span<float> pixels = images->as<float>();
  for (size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = std::sin(static_cast<float>(i % 9973));
  }
  return images;
}

double LargestDifference(const Tensor& a, const Tensor& b) {
  double largest = a.shape() == b.shape() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(a.as<float>().size(), b.as<float>().size()); ++i) {
    largest = std::max<double>(largest, std::fabs(a.as<float>()[i] - b.as<float>()[i]));
  }
  return largest;
}

absl::StatusOr<AlexNet> MakeNet(const std::string& weights) {
  if (weights.empty()) {
    absl::StatusOr<std::map<std::string, Array>> random = RandomAlexNetWeights();
    if (!random.ok()) return random.status();
    return AlexNet{*std::move(random)};
  }
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(weights);
  if (!model.ok()) return model.status();
  return AlexNet{WeightsOf(**model)};
}

absl::Status Run(const Options& options) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(options.engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options.engine);
  if (!policy.ok()) return policy.status();
  absl::StatusOr<AlexNet> net = MakeNet(options.weights);
  if (!net.ok()) return net.status();

  absl::StatusOr<TracedGraph> traced =
      Trace(*runtime, *net, {{"x", DType::kFloat32, {Symbol("batch"), 3, 224, 224}}});
  if (!traced.ok()) return traced.status();
  if (absl::Status saved = SaveModel(traced->graph, {}, options.out); !saved.ok()) return saved;
  std::printf("%s: %zu nodes\n", options.out.c_str(), traced->graph.nodes.size());

  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.out);
  if (!model.ok()) return model.status();
  SessionOptions session_options;
  session_options.policy = *policy;
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(*runtime, *model, std::move(session_options));
  if (!session.ok()) return session.status();
  absl::StatusOr<Tensor> images = MakeImages(options.batch);
  if (!images.ok()) return images.status();
  absl::StatusOr<std::vector<Tensor>> from_file = (*session)->Run({images->view()});
  if (!from_file.ok()) return from_file.status();

  absl::StatusOr<Tensor> at_once = (*net)(Array(*std::move(images)).On(*runtime)).ToTensor();
  if (!at_once.ok()) return at_once.status();
  std::printf("output %s, policy %s; largest difference to running at once: %g\n",
              ShapeString(at_once->shape()).c_str(), options.engine.policy.c_str(),
              LargestDifference((*from_file)[0], *at_once));
  return absl::OkStatus();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Traces an AlexNet that is written in C++, saves it as a model and runs both.",
               "trace_alexnet");
  app.add_option("OUT", options.out, "model file to write (.kai)")->required();
  app.add_option("--weights", options.weights, "model whose weights to take (default: random)")
      ->type_name("MODEL.kai");
  app.add_option("--batch", options.batch, "images to run")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  AddPolicyOptions(app, &options.engine);
  AddRuntimeOptions(app, &options.engine);
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Run(options); });
}
