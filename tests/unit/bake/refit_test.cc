// Models with other weights, which run from the plans of the old ones.
#include <doctest/doctest.h>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/control_flow.h"
#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// x -> Conv -> BatchNormalization -> Relu -> Conv -> Clip -> y: folding makes weights that the
// model does not have.
Graph FoldedNet(uint32_t seed = 1, float scale = 1, float bound = 6) {
  GraphBuilder b("folded");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}, {-1, "h"}, {-1, "w"}});
  const ValueId conv = b.Add("Conv", {x, b.Random<float>("w", {16, 8, 3, 3}, seed)}, {}, "conv");
  std::vector<float> factors(16, scale);
  factors[3] = 0.5f;
  const ValueId norm =
      b.Add("BatchNormalization",
            {conv, b.Constant<float>("scale", {16}, factors),
             b.Random<float>("bias", {16}, seed + 1), b.Random<float>("mean", {16}, seed + 2),
             b.Constant<float>("variance", {16}, std::vector<float>(16, 0.5f))},
            {}, "norm");
  const ValueId act = b.Add("Relu", {norm}, {}, "act");
  const ValueId second = b.Add("Conv", {act, b.Random<float>("w2", {8, 16, 1, 1}, 7)}, {}, "conv2");
  b.Output(b.Add("Clip", {second, b.Scalar<float>("low", 0), b.Scalar<float>("high", bound)}, {},
                 "clip"),
           "y");
  return b.Build();
}

std::vector<Tensor> FoldedInput() {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({1, 8, 6, 6}, 5));
  return inputs;
}

std::shared_ptr<const Model> Planned(std::shared_ptr<Runtime> runtime = NewRuntime()) {
  const std::vector<Tensor> inputs = FoldedInput();
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  return WithPlan(std::move(runtime), NewModel(FoldedNet()), signatures);
}

// All weights of `graph`.
std::vector<NamedWeight> WeightsOf(const Graph& graph) {
  std::vector<NamedWeight> weights;
  for (const Value& value : graph.values) {
    if (!value.constant.has_value()) continue;
    const Constant& constant = *value.constant;
    weights.push_back(
        {value.name,
         {constant.type.dtype, constant.type.shape, constant.data, constant.type.byte_count()}});
  }
  return weights;
}

std::shared_ptr<const Policy> Strict() { return NewAotPolicy({OnPlanMismatch::kError}); }

TEST_CASE("new weights run from the old plan as from a fresh one, folded ones too") {
  const Graph graph = FoldedNet(21, 1.5f);
  const std::vector<Tensor> inputs = FoldedInput();
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const auto fresh = WithPlan(NewRuntime(), NewModel(graph), signatures);
  const std::vector<Tensor> want = Run(*NewSession(NewRuntime(), fresh, Strict()), inputs);
  CHECK(MaxError(want, RunReference(graph, inputs)) < 1e-4);
  const auto refit = Unwrap(Model::WithWeights(Planned(), WeightsOf(graph)));
  CHECK(refit->plans().empty());
  REQUIRE(refit->refit_of() != nullptr);
  for (const auto& policy : {Strict(), NewAotPolicy(), NewAutoPolicy()}) {
    auto session = NewSession(NewRuntime(), refit, policy);
    CHECK(BitEqual(Run(*session, inputs), want));
    CHECK(session->stats().compiles == 0);
    CHECK(session->stats().fallbacks == 0);
    CHECK(session->stats().plan_hits == static_cast<int64_t>(session->Explain().size()));
    CHECK(session->stats().fallback_reasons.empty());
  }
}

TEST_CASE("a plan for new weights is made of the old one's kernels, and is that of a fresh model") {
  const Graph graph = FoldedNet(21, 1.5f);
  const std::vector<Tensor> inputs = FoldedInput();
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const auto old = Planned();
  const auto refit = Unwrap(Model::WithWeightsOf(old, graph));
  const TempDir directory;
  const auto save = [&](const std::string& name, const Plan& plan) {
    Require(SaveModel(graph, {&plan, 1}, directory.File(name)));
    return ReadFile(directory.File(name));
  };
  const Plan plan =
      Unwrap(CompilePlan(NewRuntime(), refit, signatures, {.from = old, .only_reuse = true}));
  const Plan fresh = Unwrap(CompilePlan(NewRuntime(), NewModel(graph), signatures));
  CHECK(save("refit.kai", plan) == save("fresh.kai", fresh));
}

