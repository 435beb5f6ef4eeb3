// Our matrix products, 1x1 and depthwise convolutions against the reference backend's plain loops.
#include <cmath>
#include <doctest/doctest.h>

#include "absl/strings/match.h"

#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

using Ints = std::vector<int64_t>;
constexpr Layout kLast = Layout::kChannelsLast;
constexpr char k1x1[] = "own.Conv:1x1", kDepthwise[] = "own.Conv:depthwise";
constexpr char kWindows[] = "own.Conv:windows";

// Empty when that kernel agrees with the reference.
std::string CompareAs(OnednnCase& c, const char* kernel) {
  c.frozen = kernel;
  return c.Compare();
}

TEST_CASE("1x1 convolutions agree with the reference for any size and number of channels") {
  struct Row {
    const char* what;
    Shape in;
    int64_t out_channels;
  };
  const Row rows[] = {
      {"one of everything", {1, 1, 1, 1}, 1},
      {"whole panels", {1, 16, 4, 6}, 32},
      {"half a panel more", {1, 40, 5, 5}, 24},
      {"odd everything", {3, 17, 7, 5}, 35},
      {"one pixel, many channels", {1, 300, 1, 1}, 500},
      {"deep, few outputs", {2, 600, 3, 3}, 7},
      {"many blocks of pixels", {2, 24, 41, 37}, 40},
  };
  for (const Row& row : rows) {
    for (bool bias : {true, false}) {
      CAPTURE(std::string(row.what));
      CAPTURE(bias);
      OnednnCase c("Conv");
      c.Input(row.in, kLast).Weight({row.out_channels, row.in[1], 1, 1});
      if (bias) c.Weight({row.out_channels});
      c.Output({row.in[0], row.out_channels, row.in[2], row.in[3]}, kLast);
      CHECK(CompareAs(c, k1x1) == "");
    }
  }
}

TEST_CASE("1x1 convolutions with strides agree with the reference") {
  struct Row {
    const char* what;
    Shape in, out;
    Ints strides;
  };
  const Row rows[] = {
      {"nothing left over", {1, 20, 5, 7}, {1, 24, 3, 4}, {2, 2}},
      {"a row and a column left over", {2, 17, 6, 8}, {2, 35, 3, 4}, {2, 2}},
      {"along one axis", {3, 16, 9, 5}, {3, 32, 3, 5}, {3, 1}},
      {"one pixel of many", {2, 40, 4, 5}, {2, 7, 1, 1}, {4, 5}},
      {"several threads, by rows", {2, 24, 41, 37}, {2, 40, 21, 19}, {2, 2}},
      {"several threads, by columns", {1, 300, 3, 4}, {1, 500, 2, 2}, {2, 2}},
  };
  for (const Row& row : rows) {
    for (bool bias : {true, false}) {
      CAPTURE(std::string(row.what));
      CAPTURE(bias);
      OnednnCase c("Conv", {{"strides", row.strides}});
      c.Input(row.in, kLast).Weight({row.out[1], row.in[1], 1, 1});
      if (bias) c.Weight({row.out[1]});
      c.PostBinary("Add", row.out, kLast).Post("Relu");
      c.scale_tolerance = 2e-5f;
      CHECK(CompareAs(c.Output(row.out, kLast), k1x1) == "");
    }
  }
}

TEST_CASE("products with constant weights agree with the reference for any number of rows") {
  for (const Shape& a : {Shape{1, 1}, Shape{5, 33}, Shape{2, 3, 7, 20}, Shape{130, 300}}) {
    for (int64_t columns : {1, 24, 100}) {
      CAPTURE(ShapeString(a));
      CAPTURE(columns);
      Shape out = a;
      out.back() = columns;
      OnednnCase c("MatMul");
      c.Input(a).Weight({a.back(), columns}).PostBinary("Add", {columns}).Post("Relu");
      c.PostBinary("Mul", out).PostBinary("Sub", {a[a.size() - 2], 1}).Post("Gelu");
      CHECK(CompareAs(c.Output(out), "own.MatMul") == "");
    }
  }
}

TEST_CASE(
    "products agree with the reference however many rows and columns are left for the last tile") {
  for (int64_t rows = 1; rows <= 27; ++rows) {
    for (int64_t depth : {2, 259}) {
      for (int64_t columns : {16, 43}) {
        CAPTURE(rows);
        CAPTURE(depth);
        CAPTURE(columns);
        OnednnCase c("MatMul");
        c.Input({rows, depth}).Weight({depth, columns}).Output({rows, columns});
        CHECK(CompareAs(c, "own.MatMul") == "");
      }
    }
  }
}

