#include <doctest/doctest.h>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

constexpr char kPass[] = "recognise_activations";

ValueId Relu6Plus3(GraphBuilder& b, ValueId x, const std::vector<int64_t>& constant_shape = {}) {
  const ValueId sum = b.Add("Add", {x, b.Constant<float>("three", constant_shape, {3})});
  return b.Add("Clip", {sum, b.Scalar<float>("zero", 0), b.Scalar<float>("six", 6)});
}

struct Spelling {
  const char* name;
  const char* op;
  ValueId (*add)(GraphBuilder& b, ValueId x);
};

const Spelling kSpellings[] = {
    {"x * clip(x + 3) / 6", "HardSwish",
     [](GraphBuilder& b, ValueId x) {
       return b.Add("Div", {b.Add("Mul", {x, Relu6Plus3(b, x)}), b.Scalar<float>("d", 6)});
     }},
    {"clip(x + 3) * x * (1/6)", "HardSwish",
     [](GraphBuilder& b, ValueId x) {
       return b.Add("Mul", {b.Add("Mul", {Relu6Plus3(b, x), x}), b.Scalar<float>("d", 1.0f / 6)});
     }},
    {"x * (clip(x + 3) / 6)", "HardSwish",
     [](GraphBuilder& b, ValueId x) {
       return b.Add("Mul", {x, b.Add("Div", {Relu6Plus3(b, x), b.Scalar<float>("d", 6)})});
     }},
    {"x * HardSigmoid(x)", "HardSwish",
     [](GraphBuilder& b, ValueId x) {
       return b.Add("Mul", {x, b.Add("HardSigmoid", {x}, {{"alpha", 1.0f / 6}, {"beta", 0.5f}})});
     }},
    {"x * Sigmoid(x)", "Swish",
     [](GraphBuilder& b, ValueId x) { return b.Add("Mul", {x, b.Add("Sigmoid", {x})}); }},
    {"Sigmoid(x) * x", "Swish",
     [](GraphBuilder& b, ValueId x) { return b.Add("Mul", {b.Add("Sigmoid", {x}), x}); }},
};

TEST_CASE("every spelling of an activation becomes one node with the same results") {
  for (const Spelling& test : kSpellings) {
    CAPTURE(test.name);
    GraphBuilder b;
    const ValueId x = FloatInput(b);
    b.Output(test.add(b, x), "y");
    std::vector<Tensor> inputs = OneInput({7, 9});
    for (float& v : inputs[0].as<float>()) v *= 8;
    const PassRun run = RunPass(kPass, b.Build(), inputs);
    CHECK(Ops(run.after) == test.op);
    CHECK(run.after.nodes[0].inputs == std::vector<ValueId>{x});
    CHECK(ErrorOf(run, inputs) < 1e-5);
  }
}

const Spelling kOthers[] = {
    {"another x", "Sigmoid Neg Mul",
     [](GraphBuilder& b, ValueId x) {
       const ValueId gate = b.Add("Sigmoid", {x});
       return b.Add("Mul", {gate, b.Add("Neg", {x})});
     }},
    {"another slope", "HardSigmoid Mul",
     [](GraphBuilder& b, ValueId x) { return b.Add("Mul", {x, b.Add("HardSigmoid", {x})}); }},
    {"another divisor", "Add Clip Mul Div",
     [](GraphBuilder& b, ValueId x) {
       return b.Add("Div", {b.Add("Mul", {x, Relu6Plus3(b, x)}), b.Scalar<float>("d", 5)});
     }},
    {"six over it", "Add Clip Mul Div",
     [](GraphBuilder& b, ValueId x) {
       return b.Add("Div", {b.Scalar<float>("d", 6), b.Add("Mul", {x, Relu6Plus3(b, x)})});
     }},
    {"another upper bound", "Add Clip Mul Div",
     [](GraphBuilder& b, ValueId x) {
       const ValueId sum = b.Add("Add", {x, b.Scalar<float>("three", 3)});
       const ValueId clip =
           b.Add("Clip", {sum, b.Scalar<float>("zero", 0), b.Scalar<float>("five", 5)});
       return b.Add("Div", {b.Add("Mul", {x, clip}), b.Scalar<float>("d", 6)});
     }},
    {"no lower bound", "Add Clip Mul Div",
     [](GraphBuilder& b, ValueId x) {
       const ValueId sum = b.Add("Add", {x, b.Scalar<float>("three", 3)});
       const ValueId clip = b.Add("Clip", {sum, kNoValue, b.Scalar<float>("six", 6)});
       return b.Add("Div", {b.Add("Mul", {x, clip}), b.Scalar<float>("d", 6)});
     }},
    {"the gate is an output", "Sigmoid Mul",
     [](GraphBuilder& b, ValueId x) {
       const ValueId gate = b.Add("Sigmoid", {x});
       b.Output(gate);
       return b.Add("Mul", {x, gate});
     }},
    {"the square", "Sigmoid Mul",
     [](GraphBuilder& b, ValueId x) {
       const ValueId gate = b.Add("Sigmoid", {x});
       return b.Add("Mul", {gate, gate});
     }},
    {"a constant that adds a dimension", "Add Clip Mul Div",
     [](GraphBuilder& b, ValueId x) {
       const ValueId relu6 = Relu6Plus3(b, x, {1, 1, 1});
       return b.Add("Div", {b.Add("Mul", {x, relu6}), b.Scalar<float>("d", 6)});
     }},
};

TEST_CASE("what only looks like an activation stays") {
  for (const Spelling& test : kOthers) {
    CAPTURE(test.name);
    GraphBuilder b;
    b.Output(test.add(b, FloatInput(b)));
    const PassRun run = RunPass(kPass, b.Build(), OneInput({7, 9}));
    CHECK(Ops(run.after) == test.op);
    CHECK(run.reports.empty());
  }
}

}  // namespace
}  // namespace kairos::testing
