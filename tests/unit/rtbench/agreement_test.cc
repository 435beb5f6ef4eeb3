// Whether two policies computed the same, whatever the outputs' types.
#include "rtbench/agreement.h"

#include <cmath>
#include <cstring>
#include <doctest/doctest.h>
#include <limits>
#include <utility>
#include <vector>

#include "common/element.h"
#include "rtbench/table.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();

template <typename T>
Tensor TensorOf(DType dtype, const std::vector<T>& values) {
  Tensor tensor = Unwrap(Tensor::Make(dtype, {static_cast<int64_t>(values.size())}));
  std::memcpy(tensor.data(), values.data(), tensor.byte_count());
  return tensor;
}

template <typename T>
Agreement Compare(DType dtype, const std::vector<T>& a, const std::vector<T>& b) {
  const TempDir dir;
  for (const auto& [name, values] : {std::pair("a", &a), std::pair("b", &b)}) {
    std::vector<Tensor> outputs;
    outputs.push_back(TensorOf(dtype, *values));
    Require(WriteOutputs(dir.File(name), outputs));
  }
  return Unwrap(CompareOutputs(dir.File("a"), dir.File("b")));
}

TEST_CASE("equal outputs have the same bits") {
  const Agreement same = Compare<float>(DType::kFloat32, {1, -3, kNan}, {1, -3, kNan});
  CHECK(same.same_bits);
  CHECK(same.max_abs_diff == 0);
  CHECK(same.scale == 3);
  CHECK(same.nan_count == 1);
}

TEST_CASE("the largest difference counts, of integers and half floats as well") {
  CHECK(Compare<float>(DType::kFloat32, {1, 2, 3}, {1, 2.5, 2.75}).max_abs_diff == 0.5);
  const Agreement integers = Compare<int64_t>(DType::kInt64, {7, 8}, {7, 5});
  CHECK_FALSE(integers.same_bits);
  CHECK(integers.max_abs_diff == 3);
  CHECK(integers.scale == 8);
  CHECK(Compare<uint16_t>(DType::kFloat16, {0x3c00}, {0x3c01}).max_abs_diff == std::ldexp(1, -10));
}

TEST_CASE("a NaN or an infinity on one side only is an infinite difference, wherever it stands") {
  CHECK(std::isinf(Compare<float>(DType::kFloat32, {kNan, 2}, {1, 2}).max_abs_diff));
  CHECK(std::isinf(Compare<float>(DType::kFloat32, {1, 2}, {kNan, 2}).max_abs_diff));
  CHECK(std::isinf(Compare<float>(DType::kFloat32, {1, 2}, {1, kInfinite}).max_abs_diff));
  const Agreement both = Compare<float>(DType::kFloat32, {kInfinite, 2}, {kInfinite, 2.5});
  CHECK(both.max_abs_diff == 0.5);
  CHECK(both.scale == 2);
  CHECK(Compare<double>(DType::kFloat64, {1}, {kNan}).nan_count == 1);
  CHECK(Compare<uint16_t>(DType::kBFloat16, {0x3f80}, {0x7fc0}).nan_count == 1);
}

TEST_CASE("outputs of other sizes are refused") {
  const TempDir dir;
  WriteFile(dir.File("a"), std::string(16, 'x'));
  WriteFile(dir.File("b"), std::string(8, 'x'));
  CHECK(CompareOutputs(dir.File("a"), dir.File("b")).status() ==
        absl::DataLossError("outputs: got 1 values, expected 2"));
}

TEST_CASE("elements of every type are read as numbers") {
  const auto first = [](DType dtype, auto value) {
    const Tensor tensor = TensorOf<decltype(value)>(dtype, {value, value});
    return ElementAt(tensor.view(), 1);
  };
  CHECK(first(DType::kFloat32, 1.5f) == 1.5);
  CHECK(first(DType::kFloat64, -1e300) == -1e300);
  CHECK(first(DType::kInt8, int8_t{-5}) == -5);
  CHECK(first(DType::kUint8, uint8_t{250}) == 250);
  CHECK(first(DType::kInt16, int16_t{-300}) == -300);
  CHECK(first(DType::kUint16, uint16_t{65535}) == 65535);
  CHECK(first(DType::kInt32, int32_t{-70000}) == -70000);
  CHECK(first(DType::kUint32, uint32_t{4000000000}) == 4e9);
  CHECK(first(DType::kInt64, int64_t{-1} << 40) == -std::ldexp(1, 40));
  CHECK(first(DType::kUint64, uint64_t{1} << 63) == std::ldexp(1, 63));
  CHECK(first(DType::kBool, uint8_t{1}) == 1);
  CHECK(first(DType::kFloat16, uint16_t{0xc000}) == -2);
  CHECK(first(DType::kBFloat16, uint16_t{0xc000}) == -2);
  CHECK(std::isinf(first(DType::kFloat16, uint16_t{0x7c00})));
}

}  // namespace
}  // namespace kairos::testing