TEST_CASE("only weights that have changed are packed again") {
  BackendCounters counters;
  const auto machine = [&](BackendCounters* counted) {
    return NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = counted}));
  };
  const auto old = Planned(machine(nullptr));
  const Graph other = FoldedNet(21);
  std::vector<NamedWeight> weights = WeightsOf(other);
  std::erase_if(weights, [](const NamedWeight& weight) { return weight.first != "bias"; });
  auto session = NewSession(machine(&counters), Unwrap(Model::WithWeights(old, weights)), Strict());
  Run(*session, FoldedInput());
  CHECK(session->stats().compiles == 0);
  CHECK(counters.packed == 0);
  weights = WeightsOf(other);
  std::erase_if(weights, [](const NamedWeight& weight) { return weight.first != "w"; });
  session = NewSession(machine(&counters), Unwrap(Model::WithWeights(old, weights)), Strict());
  Run(*session, FoldedInput());
  CHECK(session->stats().compiles == 0);
  CHECK(counters.packed == 1);
}

TEST_CASE("weights that become part of a kernel are compiled, or refused by the strict policy") {
  const std::vector<Tensor> inputs = FoldedInput();
  const Graph graph = FoldedNet(1, 1, 0.25f);
  const auto refit = Unwrap(Model::WithWeightsOf(Planned(), graph));
  auto lenient = NewSession(NewRuntime(), refit, NewAotPolicy());
  CHECK(MaxError(Run(*lenient, inputs), RunReference(graph, inputs)) < 1e-4);
  CHECK(lenient->stats().fallbacks == 1);
  auto strict = NewSession(NewRuntime(), refit, Strict());
  const absl::Status status = strict->Run(Views(inputs)).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()).find("no plan entry; recompile with rtcompile") !=
        std::string::npos);
}

TEST_CASE("a shape that the old plan does not have is compiled with a reason, or refused") {
  const auto refit = Unwrap(Model::WithWeightsOf(Planned(), FoldedNet(21)));
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({1, 8, 7, 7}, 5));
  auto lenient = NewSession(NewRuntime(), refit, NewAotPolicy());
  CHECK(MaxError(Run(*lenient, inputs), RunReference(FoldedNet(21), inputs)) < 1e-4);
  CHECK(lenient->stats().fallback_reasons ==
        std::vector<std::string>{"no plan entry for this signature"});
  auto strict = NewSession(NewRuntime(), refit, Strict());
  CHECK(strict->Run(Views(inputs)).status() ==
        absl::FailedPreconditionError("x=float32[1,8,7,7]: no plan entry for this signature"));
}

TEST_CASE("weights can be changed again and again") {
  const Graph last = FoldedNet(31, 0.75f);
  const std::vector<Tensor> inputs = FoldedInput();
  auto model = Planned();
  for (uint32_t seed : {21u, 22u}) {
    model = Unwrap(Model::WithWeights(model, WeightsOf(FoldedNet(seed))));
  }
  model = Unwrap(Model::WithWeights(model, WeightsOf(last)));
  auto session = NewSession(NewRuntime(), model, Strict());
  CHECK(MaxError(Run(*session, inputs), RunReference(last, inputs)) < 1e-4);
  CHECK(session->stats().compiles == 0);
}

TEST_CASE("a model in parts is refit, too") {
  const std::vector<Tensor> inputs =
      Pack(ScalarTensor(3), FloatTensor({2}, {1, 0}), FloatTensor({2}, {0, 1}));
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const auto old = WithPlan(NewRuntime(), NewModel(DoublingLoop()), signatures);
  const auto refit = Unwrap(Model::WithWeightsOf(old, DoublingLoop()));
  auto session = NewSession(NewRuntime(), refit, Strict());
  CHECK(BitEqual(Run(*session, inputs), Run(*NewSession(NewRuntime(), old, Strict()), inputs)));
  CHECK(session->stats().compiles == 0);
}

