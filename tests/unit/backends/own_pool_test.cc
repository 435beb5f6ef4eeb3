// Our own pools against the reference, and the choice between our kernels and the library's.
#include <cmath>
#include <doctest/doctest.h>
#include <limits>

#include "absl/strings/match.h"

#include "support/onednn_case.h"
#include "support/own_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kLast = Layout::kChannelsLast;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct PoolRow {
  const char* what;
  Ints image;  // height, width
  std::vector<std::pair<const char*, Attribute>> attributes;
};

std::vector<PoolRow> PoolRows() {
  const Attribute two = Ints{2, 2}, three = Ints{3, 3}, five = Ints{5, 5};
  const Attribute pad = Ints{1, 1, 1, 1}, ceil = int64_t{1};
  const Attribute upper = std::string("SAME_UPPER"), lower = std::string("SAME_LOWER");
  return {
      {"one pixel", {1, 1}, {{"kernel_shape", Ints{1, 1}}}},
      {"2x2", {8, 7}, {{"kernel_shape", two}, {"strides", two}}},
      {"3x3 padded", {9, 12}, {{"kernel_shape", three}, {"pads", pad}}},
      {"3x3 strided", {9, 12}, {{"kernel_shape", three}, {"strides", two}, {"pads", pad}}},
      {"rounded up", {6, 8}, {{"kernel_shape", three}, {"strides", two}, {"ceil_mode", ceil}}},
      {"rounded up, padded",
       {6, 8},
       {{"kernel_shape", three}, {"strides", three}, {"pads", pad}, {"ceil_mode", ceil}}},
      {"pads of all sizes",
       {7, 9},
       {{"kernel_shape", Ints{4, 3}}, {"strides", two}, {"pads", Ints{3, 0, 1, 2}}}},
      {"same upper", {7, 10}, {{"kernel_shape", two}, {"strides", two}, {"auto_pad", upper}}},
      {"same lower", {7, 10}, {{"kernel_shape", three}, {"strides", two}, {"auto_pad", lower}}},
      {"dilated", {9, 11}, {{"kernel_shape", three}, {"dilations", Ints{2, 3}}, {"pads", pad}}},
      {"larger than the image", {2, 3}, {{"kernel_shape", five}, {"pads", Ints{2, 2, 2, 2}}}},
      {"1x7, stride 3", {4, 20}, {{"kernel_shape", Ints{1, 7}}, {"strides", Ints{1, 3}}}},
      {"gaps between windows", {9, 9}, {{"kernel_shape", two}, {"strides", Ints{4, 5}}}},
      {"dilated beyond the image",
       {3, 5},
       {{"kernel_shape", two}, {"dilations", Ints{5, 7}}, {"pads", Ints{1, 0, 5, 5}}}},
      {"nothing under the taps",
       {2, 2},
       {{"kernel_shape", two}, {"dilations", Ints{3, 3}}, {"pads", pad}}},
      {"a row", {11}, {{"kernel_shape", Ints{4}}, {"strides", Ints{3}}, {"pads", Ints{1, 2}}}},
  };
}

OwnCase PoolOf(const char* op, const PoolRow& row, int64_t images, int64_t channels) {
  OwnCase c(op);
  for (const auto& [key, value] : row.attributes) c.node().attributes.Set(key, value);
  Shape shape = {images, channels};
  shape.insert(shape.end(), row.image.begin(), row.image.end());
  c.Input(shape, kLast);
  c.output_layout = kLast;
  return c;
}

TEST_CASE("pools agree with the reference for any window and number of channels") {
  for (const PoolRow& row : PoolRows()) {
    for (int64_t channels : {1, 3, 8, 16, 17, 65, 100}) {
      CAPTURE(std::string(row.what));
      CAPTURE(channels);
      CHECK(PoolOf("MaxPool", row, 2, channels).Compare() == "");
      for (int64_t counts_pads : {0, 1}) {
        CAPTURE(counts_pads);
        OwnCase c = PoolOf("AveragePool", row, 2, channels);
        c.node().attributes.Set("count_include_pad", counts_pads);
        CHECK(c.Compare() == "");
      }
    }
  }
}

TEST_CASE("pools that several threads share agree with the reference, and so do their post-ops") {
  const PoolRow row = {"", {40, 40}, {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}}};
  for (const char* op : {"MaxPool", "AveragePool"}) {
    CHECK(PoolOf(op, row, 3, 70).Post("Relu").Compare() == "");
  }
}

