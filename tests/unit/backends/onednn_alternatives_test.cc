// The kernels that a backend offers for measuring.
#include <doctest/doctest.h>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/onednn_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kLast = Layout::kChannelsLast;

// Compares each alternative with the reference kernel, in itself and loaded from what it saves;
// returns their names.
std::set<std::string> CheckAll(OnednnCase& c) {
  std::set<std::string> names;
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return names;
  const auto kernels = backend->Alternatives(c.request());
  REQUIRE(kernels.ok());
  REQUIRE_FALSE(kernels->empty());
  const auto first = backend->Specialize(c.request());
  REQUIRE(first.ok());
  CHECK((*kernels)[0]->Save() == (*first)->Save());
  c.scale_tolerance = 2e-5f;
  for (const std::unique_ptr<Kernel>& kernel : *kernels) {
    const std::string name(kernel->name());
    CAPTURE(name);
    CHECK(names.insert(name).second);
    c.frozen = kernel->Save();
    CHECK(c.Compare() == "");
    CHECK(c.kernel_name == name);
  }
  c.frozen.clear();
  return names;
}

bool Has(const std::set<std::string>& names, const std::string& name) {
  return names.empty() || names.count(name) > 0;
}

bool HasLibrary(const std::set<std::string>& names) {
  for (const std::string& name : names) {
    if (name.rfind("onednn.", 0) == 0) return true;
  }
  return names.empty();
}

TEST_CASE("a 3x3 convolution may be direct or by either form of Winograd's algorithm") {
  OnednnCase c("Conv", {{"pads", Ints{1, 1, 1, 1}}});
  c.Input({1, 16, 14, 14}, kLast).Weight({24, 16, 3, 3}).Weight({24});
  c.Output({1, 24, 14, 14}, kLast);
  const std::set<std::string> names = CheckAll(c);
  CHECK(Has(names, "own.Conv:winograd2"));
  CHECK(Has(names, "own.Conv:winograd4"));
  CHECK(HasLibrary(names));
  c.winograd = false;
  CHECK_FALSE(CheckAll(c).count("own.Conv:winograd2"));
}

TEST_CASE("a 1x1 or depthwise convolution may be ours or the library's, post-ops or not") {
  for (const bool fused : {false, true}) {
    CAPTURE(fused);
    OnednnCase pointwise("Conv");
    pointwise.Input({1, 16, 9, 9}, kLast).Weight({24, 16, 1, 1});
    if (fused) pointwise.Post("Sigmoid");
    pointwise.Output({1, 24, 9, 9}, kLast);
    std::set<std::string> names = CheckAll(pointwise);
    CHECK(Has(names, "own.Conv:1x1"));
    CHECK(HasLibrary(names));
    OnednnCase depthwise("Conv", {{"group", int64_t{16}}, {"pads", Ints{1, 1, 1, 1}}});
    depthwise.Input({1, 16, 9, 9}, kLast).Weight({16, 1, 3, 3});
    if (fused) depthwise.Post("Sigmoid");
    depthwise.Output({1, 16, 9, 9}, kLast);
    names = CheckAll(depthwise);
    CHECK(Has(names, "own.Conv:depthwise"));
    CHECK(HasLibrary(names));
  }
}

TEST_CASE("matrix products may be ours or the library's") {
  OnednnCase matmul("MatMul");
  matmul.Input({40, 32}).Weight({32, 48}).Output({40, 48});
  std::set<std::string> names = CheckAll(matmul);
  CHECK(Has(names, "own.MatMul"));
  CHECK(HasLibrary(names));
  OnednnCase gemm("Gemm", {{"transB", int64_t{1}}});
  gemm.Input({2, 32}).Weight({48, 32}).Weight({48}).Output({2, 48});
  names = CheckAll(gemm);
  CHECK(Has(names, "own.Gemm"));
  CHECK(Has(names, "own.Gemm:dots"));
  CHECK(HasLibrary(names));
}

TEST_CASE("a softmax may be ours or the library's, and what has one kernel has one alternative") {
  OnednnCase softmax("Softmax", {{"axis", int64_t{-1}}});
  softmax.Input({6, 50}).Output({6, 50});
  CHECK(HasLibrary(CheckAll(softmax)));
  OnednnCase relu("Relu");
  relu.Input({6, 50}).Output({6, 50});
  CHECK(CheckAll(relu).size() <= 1);
}

TEST_CASE("alternatives for what no kernel does are refused with the reasons") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c("Det");
  c.Input({3, 3}).Output({});
  CHECK(backend->Alternatives(c.request()).status().code() == absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace kairos::testing
