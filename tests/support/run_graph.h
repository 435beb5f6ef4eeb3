// Runs graphs in a line each: runtimes, models, seeded inputs, comparison of results. What cannot
// fail in a sound build aborts the test program with the status when it does.
#ifndef KAIROS_TESTS_SUPPORT_RUN_GRAPH_H_
#define KAIROS_TESTS_SUPPORT_RUN_GRAPH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kairos/graph.h"
#include "kairos/model.h"
#include "kairos/runtime.h"
#include "kairos/session.h"
#include "kairos/tensor.h"

namespace kairos::testing {

// Prints the status and aborts unless it is ok.
void Require(const absl::Status& status);
template <typename T>
T Unwrap(absl::StatusOr<T> value) {
  Require(value.status());
  return *std::move(value);
}

// `backend` empty: all that were built. `extra` goes before them.
std::shared_ptr<Runtime> NewRuntime(const std::string& backend = "", int threads = 1,
                                    std::unique_ptr<Backend> extra = nullptr);
std::shared_ptr<const Model> NewModel(const Graph& graph);
std::unique_ptr<Session> NewSession(std::shared_ptr<Runtime> runtime,
                                    std::shared_ptr<const Model> model,
                                    std::shared_ptr<const Policy> policy,
                                    std::vector<std::string> taps = {});

// Floats in [-1, 1), the same for the same seed.
Tensor RandomTensor(const Shape& shape, uint32_t seed);
Tensor Int64Tensor(const std::vector<int64_t>& values);
std::vector<TensorView> Views(const std::vector<Tensor>& tensors);

std::vector<Tensor> Run(Session& session, const std::vector<Tensor>& inputs);
// On the reference backend, without passes.
std::vector<Tensor> RunReference(const Graph& graph, const std::vector<Tensor>& inputs);

bool BitEqual(const Tensor& a, const Tensor& b);
bool BitEqual(const std::vector<Tensor>& a, const std::vector<Tensor>& b);
// Largest |a - b| / max(1, |b|) over float outputs; infinite when types differ.
double MaxError(const std::vector<Tensor>& a, const std::vector<Tensor>& b);

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_RUN_GRAPH_H_
