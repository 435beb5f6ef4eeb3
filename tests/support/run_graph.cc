#include "tests/support/run_graph.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

namespace kairos::testing {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "unexpected status: %s\n", status.ToString().c_str());
  std::abort();
}

std::shared_ptr<Runtime> NewRuntime(const std::string& backend, int threads,
                                    std::unique_ptr<Backend> extra) {
  RuntimeOptions options;
  options.backend = backend;
  options.threads = threads;
  if (extra != nullptr) options.extra_backends.push_back(std::move(extra));
  return Unwrap(Runtime::Make(std::move(options)));
}

std::shared_ptr<const Model> NewModel(const Graph& graph) {
  return Unwrap(Model::FromGraph(graph));
}

std::unique_ptr<Session> NewSession(std::shared_ptr<Runtime> runtime,
                                    std::shared_ptr<const Model> model,
                                    std::shared_ptr<const Policy> policy,
                                    std::vector<std::string> taps) {
  SessionOptions options;
  options.policy = std::move(policy);
  options.taps = std::move(taps);
  return Unwrap(Session::Make(std::move(runtime), std::move(model), std::move(options)));
}

Tensor RandomTensor(const Shape& shape, uint32_t seed) {
  Tensor tensor = Unwrap(Tensor::Make(DType::kFloat32, shape));
  std::minstd_rand engine(seed + 1);
  for (float& value : tensor.as<float>()) {
    value = static_cast<float>((engine() >> 7) % 65536) / 32768.0f - 1.0f;
  }
  return tensor;
}

Tensor Int64Tensor(const std::vector<int64_t>& values) {
  Tensor tensor =
      Unwrap(Tensor::Make(DType::kInt64, {static_cast<int64_t>(values.size())}));
  std::copy(values.begin(), values.end(), tensor.as<int64_t>().begin());
  return tensor;
}

std::vector<TensorView> Views(const std::vector<Tensor>& tensors) {
  std::vector<TensorView> views;
  for (const Tensor& tensor : tensors) views.push_back(tensor.view());
  return views;
}

std::vector<Tensor> Run(Session& session, const std::vector<Tensor>& inputs) {
  return Unwrap(session.Run(Views(inputs)));
}

std::vector<Tensor> RunReference(const Graph& graph, const std::vector<Tensor>& inputs) {
  auto session = NewSession(NewRuntime("reference"), NewModel(graph), NewEagerPolicy());
  return Run(*session, inputs);
}

bool BitEqual(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         (a.byte_count() == 0 || std::memcmp(a.data(), b.data(), a.byte_count()) == 0);
}

bool BitEqual(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Tensor& x, const Tensor& y) { return BitEqual(x, y); });
}

double MaxError(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  constexpr double kDifferent = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return kDifferent;
  double error = 0;
  for (size_t t = 0; t < a.size(); ++t) {
    if (a[t].shape() != b[t].shape() || a[t].dtype() != b[t].dtype()) return kDifferent;
    if (a[t].dtype() != DType::kFloat32) {
      if (!BitEqual(a[t], b[t])) return kDifferent;
      continue;
    }
    for (size_t i = 0; i < a[t].as<float>().size(); ++i) {
      const double x = a[t].as<float>()[i], y = b[t].as<float>()[i];
      if (std::isnan(x) != std::isnan(y)) return kDifferent;
      if (std::isnan(x) || x == y) continue;
      error = std::max(error, std::fabs(x - y) / std::max(1.0, std::fabs(y)));
    }
  }
  return error;
}

}  // namespace kairos::testing
