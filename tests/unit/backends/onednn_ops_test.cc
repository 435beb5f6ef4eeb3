// Pools, normalisations, reductions and resampling against the reference.
#include <doctest/doctest.h>

#include "onednn/kernel_table.h"
#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

constexpr Layout kBoth[] = {Layout::kPlain, Layout::kChannelsLast};

struct PoolRow {
  const char* op;
  Shape in, out;
  AttributeList attributes;
};

TEST_CASE("pools agree with the reference in both layouts") {
  const Attribute two = Ints{2, 2}, three = Ints{3, 3}, one_pad = Ints{1, 1, 1, 1};
  const PoolRow rows[] = {
      {"MaxPool", {1, 16, 8, 8}, {1, 16, 4, 4}, {{"kernel_shape", two}, {"strides", two}}},
      {"MaxPool",
       {2, 5, 9, 7},
       {2, 5, 5, 4},
       {{"kernel_shape", three}, {"strides", two}, {"pads", one_pad}}},
      {"MaxPool",
       {1, 8, 6, 6},
       {1, 8, 3, 3},
       {{"kernel_shape", three}, {"strides", two}, {"ceil_mode", int64_t{1}}}},
      {"AveragePool", {1, 16, 8, 8}, {1, 16, 4, 4}, {{"kernel_shape", two}, {"strides", two}}},
      {"AveragePool", {1, 16, 8, 8}, {1, 16, 8, 8}, {{"kernel_shape", three}, {"pads", one_pad}}},
      {"AveragePool",
       {1, 16, 8, 8},
       {1, 16, 8, 8},
       {{"kernel_shape", three}, {"pads", one_pad}, {"count_include_pad", int64_t{1}}}},
      {"AveragePool",
       {1, 8, 6, 6},
       {1, 8, 3, 3},
       {{"kernel_shape", three}, {"strides", two}, {"ceil_mode", int64_t{1}}}},
      {"MaxPool", {2, 8, 9}, {2, 8, 4}, {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}}},
      {"MaxPool",
       {1, 4, 4, 4, 4},
       {1, 4, 2, 2, 2},
       {{"kernel_shape", Ints{2, 2, 2}}, {"strides", Ints{2, 2, 2}}}},
      {"GlobalAveragePool", {2, 20, 7, 5}, {2, 20, 1, 1}, {}},
      {"GlobalMaxPool", {2, 20, 7, 5}, {2, 20, 1, 1}, {}},
      {"GlobalAveragePool", {1, 3, 9}, {1, 3, 1}, {}},
  };
  for (const PoolRow& row : rows) {
    for (Layout layout : kBoth) {
      CAPTURE(std::string(row.op));
      CAPTURE(ShapeString(row.in));
      OnednnCase c(row.op, row.attributes);
      CHECK(c.Input(row.in, layout).Output(row.out, layout).Compare() == "");
      const bool global = row.attributes.size() == 0;  // the library's for channels last alone
      if (!global || layout == Layout::kChannelsLast) CHECK(c.CompareLibrary() == "");
    }
  }
}

TEST_CASE("an average that counts pads is not the library's when a window passes them") {
  if (OnednnOrNull() == nullptr) return;
  OnednnCase c("AveragePool", {{"kernel_shape", Ints{3, 3}},
                               {"strides", Ints{2, 2}},
                               {"ceil_mode", int64_t{1}},
                               {"count_include_pad", int64_t{1}}});
  c.Input({1, 8, 6, 6}, Layout::kChannelsLast).Output({1, 8, 3, 3}, Layout::kChannelsLast);
  CHECK(c.CompareLibrary() == "onednn.AveragePool: count_include_pad with windows beyond the pads");
  CHECK(c.Compare() == "");
}

TEST_CASE("softmax agrees with the reference over each axis") {
  for (const char* op : {"Softmax", "LogSoftmax"}) {
    for (int64_t axis : {-1, 0, 1, 2}) {
      for (Layout layout : kBoth) {
        CAPTURE(std::string(op));
        CAPTURE(axis);
        OnednnCase c(op, {{"axis", axis}});
        CHECK(c.Input({3, 17, 5}, layout).Output({3, 17, 5}, layout).Compare() == "");
        CHECK(c.CompareLibrary() == "");
      }
    }
  }
}

TEST_CASE("normalisations agree with the reference") {
  for (Layout layout : kBoth) {
    for (int64_t channels : {24, 7, 1}) {
      CAPTURE(channels);
      const Shape shape = {2, channels, 6, 5};
      OnednnCase batch("BatchNormalization", {{"epsilon", 1e-3f}});
      batch.Input(shape, layout).Weight({channels}).Weight({channels}).Weight({channels});
      CHECK(batch.Positive({channels}).Output(shape, layout).Compare() == "");
      OnednnCase instance("InstanceNormalization", {{"epsilon", 1e-3f}});
      instance.Input(shape, layout).Weight({channels}).Weight({channels});
      CHECK(instance.Output(shape, layout).Compare() == "");
    }
    const Shape shape = {2, 24, 6, 5};
    OnednnCase lrn("LRN", {{"size", int64_t{5}}, {"alpha", 0.1f}, {"bias", 2.0f}});
    CHECK(lrn.Input(shape, layout).Output(shape, layout).Compare() == "");
    OnednnCase group("GroupNormalization", {{"num_groups", int64_t{3}}});
    group.Input(shape, layout).Weight({24}).Weight({24});
    CHECK(group.Output(shape, layout).Compare() == "");
  }
}

