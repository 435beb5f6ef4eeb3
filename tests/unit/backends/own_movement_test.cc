// Our own data movement against the reference: any element size, any layout.
#include <doctest/doctest.h>

#include <limits>

#include "support/own_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kBoth[] = {Layout::kPlain, Layout::kChannelsLast};
constexpr DType kSizes[] = {DType::kUint8, DType::kFloat16, DType::kFloat32, DType::kInt64};

TEST_CASE("every permutation of four dimensions agrees with the reference") {
  Ints perm = {0, 1, 2, 3};
  do {
    for (DType dtype : kSizes) {
      CAPTURE(ShapeString(perm));
      CHECK(OwnCase("Transpose", {{"perm", perm}}).Input({2, 7, 18, 5}, dtype).Compare() == "");
    }
  } while (std::next_permutation(perm.begin(), perm.end()));
}

TEST_CASE("large and degenerate transposes agree with the reference") {
  CHECK(OwnCase("Transpose", {{"perm", Ints{1, 0}}}).Input({301, 203}).Compare() == "");
  CHECK(OwnCase("Transpose", {{"perm", Ints{1, 0, 2}}}).Input({197, 12, 64}).Compare() == "");
  CHECK(OwnCase("Transpose", {{"perm", Ints{0, 2, 1}}}).Input({12, 128, 64}).Compare() == "");
  CHECK(OwnCase("Transpose").Input({3, 1, 4}).Compare() == "");
  CHECK(OwnCase("Transpose").Input({3, 0, 4}).Compare() == "");
  CHECK(OwnCase("Transpose").Input({}).Compare() == "");
}

TEST_CASE("layout changes agree with the reference in both directions") {
  for (const Shape& shape : {Shape{1, 64, 28, 28}, Shape{2, 3, 33, 5}, Shape{2, 1, 4, 4},
                             Shape{2, 5, 9}, Shape{1, 5, 2, 3, 4}, Shape{1, 0, 4, 4}}) {
    for (Layout from : kBoth) {
      for (Layout to : kBoth) {
        for (DType dtype : kSizes) {
          OwnCase c("kairos.Reorder", {{"to", static_cast<int64_t>(to)}});
          c.Input(shape, from, dtype);
          c.output_layout = to;
          CHECK(c.Compare() == "");
        }
      }
    }
  }
}

TEST_CASE("channels and space are exchanged as the reference does") {
  for (Layout layout : kBoth) {
    for (const char* mode : {"DCR", "CRD"}) {
      OwnCase c("DepthToSpace", {{"blocksize", int64_t{2}}, {"mode", std::string(mode)}});
      c.Input({2, 12, 3, 5}, layout);
      c.output_layout = layout;
      CHECK(c.Compare() == "");
    }
    OwnCase c("SpaceToDepth", {{"blocksize", int64_t{3}}});
    c.Input({2, 2, 6, 9}, layout);
    c.output_layout = layout;
    CHECK(c.Compare() == "");
  }
}

TEST_CASE("expansion and repetition agree with the reference") {
  CHECK(OwnCase("Expand").Input({3, 1, 5}).Known<int64_t>({2, 1, 4, 5}).Compare() == "");
  CHECK(OwnCase("Expand").Input({1, 1, 768}).Known<int64_t>({64, 1, 768}).Compare() == "");
  CHECK(OwnCase("Expand").Input({300, 1}, DType::kInt64).Known<int64_t>({300, 70}).Compare() == "");
  CHECK(OwnCase("Expand").Input({}).Known<int64_t>({2, 0}).Compare() == "");
  CHECK(OwnCase("Tile").Input({2, 3}, DType::kUint8).Known<int64_t>({3, 2}).Compare() == "");
  CHECK(OwnCase("Tile").Input({2, 1, 3}).Known<int64_t>({1, 4, 1}).Compare() == "");
  CHECK(OwnCase("Tile").Input({2, 3}).Known<int64_t>({0, 2}).Compare() == "");
}

TEST_CASE("slices with steps, bounds beyond the tensor and both layouts agree") {
  const int64_t far = std::numeric_limits<int64_t>::max();
  for (Layout layout : kBoth) {
    const auto slice = [&](const Ints& starts, const Ints& ends, const Ints& axes,
                           const Ints& steps) {
      OwnCase c("Slice");
      c.Input({3, 6, 7, 8}, layout).Known(starts).Known(ends).Known(axes).Known(steps);
      c.output_layout = layout;
      return c.Compare();
    };
    CHECK(slice({1}, {3}, {0}, {1}) == "");
    CHECK(slice({0, 1}, {far, far}, {2, 3}, {2, 3}) == "");
    CHECK(slice({-1, -2}, {-far - 1, 0}, {3, 1}, {-1, -2}) == "");
    CHECK(slice({5}, {2}, {1}, {1}) == "");
    CHECK(slice({1}, {far}, {-1}, {far}) == "");
  }
  CHECK(OwnCase("Slice").Input({40000}).Known<int64_t>({1}).Known<int64_t>({39999}).Compare() ==
        "");
}

