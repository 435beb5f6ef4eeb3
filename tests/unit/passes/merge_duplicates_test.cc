#include <doctest/doctest.h>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

TEST_CASE("of nodes that compute the same from the same one is left, in chains too") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId left = b.Add("Exp", {b.Add("Neg", {x})});
  const ValueId right = b.Add("Exp", {b.Add("Neg", {x})});
  b.Output(b.Add("Sub", {left, right}));
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass("merge_duplicates", b.Build(), inputs);
  CHECK(Ops(run.after) == "Neg Exp Sub");
  CHECK(run.after.nodes[2].inputs[0] == run.after.nodes[2].inputs[1]);
  REQUIRE(run.reports.size() == 2);
  CHECK(run.reports[0] == "node 'Neg_2' (Neg) is node 'Neg_0' (Neg)");
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("small constants of equal bytes are equal, others and other types are not") {
  const auto ops = [](const std::vector<float>& first, const std::vector<float>& second) {
    GraphBuilder b;
    const ValueId x = FloatInput(b);
    const auto constant = [&](const char* name, const std::vector<float>& values) {
      return b.Constant<float>(name, {static_cast<int64_t>(values.size())}, values);
    };
    const ValueId left = b.Add("Mul", {x, constant("a", first)});
    b.Output(b.Add("Add", {left, b.Add("Mul", {x, constant("b", second)})}));
    return Ops(RunPass("merge_duplicates", b.Build(), {}).after);
  };
  CHECK(ops({2, 3}, {2, 3}) == "Mul Add");
  CHECK(ops({2, 3}, {2, 4}) == "Mul Mul Add");
  CHECK(ops({2}, {2, 2}) == "Mul Mul Add");
  const std::vector<float> large(1000, 1.5f);
  CHECK(ops(large, large) == "Mul Mul Add");  // not compared
}

TEST_CASE("attributes, order of inputs and wanted outputs tell nodes apart") {
  GraphBuilder b;
  const ValueId x = FloatInput(b), y = FloatInput(b, "y");
  b.Output(b.Add("Add", {b.Add("LeakyRelu", {x}, {{"alpha", 0.1f}}),
                         b.Add("LeakyRelu", {x}, {{"alpha", 0.2f}})}));
  b.Output(b.Add("Add", {b.Add("Sub", {x, y}), b.Add("Sub", {y, x})}));
  const Graph graph = b.Build();
  CHECK(Ops(RunPass("merge_duplicates", graph, {}).after) == Ops(graph));
}

TEST_CASE("a node that makes an output of the graph keeps its name") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add("Neg", {x}), "first");
  b.Output(b.Add("Neg", {x}), "second");
  b.Output(b.Add("Exp", {b.Add("Neg", {x})}));
  const std::vector<Tensor> inputs = OneInput({3});
  const PassRun run = RunPass("merge_duplicates", b.Build(), inputs);
  CHECK(Ops(run.after) == "Neg Neg Exp");
  CHECK(run.after.nodes[2].inputs[0] == run.after.outputs[0]);
  CHECK(ErrorOf(run, inputs) == 0);
}

TEST_CASE("random nodes are all different") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add("Add", {b.Add("RandomNormalLike", {x}), b.Add("RandomNormalLike", {x})}));
  CHECK(Ops(RunPass("merge_duplicates", b.Build(), {}).after) ==
        "RandomNormalLike RandomNormalLike Add");
}

TEST_CASE("nodes with several outputs are merged output by output") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId k = b.Constant<int64_t>("k", {1}, {2});
  const std::vector<ValueId> one = b.AddNode("TopK", {x, k}, 2), two = b.AddNode("TopK", {x, k}, 2);
  b.Output(b.Add("Neg", {one[0]}));
  b.Output(b.Add("Neg", {two[0]}));
  b.Output(b.Add("Abs", {two[1]}));
  const std::vector<Tensor> inputs = OneInput({5});
  const PassRun run = RunPass("merge_duplicates", b.Build(), inputs);
  CHECK(Ops(run.after) == "TopK Neg Neg Abs");
  CHECK(ErrorOf(run, inputs) == 0);
}

}  // namespace
}  // namespace kairos::testing
