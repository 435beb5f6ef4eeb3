// Our own elementwise kernels against the reference.
#include <doctest/doctest.h>

#include <limits>

#include "support/own_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kBoth[] = {Layout::kPlain, Layout::kChannelsLast};
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

const char* const kUnary[] = {
    "Abs",          "Ceil",
    "Celu",         "Elu",
    "Erf",          "Exp",
    "Floor",        "Gelu",
    "HardSigmoid",  "HardSwish",
    "LeakyRelu",    "Mish",
    "Neg",          "Relu",
    "Round",        "Selu",
    "Sigmoid",      "Sign",
    "Softplus",     "Softsign",
    "Tanh",         "ThresholdedRelu",
    "kairos.Swish", "Log",
    "Sqrt",         "Reciprocal",
};

TEST_CASE("unary operators agree with the reference at every size") {
  for (const char* op : kUnary) {
    for (int64_t size : {0, 1, 15, 16, 17, 1023, 1024, 1025, 40000}) {
      CAPTURE(std::string(op));
      CAPTURE(size);
      CHECK(OwnCase(op).Input({size}).Compare() == "");
    }
  }
}

TEST_CASE("unary operators treat infinities, zeros and NaN as the reference does") {
  for (const char* op : kUnary) {
    CAPTURE(std::string(op));
    OwnCase c(op);
    CHECK(c.Values<float>(
               {9}, {kNaN, kInfinity, -kInfinity, 0.0f, -0.0f, 100.0f, -100.0f, 3e38f, -3e38f})
              .Compare() == "");
  }
}

TEST_CASE("attributes of unary operators are used") {
  CHECK(OwnCase("Gelu", {{"approximate", std::string("tanh")}}).Input({99}).Compare() == "");
  CHECK(OwnCase("LeakyRelu", {{"alpha", 0.3f}}).Input({99}).Compare() == "");
  CHECK(OwnCase("Elu", {{"alpha", 2.0f}}).Input({99}).Compare() == "");
  CHECK(OwnCase("Selu", {{"alpha", 2.0f}, {"gamma", 0.5f}}).Input({99}).Compare() == "");
  CHECK(OwnCase("HardSigmoid", {{"alpha", 0.5f}, {"beta", 0.1f}}).Input({99}).Compare() == "");
}

struct BroadcastRow {
  Shape a, b;
};

const BroadcastRow kBroadcasts[] = {
    {{}, {}},
    {{7}, {}},
    {{}, {7}},
    {{1}, {1, 1, 1}},
    {{0, 3}, {3}},
    {{40000}, {40000}},
    {{40000}, {1}},
    {{3, 5}, {5}},
    {{3, 5}, {3, 1}},
    {{3, 1}, {1, 5}},
    {{2, 3, 4, 5}, {1, 3, 1, 5}},
    {{2, 3, 4, 5}, {2, 1, 4, 1}},
    {{3, 1, 5, 1}, {4, 1, 6}},
    {{130, 700}, {700}},
    {{130, 700}, {130, 1}},
    {{700, 33}, {33}},
    {{33}, {700, 33}},
    {{2, 2000}, {2, 1}},
    {{50, 3, 7, 2}, {50, 1, 7, 1}},
};

TEST_CASE("binary operators agree with the reference under every kind of broadcast") {
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Less", "Equal"}) {
    for (const BroadcastRow& row : kBroadcasts) {
      CAPTURE(std::string(op));
      CAPTURE(ShapeString(row.a));
      CAPTURE(ShapeString(row.b));
      CHECK(OwnCase(op).Input(row.a).Input(row.b).Compare() == "");
    }
  }
}

TEST_CASE("integers and booleans agree with the reference") {
  for (DType dtype : {DType::kInt64, DType::kInt32}) {
    for (const char* op : {"Add", "Sub", "Mul", "Div", "Max", "Min", "Equal", "Less", "LessOrEqual",
                           "Greater", "GreaterOrEqual"}) {
      CAPTURE(std::string(op));
      CHECK(OwnCase(op).Input({3, 1, 50}, dtype).Input({7, 1}, dtype).Compare() == "");
    }
    CHECK(OwnCase("Neg").Input({33}, dtype).Compare() == "");
    CHECK(OwnCase("Abs").Input({33}, dtype).Compare() == "");
  }
  for (const char* op : {"And", "Or", "Xor", "Equal"}) {
    CHECK(OwnCase(op).Input({3, 50}, DType::kBool).Input({50}, DType::kBool).Compare() == "");
  }
  CHECK(OwnCase("Not").Input({3, 50}, DType::kBool).Compare() == "");
}

TEST_CASE("integer division by zero and of the most negative number is defined") {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  OwnCase c("Div");
  c.Values<int64_t>({4}, {5, lowest, 0, -7}).Values<int64_t>({4}, {0, -1, 0, 2});
  CHECK(c.Compare() == "");
}

