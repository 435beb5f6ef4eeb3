// A file that loads never crashes later: what is left of a damaged plan runs, falls back, or is an
// error. The sanitizers make this test worth its time.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "kairos/compiler.h"
#include "tests/support/model_files.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

std::string PlannedFile(std::shared_ptr<Runtime> runtime, const Graph& graph,
                        const std::vector<Tensor>& inputs) {
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const Plan plan = Unwrap(CompilePlan(std::move(runtime), NewModel(graph), signatures));
  return FileOf(graph, {plan});
}

struct Outcome {
  int loaded = 0, ran = 0, planned = 0;
};

// A bit of a padding can make a convolution that is right and takes hours.
bool IsSmall(Session& session, absl::Span<const TensorView> inputs) {
  constexpr uint64_t kLimit = 1 << 20;
  const auto types = session.OutputTypes(inputs);
  if (!types.ok()) return true;
  uint64_t bytes = session.stats().arena_bytes;
  for (const TensorType& type : *types) bytes += type.byte_count();
  return bytes <= kLimit;
}

// Changes one byte at a time, anywhere, and runs what still loads.
Outcome RunDamaged(std::shared_ptr<Runtime> runtime, const Graph& graph,
                   const std::vector<Tensor>& inputs, int rounds) {
  const std::string file = PlannedFile(runtime, graph, inputs);
  std::mt19937 engine(5);
  Outcome outcome;
  for (int round = 0; round < rounds; ++round) {
    std::string damaged = file;
    damaged[engine() % file.size()] ^= static_cast<char>(1 << engine() % 8);
    const AlignedBytes bytes(damaged);
    auto model = Model::FromBytes(bytes.span());
    if (!model.ok()) continue;
    ++outcome.loaded;
    SessionOptions options;
    options.policy = NewAutoPolicy();
    auto session = Session::Make(runtime, *model, options);
    if (!session.ok() || !IsSmall(**session, Views(inputs))) continue;
    outcome.ran += (*session)->Run(Views(inputs)).ok();
    outcome.planned += (*session)->stats().plan_hits > 0;
  }
  return outcome;
}

TEST_CASE("a file with one wrong bit loads and runs, or is an error") {
  for (const char* backend : {"reference", ""}) {
    CAPTURE(backend);
    const Outcome mlp = RunDamaged(NewRuntime(backend), Mlp(), MlpInput(3), 600);
    CHECK(mlp.loaded > 0);
    CHECK(mlp.ran > 0);
    CHECK(mlp.planned > 0);
    const Outcome conv = RunDamaged(NewRuntime(backend), ConvNet(), ConvInput(1, 4, 5), 600);
    CHECK(conv.planned > 0);
  }
}

TEST_CASE("a plan whose fields are shuffled between steps runs, falls back, or is an error") {
  auto runtime = NewRuntime();
  const std::vector<Tensor> inputs = ConvInput(1, 4, 5);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const Plan plan = Unwrap(CompilePlan(runtime, NewModel(ConvNet()), signatures));
  std::mt19937 engine(9);
  for (int round = 0; round < 300; ++round) {
    Plan changed = plan;
    ProgramRecord& program = changed.programs[0];
    const auto step = [&]() -> StepRecord& { return program.steps[engine() % program.steps.size()]; };
    const auto slot = [&]() -> Slot& { return program.slots[engine() % program.slots.size()]; };
    switch (engine() % 7) {
      case 0: std::swap(step().frozen, step().frozen); break;
      case 1: std::swap(step().node.attributes, step().node.attributes); break;
      case 2: std::swap(step().node.inputs, step().node.inputs); break;
      case 3: std::swap(step().packed, step().packed); break;
      case 4: std::swap(slot().type, slot().type); break;
      case 5: std::swap(slot().offset, slot().offset); break;
      default: std::swap(step().node.post_ops, step().node.post_ops); break;
    }
    const std::string file = FileOf(ConvNet(), {changed});
    const AlignedBytes bytes(file);
    auto model = Model::FromBytes(bytes.span());
    if (!model.ok()) continue;
    SessionOptions options;
    auto session = Session::Make(runtime, *model, options);
    if (!session.ok()) continue;
    (*session)->Run(Views(inputs)).status().IgnoreError();
    CHECK((*session)->stats().runs <= 1);
  }
}

}  // namespace
}  // namespace kairos::testing
