#include "rtdiff/tensor_diff.h"

#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <vector>

#include "tests/support/run_graph.h"

namespace kairos::testing {
namespace {

template <typename T>
TensorDiff DiffOf(DType dtype, const std::vector<T>& want, const std::vector<T>& got,
                  double tolerance = 1e-3) {
  const Shape shape = {static_cast<int64_t>(want.size())};
  return Unwrap(DiffTensors("t", {dtype, shape, want.data(), want.size() * sizeof(T)},
                            {dtype, shape, got.data(), got.size() * sizeof(T)}, tolerance));
}

TEST_CASE("largest absolute and relative difference, and the distance in floats") {
  const float one_up = std::nextafter(1.0f, 2.0f);
  const TensorDiff diff = DiffOf<float>(DType::kFloat32, {1, -10, 5}, {one_up, -10.5f, 5});
  CHECK(diff.count == 3);
  CHECK(diff.different == 2);
  CHECK(diff.scale == 10);
  CHECK(diff.max_abs == 0.5);
  CHECK(diff.max_rel == 0.05);
  CHECK(diff.max_ulp == 524288);  // 0.5 / 2^-20
  CHECK(diff.over);
  CHECK(DiffOf<float>(DType::kFloat32, {1}, {one_up}).max_ulp == 1);
  CHECK_FALSE(DiffOf<float>(DType::kFloat32, {1}, {one_up}).over);
}

TEST_CASE("the distance in floats passes through zero") {
  const float tiny = std::numeric_limits<float>::denorm_min();
  CHECK(DiffOf<float>(DType::kFloat32, {-tiny}, {tiny}).max_ulp == 2);
  CHECK(DiffOf<float>(DType::kFloat32, {0.0f}, {-0.0f}).max_ulp == 0);
  CHECK(DiffOf<float>(DType::kFloat32, {0.0f}, {-0.0f}).different == 1);
}

TEST_CASE("the remains of a cancellation do not decide the relative difference") {
  const TensorDiff diff = DiffOf<float>(DType::kFloat32, {1000, 1e-6f}, {1000, 2e-6f});
  CHECK(diff.max_rel < 1e-5);
  CHECK_FALSE(diff.over);
}

TEST_CASE("NaN and infinities must stand on both sides") {
  CHECK_FALSE(DiffOf<float>(DType::kFloat32, {NAN, 1}, {NAN, 1}).over);
  CHECK(DiffOf<float>(DType::kFloat32, {NAN, 1}, {1, 1}).over);
  CHECK(DiffOf<float>(DType::kFloat32, {1, 1}, {1, NAN}).over);
  CHECK(std::isinf(DiffOf<float>(DType::kFloat32, {1, 1}, {1, INFINITY}).max_abs));
  CHECK_FALSE(DiffOf<float>(DType::kFloat32, {INFINITY}, {INFINITY}).over);
  CHECK(DiffOf<float>(DType::kFloat32, {INFINITY}, {-INFINITY}).over);
}

TEST_CASE("half floats are compared by value") {
  // 1.0 and the next one, 2^-10 above; bfloat16: 1.0 and 1 + 2^-7.
  const TensorDiff half = DiffOf<uint16_t>(DType::kFloat16, {0x3c00}, {0x3c01});
  CHECK(half.max_abs == std::ldexp(1, -10));
  CHECK(half.max_ulp == 1);
  CHECK(DiffOf<uint16_t>(DType::kFloat16, {0x0001}, {0x0000}).max_abs == std::ldexp(1, -24));
  CHECK(DiffOf<uint16_t>(DType::kFloat16, {0x7c00}, {0x7c00}).max_abs == 0);
  CHECK(DiffOf<uint16_t>(DType::kBFloat16, {0x3f80}, {0x3f81}).max_abs == std::ldexp(1, -7));
}

TEST_CASE("integers differ or do not") {
  CHECK_FALSE(DiffOf<int64_t>(DType::kInt64, {1, 2}, {1, 2}).over);
  const TensorDiff diff = DiffOf<int64_t>(DType::kInt64, {1, 2}, {1, 3}, 10);
  CHECK(diff.over);
  CHECK(diff.different == 1);
}

TEST_CASE("tensors of other types are refused, naming both") {
  const std::vector<float> values(4);
  const Shape flat = {4}, square = {2, 2};
  const TensorView a = {DType::kFloat32, flat, values.data(), 16};
  const TensorView b = {DType::kFloat32, square, values.data(), 16};
  CHECK(DiffTensors("y", a, b, 0).status() ==
        absl::InvalidArgumentError("'y': got float32[2,2], expected float32[4]"));
}

}  // namespace
}  // namespace kairos::testing