TEST_CASE("a NaN in either operand of Max and Min is the result") {
  for (const char* op : {"Max", "Min"}) {
    OwnCase c(op);
    c.Values<float>({5}, {kNaN, 1, kNaN, kInfinity, -0.0f})
        .Values<float>({5}, {1, kNaN, kNaN, 2, 0});
    CHECK(c.Compare() == "");
  }
}

TEST_CASE("powers with the usual exponents agree with the reference") {
  for (float exponent : {2.0f, 3.0f, 0.5f, -1.0f, 1.0f, 0.0f, 2.5f}) {
    CAPTURE(exponent);
    OwnCase c("Pow");
    c.Values<float>({7}, {0.0f, -0.0f, 1.5f, -1.5f, kInfinity, -kInfinity, kNaN});
    CHECK(c.Values<float>({}, {exponent}).Compare() == "");
  }
  CHECK(OwnCase("Pow").Input({40}).Input({40}).Compare() == "");
}

TEST_CASE("operators with any number of inputs agree with the reference") {
  for (const char* op : {"Sum", "Mean", "Max", "Min"}) {
    CAPTURE(std::string(op));
    CHECK(OwnCase(op).Input({3, 1, 5}).Input({4, 1}).Input({5}).Input({3, 4, 5}).Compare() == "");
  }
}

TEST_CASE("clip takes its bounds at run time") {
  CHECK(OwnCase("Clip").Input({99}).Values<float>({}, {-1}).Values<float>({}, {2}).Compare() == "");
  CHECK(OwnCase("Clip").Input({99}).Absent().Values<float>({}, {2}).Compare() == "");
  CHECK(OwnCase("Clip").Input({99}).Values<float>({}, {2}).Values<float>({}, {-1}).Compare() == "");
  CHECK(OwnCase("Clip").Input({99}, DType::kInt64).Values<int64_t>({}, {-2}).Absent().Compare() ==
        "");
}

TEST_CASE("selection agrees with the reference for every element size") {
  for (DType dtype : {DType::kUint8, DType::kFloat16, DType::kFloat32, DType::kInt64}) {
    OwnCase c("Where");
    c.Input({1, 1, 70, 50}, DType::kBool).Input({}, dtype).Input({3, 70, 1}, dtype);
    CHECK(c.Compare() == "");
  }
}

TEST_CASE("both layouts and their mixture agree with the reference") {
  for (Layout a : kBoth) {
    for (Layout b : kBoth) {
      for (Layout out : kBoth) {
        for (const Shape& other : {Shape{2, 5, 6, 7}, Shape{1, 5, 1, 1}, Shape{2, 1, 6, 7}}) {
          OwnCase c("Add");
          c.Input({2, 5, 6, 7}, a).Input(other, b).PostBinary("Mul", {5, 1, 1});
          c.output_layout = out;
          CHECK(c.Compare() == "");
        }
      }
    }
  }
}

TEST_CASE("post-ops run in order, with the operand on either side") {
  OwnCase c("Mul");
  c.Input({6, 700}).Input({700});
  c.PostBinary("Sub", {6, 1}, Layout::kPlain, /*operand_first=*/true).Post("Relu");
  c.PostBinary("Div", {6, 700}).PostBinary("Add", {700}).PostBinary("Add", {});
  c.Post("Clip", {{"min", -0.5f}, {"max", 3.0f}}).Post("HardSwish");
  CHECK(c.Compare() == "");
}

TEST_CASE("what a pointwise kernel does not do is refused with the reason") {
  CHECK(OwnCase("Add").Input({2}, DType::kFloat64).Input({2}, DType::kFloat64).RunOwn(1).status() ==
        absl::UnimplementedError("own.Add: no kernel for float64"));
  CHECK(OwnCase("Neg").Input({2}, DType::kInt64).Post("Relu").RunOwn(1).status() ==
        absl::UnimplementedError("own.Neg: post-ops on int64, expected float32"));
  OwnCase many("Sum");
  for (int i = 0; i < 13; ++i) many.Input({2});
  CHECK(many.RunOwn(1).status() == absl::UnimplementedError("own.Sum: more than 12 operands"));
}

TEST_CASE("a kernel is made again from its saved form, and from no other") {
  OwnCase c("Relu");
  c.Input({2});
  const std::string saved = (*c.MakeOwn())->Save();
  CHECK((*c.MakeOwn(saved))->name() == "own.Relu");
  CHECK(c.MakeOwn("own.Tanh").status() ==
        absl::FailedPreconditionError("kernel: name differs, got own.Relu, expected own.Tanh"));
}

}  // namespace
}  // namespace kairos::testing
