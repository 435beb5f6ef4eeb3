#include "kairos/tensor.h"

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace kairos {
namespace {

constexpr int64_t kTwoTo31 = int64_t{1} << 31;
constexpr int64_t kTwoTo62 = int64_t{1} << 62;

TEST_CASE("element types know their size and name") {
  CHECK(DTypeSize(DType::kFloat32) == 4);
  CHECK(DTypeSize(DType::kBFloat16) == 2);
  CHECK(DTypeSize(DType::kBool) == 1);
  CHECK(DTypeSize(DType::kInt64) == 8);
  CHECK(DTypeSize(DType::kString) == 0);
  CHECK(DTypeSize(DType::kUndefined) == 0);
  CHECK(DTypeSize(static_cast<DType>(255)) == 0);
  CHECK(DTypeName(DType::kInt64) == "int64");
  CHECK(DTypeName(static_cast<DType>(255)) == "dtype 255");
}

TEST_CASE("byte counts are exact up to the limits and refused beyond them") {
  struct Case {
    std::vector<int64_t> shape;
    absl::StatusCode code;
    size_t bytes;
    std::string message;
  };
  const Case cases[] = {
      {{}, absl::StatusCode::kOk, 4, ""},
      {{2, 3}, absl::StatusCode::kOk, 24, ""},
      {{5, 0, 7}, absl::StatusCode::kOk, 0, ""},
      {{1, 1, 1, 1, 1, 1, 1, 1}, absl::StatusCode::kOk, 4, ""},
      {{kTwoTo31 - 1}, absl::StatusCode::kOk, (kTwoTo31 - 1) * 4, ""},
      {{1 << 20, 1 << 20}, absl::StatusCode::kOk, size_t{1} << 42, ""},
      {{1, 1, 1, 1, 1, 1, 1, 1, 1},
       absl::StatusCode::kResourceExhausted,
       0,
       "rank 9 exceeds the limit 8"},
      {{3, -1}, absl::StatusCode::kInvalidArgument, 0, "shape [3,-1] has a negative dimension"},
      {{kTwoTo31},
       absl::StatusCode::kResourceExhausted,
       0,
       "element count overflows, shape [2147483648] has a dimension over 2^31 - 1"},
      {{1 << 20, 1 << 20, 2},
       absl::StatusCode::kResourceExhausted,
       0,
       "element count overflows, shape [1048576,1048576,2] passes 2^40 elements"},
      {{65536, 65536, 65536, 65536},
       absl::StatusCode::kResourceExhausted,
       0,
       "element count overflows, shape [65536,65536,65536,65536] passes 2^40 elements"},
      {{0, kTwoTo62, 4},
       absl::StatusCode::kResourceExhausted,
       0,
       "element count overflows, shape [0,4611686018427387904,4] has a dimension over 2^31 - 1"},
      {{0, 1 << 21, 1 << 21},
       absl::StatusCode::kResourceExhausted,
       0,
       "element count overflows, shape [0,2097152,2097152] passes 2^40 elements"},
  };
  for (const Case& c : cases) {
    CAPTURE(ShapeString(c.shape));
    const absl::StatusOr<size_t> bytes = CheckedByteCount(DType::kFloat32, c.shape);
    CHECK(bytes.status().code() == c.code);
    CHECK(std::string(bytes.status().message()) == c.message);
    if (bytes.ok()) CHECK(*bytes == c.bytes);
  }
}

TEST_CASE("types without a size have no byte count") {
  CHECK(CheckedByteCount(DType::kString, {2}).status().message() ==
        "elements of string have no fixed size");
  CHECK(CheckedByteCount(DType::kUndefined, {2}).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("tensor types print shape and layout") {
  CHECK(TensorType{DType::kFloat32, {1, 3, 4}}.ToString() == "float32[1,3,4]");
  CHECK(TensorType{DType::kInt64, {}}.ToString() == "int64[]");
  CHECK(TensorType{DType::kUint8, {1, 3, 4}, Layout::kChannelsLast}.ToString() ==
        "uint8[1,3,4]:nhwc");
}

TEST_CASE("dense strides follow the layout") {
  CHECK(DenseStrides({2, 3, 4, 5}, Layout::kPlain) == Shape{60, 20, 5, 1});
  CHECK(DenseStrides({2, 3, 4, 5}, Layout::kChannelsLast) == Shape{60, 1, 15, 3});
  CHECK(DenseStrides({}, Layout::kPlain) == Shape{});
}

TEST_CASE("layouts agree in memory exactly when the strides of dimensions over one agree") {
  for (int64_t n : {1, 2}) {
    for (int64_t c : {0, 1, 3}) {
      for (int64_t h : {1, 4}) {
        for (int64_t w : {1, 5}) {
          const Shape shape = {n, c, h, w};
          CAPTURE(ShapeString(shape));
          const Shape plain = DenseStrides(shape, Layout::kPlain);
          const Shape last = DenseStrides(shape, Layout::kChannelsLast);
          bool same = true;
          for (size_t i = 0; i < shape.size(); ++i) same &= shape[i] == 1 || plain[i] == last[i];
          if (ElementCount(shape) == 0) same = true;
          CHECK(SameMemoryOrder(shape, Layout::kPlain, Layout::kChannelsLast) == same);
          CHECK(SameMemoryOrder(shape, Layout::kPlain, Layout::kPlain));
        }
      }
    }
  }
}

TEST_CASE("a new tensor is zero and 64-byte aligned, an empty one has an address") {
  absl::StatusOr<Tensor> tensor = Tensor::Make(DType::kFloat32, {3, 5});
  REQUIRE(tensor.ok());
  CHECK(tensor->byte_count() == 60);
  CHECK(reinterpret_cast<uintptr_t>(tensor->data()) % 64 == 0);
  const absl::Span<const float> values = tensor->as<float>();
  CHECK(values.size() == 15);
  CHECK(std::all_of(values.begin(), values.end(), [](float v) { return v == 0; }));
  CHECK(tensor->view().bytes == 60);
  CHECK(Tensor::Make(DType::kInt8, {0})->data() != nullptr);
}

TEST_CASE(
    "large tensors are zero, aligned and writable to their end, and keep their bytes when moved") {
  constexpr int64_t kMapped = int64_t{2} << 20;  // bytes from which memory is mapped
  for (const int64_t bytes : {kMapped - 1, kMapped, kMapped + 1, 3 * kMapped + 5}) {
    CAPTURE(bytes);
    absl::StatusOr<Tensor> tensor = Tensor::Make(DType::kUint8, {bytes});
    REQUIRE(tensor.ok());
    CHECK(reinterpret_cast<uintptr_t>(tensor->data()) % 64 == 0);
    const absl::Span<uint8_t> values = tensor->as<uint8_t>();
    CHECK(std::all_of(values.begin(), values.end(), [](uint8_t v) { return v == 0; }));
    values.front() = 3;
    values.back() = 7;
    Tensor moved = *std::move(tensor);
    CHECK(moved.as<uint8_t>().front() == 3);
    moved = *Tensor::Make(DType::kUint8, {moved.as<uint8_t>().back()});
    CHECK(moved.byte_count() == 7);
  }
}

TEST_CASE("a tensor of no size or too large a size is refused") {
  CHECK(Tensor::Make(DType::kString, {1}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Tensor::Make(DType::kFloat32, {-2}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Tensor::Make(DType::kFloat32, {kTwoTo31}).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace kairos
