#include <doctest/doctest.h>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

TEST_CASE("Identity and Dropout at inference go, their readers read the input") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId y = b.Add("Neg", {b.Add("Dropout", {b.Add("Identity", {x})})});
  b.Output(y);
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass("remove_no_ops", b.Build(), inputs);
  CHECK(Ops(run.after) == "Neg");
  CHECK(run.after.nodes[0].inputs[0] == x);
  CHECK(run.reports.size() == 2);
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("an Identity that makes an output stays, so that the output keeps its name") {
  GraphBuilder b;
  b.Output(b.Add("Identity", {FloatInput(b)}), "named");
  const PassRun run = RunPass("remove_no_ops", b.Build(), {});
  CHECK(Ops(run.after) == "Identity");
  CHECK(run.after.value(run.after.outputs[0]).name == "named");
}

TEST_CASE("a Dropout that trains, may train or whose mask is read stays") {
  for (const bool constant : {true, false}) {
    GraphBuilder b;
    const ValueId x = FloatInput(b);
    const ValueId training =
        constant ? b.Constant<bool>("training", {}, {true}) : b.Input("training", DType::kBool, {});
    b.Output(b.Add("Neg", {b.Add("Dropout", {x, kNoValue, training})}));
    CHECK(Ops(RunPass("remove_no_ops", b.Build(), {}).after) == "Dropout Neg");
  }
  GraphBuilder b;
  const std::vector<ValueId> dropout = b.AddNode("Dropout", {FloatInput(b)}, 2);
  b.Output(b.Add("Neg", {dropout[0]}));
  b.Output(dropout[1]);
  CHECK(Ops(RunPass("remove_no_ops", b.Build(), {}).after) == "Dropout Neg");
}

TEST_CASE("nodes of constants become constants, in chains") {
  GraphBuilder b;
  const ValueId c = b.Constant<float>("c", {2}, {1, -2});
  const ValueId folded = b.Add("Neg", {b.Add("Abs", {c})});
  b.Output(b.Add("Add", {FloatInput(b), folded}));
  const std::vector<Tensor> inputs = OneInput({3, 2});
  const PassRun run = RunPass("fold_constants", b.Build(), inputs);
  CHECK(Ops(run.after) == "Add");
  REQUIRE(run.after.value(folded).constant.has_value());
  CHECK(static_cast<const float*>(run.after.value(folded).constant->data)[1] == -2);
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("an output may be folded") {
  GraphBuilder b;
  b.Output(b.Add("Neg", {b.Constant<float>("c", {2}, {1, -2})}), "y");
  const PassRun run = RunPass("fold_constants", b.Build(), {});
  CHECK(run.after.nodes.empty());
  CHECK(ErrorOf(run, {}) == 0);
}

TEST_CASE("random nodes and nodes that fail are left to the run") {
  GraphBuilder b;
  const ValueId c = b.Constant<float>("c", {2}, {1, -2});
  b.Output(b.Add("Gather", {c, b.Constant<int64_t>("far", {1}, {7})}));
  CHECK(Ops(RunPass("fold_constants", b.Build(), {}).after) == "Gather");
}

TEST_CASE("folding does not blow up a small model") {
  GraphBuilder b;
  const ValueId c = b.Constant<float>("c", {1}, {1});
  const ValueId to = b.Constant<int64_t>("to", {2}, {1024, 1024});
  b.Output(b.Add("Neg", {b.Add("Expand", {c, to})}));
  CHECK(Ops(RunPass("fold_constants", b.Build(), {}).after) == "Expand Neg");
}

TEST_CASE("what is too large to fold is not computed either") {
  GraphBuilder b;
  const ValueId to = b.Constant<int64_t>("to", {2}, {1024, 1024});
  const ValueId one = b.Constant<float>("one", {1, 1}, {1});
  const ValueId zero = b.Scalar<int64_t>("zero", 0), step = b.Scalar<int64_t>("step", 1);
  b.Output(b.Add("ConstantOfShape", {to}));
  b.Output(b.Add("Expand", {one, to}));
  b.Output(b.Add("Tile", {one, to}));
  b.Output(b.Add("Range", {zero, b.Scalar<int64_t>("limit", 1 << 20), step}));
  const PassRun run = RunPass("fold_constants", b.Build(), {});
  CHECK(Ops(run.after) == "ConstantOfShape Expand Tile Range");
  CHECK(run.evaluated == 0);
}

TEST_CASE("folding stops before a chain of doublings fills the memory") {
  GraphBuilder b;
  ValueId c = b.Random<float>("c", {1 << 18}, 1);  // 1 MiB
  for (int i = 0; i < 40; ++i) c = b.Add("Concat", {c, c}, {{"axis", int64_t{0}}});
  b.Output(b.Add("Shape", {c}));
  const PassRun run = RunPass("fold_constants", b.Build(), {});
  CHECK(run.evaluated < 7);
  CHECK(run.after.nodes.size() > 34);
}

TEST_CASE("nodes and constants that nothing reads go, chains from the end") {
  GraphBuilder b;
  const ValueId x = FloatInput(b), unused = b.Random<float>("unused", {2}, 1);
  b.Add("Exp", {b.Add("Abs", {x})});
  b.Output(b.Add("Neg", {x}));
  const std::vector<Tensor> inputs = OneInput({2});
  const PassRun run = RunPass("remove_dead_code", b.Build(), inputs);
  CHECK(Ops(run.after) == "Neg");
  CHECK_FALSE(run.after.value(unused).constant.has_value());
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("a node one of whose outputs is read stays") {
  GraphBuilder b;
  const std::vector<ValueId> top =
      b.AddNode("TopK", {FloatInput(b), b.Constant<int64_t>("k", {1}, {2})}, 2);
  b.Output(top[1]);
  CHECK(Ops(RunPass("remove_dead_code", b.Build(), {}).after) == "TopK");
}

}  // namespace
}  // namespace kairos::testing
