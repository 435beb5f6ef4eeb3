// Several plans in one file, and what reading one touches.
#include <cstdint>
#include <cstdio>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "kairos/compiler.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// x[n,512] -> MatMul of 1 MB, and Relu, a few times
Graph WideMlp(int layers = 2) {
  GraphBuilder b("wide");
  ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {512, ""}});
  for (int i = 0; i < layers; ++i) {
    const std::string name = "w" + std::to_string(i);
    x = b.Add("Relu", {b.Add("MatMul", {x, b.Random<float>(name, {512, 512}, 7 + i)})});
  }
  b.Output(x, "y");
  return b.Build();
}

std::vector<Tensor> WideInput(int64_t rows) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({rows, 512}, 3));
  return inputs;
}

Plan PlanFor(std::shared_ptr<Runtime> runtime, const Graph& graph,
             const std::vector<std::vector<Tensor>>& inputs) {
  std::vector<std::vector<TensorView>> signatures;
  for (const std::vector<Tensor>& each : inputs) signatures.push_back(Views(each));
  return Unwrap(CompilePlan(std::move(runtime), NewModel(graph), signatures));
}

Plan WidePlan(int threads, std::vector<int64_t> rows) {
  std::vector<std::vector<Tensor>> inputs;
  for (int64_t n : rows) inputs.push_back(WideInput(n));
  return PlanFor(NewRuntime("", threads), WideMlp(), inputs);
}

TEST_CASE("plans for one and two threads and for several shapes live in one file side by side") {
  const std::vector<Plan> plans = {WidePlan(1, {1, 8}), WidePlan(2, {1, 8, 40})};
  const TempDir dir;
  Require(SaveModel(WideMlp(), plans, dir.File("m.kai")));
  for (int threads : {1, 2}) {
    CAPTURE(threads);
    auto model = Unwrap(Model::Load(dir.File("m.kai")));
    auto session =
        NewSession(NewRuntime("", threads), model, NewAotPolicy({OnPlanMismatch::kError}));
    for (int64_t rows : {1, 8}) {
      const std::vector<Tensor> inputs = WideInput(rows);
      CHECK(MaxError(Run(*session, inputs), RunReference(WideMlp(), inputs)) < 1e-4);
    }
    CHECK(session->Run(Views(WideInput(40))).ok() == (threads == 2));
    CHECK(session->stats().compiles == 0);
    CHECK(session->stats().recordings == 0);
  }
}

TEST_CASE("packed weights are stored once per layout, across entries and plans") {
  const TempDir dir;
  const std::vector<Plan> plans = {WidePlan(1, {8, 9}), WidePlan(2, {8, 9, 40})};
  Require(SaveModel(WideMlp(), plans, dir.File("m.kai")));
  auto model = Unwrap(Model::Load(dir.File("m.kai")));
  // By weight and layout: where the bytes are.
  std::map<std::pair<std::string, std::string>, std::set<const void*>> places;
  size_t uses = 0;
  for (const Plan& plan : model->plans()) {
    for (const ProgramRecord& program : plan.programs) {
      for (const StepRecord& step : program.steps) {
        for (const PackedWeight& packed : step.packed) {
          const ValueId weight = step.node.inputs[static_cast<size_t>(packed.input)];
          const Slot& slot = program.slots[static_cast<size_t>(weight)];
          places[{slot.name, packed.layout}].insert(packed.bytes.data);
          ++uses;
        }
      }
    }
  }
  for (const auto& [weight, at] : places) CHECK(at.size() == 1);
  if (uses > 0) CHECK(uses > places.size());
}

TEST_CASE("a new plan leaves the plans for other machines and thread counts as they are") {
  const TempDir dir;
  const std::string path = dir.File("m.kai");
  Plan elsewhere = WidePlan(1, {8});
  elsewhere.fingerprint = {{"onednn.isa", "another"}};
  Require(SaveModel(WideMlp(), std::vector<Plan>{elsewhere, WidePlan(1, {8})}, path));
  auto model = Unwrap(Model::Load(path));
  Require(SaveModel(model->graph(), PlansWith(*model, WidePlan(2, {8})), path));
  model = Unwrap(Model::Load(path));
  Require(SaveModel(model->graph(), PlansWith(*model, WidePlan(1, {9})), path));
  model = Unwrap(Model::Load(path));
  REQUIRE(model->plans().size() == 3);
  CHECK(model->plans()[0].fingerprint == elsewhere.fingerprint);
  CHECK(model->plans()[0].programs[0].steps.size() == elsewhere.programs[0].steps.size());
  CHECK(model->plans()[1].threads == 2);
  CHECK(model->plans()[2].programs[0].signature.inputs[0].shape == Shape{9, 512});
}

