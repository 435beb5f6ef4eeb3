// The runner's own judgement: what counts as equal, and how the list of expectations is read.
#include <cmath>
#include <doctest/doctest.h>
#include <vector>

#include "onnx_runner/compare.h"
#include "onnx_runner/expectations.h"

namespace kairos::conformance {
namespace {

absl::Status Compare(const std::vector<float>& got, const std::vector<float>& want) {
  const Shape shape = {static_cast<int64_t>(got.size())};
  const Constant constant = {TensorType{DType::kFloat32, {static_cast<int64_t>(want.size())}},
                             want.data(), nullptr};
  return CompareTensors({DType::kFloat32, shape, got.data(), got.size() * sizeof(float)}, constant,
                        {});
}

TEST_CASE("floats within the tolerance are equal, and others are not") {
  CHECK(Compare({1.0f, 1000.0f}, {1.0009f, 1000.9f}).ok());
  CHECK_FALSE(Compare({1.0f}, {1.002f}).ok());
  CHECK_FALSE(Compare({1e-6f}, {0.0f}).ok());
  CHECK(Compare({1e-8f}, {0.0f}).ok());
}

TEST_CASE("NaN equals NaN only, and infinities equal themselves only") {
  CHECK(Compare({NAN}, {NAN}).ok());
  CHECK_FALSE(Compare({NAN}, {1}).ok());
  CHECK_FALSE(Compare({1}, {NAN}).ok());
  CHECK(Compare({INFINITY}, {INFINITY}).ok());
  CHECK_FALSE(Compare({INFINITY}, {-INFINITY}).ok());
  CHECK_FALSE(Compare({1e30f}, {INFINITY}).ok());
}

TEST_CASE("half floats are compared by value") {
  const std::vector<uint16_t> got = {0x3c00, 0x7e00, 0x0001}, close = {0x3c00, 0x7e01, 0x0000};
  const Shape shape = {3};
  const Constant want = {TensorType{DType::kFloat16, {3}}, close.data(), nullptr};
  CHECK(CompareTensors({DType::kFloat16, shape, got.data(), 6}, want, {}).ok());
  const std::vector<uint16_t> far = {0x3c04, 0x7e00, 0x0001};  // 1.0039
  CHECK_FALSE(CompareTensors({DType::kFloat16, shape, far.data(), 6}, want, {}).ok());
}

TEST_CASE("integers must be equal, and shapes and dtypes too") {
  const std::vector<int64_t> got = {100000, 2}, other = {100000, 3};
  const Shape shape = {2};
  const Constant want = {TensorType{DType::kInt64, {2}}, other.data(), nullptr};
  CHECK(CompareTensors({DType::kInt64, shape, got.data(), 16}, want, {}).message() ==
        "element 1 differs, got 2, expected 3 (bits as integers)");
  CHECK(CompareTensors({DType::kInt64, shape, other.data(), 16}, want, {}).ok());
  CHECK(CompareTensors({DType::kUint64, shape, other.data(), 16}, want, {}).message() ==
        "wrong type, got uint64[2], expected int64[2]");
  CHECK_FALSE(Compare({1}, {1, 2}).ok());
}

TEST_CASE("the first difference is reported with its values") {
  CHECK(Compare({1, 5, 9}, {1, 2, 3}).message() ==
        "2 of 3 elements differ, first element 1, got 5, expected 2");
}

TEST_CASE("expectations are read line by line") {
  const auto expectations =
      ParseExpectations("# none\n\nfail node/a it is broken  # really\nskip node/b random\n");
  REQUIRE_MESSAGE(expectations.ok(), expectations.status());
  CHECK(expectations->failing.at("node/a") == "it is broken");
  CHECK(expectations->skipped.at("node/b") == "random");
}

TEST_CASE("malformed expectations are refused, naming the line") {
  CHECK(ParseExpectations("\nfail node/a").status() ==
        absl::InvalidArgumentError("line 2: expected 'fail NAME REASON' or 'skip NAME REASON'"));
  CHECK(ParseExpectations("maybe node/a why").status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(ParseExpectations("skip a b\nskip a c").status() ==
        absl::InvalidArgumentError("line 2: a is listed twice"));
}

}  // namespace
}  // namespace kairos::conformance
