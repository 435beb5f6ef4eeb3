// Recurrent cells and losses. Expectations are what ONNX Runtime and ONNX's reference evaluator
// make of the same inputs.
#include <algorithm>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

// float32 numbers in (-1, 1), from multiples of `step` modulo `period`.
std::string Ramp(const Shape& shape, int64_t step, int64_t period) {
  std::string text = absl::StrCat("float32", ShapeString(shape), "=");
  for (int64_t i = 0; i < ElementCount(shape); ++i) {
    const double centred = static_cast<double>(i * step % period) - (period - 1) / 2.0;
    absl::StrAppend(&text, i == 0 ? "" : ",",
                    absl::StrFormat("%.9g", centred / static_cast<double>(period) * 2));
  }
  return text;
}

struct Cell {
  std::string op;
  int64_t gates, directions;
  std::string lengths;  // of the two sequences
  bool has_bias = false, has_states = false, has_peepholes = false;
};

// Two sequences of 3 steps, 3 inputs and 2 hidden elements.
std::vector<std::string> InputsOf(const Cell& cell) {
  const int64_t d = cell.directions, rows = cell.gates * 2;
  std::vector<std::string> inputs = {Ramp({3, 2, 3}, 5, 13),
                                     Ramp({d, rows, 3}, 7, 17),
                                     Ramp({d, rows, 2}, 11, 19),
                                     cell.has_bias ? Ramp({d, 2 * rows}, 3, 23) : "",
                                     cell.lengths,
                                     cell.has_states ? Ramp({d, 2, 2}, 4, 9) : ""};
  if (cell.op == "LSTM") {
    inputs.push_back(cell.has_states ? Ramp({d, 2, 2}, 2, 7) : "");
    inputs.push_back(cell.has_peepholes ? Ramp({d, 6}, 5, 11) : "");
  }
  return inputs;
}

const std::string kBoth = "bidirectional";
using Strings = std::vector<std::string>;
using Floats = std::vector<float>;

TEST_CASE("RNN: activations with parameters, clipping and sequences of several lengths") {
  CheckRowsNearly({
      {"RNN",
       InputsOf({"RNN", 1, 2, "int32[2]=3,2", true}),
       {{"direction", kBoth},
        {"activations", Strings{"LeakyRelu", "Elu"}},
        {"activation_alpha", Floats{0.25f, 0.5f}},
        {"clip", 0.75f}},
       "float32[3,2,2,2]=-0.0175093,-0.1875,-0.0446587,-0.1875,0.135741,0.75,0.75,0.405604,-0.1875,"
       "-0.00400361,-0.1875,-0.0721151,0.75,0.0247263,0.75,0.620106,-0.1875,-0.1875,0,0,-0.00508904"
       ",0.75,0,0 "
       "float32[2,2,2]=-0.1875,-0.1875,-0.1875,-0.0721151,0.135741,0.75,0.75,0.405604",
       2},
  });
}

TEST_CASE("GRU: both directions, and linear before the reset") {
  CheckRowsNearly({
      {"GRU",
       InputsOf({"GRU", 3, 1, "", true, true}),
       {{"direction", std::string("reverse")}, {"linear_before_reset", int64_t{1}}},
       "float32[3,1,2,2]=-0.537834,0.135366,-0.150754,0.0581563,-0.554014,0.118712,-0.164045,"
       "0.287552,-0.315895,-0.0908088,0.746828,-0.0721599 "
       "float32[1,2,2]=-0.537834,0.135366,-0.150754,0.0581563",
       2},
      {"GRU",
       InputsOf({"GRU", 3, 2, "int32[2]=1,3", true}),
       {{"direction", kBoth}},
       "float32[3,2,2,2]=-0.171086,0.0909372,-0.0952559,-0.115812,-0.13702,-0.408278,0.0529163,"
       "-0.767736,0,0,-0.439852,0.131662,0,0,0.0631003,-0.566605,0,0,0.077973,-0.160488,0,0,"
       "-0.353518,-0.154876 "
       "float32[2,2,2]=-0.171086,0.0909372,0.077973,-0.160488,-0.13702,-0.408278,0.0529163,"
       "-0.767736",
       2},
  });
}

