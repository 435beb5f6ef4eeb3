// What several threads share out of our products and convolutions, by rows, by columns or by
// channels, with each kind of post-op: all offsets of a share begin somewhere else.
#include <doctest/doctest.h>

#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

using Ints = std::vector<int64_t>;
constexpr Layout kLast = Layout::kChannelsLast;

struct Shared {
  const char* what;
  const char* kernel;
  Shape in, weights, out;
  Ints pads;  // empty: a matrix product
  int64_t group = 1;
};

// Large enough for more than one thread, with a last share that is smaller than the others.
std::vector<Shared> SharedCases() {
  return {
      {"columns of few rows", "own.MatMul", {3, 200}, {200, 350}, {3, 350}, {}},
      {"columns of large weights", "own.MatMul", {131, 720}, {720, 731}, {131, 731}, {}},
      {"blocks of rows", "own.MatMul", {131, 64}, {64, 43}, {131, 43}, {}},
      {"columns of a product of activations",
       "own.MatMul:batched",
       {37, 300},
       {300, 350},
       {37, 350},
       {}},
      {"rows of a product of activations",
       "own.MatMul:batched",
       {350, 70},
       {70, 43},
       {350, 43},
       {}},
      {"rows of a narrow product", "own.MatMul:batched", {230, 310}, {310, 13}, {230, 13}, {}},
      {"columns of batches", "own.MatMul:batched", {5, 40, 64}, {5, 64, 90}, {5, 40, 90}, {}},
      {"channels of few pixels",
       "own.Conv:1x1",
       {1, 200, 1, 3},
       {350, 200, 1, 1},
       {1, 350, 1, 3},
       {0, 0, 0, 0}},
      {"channels of one row",
       "own.Conv:windows",
       {1, 48, 1, 40},
       {60, 48, 1, 3},
       {1, 60, 1, 40},
       {0, 1, 0, 1}},
      {"rows of two images",
       "own.Conv:windows",
       {2, 9, 7, 9},
       {33, 9, 3, 3},
       {2, 33, 7, 9},
       {1, 1, 1, 1}},
      {"parts of rows and groups of channels, 5x5",
       "own.Conv:depthwise",
       {2, 299, 6, 7},
       {299, 1, 5, 5},
       {2, 299, 6, 7},
       {2, 2, 2, 2},
       299},
      {"parts of rows and groups of channels, 3x3",
       "own.Conv:depthwise",
       {1, 500, 5, 6},
       {500, 1, 3, 3},
       {1, 500, 5, 6},
       {1, 1, 1, 1},
       500},
  };
}

OnednnCase CaseOf(const Shared& shared, bool bias) {
  const bool image = !shared.pads.empty();
  OnednnCase c(image ? "Conv" : "MatMul");
  if (image) {
    c.node().attributes.Set("group", shared.group);
    c.node().attributes.Set("pads", shared.pads);
  }
  c.Input(shared.in, image ? kLast : Layout::kPlain).Weight(shared.weights);
  if (bias && image) c.Weight({shared.out[1]});
  if (bias && !image)
    c.PostBinary("Add", {shared.out.back()});  // which a product takes for its bias
  c.frozen = shared.kernel;
  c.scale_tolerance = 2e-5f;
  return c;
}

TEST_CASE("what threads share out agrees with the reference, with and without post-ops") {
  for (const Shared& shared : SharedCases()) {
    const bool image = !shared.pads.empty();
    const Layout layout = image ? kLast : Layout::kPlain;
    const Shape row = image ? Shape{shared.out[1], 1, 1} : Shape{shared.out.back()};
    for (const char* steps : {"none", "in registers", "afterwards"}) {
      for (const bool bias : {false, true}) {
        CAPTURE(std::string(shared.what));
        CAPTURE(std::string(steps));
        CAPTURE(bias);
        OnednnCase c = CaseOf(shared, bias);
        c.threads = bias ? 3 : 4;
        if (steps[0] == 'i') {
          c.PostBinary("Mul", {1}).PostBinary("Add", {1});
          c.PostBinary("Add", shared.out, layout).Post("Clip", {{"min", -2.0f}, {"max", 2.0f}});
        } else if (steps[0] == 'a') {
          c.Post("Clip", {{"max", 3.0f}}).PostBinary("Mul", row);
          c.PostBinary("Sub", shared.out, layout, true).PostBinary("Add", row);
        }
        CHECK(c.Output(shared.out, layout).Compare() == "");
      }
    }
  }
}

}  // namespace
}  // namespace kairos::testing
