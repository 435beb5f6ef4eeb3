// Transposes that undo each other, and views of views.
#include <doctest/doctest.h>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

ValueId Transposed(GraphBuilder& b, ValueId x, const Ints& perm) {
  return b.Add("Transpose", {x}, {{"perm", perm}});
}

TEST_CASE("a Transpose that undoes another goes with it") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add("Neg", {Transposed(b, Transposed(b, x, {1, 2, 0}), {2, 0, 1})}));
  const std::vector<Tensor> inputs = OneInput({2, 3, 4});
  const PassRun run = RunPass("cancel_transposes", b.Build(), inputs);
  CHECK(Ops(run.after) == "Neg");
  REQUIRE(run.reports.size() == 1);
  CHECK(run.reports[0] == "node 'Transpose_1' (Transpose) undoes node 'Transpose_0' (Transpose)");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("two reversals of an unknown rank undo each other") {
  GraphBuilder b;
  b.Output(b.Add("Neg", {b.Add("Transpose", {b.Add("Transpose", {FloatInput(b)})})}));
  const PassRun run = RunPass("cancel_transposes", b.Build(), {});
  CHECK(Ops(run.after) == "Neg");
  CHECK(ErrorOf(run, OneInput({2, 3, 4})) == 0);
}

TEST_CASE("other pairs become one, whichever of them says its axes") {
  for (const bool outer_reverses : {true, false}) {
    CAPTURE(outer_reverses);
    GraphBuilder b;
    const ValueId x = FloatInput(b);
    ValueId y = outer_reverses ? Transposed(b, x, {1, 0, 2}) : b.Add("Transpose", {x});
    y = outer_reverses ? b.Add("Transpose", {y}) : Transposed(b, y, {1, 0, 2});
    b.Output(y);
    const std::vector<Tensor> inputs = OneInput({2, 3, 4});
    const PassRun run = RunPass("cancel_transposes", b.Build(), inputs);
    CHECK(Ops(run.after) == "Transpose");
    CHECK(ErrorOf(run, inputs) == 0);
  }
}

TEST_CASE("a Transpose that others read stays for them") {
  GraphBuilder b;
  const ValueId inner = Transposed(b, FloatInput(b), {1, 0});
  b.Output(b.Add("Neg", {Transposed(b, inner, {1, 0})}));
  b.Output(b.Add("Exp", {inner}));
  const std::vector<Tensor> inputs = OneInput({2, 3});
  const PassRun run = RunPass("cancel_transposes", b.Build(), inputs);
  CHECK(Ops(run.after) == "Transpose Neg Exp");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("a Transpose that moves nothing goes, unless it names an output") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add("Neg", {Transposed(b, x, {0, 1})}));
  b.Output(Transposed(b, x, {0, 1}), "named");
  b.Output(Transposed(b, Transposed(b, x, {1, 0}), {1, 0}), "too");
  const std::vector<Tensor> inputs = OneInput({2, 3});
  const PassRun run = RunPass("cancel_transposes", b.Build(), inputs);
  CHECK(Ops(run.after) == "Neg Identity Identity");
  CHECK(run.after.value(run.after.outputs[2]).name == "too");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("transposes that contradict each other are left to the run to refuse") {
  GraphBuilder b;
  b.Output(Transposed(b, Transposed(b, FloatInput(b), {1, 0}), {2, 0, 1}));
  CHECK(Ops(RunPass("cancel_transposes", b.Build(), {}).after) == "Transpose Transpose");
}

