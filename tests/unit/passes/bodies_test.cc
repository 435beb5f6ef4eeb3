// Passes in and around the graphs of control-flow nodes.
#include <doctest/doctest.h>

#include "graph/subgraphs.h"
#include "tests/support/control_flow.h"
#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

const Node& FindNode(const Graph& graph, const std::string& op) {
  for (const Node& node : graph.nodes) {
    if (node.op == op) return node;
  }
  return graph.nodes[0];
}

// x, condition -> an If whose branches capture x, a weight and something that nobody reads
Graph Branches() {
  const auto branch = [](const std::string& op) {
    GraphBuilder b("branch");
    const ValueId x = b.UnrankedInput("x", DType::kFloat32);
    const ValueId w = b.UnrankedInput("w", DType::kFloat32);
    b.UnrankedInput("unread", DType::kFloat32);
    const ValueId twice = b.Add("Add", {w, w});
    b.Output(b.Add(op, {b.Add("Identity", {x}), twice}));
    b.Output(b.Add("Exp", {x}));
    return b.BuildShared();
  };
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2});
  const ValueId condition = b.Input("condition", DType::kBool, {});
  const ValueId w = b.Constant<float>("w", {2}, {1, 2});
  const ValueId unread = b.Add("Neg", {x});
  const auto y = b.AddNode("If", {condition, x, w, unread}, 2,
                           {{"then_branch", branch("Mul")}, {"else_branch", branch("Sub")}});
  b.Output(y[0]);
  return b.Build();
}

TEST_CASE("captured constants become the bodies' own") {
  const Graph after = RunPass("bind_captures", Branches(), {}).after;
  const Node& node = FindNode(after, "If");
  CHECK(node.inputs.size() == 3);
  for (const BodyOf& body : BodiesOf(node)) CHECK(body.graph->inputs.size() == 2);
}

TEST_CASE("what bodies make or capture for nothing goes, and what made it") {
  const Graph after = RunPass("remove_dead_code", Branches(), {}).after;
  const Node& node = FindNode(after, "If");
  CHECK(Ops(after) == "If");
  CHECK(node.outputs.size() == 1);
  CHECK(node.inputs.size() == 3);
  CHECK(Ops(*BodiesOf(node)[0].graph) == "Add Identity Sub");
}

TEST_CASE("all passes together fold inside of bodies what they capture") {
  const std::unique_ptr<Backend> reference = NewReferenceBackend();
  Backend* const backends[] = {reference.get()};
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
  const std::vector<std::string> names(AllPasses().begin(), AllPasses().end());
  const PreparedGraph prepared = Unwrap(PrepareGraph(Branches(), {}, names, backends, *pool));
  CHECK(Ops(prepared.graph) == "If");
  const Node& node = FindNode(prepared.graph, "If");
  CHECK(node.inputs.size() == 2);
  CHECK(Ops(*BodiesOf(node)[0].graph) == "Sub");
  CHECK(Ops(*BodiesOf(node)[1].graph) == "Mul");
  std::vector<Tensor> inputs = Pack(FloatTensor({2}, {1, 2}), BoolTensor(true));
  CHECK(BitEqual(RunReference(prepared.graph, inputs), RunReference(Branches(), inputs)));
}

TEST_CASE("a Loop keeps what it carries and loses what it stacks for nothing") {
  Graph graph = DoublingLoop();
  graph.outputs.pop_back();
  const Graph after = RunPass("remove_dead_code", graph, {}).after;
  CHECK(after.nodes[0].outputs.size() == 1);
  CHECK(BodiesOf(after.nodes[0])[0].graph->outputs.size() == 2);
  const std::vector<Tensor> inputs =
      Pack(ScalarTensor(2), FloatTensor({2}, {1, 0}), FloatTensor({2}, {0, 1}));
  CHECK(BitEqual(RunReference(after, inputs), RunReference(graph, inputs)));
}

}  // namespace
}  // namespace kairos::testing
