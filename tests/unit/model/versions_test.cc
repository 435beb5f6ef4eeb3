// A file has the oldest format version that says all of it.
#include <doctest/doctest.h>

#include "schemas/model_generated.h"
#include "schemas/plan_generated.h"
#include "tests/support/model_files.h"

namespace kairos::testing {
namespace {

// x, a value of this kind, passed through the body of an If as well
Graph WithKind(ValueKind kind) {
  GraphBuilder body("body");
  const ValueId inner = body.UnrankedInput("inner", DType::kFloat32);
  body.graph().value(inner).kind = kind;
  body.Output(body.Add("Identity", {inner}));
  GraphBuilder b;
  const ValueId x = b.UnrankedInput("x", DType::kFloat32);
  const ValueId condition = b.Input("condition", DType::kBool, {});
  b.Output(b.Add("If", {condition, x},
                 {{"then_branch", body.BuildShared()}, {"else_branch", body.BuildShared()}}));
  return b.Build();
}

uint32_t VersionOf(const std::string& file) {
  const AlignedBytes bytes(file);
  return flatbuffers::GetRoot<fb::Model>(bytes.data())->format_version();
}

TEST_CASE("kinds of values come back, in files of version 2 only") {
  for (ValueKind kind : {ValueKind::kTensor, ValueKind::kSequence, ValueKind::kOptional}) {
    const std::string file = FileOf(WithKind(kind));
    CHECK(VersionOf(file) == (kind == ValueKind::kTensor ? 1 : 2));
    const AlignedBytes bytes(file);
    const auto model = Model::FromBytes(bytes.span());
    REQUIRE_MESSAGE(model.ok(), model.status());
    const Node& node = (*model)->graph().nodes[0];
    const auto* body =
        std::get_if<std::shared_ptr<const Graph>>(node.attributes.Find("then_branch"));
    REQUIRE(body != nullptr);
    CHECK((*body)->value((*body)->inputs[0]).kind == kind);
  }
  CHECK(VersionOf(FileOf(SmallGraph())) == 1);
}

TEST_CASE("a Program of a part of the model comes back, whatever its inputs are") {
  const Graph graph = SmallGraph();
  Plan plan = SmallPlan(graph);
  plan.programs.push_back(plan.programs[0]);
  ProgramRecord& part = plan.programs[1];
  part.signature.region = "loop.body/0:1f";
  part.signature.inputs.push_back({DType::kInt64, {}});
  part.signature.values.emplace_back();
  const std::string file = FileOf(graph, {plan});
  const AlignedBytes bytes(file);
  const auto model = Model::FromBytes(bytes.span());
  REQUIRE_MESSAGE(model.ok(), model.status());
  for (const std::string& problem : (*model)->plan_problems()) FAIL_CHECK(problem);
  REQUIRE((*model)->plans().size() == 1);
  CHECK((*model)->plans()[0].programs[1].signature == part.signature);
  CHECK_FALSE((*model)->plans()[0].programs[0].signature == part.signature);
}

TEST_CASE("a Program of all of the model has the model's inputs") {
  const Graph graph = SmallGraph();
  Plan plan = SmallPlan(graph);
  plan.programs[0].signature.inputs.push_back({DType::kInt64, {}});
  plan.programs[0].signature.values.emplace_back();
  CHECK(FileOf(graph, {plan}) ==
        "plan 0: program 0: signature has 2 inputs and 2 values, expected 1 of each");
}

TEST_CASE("only plans that hold parts of models have version 2") {
  const Graph graph = SmallGraph();
  const auto version = [&](const std::string& region) {
    Plan plan = SmallPlan(graph);
    plan.programs[0].signature.region = region;
    const AlignedBytes bytes(FileOf(graph, {plan}));
    const auto* model = flatbuffers::GetRoot<fb::Model>(bytes.data());
    const fb::Segment& segment = *model->segments()->Get(model->plans()->Get(0));
    return flatbuffers::GetRoot<fb::Plan>(bytes.data() + model->segments_base() + segment.offset())
        ->format_version();
  };
  CHECK(version("") == 1);
  CHECK(version("0:1") == 2);
}

}  // namespace
}  // namespace kairos::testing