TEST_CASE("a chain of views becomes one") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId flat = b.Add("Flatten", {x});
  const ValueId shaped = b.Add("Reshape", {flat, b.Constant<int64_t>("to", {3}, {4, -1, 3})});
  const ValueId wide = b.Add("Unsqueeze", {shaped, b.Constant<int64_t>("axes", {1}, {0})});
  b.Output(b.Add("Neg", {wide}));
  const std::vector<Tensor> inputs = OneInput({2, 3, 4});
  const PassRun run = RunPass("collapse_views", b.Build(), inputs);
  CHECK(Ops(run.after) == "Reshape Neg");
  CHECK(run.after.nodes[0].inputs[0] == x);
  CHECK(run.reports.size() == 2);
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("a view that others read stays for them, and an output keeps its name") {
  GraphBuilder b;
  const ValueId flat = b.Add("Flatten", {FloatInput(b)});
  b.Output(b.Add("Reshape", {flat, b.Constant<int64_t>("to", {3}, {4, 2, 3})}), "named");
  b.Output(b.Add("Exp", {flat}));
  const std::vector<Tensor> inputs = OneInput({2, 3, 4});
  const PassRun run = RunPass("collapse_views", b.Build(), inputs);
  CHECK(Ops(run.after) == "Flatten Reshape Exp");
  CHECK(run.after.nodes[1].inputs[0] == run.after.inputs[0]);
  CHECK(run.after.value(run.after.outputs[0]).name == "named");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("a scalar comes out of a chain of views too") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId row = b.Add("Reshape", {x, b.Constant<int64_t>("to", {1}, {1})});
  b.Output(b.Add("Exp", {b.Add("Squeeze", {row})}));
  const std::vector<Tensor> inputs = OneInput({1, 1, 1});
  const PassRun run = RunPass("collapse_views", b.Build(), inputs);
  CHECK(Ops(run.after) == "Reshape Exp");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("views of nothing are left alone") {
  GraphBuilder b;
  const ValueId flat = b.Add("Flatten", {FloatInput(b)});
  b.Output(b.Add("Exp", {b.Add("Unsqueeze", {flat, b.Constant<int64_t>("axes", {1}, {0})})}));
  const std::vector<Tensor> inputs = OneInput({2, 0, 4});
  const PassRun run = RunPass("collapse_views", b.Build(), inputs);
  CHECK(Ops(run.after) == "Flatten Unsqueeze Exp");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("what gives its input back goes") {
  const struct {
    const char* op;
    std::vector<int64_t> second;  // empty: there is no second input
  } kCases[] = {{"Cast", {}},       {"Sum", {}},     {"Max", {}},     {"Min", {}},
                {"Mean", {}},       {"Concat", {}},  {"Flatten", {}}, {"Reshape", {2, 3}},
                {"Expand", {1, 3}}, {"Tile", {1, 1}}};
  for (const auto& test : kCases) {
    CAPTURE(std::string(test.op));
    GraphBuilder b;
    std::vector<ValueId> operands = {b.Add("Exp", {FloatInput(b)})};
    if (!test.second.empty()) {
      operands.push_back(b.Constant<int64_t>("second", {2}, test.second));
    }
    ValueId y;
    if (std::string(test.op) == "Cast") {
      y = b.Add("Cast", operands, {{"to", int64_t{1}}});
    } else if (std::string(test.op) == "Concat") {
      y = b.Add("Concat", operands, {{"axis", int64_t{0}}});
    } else {
      y = b.Add(test.op, operands);
    }
    b.Output(b.Add("Neg", {y}));
    const std::vector<Tensor> inputs = OneInput({2, 3});
    const PassRun run = RunPass("collapse_views", b.Build(), inputs);
    CHECK(Ops(run.after) == "Exp Neg");
    CHECK(ErrorOf(run, inputs) == 0);
  }
}

TEST_CASE("what changes its input, or makes an output, stays") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add(
      "Neg", {b.Add("Cast", {b.Add("Cast", {x}, {{"to", int64_t{11}}})}, {{"to", int64_t{1}}})}));
  b.Output(b.Add("Neg", {b.Add("Sum", {x, x})}));
  b.Output(b.Add("Flatten", {x}), "named");
  const std::vector<Tensor> inputs = OneInput({2, 3});
  const PassRun run = RunPass("collapse_views", b.Build(), inputs);
  CHECK(Ops(run.after) == "Cast Cast Neg Sum Neg Flatten");
  CHECK(ErrorOf(run, inputs) == 0);
}

}  // namespace
}  // namespace kairos::testing