TEST_CASE("concatenation and its opposite agree along each axis") {
  for (Layout layout : kBoth) {
    for (int64_t axis : {0, 1, 2, -1}) {
      OwnCase c("Concat", {{"axis", axis}});
      for (int64_t size : {2, 0, 3}) {
        Shape shape = {4, 5, 6, 7};
        shape[static_cast<size_t>(axis < 0 ? axis + 4 : axis)] = size;
        c.Input(shape, layout);
      }
      c.output_layout = layout;
      CHECK(c.Compare() == "");
    }
    for (int64_t axis : {0, 1, -2}) {
      OwnCase c("Split", {{"axis", axis}});
      c.Input({6, 6, 6, 5}, layout, DType::kFloat16).Known<int64_t>({1, 0, 5});
      c.output_layout = layout;
      c.output_count = 3;
      CHECK(c.Compare() == "");
    }
  }
}

TEST_CASE("an operand in another layout than the output is concatenated rightly") {
  OwnCase c("Concat", {{"axis", int64_t{1}}});
  c.Input({1, 3, 4, 4}, Layout::kChannelsLast).Input({1, 5, 4, 4}, Layout::kPlain).Post("Relu");
  c.output_layout = Layout::kChannelsLast;
  CHECK(c.Compare() == "");
}

TEST_CASE("padding agrees with the reference in every mode, cropping included") {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    CAPTURE(std::string(mode));
    const Attribute mode_name = std::string(mode);
    CHECK(OwnCase("Pad", {{"mode", mode_name}})
              .Input({2, 3, 5, 4})
              .Known<int64_t>({0, 1, 2, 1, 0, 0, 1, 3})
              .Compare() == "");
    CHECK(OwnCase("Pad", {{"mode", mode_name}})
              .Input({5, 4})
              .Known<int64_t>({1, -1, 2, -2})
              .Compare() == "");
  }
  CHECK(OwnCase("Pad")
            .Input({2, 5, 4}, DType::kInt64)
            .Known<int64_t>({2, 1})
            .Values<int64_t>({}, {-9})
            .Known<int64_t>({-1})
            .Compare() == "");
  CHECK(OwnCase("Pad").Input({2, 0}).Known<int64_t>({1, 1, 1, 1}).Compare() == "");
}

TEST_CASE("views are copied") {
  CHECK(OwnCase("Reshape").Input({4, 6}).Known<int64_t>({3, -1}).Compare() == "");
  CHECK(OwnCase("Flatten").Input({2, 3, 40000}).Compare() == "");
  CHECK(OwnCase("Unsqueeze").Input({4, 6}).Known<int64_t>({0}).Post("Relu").Compare() == "");
  OwnCase c("Flatten");
  CHECK(c.Input({1, 3, 2, 2}, Layout::kChannelsLast).RunOwn(1).status() ==
        absl::UnimplementedError("own.Flatten: the bytes of float32[1,12] are not those of "
                                 "float32[1,3,2,2]:nhwc"));
}

TEST_CASE("casts between all types agree with the reference") {
  const DType types[] = {DType::kFloat32, DType::kFloat64, DType::kInt64, DType::kInt32,
                         DType::kInt8,    DType::kUint8,   DType::kBool,  DType::kFloat16};
  for (DType from : types) {
    for (DType to : types) {
      if (to == DType::kFloat16 && from != DType::kFloat32) continue;
      CAPTURE(DTypeName(from));
      CAPTURE(DTypeName(to));
      CHECK(OwnCase("Cast", {{"to", static_cast<int64_t>(to)}}).Input({999}, from).Compare() == "");
    }
  }
}

TEST_CASE("casts of floats beyond the range of the type agree with the reference") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (DType to : {DType::kInt64, DType::kInt32, DType::kInt8, DType::kUint8, DType::kBool,
                   DType::kFloat16, DType::kBFloat16, DType::kFloat64}) {
    CAPTURE(DTypeName(to));
    OwnCase c("Cast", {{"to", static_cast<int64_t>(to)}});
    c.Values<float>({20}, {infinity, -infinity,  std::nanf(""),  1e30f,          -1e30f,
                           300.0f,   -300.0f,    -0.5f,          65519.9f,       65520.0f,
                           6e-5f,    6.1e-5f,    5.96e-8f,       2.98e-8f,       2.99e-8f,
                           1e-20f,   1.0009765f, 1.00048828125f, 1.00146484375f, 3.38953139e38f});
    CHECK(c.Compare() == "");
  }
}

}  // namespace
}  // namespace kairos::testing
