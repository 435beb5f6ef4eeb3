// Small networks that session tests run.
#ifndef KAIROS_TESTS_UNIT_EXECUTOR_NETS_H_
#define KAIROS_TESTS_UNIT_EXECUTOR_NETS_H_

#include <vector>

#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"

namespace kairos::testing {

// x[n,4,h,w] -> Conv "conv" -> Add "bias" -> Relu "act" (value "features") -> second Conv with the
// residual "sum" -> mean over space -> y[n,3]
inline Graph ConvNet() {
  GraphBuilder b("conv net");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {4, ""}, {-1, "h"}, {-1, "w"}});
  const ValueId w1 = b.Random<float>("w1", {4, 4, 3, 3}, 1);
  const ValueId conv = b.Add("Conv", {x, w1}, {{"pads", Ints{1, 1, 1, 1}}}, "conv");
  const ValueId biased = b.Add("Add", {conv, b.Random<float>("b1", {4, 1, 1}, 2)}, {}, "bias");
  const ValueId features = b.Add("Relu", {biased}, {}, "act");
  b.Rename(features, "features");
  const ValueId w2 = b.Random<float>("w2", {4, 4, 1, 1}, 3);
  const ValueId conv2 = b.Add("Conv", {features, w2}, {}, "conv2");
  const ValueId sum = b.Add("Add", {conv2, features}, {}, "sum");
  const ValueId pooled = b.Add("GlobalAveragePool", {sum}, {}, "pool");
  const ValueId flat = b.Add("Flatten", {pooled}, {}, "flat");
  b.Output(b.Add("MatMul", {flat, b.Random<float>("w3", {4, 3}, 4)}, {}, "fc"), "y");
  return b.Build();
}

inline std::vector<Tensor> ConvInput(int64_t n, int64_t h, int64_t w, uint32_t seed = 11) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({n, 4, h, w}, seed));
  return inputs;
}

// x[n,8] -> MatMul -> Add -> Relu -> MatMul -> y[n,5]
inline Graph Mlp() {
  GraphBuilder b("mlp");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  const ValueId hidden = b.Add("MatMul", {x, b.Random<float>("w1", {8, 16}, 1)}, {}, "fc1");
  const ValueId biased = b.Add("Add", {hidden, b.Random<float>("b1", {16}, 2)}, {}, "bias");
  const ValueId act = b.Add("Relu", {biased}, {}, "act");
  b.Output(b.Add("MatMul", {act, b.Random<float>("w2", {16, 5}, 3)}, {}, "fc2"), "y");
  return b.Build();
}

inline std::vector<Tensor> MlpInput(int64_t n, uint32_t seed = 12) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({n, 8}, seed));
  return inputs;
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_EXECUTOR_NETS_H_
