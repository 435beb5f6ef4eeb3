#include "kairos/array.h"

#include <cstdint>
#include <vector>

#include "doctest/doctest.h"

#include "kairos/array_ops.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"

namespace kairos {
namespace {

using testing::MakeConstant;
using testing::NewRuntime;
using testing::Unwrap;

template <typename T>
Array Values(const std::vector<int64_t>& shape, const std::vector<T>& values) {
  return Array(MakeConstant<T>(shape, values));
}

template <typename T>
std::vector<T> Elements(const Array& array) {
  const Tensor tensor = Unwrap(array.ToTensor());
  return {tensor.as<T>().begin(), tensor.as<T>().end()};
}

struct Fixture {
  std::shared_ptr<Runtime> runtime = NewRuntime("reference");
  Array x = Values<float>({2, 2}, {1, 2, 3, 4}).On(runtime);
};

TEST_CASE_FIXTURE(Fixture, "operators and functions compute at once on an Array with a Runtime") {
  CHECK(Elements<float>((x + x) * 2.0 - 1.0) == std::vector<float>{3, 7, 11, 15});
  CHECK(Elements<float>(12 / x) == std::vector<float>{12, 6, 4, 3});
  CHECK(Elements<float>(1 - -x) == std::vector<float>{2, 3, 4, 5});
  CHECK(Elements<float>(MatMul(x, Transpose(x))) == std::vector<float>{5, 11, 11, 25});
  CHECK(Elements<float>(ReduceSum(x, {1}, false)) == std::vector<float>{3, 7});
  CHECK(Elements<float>(Clip(x, 2, 3)) == std::vector<float>{2, 2, 3, 3});
  CHECK(Elements<int64_t>(ShapeOf(Unsqueeze(x, {0}))) == std::vector<int64_t>{1, 2, 2});
  CHECK(Elements<float>(Concat({x, x}, 1)) == std::vector<float>{1, 2, 1, 2, 3, 4, 3, 4});
  const std::vector<Array> halves = Split(x, 2, 1);
  REQUIRE(halves.size() == 2);
  CHECK(Elements<float>(halves[1]) == std::vector<float>{2, 4});
}

TEST_CASE_FIXTURE(Fixture, "an operator without a function of its own is reached by its name") {
  CHECK(Elements<float>(Op("Gemm", {x, x}, {{"transB", 1}, {"alpha", 2.0f}})) ==
        std::vector<float>{10, 22, 22, 50});
  CHECK(Op("kairos.Swish", {x}).status().ok());
}

TEST_CASE_FIXTURE(Fixture, "an optional input may be left out in the middle") {
  const Array clipped = Op("Clip", {x, Array(), ScalarLike(2, x)});
  CHECK(Elements<float>(clipped) == std::vector<float>{1, 2, 2, 2});
}

TEST_CASE_FIXTURE(Fixture, "a literal takes the element type of the Array beside it") {
  const Array counts = Values<int64_t>({2}, {3, 5}).On(runtime);
  CHECK(Elements<int64_t>(counts * 2) == std::vector<int64_t>{6, 10});
  CHECK((counts * 0.5).status().message() == "scalar 0.5: is no int64");
  CHECK((counts * 9223372036854775808.0).status().message() == "scalar 9.22337e+18: is no int64");
  const Array half = Cast(x, DType::kFloat16);
  CHECK((half + 1).dtype() == DType::kFloat16);
  CHECK(Elements<float>(Cast(half + 1, DType::kFloat32)) == std::vector<float>{2, 3, 4, 5});
}

TEST_CASE_FIXTURE(Fixture, "sizes can be read, from either end") {
  const Array y = Unsqueeze(x, {0});
  CHECK(y.rank() == 3);
  CHECK(y.dim(0) == 1);
  CHECK(y.dim(-1) == 2);
  CHECK(y.dim(3) == 0);
  CHECK(y.dim(-4) == 0);
  CHECK(y.shape() == Shape{1, 2, 2});
  CHECK(y.dtype() == DType::kFloat32);
}

TEST_CASE_FIXTURE(Fixture,
                  "the first error passes through all that follows and names its operator") {
  const Array bad = MatMul(x, Values<float>({3, 1}, {1, 2, 3}));
  const Array later = Relu(bad + x) * 2.0;
  CHECK(later.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(later.status().message() == bad.status().message());
  CHECK(bad.status().message().substr(0, 7) == "MatMul:");
  CHECK(later.ToTensor().status() == bad.status());
  CHECK(later.rank() == 0);
  CHECK(later.dim(0) == 0);
  CHECK(Split(later, 3, 0).size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "an unknown operator, a wrong attribute and a wrong arity are errors") {
  CHECK(Op("Blur", {x}).status().code() == absl::StatusCode::kUnimplemented);
  CHECK(Op("Softmax", {x}, {{"axis", 5}}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Op("Softmax", {x}, {{"axis", "last"}}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(Op("Relu", {x, x}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(MultiOp("Relu", {x}, {}, 0)[0].status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("constants alone compute nothing: no Runtime was given") {
  const Array one = Values<float>({}, {1});
  CHECK((one + one).status().message() ==
        "Add: no input is bound to a Runtime or traced; bind one with Array::On");
  CHECK(Array().status().message() == "array: is absent, expected a value");
  CHECK(Relu(Array()).status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK_FALSE(Array::Error(absl::OkStatus()).status().ok());
  CHECK(Array(Constant{}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Array(Tensor()).status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kairos