TEST_CASE("Gemm with weights either way round and any bias agrees with the reference") {
  for (bool transposed : {false, true}) {
    for (const Shape& bias : {Shape{}, Shape{35}, Shape{1, 35}}) {
      CAPTURE(transposed);
      CAPTURE(ShapeString(bias));
      for (const char* post : {"Relu", "Add"}) {
        CAPTURE(std::string(post));
        OnednnCase c("Gemm", {{"transB", int64_t{transposed ? 1 : 0}}});
        c.Input({6, 50}).Weight(transposed ? Shape{35, 50} : Shape{50, 35});
        if (!bias.empty()) c.Weight(bias);
        if (post[0] == 'A') {
          c.PostBinary(post, {35});
        } else {
          c.Post(post);
        }
        CHECK(CompareAs(c.Output({6, 35}), "own.Gemm") == "");
      }
    }
  }
}

// [rows, depth] by weights [columns, depth].
OnednnCase GemmOf(int64_t rows, int64_t depth, int64_t columns, bool constant = true) {
  OnednnCase c("Gemm", {{"transB", int64_t{1}}});
  c.weights_constant = constant;
  c.Input({rows, depth}).Weight({columns, depth});
  return c;
}

constexpr char kDots[] = "own.Gemm:dots";

TEST_CASE("a Gemm of one or two rows may read its weights as they lie") {
  for (int64_t rows : {1, 2}) {
    for (int64_t depth : {1, 16, 50, 259}) {
      for (int64_t columns : {1, 3, 16, 35, 300}) {
        CAPTURE(rows);
        CAPTURE(depth);
        CAPTURE(columns);
        OnednnCase c = GemmOf(rows, depth, columns);
        CHECK(CompareAs(c.Output({rows, columns}), kDots) == "");
        c = GemmOf(rows, depth, columns);
        c.Weight({columns}).PostBinary("Mul", {}).PostBinary("Add", {rows, columns}).Post("Gelu");
        CHECK(CompareAs(c.Output({rows, columns}), kDots) == "");
      }
    }
  }
}

TEST_CASE("weights of a Gemm stay as they lie where rows are few and weights large or variable") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  const auto kernel_of = [](OnednnCase c, const Shape& out) {
    c.scale_tolerance = 1e-5f;
    CHECK(c.Output(out).Compare() == "");
    return c.kernel_name;
  };
  CHECK(kernel_of(GemmOf(1, 1024, 512), {1, 512}) == kDots);
  CHECK(kernel_of(GemmOf(3, 1024, 512), {3, 512}) == "own.Gemm");
  CHECK(kernel_of(GemmOf(1, 1023, 512), {1, 512}) == "own.Gemm");
  CHECK(kernel_of(GemmOf(2, 50, 35, false), {2, 35}) == kDots);
  CHECK(kernel_of(GemmOf(3, 50, 35, false), {3, 35}).find("own.") == std::string::npos);
  OnednnCase three = GemmOf(3, 50, 35);
  three.Output({3, 35});
  CHECK(absl::IsFailedPrecondition(backend->Load(three.request(), kDots).status()));
}

TEST_CASE("a Gemm that scales is the library's") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  for (const char* factor : {"alpha", "beta"}) {
    OnednnCase c("Gemm", {{factor, 0.5f}});
    c.Input({6, 50}).Weight({50, 35}).Weight({35}).Output({6, 35});
    CHECK(absl::IsFailedPrecondition(backend->Load(c.request(), "own.Gemm").status()));
  }
}

struct WindowRow {
  const char* what;
  Shape in, out;
  Ints kernel, strides, dilations, pads;
};

