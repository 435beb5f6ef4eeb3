#include "support/op_case.h"

#include <cmath>
#include <doctest/doctest.h>
#include <limits>

#include "support/run_graph.h"

namespace kairos::testing {
namespace {

Tensor Floats3(float a, float b, float c) {
  Tensor tensor = Unwrap(Tensor::Make(DType::kFloat32, {3}));
  const float values[] = {a, b, c};
  std::copy(values, values + 3, tensor.as<float>().begin());
  return tensor;
}

TEST_CASE("comparing tensors names the first element that differs and counts them") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  CHECK(CompareTensors(Floats3(1, 2, 3), Floats3(1, 2, 3), 0, 0) == "");
  CHECK(CompareTensors(Floats3(1, 2, 4), Floats3(1, 3, 3), 0, 0) ==
        "element 1: got 2, expected 3; 2 of them differ");
  CHECK(CompareTensors(Floats3(1, 2, 110), Floats3(1, 2, 100), 0.1, 0) == "");
  CHECK(CompareTensors(Floats3(1, 2, 0.5), Floats3(1, 2, 0), 0.1, 0.5) == "");
  CHECK(CompareTensors(Floats3(inf, nan, 0), Floats3(inf, nan, 0), 0, 0) == "");
  CHECK(CompareTensors(Floats3(inf, 0, 0), Floats3(-inf, nan, 0), 1, 1) ==
        "element 0: got inf, expected -inf; 2 of them differ");
  CHECK(CompareTensors(Floats3(0, 0, 0), RandomTensor(DType::kInt8, {3}, 1), 1, 1) ==
        "got float32[3], expected int8[3]");
}

TEST_CASE("random tensors are the same for the same seed, and in range") {
  const Tensor a = RandomTensor(DType::kInt8, {100}, 1);
  CHECK(BitEqual(a, RandomTensor(DType::kInt8, {100}, 1)));
  CHECK_FALSE(BitEqual(a, RandomTensor(DType::kInt8, {100}, 2)));
  for (int8_t value : a.as<int8_t>()) CHECK((value >= -8 && value < 8));
}

TEST_CASE("a case runs with weights, fused operations and laid out operands") {
  OperatorCase c("Conv");
  Tensor src = Unwrap(Tensor::Make(DType::kFloat32, {1, 2, 1, 2}));
  Tensor weights = Unwrap(Tensor::Make(DType::kFloat32, {1, 2, 1, 1}));
  for (size_t i = 0; i < 4; ++i) src.as<float>()[i] = static_cast<float>(i);
  weights.as<float>()[0] = 1;
  weights.as<float>()[1] = -2;
  c.Input(src, Layout::kChannelsLast).Weight(weights).PostBinary("Sub", true).Input(src);
  CHECK(c.Run(*NewReferenceBackend(), *NewThreadPool(1)).status().code() ==
        absl::StatusCode::kInvalidArgument);

  OperatorCase relu("Conv");
  relu.Input(src, Layout::kChannelsLast).Weight(weights).Absent().Post("Abs").Post("Relu");
  relu.output_layout = Layout::kChannelsLast;
  const std::vector<Tensor> got = Unwrap(relu.Run(*NewReferenceBackend(), *NewThreadPool(1)));
  CHECK(got[0].as<float>()[0] == 4);
  CHECK(got[0].as<float>()[1] == 5);
}

}  // namespace
}  // namespace kairos::testing
