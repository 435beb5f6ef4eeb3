#include "trace_alexnet/weights.h"

#include <cmath>
#include <random>
#include <utility>

namespace kairos {
namespace {

struct LayerShape {
  const char* name;
  int64_t outputs, inputs;  // channels
  int64_t kernel;           // of a convolution, in each dimension; 0: fully connected
  int64_t positions = 1;    // pixels per channel that a fully connected layer flattened
};
constexpr LayerShape kLayers[] = {
    {"features.0", 64, 3, 11},       {"features.3", 192, 64, 5},
    {"features.6", 384, 192, 3},     {"features.8", 256, 384, 3},
    {"features.10", 256, 256, 3},    {"classifier.1", 4096, 256, 0, 36},
    {"classifier.4", 4096, 4096, 0}, {"classifier.6", 1000, 4096, 0},
};
constexpr int64_t kImageChannels = 3;

}  // namespace

absl::StatusOr<std::map<std::string, Array>> RandomAlexNetWeights(int64_t divisor) {
  std::map<std::string, Array> weights;
  std::minstd_rand engine(1);
  const auto add = [&](std::string name, Shape shape, double bound) -> absl::Status {
    absl::StatusOr<Tensor> tensor = Tensor::Make(DType::kFloat32, std::move(shape));
    if (!tensor.ok()) return tensor.status();
    std::uniform_real_distribution<float> uniform(static_cast<float>(-bound),
                                                  static_cast<float>(bound));
    for (float& value : tensor->as<float>()) value = uniform(engine);
    weights.emplace(name, Array(*std::move(tensor), name));
    return absl::OkStatus();
  };
  for (const LayerShape& layer : kLayers) {
    const int64_t outputs = layer.outputs / divisor;
    const int64_t inputs = layer.inputs == kImageChannels ? layer.inputs : layer.inputs / divisor;
    Shape shape{outputs, inputs * layer.positions};
    if (layer.kernel > 0) shape.insert(shape.end(), {layer.kernel, layer.kernel});
    const double fan_in = static_cast<double>(ElementCount(shape) / outputs);
    absl::Status added = add(std::string(layer.name) + ".weight", shape, std::sqrt(6 / fan_in));
    if (!added.ok()) return added;
    added = add(std::string(layer.name) + ".bias", {outputs}, 0.1);
    if (!added.ok()) return added;
  }
  return weights;
}

std::map<std::string, Array> WeightsOf(const Model& model) {
  std::map<std::string, Array> weights;
  for (const Value& value : model.graph().values) {
    if (value.constant.has_value()) weights.emplace(value.name, Array(*value.constant, value.name));
  }
  return weights;
}

}  // namespace kairos
