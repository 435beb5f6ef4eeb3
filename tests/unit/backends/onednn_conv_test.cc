#include <doctest/doctest.h>

#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kLast = Layout::kChannelsLast;

struct ConvRow {
  const char* what;
  Shape in, weights, out;
  Ints strides, dilations, pads;
  int64_t group;
};

const ConvRow kConvs[] = {
    {"3x3", {1, 16, 9, 11}, {24, 16, 3, 3}, {1, 24, 9, 11}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1},
    {"first layer", {2, 3, 15, 17}, {16, 3, 3, 3}, {2, 16, 8, 9}, {2, 2}, {1, 1}, {1, 1, 1, 1}, 1},
    {"1x1", {1, 33, 7, 5}, {10, 33, 1, 1}, {1, 10, 7, 5}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
    {"one channel", {1, 1, 5, 5}, {1, 1, 3, 3}, {1, 1, 3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
    {"groups", {1, 32, 8, 8}, {48, 8, 3, 3}, {1, 48, 8, 8}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 4},
    {"odd groups", {1, 6, 8, 8}, {9, 2, 3, 3}, {1, 9, 6, 6}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 3},
    {"depthwise", {1, 24, 9, 9}, {24, 1, 3, 3}, {1, 24, 5, 5}, {2, 2}, {1, 1}, {1, 1, 1, 1}, 24},
    {"odd depthwise", {1, 7, 9, 9}, {7, 1, 5, 5}, {1, 7, 9, 9}, {1, 1}, {1, 1}, {2, 2, 2, 2}, 7},
    {"dilated", {1, 8, 12, 12}, {8, 8, 3, 3}, {1, 8, 12, 12}, {1, 1}, {2, 2}, {2, 2, 2, 2}, 1},
    {"uneven pads", {1, 8, 6, 7}, {8, 8, 3, 3}, {1, 8, 5, 8}, {1, 1}, {1, 1}, {0, 2, 1, 1}, 1},
    {"cut off", {1, 8, 8, 8}, {8, 8, 3, 3}, {1, 8, 3, 3}, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1},
    {"1-d", {2, 12, 31}, {20, 12, 5}, {2, 20, 31}, {1}, {1}, {2, 2}, 1},
    {"1-d depthwise", {2, 16, 31}, {16, 1, 3}, {2, 16, 31}, {1}, {1}, {1, 1}, 16},
    {"3-d",
     {1, 4, 5, 6, 7},
     {8, 4, 3, 3, 3},
     {1, 8, 5, 6, 7},
     {1, 1, 1},
     {1, 1, 1},
     {1, 1, 1, 1, 1, 1},
     1},
};

OnednnCase MakeConv(const ConvRow& row, Layout layout, bool constant) {
  OnednnCase c("Conv", {{"strides", row.strides},
                        {"dilations", row.dilations},
                        {"pads", row.pads},
                        {"group", row.group}});
  c.weights_constant = constant;
  c.Input(row.in, layout).Weight(row.weights).Weight({row.weights[0]}).Output(row.out, layout);
  return c;
}

TEST_CASE("convolutions agree with the reference in both layouts, weights constant or not") {
  for (const ConvRow& row : kConvs) {
    for (Layout layout : {Layout::kPlain, kLast}) {
      for (bool constant : {true, false}) {
        CAPTURE(std::string(row.what));
        CAPTURE(static_cast<int>(layout));
        CAPTURE(constant);
        CHECK(MakeConv(row, layout, constant).Compare() == "");
        CHECK(MakeConv(row, layout, constant).CompareLibrary() == "");
      }
    }
  }
}

TEST_CASE("a convolution without bias and with automatic pads agrees with the reference") {
  for (const char* auto_pad : {"SAME_UPPER", "SAME_LOWER"}) {
    CAPTURE(std::string(auto_pad));
    OnednnCase c("Conv", {{"auto_pad", std::string(auto_pad)}, {"strides", Ints{2, 2}}});
    c.Input({1, 8, 8, 9}, kLast).Weight({8, 8, 3, 4}).Output({1, 8, 4, 5}, kLast);
    CHECK(c.CompareLibrary() == "");
  }
}

TEST_CASE("chains of post-ops agree with the reference in both layouts") {
  for (Layout layout : {Layout::kPlain, kLast}) {
    const auto conv = [&] {
      OnednnCase c("Conv", {{"pads", Ints{1, 1, 1, 1}}});
      c.Input({1, 16, 6, 6}, layout).Weight({20, 16, 3, 3}).Weight({20});
      return c;
    };
    const Shape out = {1, 20, 6, 6};
    CHECK(conv().PostBinary("Add", out, layout).Post("Relu").Output(out, layout).CompareLibrary() ==
          "");
    CHECK(conv()
              .PostBinary("Mul", {1, 20, 1, 1}, layout)
              .PostBinary("Add", {20, 1, 1})
              .Post("HardSwish")
              .Output(out, layout)
              .CompareLibrary() == "");
    CHECK(conv()
              .PostBinary("Sub", {}, Layout::kPlain, true)
              .PostBinary("Max", {1})
              .PostBinary("Sub", out, layout)
              .Output(out, layout)
              .CompareLibrary() == "");
    CHECK(conv()
              .PostBinary("Min", {20, 1, 1})
              .Post("Clip", {{"min", -0.5f}, {"max", 0.75f}})
              .Output(out, layout)
              .CompareLibrary() == "");
  }
}

TEST_CASE("a post-op operand in another layout than the output is brought into it") {
  OnednnCase c("Conv");
  c.Input({1, 16, 6, 6}, kLast).Weight({20, 16, 1, 1}).PostBinary("Add", {1, 20, 6, 6});
  CHECK(c.Output({1, 20, 6, 6}, kLast).CompareLibrary() == "");
}

TEST_CASE("every unary post-op agrees with the reference") {
  const std::pair<const char*, std::pair<const char*, Attribute>> rows[] = {
      {"Relu", {"", 0.0f}},
      {"LeakyRelu", {"alpha", 0.3f}},
      {"Clip", {"max", 0.5f}},
      {"Sigmoid", {"", 0.0f}},
      {"Tanh", {"", 0.0f}},
      {"HardSwish", {"", 0.0f}},
      {"HardSigmoid", {"beta", 0.4f}},
      {"Gelu", {"", 0.0f}},
      {"Gelu", {"approximate", std::string("tanh")}},
      {"Elu", {"alpha", 0.7f}},
      {"Exp", {"", 0.0f}},
      {"Abs", {"", 0.0f}},
      {"Softplus", {"", 0.0f}},
      {"Mish", {"", 0.0f}},
      {"Swish", {"", 0.0f}},
  };
  for (const auto& row : rows) {
    const auto& op = row.first;
    const auto& attribute = row.second;
    CAPTURE(std::string(op));
    OnednnCase c("MatMul");
    c.Input({5, 12}).Weight({12, 24}).Post(op);
    if (*attribute.first != '\0') {
      c.node().post_ops[0].attributes.Set(attribute.first, attribute.second);
    }
    CHECK(c.Output({5, 24}).CompareLibrary() == "");
  }
}

struct TransposeRow {
  const char* what;
  Shape in, weights, out;
  AttributeList attributes;
};

TEST_CASE("transposed convolutions agree with the reference in both layouts") {
  const TransposeRow rows[] = {
      {"2x2 upscale", {1, 16, 5, 6}, {16, 24, 2, 2}, {1, 24, 10, 12}, {{"strides", Ints{2, 2}}}},
      {"padded",
       {1, 16, 5, 5},
       {16, 8, 4, 4},
       {1, 8, 10, 10},
       {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}}},
      {"output padding",
       {1, 16, 5, 5},
       {16, 8, 3, 3},
       {1, 8, 10, 10},
       {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}, {"output_padding", Ints{1, 1}}}},
      {"output shape",
       {1, 4, 5, 5},
       {4, 8, 3, 3},
       {1, 8, 10, 10},
       {{"strides", Ints{2, 2}}, {"output_shape", Ints{10, 10}}}},
      {"groups", {1, 16, 5, 5}, {16, 4, 3, 3}, {1, 16, 7, 7}, {{"group", int64_t{4}}}},
      {"1-d", {2, 8, 9}, {8, 8, 3}, {2, 8, 11}, {}},
      {"dilated", {1, 8, 6, 6}, {8, 8, 3, 3}, {1, 8, 10, 10}, {{"dilations", Ints{2, 2}}}},
  };
  for (const TransposeRow& row : rows) {
    for (Layout layout : {Layout::kPlain, kLast}) {
      CAPTURE(std::string(row.what));
      OnednnCase c("ConvTranspose", row.attributes);
      c.Input(row.in, layout).Weight(row.weights).Weight({row.out[1]}).Output(row.out, layout);
      CHECK(c.Compare() == "");
    }
  }
}

TEST_CASE("deterministic kernels give the same bits whatever the number of threads") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  std::string record;
  const auto results = [&](OnednnCase c, int threads) {
    c.deterministic = true;
    c.threads = threads;
    auto kernel = backend->Specialize(c.request());
    REQUIRE(kernel.ok());
    if (threads == 1) record = (*kernel)->Save();
    CHECK((*kernel)->Save() == record);
    return *c.Run(**kernel);
  };
  OnednnCase conv("Conv");
  conv.Input({1, 64, 20, 20}, kLast).Weight({32, 64, 3, 3}).Output({1, 32, 18, 18}, kLast);
  OnednnCase deep("MatMul");
  deep.Input({3, 4000}).Weight({4000, 60}).Output({3, 60});
  for (const OnednnCase& c : {conv, deep}) {
    const std::vector<float> one = results(c, 1);
    CHECK(results(c, 2) == one);
    CHECK(results(c, 3) == one);
  }
}

}  // namespace
}  // namespace kairos::testing