TEST_CASE("layer normalisation agrees with the reference over the last axes") {
  OnednnCase last("LayerNormalization");
  CHECK(last.Input({3, 5, 40}).Weight({40}).Weight({40}).Output({3, 5, 40}).Compare() == "");
  CHECK(last.CompareLibrary() == "");
  OnednnCase two("LayerNormalization", {{"axis", int64_t{1}}, {"epsilon", 1e-3f}});
  CHECK(two.Input({3, 5, 4}).Weight({5, 4}).Output({3, 5, 4}).Compare() == "");
  CHECK(two.CompareLibrary() == "");
}

TEST_CASE("reductions over the last axes agree with the reference") {
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"}) {
    CAPTURE(std::string(op));
    OnednnCase last(op);
    CHECK(last.Input({3, 4, 37}).Known<int64_t>({-1}).Output({3, 4, 1}).Compare() == "");
    OnednnCase two(op, {{"keepdims", int64_t{0}}});
    CHECK(two.Input({3, 4, 5}).Known<int64_t>({2, 1}).Output({3}).Compare() == "");
    OnednnCase all(op);
    CHECK(all.Input({4, 5}).Output({1, 1}).Compare() == "");
  }
}

TEST_CASE("Resize agrees with the reference in the modes that are taken") {
  const std::string linear = "linear", floor = "floor", asymmetric = "asymmetric";
  for (Layout layout : kBoth) {
    OnednnCase up("Resize", {{"mode", linear}});
    up.Input({1, 8, 5, 6}, layout).Absent().Known<float>({1, 1, 2, 2});
    CHECK(up.Output({1, 8, 10, 12}, layout).Compare() == "");
    OnednnCase down("Resize", {{"mode", linear}});
    down.Input({1, 5, 9, 7}, layout).Absent().Absent().Known<int64_t>({1, 5, 4, 5});
    CHECK(down.Output({1, 5, 4, 5}, layout).Compare() == "");
    OnednnCase nearest("Resize",
                       {{"nearest_mode", floor}, {"coordinate_transformation_mode", asymmetric}});
    nearest.Input({1, 8, 5, 6}, layout).Absent().Known<float>({1, 1, 2, 3});
    CHECK(nearest.Output({1, 8, 10, 18}, layout).Compare() == "");
    CHECK(nearest.CompareLibrary() == "");
    OnednnCase half("Resize");
    half.Input({1, 8, 5, 6}, layout).Absent().Known<float>({1, 1, 3, 2});
    CHECK(half.Output({1, 8, 15, 12}, layout).Compare() == "");
    CHECK(half.CompareLibrary() == "");
  }
}

TEST_CASE("modes of Resize that the library computes otherwise are refused") {
  if (OnednnOrNull() == nullptr) return;
  const auto refusal = [](AttributeList attributes, const std::vector<float>& scales, Shape out) {
    OnednnCase c("Resize", attributes);
    c.Input({1, 8, 4, 6}).Absent().Known<float>(scales).Output(std::move(out));
    for (const onednn::KernelMaker& maker : onednn::LibraryKernels()) {
      if (maker.op == "Resize") return std::string(maker.supports(c.request()).message());
    }
    return std::string("no maker");
  };
  const Attribute linear = std::string("linear"), asymmetric = std::string("asymmetric");
  CHECK(refusal({{"nearest_mode", std::string("ceil")}}, {1, 1, 2, 2}, {1, 8, 8, 12}) ==
        "onednn.Resize: nearest with half_pixel and ceil from [1,8,4,6] to [1,8,8,12]");
  CHECK(refusal({}, {1, 1, 1.5, 1}, {1, 8, 6, 6}) ==
        "onednn.Resize: nearest with half_pixel and round_prefer_floor from [1,8,4,6] to "
        "[1,8,6,6]");
  CHECK(refusal({{"mode", linear}, {"coordinate_transformation_mode", asymmetric}}, {1, 1, 2, 2},
                {1, 8, 8, 12}) == "onednn.Resize: linear with asymmetric, expected half_pixel");
  CHECK(refusal({{"mode", linear}}, {1, 1, 1.4f, 1}, {1, 8, 5, 6}) ==
        "onednn.Resize: scales are not known, or not the quotients of the sizes");
  CHECK(refusal({{"mode", linear}}, {1, 2, 1, 1}, {1, 16, 4, 6}) ==
        "onednn.Resize: batch or channels are resized");
  CHECK(refusal({{"mode", std::string("cubic")}}, {1, 1, 2, 2}, {1, 8, 8, 12}) ==
        "onednn.Resize: mode cubic");
  CHECK(refusal({{"mode", linear}, {"antialias", int64_t{1}}}, {1, 1, 2, 2}, {1, 8, 8, 12}) ==
        "onednn.Resize: antialias");
}

}  // namespace
}  // namespace kairos::testing
