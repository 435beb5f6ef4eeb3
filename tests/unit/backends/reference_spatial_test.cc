// The spatial operators by comparison with themselves: layouts, threads and element types must not
// matter. Values are tested row by row in reference_conv_test.cc and its neighbours.
#include <doctest/doctest.h>

#include "support/op_case.h"
#include "support/run_graph.h"

namespace kairos::testing {
namespace {

struct SpatialCase {
  const char* op;
  std::vector<std::pair<const char*, Attribute>> attributes;
  Shape src;
  std::vector<Shape> weights;
  int outputs = 1;
};

std::vector<SpatialCase> Cases() {
  static const Attribute kFour = int64_t{4}, kThree = int64_t{3};
  return {
      {"Conv", {{"pads", Ints{1, 1, 1, 1}}}, {2, 3, 5, 7}, {{10, 3, 3, 3}, {10}}},
      {"Conv", {{"group", kFour}, {"strides", Ints{2, 1}}}, {1, 8, 6, 5}, {{12, 2, 3, 2}}},
      {"Conv", {}, {1, 9, 12, 13}, {{5, 9, 1, 1}}},
      {"Conv", {{"dilations", Ints{2, 1, 2}}}, {1, 2, 6, 3, 5}, {{3, 2, 2, 3, 2}}},
      {"Conv", {{"auto_pad", std::string("SAME_LOWER")}}, {2, 4, 140}, {{3, 4, 4}}},
      {"ConvTranspose", {{"strides", Ints{2, 3}}}, {1, 3, 4, 5}, {{3, 9, 3, 2}, {9}}},
      {"ConvTranspose", {{"group", kThree}}, {2, 6, 3, 4}, {{6, 2, 2, 2}}},
      {"MaxPool", {{"kernel_shape", Ints{3, 2}}}, {2, 5, 6, 5}, {}, 2},
      {"AveragePool", {{"kernel_shape", Ints{2, 2, 3}}}, {1, 3, 4, 5, 6}, {}},
      {"LpPool", {{"kernel_shape", Ints{3}}, {"p", kThree}}, {2, 3, 9}, {}},
      {"GlobalAveragePool", {}, {2, 3, 4, 5}, {}},
      {"GlobalMaxPool", {}, {2, 3, 4, 5}, {}},
      {"InstanceNormalization", {}, {2, 3, 4, 5}, {{3}, {3}}},
      {"GroupNormalization", {{"num_groups", kThree}}, {2, 6, 4, 5}, {{6}, {6}}},
      {"LRN", {{"size", kThree}}, {2, 6, 4, 5}, {}},
  };
}

std::vector<Tensor> RunCase(const SpatialCase& spatial, Layout in, Layout out, int threads) {
  OperatorCase c(spatial.op, {}, spatial.outputs);
  for (const auto& [name, value] : spatial.attributes) c.Set(name, value);
  c.Input(RandomTensor(DType::kFloat32, spatial.src, 1), in);
  for (const Shape& shape : spatial.weights) {
    c.Weight(RandomTensor(DType::kFloat32, shape, static_cast<uint32_t>(shape.size())));
  }
  c.output_layout = out;
  return Unwrap(c.Run(*NewReferenceBackend(), *NewThreadPool(threads)));
}

TEST_CASE("layouts and the number of threads do not change a bit") {
  for (const SpatialCase& spatial : Cases()) {
    CAPTURE(spatial.op);
    const std::vector<Tensor> want = RunCase(spatial, Layout::kPlain, Layout::kPlain, 1);
    for (Layout in : {Layout::kPlain, Layout::kChannelsLast}) {
      for (Layout out : {Layout::kPlain, Layout::kChannelsLast}) {
        for (int threads : {1, 3}) CHECK(BitEqual(RunCase(spatial, in, out, threads), want));
      }
    }
  }
}

Tensor CastTo(DType dtype, const Tensor& tensor) {
  OperatorCase cast("Cast", {{"to", static_cast<int64_t>(dtype)}});
  cast.Input(tensor);
  return std::move(Unwrap(cast.Run(*NewReferenceBackend(), *NewThreadPool(1)))[0]);
}

TEST_CASE("16-bit and 32-bit floats are computed in double and rounded once") {
  for (DType dtype : {DType::kFloat16, DType::kBFloat16, DType::kFloat32}) {
    CAPTURE(DTypeName(dtype));
    const Tensor src = RandomTensor(dtype, {1, 8, 9, 9}, 1);
    const Tensor weights = RandomTensor(dtype, {4, 8, 3, 3}, 2);
    OperatorCase narrow("Conv"), wide("Conv");
    narrow.Input(src).Weight(weights);
    wide.Input(CastTo(DType::kFloat64, src)).Weight(CastTo(DType::kFloat64, weights));
    const auto backend = NewReferenceBackend();
    const auto pool = NewThreadPool(2);
    const std::vector<Tensor> got = Unwrap(narrow.Run(*backend, *pool));
    const std::vector<Tensor> want = Unwrap(wide.Run(*backend, *pool));
    CHECK(BitEqual(got[0], CastTo(dtype, want[0])));
  }
}

TEST_CASE("four spatial dimensions are refused") {
  OperatorCase c("Conv");
  c.Input(RandomTensor(DType::kFloat32, {1, 1, 1, 1, 1, 1}, 1));
  c.Weight(RandomTensor(DType::kFloat32, {1, 1, 1, 1, 1, 1}, 1));
  const absl::Status status = c.Run(*NewReferenceBackend(), *NewThreadPool(1)).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(status.message() == "Conv: no kernel for 4 spatial dimensions, expected 1 to 3");
}

TEST_CASE("a filter out of proportion to its axis is refused") {
  const auto scales = MakeConstant<float>({1}, {1e-6f});
  const auto roi = MakeConstant<float>({2}, {0.0f, 1e6f});
  OperatorCase c("Resize", {{"mode", std::string("linear")},
                            {"antialias", int64_t{1}},
                            {"coordinate_transformation_mode", std::string("tf_crop_and_resize")}});
  c.Input(RandomTensor(DType::kFloat32, {8}, 1));
  for (const Constant* values : {&roi, &scales}) {
    Tensor tensor = Unwrap(Tensor::Make(DType::kFloat32, values->type.shape));
    std::memcpy(tensor.data(), values->data, tensor.byte_count());
    c.Known(tensor);
  }
  const absl::Status status = c.Run(*NewReferenceBackend(), *NewThreadPool(1)).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(status.message() ==
        "Resize: no kernel for antialias with an axis of 8 elements scaled by 1e-06, expected half "
        "an element at least");
}

}  // namespace
}  // namespace kairos::testing