TEST_CASE("LSTM: peepholes, clipping, initial states and sequences of several lengths") {
  CheckRowsNearly({
      {"LSTM",
       InputsOf({"LSTM", 4, 2, "int32[2]=2,3", true, true, true}),
       {{"direction", kBoth}, {"clip", 0.5f}},
       "float32[3,2,2,2]=-0.0807341,0.00515542,0.127769,0.231221,0.0331382,-0.205329,0.180263,"
       "-0.356919,0.0457081,0.0759996,0.207769,0.206801,-0.100069,-0.0987431,0.268642,-0.293387,0,"
       "0,0.140789,0.248089,0,0,0.190141,-0.389361 "
       "float32[2,2,2]=0.0457081,0.0759996,0.140789,0.248089,0.0331382,-0.205329,0.180263,"
       "-0.356919 "
       "float32[2,2,2]=0.0924684,0.204089,0.3918,0.481287,0.0880004,-0.391378,0.461943,-0.68065",
       3},
  });
}

TEST_CASE("LSTM: coupled gates and activations whose parameters come in order") {
  CheckRowsNearly({
      {"LSTM",
       InputsOf({"LSTM", 4, 1, "", true}),
       {{"input_forget", int64_t{1}},
        {"activations", Strings{"HardSigmoid", "Softsign", "Softplus"}},
        {"activation_alpha", Floats{0.25f}},
        {"activation_beta", Floats{0.375f}}},
       "float32[3,1,2,2]=0.0707561,0.172134,0.097381,0.164542,0.282567,0.104751,0.304674,0.0948885,"
       "0.00198691,0.379083,0.0263039,0.35847 "
       "float32[1,2,2]=0.00198691,0.379083,0.0263039,0.35847 "
       "float32[1,2,2]=0.125309,0.177794,0.113576,0.118508",
       3},
      {"LSTM",
       InputsOf({"LSTM", 4, 1, ""}),
       {{"activations", Strings{"affine", "ScaledTanh", "LeakyRelu"}},
        {"activation_alpha", Floats{0.5f, 1.5f, -0.125f}},
        {"activation_beta", Floats{0.25f, 0.75f}}},
       "float32[3,1,2,2]=0.00284994,0.000639614,0.00453645,0.000208344,0.0701287,-0.0015856,"
       "0.0161691,-0.00238572,-0.00174323,0.00116122,-3.95412e-05,0.00197925 "
       "float32[1,2,2]=-0.00174323,0.00116122,-3.95412e-05,0.00197925 "
       "float32[1,2,2]=0.0152006,-0.0145196,-0.00927638,-0.0254547",
       3},
  });
}

TEST_CASE("sequences longer than the input are refused") {
  CheckRows({
      {"RNN",
       InputsOf({"RNN", 1, 1, "int32[2]=3,4"}),
       {},
       "INVALID_ARGUMENT: RNN: length of sequence 1 is out of range, got 4, expected 0 to 3"},
      {"GRU",
       InputsOf({"GRU", 3, 1, "int32[2]=-1,2"}),
       {},
       "INVALID_ARGUMENT: GRU: length of sequence 0 is out of range, got -1, expected 0 to 3"},
  });
}

const std::string kScores =
    "float32[2,3,2]=-0.6875,-0.0625,0.5625,-0.3125,0.3125,-0.5625,0.0625,0.6875,-0.1875,0.4375,"
    "-0.4375,0.1875";

TEST_CASE("losses weigh, ignore and reduce") {
  CheckRowsNearly({
      {"NegativeLogLikelihoodLoss",
       {kScores, "int64[2,2]=0,2,2,1", "float32[3]=0.5,2,1"},
       {{"ignore_index", int64_t{1}}},
       "float32[]=0.5375"},
      {"NegativeLogLikelihoodLoss",
       {kScores, "int32[2,2]=0,2,-1,1"},
       {{"ignore_index", int64_t{-1}}, {"reduction", std::string("none")}},
       "float32[2,2]=0.6875,0.5625,0,-0.4375"},
      {"SoftmaxCrossEntropyLoss",
       {kScores, "int64[2,2]=0,2,2,1", "float32[3]=0.5,2,1"},
       {{"reduction", std::string("sum")}},
       "float32[]=5.964991 "
       "float32[2,3,2]=-1.975278,-0.869338,-0.7252781,-1.119338,-0.9752783,-1.369338,-0.869338,"
       "-0.869338,-1.119338,-1.119338,-1.369338,-1.369338",
       2},
  });
}

TEST_CASE("labels that name no class are refused") {
  CheckRows({
      {"NegativeLogLikelihoodLoss",
       {"float32[1,2]=1,2", "int64[1]=2"},
       {},
       "INVALID_ARGUMENT: NegativeLogLikelihoodLoss: label is out of range, got 2, expected 0 to "
       "1"},
      {"SoftmaxCrossEntropyLoss",
       {"float32[1,2]=1,2", "int64[1]=-1"},
       {},
       "INVALID_ARGUMENT: SoftmaxCrossEntropyLoss: label is out of range, got -1, expected 0 to 1"},
  });
}

}  // namespace
}  // namespace kairos::testing