TEST_CASE("depthwise convolutions agree with the reference for any window") {
  const WindowRow rows[] = {
      {"one of everything", {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
      {"3x3", {1, 32, 14, 14}, {1, 32, 14, 14}, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {"3x3 strided", {2, 43, 15, 12}, {2, 43, 8, 6}, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}},
      {"5x5", {1, 150, 9, 13}, {1, 150, 9, 13}, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
      {"5x5 strided", {1, 20, 10, 11}, {1, 20, 5, 6}, {5, 5}, {2, 2}, {1, 1}, {2, 2, 2, 2}},
      {"few channels", {1, 5, 9, 13}, {1, 5, 9, 13}, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {"7x1", {1, 24, 9, 5}, {1, 24, 9, 5}, {7, 1}, {1, 1}, {1, 1}, {3, 0, 3, 0}},
      {"1x7, stride 3", {1, 24, 4, 20}, {1, 24, 4, 6}, {1, 7}, {1, 3}, {1, 1}, {0, 1, 0, 1}},
      {"dilated", {1, 16, 9, 9}, {1, 16, 9, 9}, {3, 3}, {1, 1}, {2, 3}, {2, 3, 2, 3}},
      {"wider than the image", {1, 8, 2, 2}, {1, 8, 2, 2}, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
      {"only padding", {1, 8, 1, 1}, {1, 8, 5, 5}, {1, 1}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
  };
  for (const WindowRow& row : rows) {
    for (bool bias : {true, false}) {
      CAPTURE(std::string(row.what));
      CAPTURE(bias);
      OnednnCase c("Conv", {{"strides", row.strides},
                            {"dilations", row.dilations},
                            {"pads", row.pads},
                            {"group", row.in[1]}});
      c.Input(row.in, kLast).Weight({row.in[1], 1, row.kernel[0], row.kernel[1]});
      if (bias) c.Weight({row.in[1]});
      CHECK(CompareAs(c.Output(row.out, kLast), kDepthwise) == "");
    }
  }
}

TEST_CASE("convolutions as products over windows agree with the reference for any window") {
  const WindowRow rows[] = {
      {"one of everything", {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
      {"first of a network", {1, 3, 23, 21}, {1, 32, 12, 11}, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}},
      {"no border", {2, 5, 9, 11}, {2, 40, 7, 9}, {3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
      {"deep pieces", {1, 150, 6, 7}, {1, 20, 6, 7}, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {"one row of outputs", {1, 48, 1, 40}, {1, 60, 1, 40}, {1, 3}, {1, 1}, {1, 1}, {0, 1, 0, 1}},
      {"7x7, stride 3", {1, 3, 40, 41}, {1, 17, 14, 14}, {7, 7}, {3, 3}, {1, 1}, {3, 3, 3, 3}},
      {"dilated along height", {1, 8, 9, 9}, {1, 24, 9, 9}, {3, 3}, {1, 1}, {3, 1}, {3, 1, 3, 1}},
      {"uneven pads", {1, 4, 7, 6}, {1, 9, 9, 5}, {2, 4}, {1, 1}, {1, 1}, {3, 0, 0, 2}},
      {"pads at the right", {2, 5, 6, 7}, {2, 20, 4, 7}, {3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 2}},
      {"pads below", {2, 5, 6, 7}, {2, 20, 6, 5}, {3, 3}, {1, 1}, {1, 1}, {0, 0, 2, 0}},
      {"wider than the image", {1, 8, 2, 2}, {1, 8, 2, 2}, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
      {"mostly padding", {1, 3, 1, 1}, {1, 5, 7, 9}, {1, 1}, {1, 1}, {1, 1}, {2, 6, 4, 2}},
      {"large image", {1, 2, 61, 300}, {1, 3, 61, 300}, {3, 5}, {1, 1}, {1, 1}, {1, 2, 1, 2}},
  };
  for (const WindowRow& row : rows) {
    for (int threads : {1, 3}) {
      CAPTURE(std::string(row.what));
      CAPTURE(threads);
      OnednnCase c("Conv",
                   {{"strides", row.strides}, {"dilations", row.dilations}, {"pads", row.pads}});
      c.threads = threads;
      c.Input(row.in, kLast).Weight({row.out[1], row.in[1], row.kernel[0], row.kernel[1]});
      if (threads == 1) c.Weight({row.out[1]});
      c.scale_tolerance = 2e-5f;
      CHECK(CompareAs(c.Output(row.out, kLast), kWindows) == "");
    }
  }
}

TEST_CASE("chains of post-ops agree with the reference, in registers or after them") {
  using Chain = void (*)(OnednnCase&, const Shape&);
  const Chain chains[] = {
      [](OnednnCase& c, const Shape&) {
        c.Post("HardSwish").PostBinary("Mul", {}).PostBinary("Add", {1}).Post("Relu");
      },
      [](OnednnCase& c, const Shape& out) { c.PostBinary("Add", out, kLast).Post("Relu"); },
      [](OnednnCase& c, const Shape& out) {
        c.PostBinary("Mul", {1}).PostBinary("Add", out, kLast).Post("Clip", {{"max", 0.5f}});
      },
      // Bounds that cross leave the upper one.
      [](OnednnCase& c, const Shape&) {
        c.Post("Clip", {{"min", 0.5f}, {"max", -0.5f}});
      },
      [](OnednnCase& c, const Shape&) {
        c.PostBinary("Add", {}).Post("Clip", {{"min", 0.5f}, {"max", -0.5f}});
      },
      // Not in the order of the steps, so that the later ones come after them.
      [](OnednnCase& c, const Shape& out) { c.Post("Relu").PostBinary("Add", out, kLast); },
      [](OnednnCase& c, const Shape& out) {
        c.PostBinary("Add", out, kLast).Post("HardSwish").PostBinary("Add", {});
      },
      [](OnednnCase& c, const Shape&) { c.PostBinary("Add", {}).PostBinary("Mul", {}); },
      [](OnednnCase& c, const Shape& out) {
        c.PostBinary("Add", out, kLast).PostBinary("Add", out, kLast);
      },
      [](OnednnCase& c, const Shape& out) {
        c.Post("Swish").PostBinary("Mul", {out[1], 1, 1}).Post("HardSigmoid");
      },
  };
  for (int64_t channels : {16, 43}) {
    const Shape out = {1, channels, 9, 7};
    for (const char* kernel : {k1x1, kDepthwise, kWindows, "own.Conv:winograd4"}) {
      for (const Chain& chain : chains) {
        CAPTURE(std::string(kernel));
        CAPTURE(channels);
        CAPTURE(&chain - chains);
        const int64_t group = kernel == kDepthwise ? channels : 1, window = kernel == k1x1 ? 1 : 3;
        OnednnCase c("Conv", {{"group", group}, {"pads", Ints(4, window / 2)}});
        c.Input(out, kLast).Weight({channels, channels / group, window, window});
        chain(c, out);
        c.scale_tolerance = 2e-5f;
        CHECK(CompareAs(c.Output(out, kLast), kernel) == "");
      }
    }
  }
}

TEST_CASE("not-a-number passes through activations of every kernel") {
  for (const char* kernel : {k1x1, kDepthwise, kWindows}) {
    for (const char* activation : {"Relu", "HardSwish", "Swish", "Sigmoid"}) {
      CAPTURE(std::string(kernel));
      CAPTURE(std::string(activation));
      const int64_t group = kernel == kDepthwise ? 20 : 1, window = kernel == k1x1 ? 1 : 3;
      OnednnCase c("Conv", {{"group", group}, {"pads", Ints(4, window / 2)}});
      c.Input({1, 20, 5, 6}, kLast).Put(11, std::nanf(""));
      c.Weight({20, 20 / group, window, window}).Post(activation);
      CHECK(CompareAs(c.Output({1, 20, 5, 6}, kLast), kernel) == "");
    }
  }
}

TEST_CASE("post-ops with operands of every broadcast agree with the reference") {
  const Shape out = {2, 150, 6, 7};
  for (bool depthwise : {false, true}) {
    for (const Shape& operand : {out, Shape{150, 1, 1}, Shape{2, 150, 1, 1}, Shape{1, 1, 6, 7},
                                 Shape{}, Shape{2, 1, 1, 1}, Shape{1, 150, 1, 7}}) {
      CAPTURE(depthwise);
      CAPTURE(ShapeString(operand));
      const Layout layout = operand.size() == 4 ? kLast : Layout::kPlain;
      OnednnCase c("Conv", {{"group", int64_t{depthwise ? 150 : 1}}});
      c.Input({2, depthwise ? 150 : 30, 6, 7}, kLast).Weight({150, depthwise ? 1 : 30, 1, 1});
      c.Post("Clip", {{"min", -0.25f}, {"max", 0.5f}}).PostBinary("Mul", operand, layout);
      c.Post("HardSwish").PostBinary("Sub", operand, layout, true);
      CHECK(CompareAs(c.Output(out, kLast), depthwise ? kDepthwise : k1x1) == "");
    }
  }
}

std::string Chosen(OnednnCase c) {
  c.Output({1, 24, 6, 6}, kLast);
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  return backend == nullptr ? "" : std::string((*backend->Specialize(c.request()))->name());
}

TEST_CASE("they are chosen where the library is not faster, and the weights do not change") {
  if (OnednnOrNull() == nullptr) return;
  const auto conv = [](int64_t group) {
    OnednnCase c("Conv", {{"group", group}});
    return c.Input({1, 24, 6, 6}, kLast).Weight({24, 24 / group, 1, 1});
  };
  CHECK(Chosen(conv(1).Post("Relu")) == k1x1);
  CHECK(Chosen(conv(24).Post("Clip", {{"max", 6.0f}})) == kDepthwise);
  CHECK(Chosen(conv(1).Post("Swish")) == k1x1);
  CHECK(Chosen(conv(24).Post("HardSwish")) == kDepthwise);
  CHECK(!absl::StartsWith(Chosen(conv(4)), "own."));
  OnednnCase variable("Conv");
  variable.weights_constant = false;
  variable.Input({1, 24, 6, 6}, kLast).Weight({24, 24, 1, 1});
  CHECK(!absl::StartsWith(Chosen(variable), "own."));
}

TEST_CASE("a plan's kernel that does not do what is asked is refused with the reason") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c("Conv", {{"strides", Ints{2, 2}}});
  c.Input({1, 16, 7, 7}, kLast).Weight({24, 16, 3, 3}).Output({1, 24, 3, 3}, kLast);
  for (const char* kernel : {k1x1, kDepthwise}) {
    const absl::Status status = backend->Load(c.request(), kernel).status();
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(absl::StrContains(status.message(), "not 1x1 in one group"));
    CHECK(absl::StrContains(status.message(), "not one filter per channel"));
  }
}

}  // namespace
}  // namespace kairos::testing
