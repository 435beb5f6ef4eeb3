// Our own reductions, normalisations and resampling against the reference.
#include <doctest/doctest.h>

#include <cmath>

#include "support/own_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kBoth[] = {Layout::kPlain, Layout::kChannelsLast};
const char* const kReductions[] = {"ReduceSum",       "ReduceMean", "ReduceMax", "ReduceMin",
                                   "ReduceSumSquare", "ReduceL1",   "ReduceL2"};

TEST_CASE("reductions over neighbouring axes agree with the reference") {
  for (const char* op : kReductions) {
    for (const Ints& axes :
         {Ints{0}, Ints{1}, Ints{2}, Ints{-1}, Ints{1, 2}, Ints{0, 1, 2, 3}, Ints{2, 3}}) {
      for (int64_t keep : {0, 1}) {
        CAPTURE(std::string(op));
        CAPTURE(ShapeString(axes));
        CHECK(OwnCase(op, {{"keepdims", keep}}).Input({3, 4, 21, 5}).Known(axes).Compare() == "");
      }
    }
  }
}

TEST_CASE("long reductions are accurate and independent of the threads") {
  for (const char* op : kReductions) {
    CAPTURE(std::string(op));
    CHECK(OwnCase(op).Input({2, 100003}).Known<int64_t>({1}).Compare() == "");
    CHECK(OwnCase(op).Input({2, 5003, 19}).Known<int64_t>({1}).Compare() == "");
    CHECK(OwnCase(op).Input({3, 7, 1030}).Known<int64_t>({1}).Compare() == "");
  }
}

TEST_CASE("a NaN reduces to NaN") {
  for (const char* op : kReductions) {
    CAPTURE(std::string(op));
    std::vector<float> values(100, 1.0f);
    values[57] = std::nanf("");
    CHECK(OwnCase(op).Values<float>({100}, values).Known<int64_t>({0}).Compare() == "");
    CHECK(OwnCase(op).Values<float>({50, 2}, values).Known<int64_t>({0}).Compare() == "");
  }
}

TEST_CASE("reductions over axes apart from each other are refused") {
  CHECK(OwnCase("ReduceSum").Input({2, 3, 4}).Known<int64_t>({0, 2}).RunOwn(1).status() ==
        absl::UnimplementedError("own.ReduceSum: the reduced axes are not neighbours in memory"));
}

TEST_CASE("global pools agree with the reference in both layouts") {
  for (const char* op : {"GlobalAveragePool", "GlobalMaxPool"}) {
    for (const Shape& shape : {Shape{1, 32, 112, 112}, Shape{2, 37, 7, 7}, Shape{2, 5, 9}}) {
      for (Layout layout : kBoth) {
        OwnCase c(op);
        c.Input(shape, layout).Post("HardSwish");
        c.output_layout = layout;
        CHECK(c.Compare() == "");
      }
    }
  }
}

TEST_CASE("softmax over the innermost axis agrees with the reference") {
  for (const char* op : {"Softmax", "LogSoftmax"}) {
    for (int64_t columns : {1, 2, 15, 16, 33, 128, 1000}) {
      CAPTURE(columns);
      CHECK(OwnCase(op).Input({3, 7, columns}).Compare() == "");
    }
    CHECK(OwnCase(op).Input({300, 70}).Post("Relu").Compare() == "");
    OwnCase c(op, {{"axis", int64_t{1}}});
    c.Input({2, 21, 5, 4}, Layout::kChannelsLast);
    c.output_layout = Layout::kChannelsLast;
    CHECK(c.Compare() == "");
  }
}

TEST_CASE("masked and extreme logits agree with the reference") {
  const float infinity = std::numeric_limits<float>::infinity();
  OwnCase c("Softmax");
  c.Values<float>({5, 3}, {1, -infinity, 2, -infinity, -infinity, -infinity, 300, 200, -300,
                           infinity, 0, 0, std::nanf(""), 1, 2});
  CHECK(c.Compare() == "");
}

TEST_CASE("layer normalisation agrees with the reference") {
  for (int64_t columns : {1, 5, 16, 384, 1000}) {
    CAPTURE(columns);
    OwnCase c("LayerNormalization", {{"epsilon", 1e-3f}});
    CHECK(c.Input({33, columns}).Input({columns}).Input({columns}).Compare() == "");
    CHECK(OwnCase("LayerNormalization").Input({3, columns}).Input({columns}).Compare() == "");
  }
  OwnCase wide("LayerNormalization", {{"axis", int64_t{1}}});
  wide.output_count = 3;
  CHECK(wide.Input({20, 7, 9}).Input({7, 9}).Input({7, 9}).Compare() == "");
}

TEST_CASE("the place of the extreme agrees with the reference") {
  for (const char* op : {"ArgMax", "ArgMin"}) {
    for (int64_t axis : {0, 1, -1}) {
      for (int64_t last : {0, 1}) {
        OwnCase c(op, {{"axis", axis}, {"select_last_index", last}, {"keepdims", last}});
        CHECK(c.Input({7, 21, 300}).Compare() == "");
        OwnCase equal(op, {{"axis", axis}, {"select_last_index", last}});
        const float nan = std::nanf("");
        CHECK(equal.Values<float>({2, 6}, {1, 3, 3, -2, -2, 0, nan, 1, nan, 0, 5, 0}).Compare() ==
              "");
      }
    }
  }
}

TEST_CASE("resampling agrees with the reference in both layouts") {
  for (const char* mode : {"nearest", "linear"}) {
    for (const char* coordinates :
         {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}) {
      for (const Ints& size :
           {Ints{2, 3, 10, 14}, Ints{2, 3, 3, 5}, Ints{2, 3, 1, 1}, Ints{2, 3, 5, 8}}) {
        for (Layout layout : kBoth) {
          CAPTURE(std::string(mode));
          CAPTURE(std::string(coordinates));
          OwnCase c("Resize", {{"mode", std::string(mode)},
                               {"coordinate_transformation_mode", std::string(coordinates)}});
          c.Input({2, 3, 5, 7}, layout).Absent().Absent().Known(size);
          c.output_layout = layout;
          CHECK(c.Compare() == "");
        }
      }
    }
  }
}

TEST_CASE("resampling by given scales and roundings agrees with the reference") {
  for (const char* rounding : {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}) {
    for (const Floats& scales :
         {Floats{1, 1, 2, 0.6f}, Floats{1, 2, 0.33f, 3.1f}, Floats{1, 1, 1.5f, 2}}) {
      for (DType dtype : {DType::kFloat32, DType::kUint8}) {
        OwnCase c("Resize", {{"nearest_mode", std::string(rounding)}});
        c.Input({1, 2, 9, 8}, dtype).Absent().Known(scales);
        CHECK(c.Compare() == "");
      }
    }
  }
}

}  // namespace
}  // namespace kairos::testing
