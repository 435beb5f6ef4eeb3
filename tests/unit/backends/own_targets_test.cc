// The vector code once for each instruction set of this machine, down to the portable fallback.
#include <cmath>
#include <doctest/doctest.h>

#include "hwy/highway.h"

#include "support/onednn_case.h"
#include "support/own_case.h"

namespace kairos::testing {
namespace {

// Kernels made while it lives use no better instructions than `targets`.
class OnlyTargets {
 public:
  explicit OnlyTargets(int64_t targets) { Set(targets); }
  ~OnlyTargets() { Set(0); }

 private:
  static void Set(int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

void CheckVectorKernels() {
  for (const char* op :
       {"Exp", "Log", "Tanh", "Erf", "Sigmoid", "Softplus", "Mish", "Elu", "Round"}) {
    CAPTURE(std::string(op));
    CHECK(OwnCase(op).Input({1037}).Compare() == "");
  }
  for (const char* op : {"Add", "Max", "Pow"}) {
    CHECK(OwnCase(op).Input({9, 37}).Input({37}).Post("HardSwish").Compare() == "");
  }
  CHECK(OwnCase("Transpose").Input({37, 45}).Compare() == "");
  CHECK(OwnCase("Softmax").Input({3, 37}).Compare() == "");
  CHECK(OwnCase("LayerNormalization").Input({3, 37}).Input({37}).Input({37}).Compare() == "");
  CHECK(OwnCase("ReduceSum").Input({5, 137, 19}).Known<int64_t>({1}).Compare() == "");
  for (const auto& [op, gates] : {std::pair<const char*, int64_t>{"LSTM", 4}, {"GRU", 3}}) {
    OwnCase c(op);
    c.Input({3, 5, 7}).Input({1, gates * 20, 7}).Input({1, gates * 20, 20});
    c.tolerance = 1e-5f;  // errors add up from step to step
    CHECK(c.Compare() == "");
  }
  CHECK(OwnCase("ReduceMax").Input({5, 137}).Known<int64_t>({1}).Compare() == "");
  for (const char* op : {"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"}) {
    CAPTURE(std::string(op));
    OwnCase c(op);
    if (op[0] != 'G') c.node().attributes.Set("kernel_shape", Ints{3, 2});
    c.Input({2, 43, 9, 10}, Layout::kChannelsLast).Put(43 * 50 + 40, std::nanf(""));
    c.output_layout = Layout::kChannelsLast;
    CHECK(c.Compare() == "");
  }
}

void CheckDots() {
  OnednnCase c("Gemm", {{"transB", int64_t{1}}});
  c.Input({2, 137}).Weight({43, 137}).Weight({43}).Post("HardSwish").PostBinary("Add", {2, 43});
  c.Output({2, 43});
  c.frozen = "own.Gemm:dots";
  CHECK(c.Compare() == "");
}

void CheckConvolutions() {
  for (const char* kernel : {"own.Conv:1x1", "own.Conv:depthwise", "own.Conv:windows",
                             "own.Conv:winograd2", "own.Conv:winograd4"}) {
    CAPTURE(std::string(kernel));
    const std::string form(kernel);
    const int64_t window = form == "own.Conv:1x1" ? 1 : 3;
    const int64_t group = form == "own.Conv:depthwise" ? 43 : 1;
    OnednnCase c("Conv", {{"group", group}, {"pads", std::vector<int64_t>(4, window / 2)}});
    c.Input({1, 43, 9, 10}, Layout::kChannelsLast).Weight({43, 43 / group, window, window});
    c.Weight({43}).Post("HardSwish").PostBinary("Mul", {}).PostBinary("Add", {1});
    c.PostBinary("Add", {1, 43, 9, 10}, Layout::kChannelsLast).Post("Clip", {{"min", -0.5f}});
    c.Post("Swish").Output({1, 43, 9, 10}, Layout::kChannelsLast);
    c.frozen = form;
    c.scale_tolerance = 2e-5f;
    CHECK(c.Compare() == "");
  }
}

TEST_CASE("vector kernels agree with the reference on every instruction set of this machine") {
  const int64_t all = hwy::SupportedTargets();
  for (int64_t rest = all; rest != 0; rest &= rest - 1) {
    const int64_t target = rest & -rest;
    CAPTURE(std::string(hwy::TargetName(target)));
    const OnlyTargets only(target);
    CheckVectorKernels();
    CheckDots();
    CheckConvolutions();
  }
}

}  // namespace
}  // namespace kairos::testing
