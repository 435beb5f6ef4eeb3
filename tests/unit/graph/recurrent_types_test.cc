// Types of the recurrent operators and of the losses.
#include "infer_case.h"

namespace kairos::testing {
namespace {

const std::string kBoth = "bidirectional";

TEST_CASE("recurrent operators put out all states and the last ones") {
  CheckRows({
      {"RNN",
       {"float32[5,2,3]", "float32[1,4,3]", "float32[1,4,4]"},
       {},
       "float32[5,1,2,4] float32[1,2,4]",
       2},
      {"GRU",
       {"float32[5,2,3]", "float32[2,12,3]", "float32[2,12,4]", "float32[2,24]", "int32[2]",
        "float32[2,2,4]"},
       {{"direction", kBoth}, {"hidden_size", int64_t{4}}},
       "float32[5,2,2,4] float32[2,2,4]",
       2},
      {"LSTM",
       {"float64[2,5,3]", "float64[1,16,3]", "float64[1,16,4]", "", "", "float64[2,1,4]",
        "float64[2,1,4]", "float64[1,12]"},
       {{"layout", int64_t{1}}},
       "float64[2,5,1,4] float64[2,1,4] float64[2,1,4]",
       3},
      {"RNN", {"float32[0,2,0]", "float32[1,4,0]", "float32[1,4,4]"}, {}, "float32[0,1,2,4]"},
  });
}

TEST_CASE("recurrent operators refuse what does not fit together") {
  const std::string because =
      " because input 0 is [5,2,3], the hidden size 4 and there is 1 direction";
  const std::vector<std::string> rnn = {"float32[5,2,3]", "float32[1,4,3]", "float32[1,4,4]"};
  CheckRows({
      {"LSTM", rnn, {}, "INVALID_ARGUMENT: input 1 has shape [1,4,3], expected [1,16,3]" + because},
      {"RNN",
       {"float32[5,2,3]", "float32[1,4,3]", "float32[1,4,4]", "float32[4]"},
       {},
       "INVALID_ARGUMENT: input 3 has shape [4], expected [1,8]" + because},
      {"RNN",
       {"float32[5,2,3]", "float32[1,4,3]", "float32[1,4,4]", "", "int32[3]"},
       {},
       "INVALID_ARGUMENT: input 4 has shape [3], expected [2]" + because},
      {"RNN",
       {"float32[5,2,3]", "float32[1,4,3]", "float32[1,4,4]", "", "int64[2]"},
       {},
       "INVALID_ARGUMENT: input 4 has type int64, expected int32"},
      {"RNN",
       rnn,
       {{"hidden_size", int64_t{5}}},
       "INVALID_ARGUMENT: input 2 has shape [1,4,4], expected 5 columns, the size of the hidden "
       "state"},
      {"RNN",
       {"float32[5,2,3]", "float32[1,0,3]", "float32[1,0,0]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [1,0,0], expected 1 columns, the size of the hidden "
       "state"},
      {"RNN",
       rnn,
       {{"activations", std::vector<std::string>{"Tanh", "Tanh"}}},
       "INVALID_ARGUMENT: attribute 'activations' has 2 elements, expected 1"},
      {"RNN",
       rnn,
       {{"activations", std::vector<std::string>{"Sine"}}},
       "INVALID_ARGUMENT: attribute 'activations' has 'Sine', expected names of activation "
       "functions"},
      {"RNN", rnn, {}, "INVALID_ARGUMENT: got 0 outputs, expected at least 1", 0},
      {"RNN", rnn, {}, "INVALID_ARGUMENT: got 3 outputs, expected 0 to 2", 3},
  });
}

TEST_CASE("a loss has the shape of the labels, or is a scalar") {
  const Attribute none = std::string("none");
  CheckRows({
      {"NegativeLogLikelihoodLoss",
       {"float32[3,5,6,7]", "int64[3,6,7]"},
       {{"reduction", none}},
       "float32[3,6,7]"},
      {"NegativeLogLikelihoodLoss", {"float16[3,5]", "int32[3]", "float16[5]"}, {}, "float16[]"},
      {"SoftmaxCrossEntropyLoss",
       {"float64[3,5,2]", "int64[3,2]"},
       {},
       "float64[] float64[3,5,2]",
       2},
      {"NegativeLogLikelihoodLoss",
       {"float32[3,5]", "int64[5]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [5], expected [3] because input 0 is [3,5]"},
      {"NegativeLogLikelihoodLoss",
       {"float32[3,5]", "int64[3]", "float32[3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [3], expected [5] because input 0 is [3,5]"},
      {"NegativeLogLikelihoodLoss",
       {"float32[3]", "int64[3]"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [3], expected rank 2 or more"},
  });
}

}  // namespace
}  // namespace kairos::testing