TEST_CASE("NaN and infinities come through a pool, to their own channel and windows alone") {
  for (const char* op : {"MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"}) {
    for (int64_t channels : {3, 16, 41}) {
      for (size_t pixel : {0, 13, 41}) {
        for (const Floats& values : {Floats{std::nanf(""), 1}, Floats{1, std::nanf("")},
                                     Floats{kInfinity, -kInfinity}, Floats{-kInfinity, 2}}) {
          CAPTURE(std::string(op));
          CAPTURE(channels);
          PoolRow row = {"", {6, 7}, {}};
          if (op[0] != 'G') row.attributes = {{"kernel_shape", Ints{2, 3}}};
          OwnCase c = PoolOf(op, row, 1, channels);
          const auto width = static_cast<size_t>(channels);
          c.Put(pixel * width, values[0]).Put((pixel == 41 ? 40 : pixel + 1) * width, values[1]);
          CHECK(c.Compare() == "");
        }
      }
    }
  }
}

TEST_CASE("a maximum over nothing but -infinity is -infinity") {
  OwnCase c("MaxPool", {{"kernel_shape", Ints{1, 2}}});
  c.Input({1, 8, 1, 2}, kLast);
  for (size_t i = 0; i < 16; ++i) c.Put(i, -kInfinity);
  c.output_layout = kLast;
  CHECK(c.Compare() == "");
}

TEST_CASE("pools of other layouts, and the places of the maxima, are refused") {
  OwnCase plain("MaxPool", {{"kernel_shape", Ints{2, 2}}});
  CHECK(plain.Input({1, 8, 4, 4}).RunOwn(1).status() ==
        absl::UnimplementedError("own.MaxPool: no kernel for float32[1,8,4,4], expected "
                                 "float32[N,C,H,W] or float32[N,C,W], channels last"));
  OwnCase indices("MaxPool", {{"kernel_shape", Ints{2, 2}}});
  indices.output_count = 2;
  indices.output_layout = kLast;
  CHECK(indices.Input({1, 8, 4, 4}, kLast).RunOwn(1).status() ==
        absl::UnimplementedError("own.MaxPool: indices"));
}

TEST_CASE("an empty pool writes nothing") {
  OnednnCase c("MaxPool", {{"kernel_shape", Ints{2, 2}}});
  CHECK(c.Input({0, 8, 4, 4}, kLast).Output({0, 8, 3, 3}, kLast).Compare() == "");
}

std::vector<OnednnCase> PreferredCases() {
  std::vector<OnednnCase> cases;
  const Shape image = {1, 24, 6, 6};
  cases.emplace_back("MaxPool", AttributeList{{"kernel_shape", Ints{3, 3}}});
  cases.back().Input(image, kLast).Output({1, 24, 4, 4}, kLast);
  for (const char* op : {"GlobalMaxPool", "GlobalAveragePool"}) {
    cases.emplace_back(op);
    cases.back().Input(image, kLast).Output({1, 24, 1, 1}, kLast);
  }
  for (const char* op : {"Softmax", "LogSoftmax"}) {
    cases.emplace_back(op);
    cases.back().Input({5, 40}).Output({5, 40});
  }
  cases.emplace_back("LayerNormalization");
  cases.back().Input({5, 40}).Weight({40}).Weight({40}).Output({5, 40});
  cases.emplace_back("Resize");
  cases.back().Input(image, kLast).Absent().Known<float>({1, 1, 2, 2});
  cases.back().Output({1, 24, 12, 12}, kLast);
  return cases;
}

TEST_CASE(
    "no code is generated for maxima and means of images, softmax, layer normalisation and nearest "
    "resampling") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  for (const OnednnCase& c : PreferredCases()) {
    const absl::StatusOr<std::unique_ptr<Kernel>> kernel = backend->Specialize(c.request());
    REQUIRE(kernel.ok());
    CHECK((*kernel)->name() == absl::StrCat("own.", c.request().node->op));
  }
}

TEST_CASE("a plan that recorded the library's kernel for one of these still loads it") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  for (const OnednnCase& c : PreferredCases()) {
    const std::string op = c.request().node->op;
    CAPTURE(op);
    for (const onednn::KernelMaker& maker : onednn::LibraryKernels()) {
      if (maker.op != op) continue;
      const std::string record = (*maker.make(c.request(), ""))->Save();
      const absl::StatusOr<std::unique_ptr<Kernel>> loaded = backend->Load(c.request(), record);
      REQUIRE(loaded.ok());
      CHECK(absl::StartsWith((*loaded)->name(), "onednn."));
      CHECK((*loaded)->Save() == record);
    }
  }
}

}  // namespace
}  // namespace kairos::testing