TEST_CASE("without a plan there is nothing to run new weights from") {
  const auto refit = Unwrap(Model::WithWeightsOf(NewModel(FoldedNet()), FoldedNet(21)));
  SessionOptions options;
  options.policy = NewAotPolicy();
  CHECK(Session::Make(NewRuntime(), refit, options).status() ==
        absl::FailedPreconditionError("policy 'aot': model has no plan; add one with rtcompile"));
  auto session = NewSession(NewRuntime(), refit, nullptr);
  CHECK(MaxError(Run(*session, FoldedInput()), RunReference(FoldedNet(21), FoldedInput())) < 1e-4);
}

TEST_CASE("weights that do not fit are refused, naming them") {
  const auto model = NewModel(FoldedNet());
  const std::vector<float> values(8 * 16 + 1);
  const auto refuse = [&](const std::string& name, std::vector<int64_t> shape, size_t bytes,
                          const void* data) {
    const std::vector<NamedWeight> weights = {{name, {DType::kFloat32, shape, data, bytes}}};
    return Model::WithWeights(model, weights).status();
  };
  CHECK(refuse("nobody", {1}, 4, values.data()) ==
        absl::NotFoundError("weight 'nobody': the model has no constant of this name"));
  CHECK(refuse("x", {1}, 4, values.data()) ==
        absl::NotFoundError("weight 'x': the model has no constant of this name"));
  CHECK(
      refuse("w2", {16, 8, 1, 1}, 512, values.data()) ==
      absl::InvalidArgumentError("weight 'w2': got float32[16,8,1,1], expected float32[8,16,1,1]"));
  CHECK(refuse("w2", {8, 16, 1, 1}, 508, values.data()) ==
        absl::InvalidArgumentError("weight 'w2': got 508 bytes, expected 512"));
  CHECK(refuse("w2", {8, 16, 1, 1}, 512, nullptr) ==
        absl::InvalidArgumentError("weight 'w2': got 0 bytes, expected 512"));
  const Ints shape = {8, 16, 1, 1};
  const TensorView w2{DType::kFloat32, shape, values.data(), 512};
  const std::vector<NamedWeight> twice = {{"w2", w2}, {"w2", w2}};
  CHECK(Model::WithWeights(model, twice).status() ==
        absl::InvalidArgumentError("weight 'w2': is given twice"));
  const std::vector<NamedWeight> doubles = {{"low", {DType::kFloat64, {}, values.data(), 8}}};
  CHECK(Model::WithWeights(model, doubles).status() ==
        absl::InvalidArgumentError("weight 'low': got float64[], expected float32[]"));
}

struct Difference {
  const char* message;
  void (*edit)(Graph&);
};
const Difference kDifferences[] = {
    {"node 'conv' (Conv): got other attributes than the model has",
     [](Graph& g) { g.nodes[0].attributes.Set("group", int64_t{1}); }},
    {"got node 'conv' (ConvTranspose), expected node 'conv' (Conv)",
     [](Graph& g) { g.nodes[0].op = "ConvTranspose"; }},
    {"node 'act' (Relu): got other inputs than the model has",
     [](Graph& g) { g.nodes[2].inputs = {g.inputs[0]}; }},
    {"got 4 nodes, expected 5",
     [](Graph& g) { g.nodes.pop_back(), g.outputs = g.nodes.back().outputs; }},
    {"got a value 'other', expected 'w'", [](Graph& g) { g.values[1].name = "other"; }},
    {"value 'x': got another declaration than the model has",
     [](Graph& g) { (*g.values[0].dims)[0].size = 1; }},
    {"weight 'w2': got float32[4,16,1,1], expected float32[8,16,1,1]",
     [](Graph& g) {
       for (Value& v : g.values) {
         if (v.name == "w2") v.constant->type.shape[0] = 4, (*v.dims)[0].size = 4;
       }
     }},
    {"got other inputs or outputs than the model has",
     [](Graph& g) { g.outputs = g.nodes[3].outputs; }},
};

TEST_CASE("a graph that differs in more than weights is refused, naming the first difference") {
  const auto model = NewModel(FoldedNet());
  CHECK(Model::WithWeightsOf(model, FoldedNet(21)).ok());
  for (const Difference& difference : kDifferences) {
    CAPTURE(difference.message);
    Graph graph = FoldedNet();
    difference.edit(graph);
    CHECK(Model::WithWeightsOf(model, graph).status() ==
          absl::InvalidArgumentError(difference.message));
  }
}

}  // namespace
}  // namespace kairos::testing
