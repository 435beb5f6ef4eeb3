#include <doctest/doctest.h>

#include "absl/strings/match.h"

#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

struct MatMulRow {
  const char* what;
  Shape a, b, out;
};

const MatMulRow kMatMuls[] = {
    {"matrices", {7, 33}, {33, 20}, {7, 20}},
    {"one row", {1, 256}, {256, 100}, {1, 100}},
    {"two rows, more columns than panels", {2, 600}, {600, 333}, {2, 333}},
    {"three rows of batches", {4, 3, 300}, {4, 300, 49}, {4, 3, 49}},
    {"one column", {33, 70}, {70, 1}, {33, 1}},
    {"a panel less one column", {19, 270}, {270, 15}, {19, 15}},
    {"a panel and one column", {19, 270}, {270, 17}, {19, 17}},
    {"folded rows", {2, 3, 5, 16}, {16, 24}, {2, 3, 5, 24}},
    {"equal batches", {2, 3, 5, 16}, {2, 3, 16, 7}, {2, 3, 5, 7}},
    {"batch over one", {4, 5, 8}, {1, 8, 6}, {4, 5, 6}},
    {"one over batch", {5, 8}, {3, 8, 6}, {3, 5, 6}},
    {"crossed batches", {3, 1, 4, 8}, {1, 2, 8, 5}, {3, 2, 4, 5}},
    {"vector times matrix", {9}, {9, 4}, {4}},
    {"matrix times vector", {4, 9}, {9}, {4}},
    {"vector times batch", {9}, {2, 9, 4}, {2, 4}},
    {"dot product", {9}, {9}, {}},
    {"all ones", {1, 1}, {1, 1}, {1, 1}},
    {"large enough for threads", {64, 128}, {128, 96}, {64, 96}},
    {"heads of attention", {2, 3, 197, 33}, {2, 3, 33, 197}, {2, 3, 197, 197}},
    {"more rows than a block, whole panels", {3, 100, 64}, {3, 64, 32}, {3, 100, 32}},
    {"crossed batches in threads", {3, 1, 40, 48}, {1, 2, 48, 50}, {3, 2, 40, 50}},
    {"one over batch in threads", {70, 48}, {3, 48, 50}, {3, 70, 50}},
    {"no rows", {2, 0, 5}, {2, 5, 6}, {2, 0, 6}},
    {"no batch", {0, 8, 5}, {0, 5, 6}, {0, 8, 6}},
};

TEST_CASE("matrix products agree with the reference, weights constant or not") {
  for (const MatMulRow& row : kMatMuls) {
    for (bool constant : {true, false}) {
      CAPTURE(std::string(row.what));
      CAPTURE(constant);
      OnednnCase c("MatMul");
      c.weights_constant = constant;
      CHECK(c.Input(row.a).Weight(row.b).Output(row.out).Compare() == "");
    }
  }
}

TEST_CASE("post-op operands follow the folding of batch dimensions, or prevent it") {
  const Shape out = {2, 3, 5, 24};
  for (const Shape& operand : {Shape{24}, Shape{}, out, Shape{2, 1, 1, 24}, Shape{3, 1, 1}}) {
    CAPTURE(ShapeString(operand));
    OnednnCase rows("MatMul");
    rows.Input({2, 3, 5, 16}).Weight({16, 24}).PostBinary("Add", operand).Post("Relu");
    CHECK(rows.Output(out).Compare() == "");
    OnednnCase batches("MatMul");
    batches.Input({2, 3, 5, 16}).Input({2, 3, 16, 24}).PostBinary("Mul", operand);
    CHECK(batches.Output(out).Compare() == "");
  }
}

TEST_CASE("post-ops of a product of activations") {
  const Shape out = {2, 3, 40, 50};
  for (const Shape& operand : {Shape{50}, Shape{}, out, Shape{2, 1, 1, 50}, Shape{3, 40, 1}}) {
    CAPTURE(ShapeString(operand));
    OnednnCase c("MatMul");
    c.Input({2, 3, 40, 48}).Input({2, 3, 48, 50}).PostBinary("Add", operand).Post("Relu");
    CHECK(c.PostBinary("Mul", {50}).Output(out).Compare() == "");
  }
  OnednnCase bounded("MatMul");
  bounded.Input({5, 48}).Input({48, 50}).Post("Relu").Output({5, 50});
  CHECK(bounded.Compare() == "");
}

TEST_CASE("a broadcast that the library is slow at is refused, so that the post-op is split off") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c("MatMul");  // of a vector, which our own product does not take
  c.Input({16}).Input({2, 3, 16, 24}).PostBinary("Add", {2, 3, 1}).Output({2, 3, 24});
  const absl::Status status = backend->Specialize(c.request()).status();
  CHECK(absl::IsUnimplemented(status));
  CHECK(absl::EndsWith(status.message(),
                       "onednn.matmul: the library only has the slow 'ref:any'"));
}

TEST_CASE("a reversed difference or quotient takes the operand first") {
  OnednnCase difference("MatMul");
  difference.Input({4, 8}).Weight({8, 6}).PostBinary("Sub", {4, 6}, Layout::kPlain, true);
  CHECK(difference.Output({4, 6}).Compare() == "");
  OnednnCase quotient("MatMul");
  quotient.Input({4, 8}).Weight({8, 6}).Post("Exp");
  CHECK(quotient.PostBinary("Div", {6}, Layout::kPlain, true).Output({4, 6}).Compare() == "");
}

TEST_CASE("Gemm agrees with the reference for each transposition, scale and form of C") {
  const Shape forms[] = {{24}, {1, 24}, {7, 24}, {1}, {}};
  for (int64_t trans_a : {0, 1}) {
    for (int64_t trans_b : {0, 1}) {
      for (const Shape& form : forms) {
        for (const auto& scales : {std::pair(1.0f, 1.0f), std::pair(0.5f, 1.0f),
                                   std::pair(2.0f, -0.25f), std::pair(1.5f, 0.0f)}) {
          const float alpha = scales.first, beta = scales.second;
          CAPTURE(trans_a);
          CAPTURE(trans_b);
          CAPTURE(ShapeString(form));
          CAPTURE(beta);
          OnednnCase c(
              "Gemm", {{"transA", trans_a}, {"transB", trans_b}, {"alpha", alpha}, {"beta", beta}});
          c.Input(trans_a != 0 ? Shape{16, 7} : Shape{7, 16});
          c.Weight(trans_b != 0 ? Shape{24, 16} : Shape{16, 24}).Weight(form);
          CHECK(c.Post("Relu").Output({7, 24}).Compare() == "");
        }
      }
    }
  }
}

TEST_CASE("Gemm without C agrees with the reference") {
  OnednnCase c("Gemm", {{"alpha", 0.5f}});
  CHECK(c.Input({7, 16}).Weight({16, 24}).Output({7, 24}).Compare() == "");
}

TEST_CASE("the packed form of a weight differs between a matrix and its transpose") {
  if (OnednnOrNull() == nullptr) return;
  std::string layouts[2];
  for (int64_t transposed : {0, 1}) {
    OnednnCase c("Gemm", {{"transB", transposed}});
    c.Input({64, 64}).Weight({64, 64}).Output({64, 64});
    auto kernel = OnednnOrNull()->Specialize(c.request());
    REQUIRE(kernel.ok());
    if ((*kernel)->packed_inputs().empty()) continue;
    layouts[transposed] = (*kernel)->packed_inputs()[0].layout;
  }
  CHECK(layouts[0] != layouts[1]);
}

}  // namespace
}  // namespace kairos::testing
