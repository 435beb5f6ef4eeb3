// What of a model file stays in memory.
#include <doctest/doctest.h>

#include "executor/inline_branch.h"
#include "tests/support/graph_builder.h"
#include "tests/support/resident.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {
namespace {

constexpr size_t kWeightBytes = 256 * 1024 * sizeof(float);

Graph WideProduct() {
  GraphBuilder b("wide product");
  const ValueId x = b.Input("x", DType::kFloat32, {8, 256});
  b.Output(b.Add("MatMul", {x, b.Random<float>("w", {256, 1024}, 1)}), "y");
  return b.Build();
}

const float* WeightOf(const Model& model) {
  return static_cast<const float*>(FindInlinedConstant(model.graph(), "w")->data);
}

// Of an element of each page, at least.
float SumOver(const float* weight) {
  float sum = 0;
  for (size_t i = 0; i < kWeightBytes / sizeof(float); i += 256) sum += weight[i];
  return sum;
}

TEST_CASE("pages of a model file are given back, and read again when they are needed") {
  const TempDir dir;
  Require(SaveModel(WideProduct(), {}, dir.File("m.kai")));
  const auto model = Unwrap(Model::Load(dir.File("m.kai")));
  const float* weight = WeightOf(*model);
  const float last = weight[kWeightBytes / sizeof(float) - 1];
  const float sum = SumOver(weight);
  const auto before = ResidentBytes(weight, kWeightBytes);
  if (!before.has_value()) {
    MESSAGE("SKIP: the system does not tell which pages are in memory");
    return;
  }
  CHECK(*before > kWeightBytes / 2);
  model->ReleasePages();
  CHECK(*ResidentBytes(weight, kWeightBytes) == 0);
  CHECK(SumOver(weight) == sum);
  CHECK(weight[kWeightBytes / sizeof(float) - 1] == last);
  NewModel(WideProduct())->ReleasePages();  // has no file
}

TEST_CASE("the plain form of a packed weight leaves memory") {
  const TempDir dir;
  Require(SaveModel(WideProduct(), {}, dir.File("m.kai")));
  const auto model = Unwrap(Model::Load(dir.File("m.kai")));
  auto session = NewSession(NewRuntime(), model, NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({8, 256}, 2));
  const std::vector<Tensor> outputs = Run(*session, inputs);
  const auto resident = ResidentBytes(WeightOf(*model), kWeightBytes);
  if (session->stats().packed_bytes == 0 || !resident.has_value()) {
    MESSAGE("SKIP: nothing is packed here, or the system does not tell what is in memory");
    return;
  }
  CHECK(*resident < kWeightBytes / 2);
  CHECK(MaxError(outputs, RunReference(WideProduct(), inputs)) < 1e-4);
}

}  // namespace
}  // namespace kairos::testing