std::string CompiledFile(const Graph& graph, const std::vector<std::vector<Tensor>>& entries,
                         int threads) {
  const TempDir dir;
  const Plan plan = PlanFor(NewRuntime("", threads), graph, entries);
  Require(SaveModel(graph, {&plan, 1}, dir.File("m.kai")));
  return ReadFile(dir.File("m.kai"));
}

TEST_CASE("compiling twice gives the same bytes") {
  std::vector<std::vector<Tensor>> wide(2), images(1);
  wide[0] = WideInput(8);
  wide[1] = WideInput(1);
  images[0] = ConvInput(1, 12, 12);
  for (int threads : {1, 2}) {
    CAPTURE(threads);
    // Not CHECK(a == b), which would print both.
    const bool same_wide =
        CompiledFile(WideMlp(), wide, threads) == CompiledFile(WideMlp(), wide, threads);
    const bool same_images =
        CompiledFile(ConvNet(), images, threads) == CompiledFile(ConvNet(), images, threads);
    CHECK(same_wide);
    CHECK(same_images);
  }
}

TEST_CASE("a plan gives the same bits in a hundred runs and a hundred sessions") {
  for (int threads : {1, 2}) {
    CAPTURE(threads);
    const std::vector<Tensor> inputs = ConvInput(2, 23, 31);
    std::vector<std::vector<Tensor>> entries(1);
    entries[0] = ConvInput(2, 23, 31);
    const Plan plan = PlanFor(NewRuntime("", threads), ConvNet(), entries);
    const TempDir dir;
    Require(SaveModel(ConvNet(), {&plan, 1}, dir.File("m.kai")));
    auto model = Unwrap(Model::Load(dir.File("m.kai")));
    auto runtime = NewRuntime("", threads);
    auto first = NewSession(runtime, model, NewAotPolicy({OnPlanMismatch::kError}));
    const std::vector<Tensor> expected = Run(*first, inputs);
    int different = 0;
    for (int i = 0; i < 100; ++i) {
      different += !BitEqual(Run(*first, inputs), expected);
      auto again = NewSession(runtime, model, NewAotPolicy({OnPlanMismatch::kError}));
      different += !BitEqual(Run(*again, inputs), expected);
    }
    CHECK(different == 0);
  }
}

// Pages of this process's memory that are there; -1 where the system does not tell.
int64_t ResidentPages(const void* data, size_t bytes) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t first = reinterpret_cast<uintptr_t>(data) / page;
  const uintptr_t last = (reinterpret_cast<uintptr_t>(data) + bytes - 1) / page;
  const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  std::vector<uint64_t> entries(last - first + 1);
  const auto want = static_cast<ssize_t>(entries.size() * sizeof(uint64_t));
  const ssize_t got = pread(fd, entries.data(), static_cast<size_t>(want),
                            static_cast<off_t>(first * sizeof(uint64_t)));
  close(fd);
  if (got != want) return -1;
  int64_t resident = 0;
  for (uint64_t entry : entries) resident += static_cast<int64_t>(entry >> 63);
  return resident;
}

TEST_CASE("where a plan has a weight packed, its plain form is not read") {
  const Plan plan = WidePlan(1, {8});
  const TempDir dir;
  Require(SaveModel(WideMlp(), {&plan, 1}, dir.File("m.kai")));
  for (const auto& policy : {NewAotPolicy(), NewAutoPolicy()}) {
    auto model = Unwrap(Model::Load(dir.File("m.kai")));
    auto session = NewSession(NewRuntime("", 1), model, policy);
    Run(*session, WideInput(8));
    REQUIRE(session->stats().compiles == 0);
    const ProgramRecord& program = model->plans()[0].programs[0];
    int packed_weights = 0;
    for (const StepRecord& step : program.steps) {
      for (const PackedWeight& packed : step.packed) {
        const Slot& slot =
            program.slots[static_cast<size_t>(step.node.inputs[static_cast<size_t>(packed.input)])];
        const Graph& graph = model->graph();
        for (const Value& value : graph.values) {
          if (value.name != slot.name || !value.constant.has_value()) continue;
          if (value.constant->data == packed.bytes.data) continue;
          const int64_t plain =
              ResidentPages(value.constant->data, value.constant->type.byte_count());
          const int64_t used = ResidentPages(packed.bytes.data, packed.bytes.type.byte_count());
          if (plain < 0) {
            std::printf("SKIP: the system does not say which pages are there\n");
            return;
          }
          CHECK(used >= (1 << 20) / sysconf(_SC_PAGESIZE));
          // The system reads some pages around each that is used.
          CHECK(plain <= 2 * (64 << 10) / sysconf(_SC_PAGESIZE));
          ++packed_weights;
        }
      }
    }
    if (packed_weights == 0) {
      std::printf("SKIP: no kernel of this build packs its weights\n");
      return;
    }
    CHECK(packed_weights == 2);
  }
}

}  // namespace
}  // namespace kairos::testing
