// 3x3 convolutions by Winograd's algorithm against the reference backend's plain loops.
#include <doctest/doctest.h>

#include "absl/strings/str_cat.h"

#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

using Ints = std::vector<int64_t>;
constexpr Layout kLast = Layout::kChannelsLast;
constexpr const char* kBothForms[] = {"own.Conv:winograd2", "own.Conv:winograd4"};

OnednnCase Conv(const Shape& in, int64_t out_channels, const Ints& pads = {1, 1, 1, 1}) {
  OnednnCase c("Conv", {{"pads", pads}});
  c.scale_tolerance = 2e-5f;
  c.Input(in, kLast).Weight({out_channels, in[1], 3, 3}).Weight({out_channels});
  return c;
}

TEST_CASE("both forms agree with the reference for any size, padding and number of channels") {
  struct Row {
    const char* what;
    Shape in, out;
    Ints pads;
  };
  const Row rows[] = {
      {"whole tiles", {1, 16, 8, 8}, {1, 16, 8, 8}, {1, 1, 1, 1}},
      {"one pixel, one channel", {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}},
      {"odd everything", {2, 17, 7, 9}, {2, 33, 7, 9}, {1, 1, 1, 1}},
      {"few channels", {1, 3, 10, 5}, {1, 5, 10, 5}, {1, 1, 1, 1}},
      {"no padding", {1, 24, 6, 11}, {1, 40, 4, 9}, {0, 0, 0, 0}},
      {"uneven padding", {1, 8, 5, 6}, {1, 8, 7, 6}, {0, 2, 4, 0}},
      {"several blocks of tiles", {3, 130, 23, 29}, {3, 64, 23, 29}, {1, 1, 1, 1}},
      {"deeper than a block of the product", {1, 300, 5, 5}, {1, 16, 5, 5}, {1, 1, 1, 1}},
  };
  for (const Row& row : rows) {
    for (const char* form : kBothForms) {
      CAPTURE(std::string(row.what));
      CAPTURE(std::string(form));
      OnednnCase c = Conv(row.in, row.out[1], row.pads);
      c.frozen = form;
      CHECK(c.Output(row.out, kLast).Compare() == "");
    }
  }
}

TEST_CASE("automatic padding and a missing bias agree with the reference") {
  for (const char* auto_pad : {"SAME_UPPER", "SAME_LOWER", "VALID"}) {
    for (const char* form : kBothForms) {
      CAPTURE(std::string(auto_pad));
      OnednnCase c("Conv", {{"auto_pad", std::string(auto_pad)}});
      const Shape out = auto_pad[0] == 'V' ? Shape{1, 8, 5, 7} : Shape{1, 8, 7, 9};
      c.Input({1, 12, 7, 9}, kLast).Weight({8, 12, 3, 3}).Output(out, kLast);
      c.scale_tolerance = 2e-5f;
      c.frozen = form;
      CHECK(c.Compare() == "");
    }
  }
}

TEST_CASE("post-ops with operands of every broadcast agree with the reference") {
  const Shape out = {2, 20, 6, 7};
  for (const Shape& operand : {out, Shape{20, 1, 1}, Shape{2, 20, 1, 1}, Shape{1, 1, 6, 7}, Shape{},
                               Shape{2, 1, 1, 1}, Shape{1, 20, 1, 7}}) {
    CAPTURE(ShapeString(operand));
    const Layout layout = operand.size() == 4 ? kLast : Layout::kPlain;
    OnednnCase c = Conv({2, 16, 6, 7}, 20);
    c.PostBinary("Add", operand, layout).Post("Relu").PostBinary("Sub", operand, layout, true);
    c.frozen = kBothForms[1];
    CHECK(c.Output(out, kLast).Compare() == "");
  }
}

TEST_CASE("large 3x3 convolutions use it, unless that is switched off or the weights may change") {
  const auto kernel_of = [](OnednnCase c) {
    CHECK(c.Output({1, 64, 28, 28}, kLast).Compare() == "");
    return c.kernel_name;
  };
  OnednnCase c = Conv({1, 64, 28, 28}, 64);
  if (OnednnOrNull() == nullptr) return;
  CHECK(kernel_of(c) == "own.Conv:winograd4");
  c.winograd = false;
  CHECK(kernel_of(c).find("winograd") == std::string::npos);
  OnednnCase variable("Conv", {{"pads", Ints{1, 1, 1, 1}}});
  variable.weights_constant = false;
  variable.Input({1, 64, 28, 28}, kLast).Weight({64, 64, 3, 3});
  CHECK(kernel_of(variable).find("own.Conv:") == std::string::npos);
}

TEST_CASE("the bits do not depend on the number of threads") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  const auto results = [&](int threads) {
    OnednnCase c = Conv({2, 70, 13, 11}, 150);
    c.Output({2, 150, 13, 11}, kLast);
    c.threads = threads;
    auto kernel = backend->Load(c.request(), kBothForms[1]);
    REQUIRE(kernel.ok());
    return *c.Run(**kernel);
  };
  const std::vector<float> one = results(1);
  CHECK(results(2) == one);
  CHECK(results(5) == one);
}

TEST_CASE("other convolutions are refused with the reason") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase strided("Conv", {{"strides", Ints{2, 2}}});
  strided.Input({1, 8, 9, 9}, kLast).Weight({8, 8, 3, 3}).Output({1, 8, 4, 4}, kLast);
  const absl::Status status = backend->Load(strided.request(), kBothForms[0]).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(status.message().find("not 3x3 of stride 1") != absl::string_view::npos);
}

}  // namespace
}  // namespace kairos::testing
