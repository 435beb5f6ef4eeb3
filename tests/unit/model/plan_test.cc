#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>

#include "absl/strings/str_cat.h"

#include "kairos/model.h"
#include "schemas/plan_generated.h"
#include "tests/support/graph_equal.h"
#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

void CheckEqual(const Slot& a, const Slot& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.type == b.type);
  CHECK(a.name == b.name);
  CHECK(a.offset == b.offset);
  CHECK(a.index == b.index);
  CHECK(a.turns == b.turns);
  CHECK((a.constant.data == nullptr) == (b.constant.data == nullptr));
  if (a.constant.data != nullptr) CHECK(Equal(a.constant, b.constant));
}

void CheckEqual(const StepRecord& a, const StepRecord& b) {
  CHECK(Equal(a.node, b.node));
  CHECK(a.backend == b.backend);
  CHECK(a.kernel == b.kernel);
  CHECK(a.frozen == b.frozen);
  CHECK(a.known == b.known);
  CHECK(a.loop == b.loop);
  REQUIRE(a.packed.size() == b.packed.size());
  for (size_t i = 0; i < a.packed.size(); ++i) {
    CHECK(a.packed[i].input == b.packed[i].input);
    CHECK(a.packed[i].layout == b.packed[i].layout);
    CHECK(Equal(a.packed[i].bytes, b.packed[i].bytes));
  }
}

TEST_CASE("a plan comes back as it was saved") {
  const Graph graph = SmallGraph();
  const Plan plan = SmallPlan(graph);
  Plan other = plan;
  other.threads = 4;
  const AlignedBytes file(FileOf(graph, {other, plan}));
  const auto model = Model::FromBytes(file.span());
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  for (const std::string& problem : (*model)->plan_problems()) FAIL_CHECK(problem);
  REQUIRE((*model)->plans().size() == 2);
  const Plan& back = (*model)->plans()[1];
  CHECK(back.backend_order == plan.backend_order);
  CHECK(back.fingerprint == plan.fingerprint);
  CHECK(back.passes == plan.passes);
  CHECK(back.threads == plan.threads);
  REQUIRE(back.programs.size() == 1);
  const ProgramRecord& a = plan.programs[0];
  const ProgramRecord& b = back.programs[0];
  CHECK(a.signature == b.signature);
  CHECK(a.outputs == b.outputs);
  CHECK(a.loop_turns == b.loop_turns);
  CHECK(a.arena_bytes == b.arena_bytes);
  CHECK(a.scratch_bytes == b.scratch_bytes);
  CHECK(a.threads == b.threads);
  REQUIRE(a.slots.size() == b.slots.size());
  for (size_t i = 0; i < a.slots.size(); ++i) CheckEqual(a.slots[i], b.slots[i]);
  REQUIRE(a.steps.size() == b.steps.size());
  for (size_t i = 0; i < a.steps.size(); ++i) CheckEqual(a.steps[i], b.steps[i]);
}

TEST_CASE("a plan's constants are the model's bytes where they are equal") {
  const Graph graph = SmallGraph();
  const AlignedBytes file(FileOf(graph, {SmallPlan(graph)}));
  const auto model = Model::FromBytes(file.span());
  REQUIRE(model.ok());
  REQUIRE((*model)->plans().size() == 1);
  const ProgramRecord& program = (*model)->plans()[0].programs[0];
  CHECK(program.slots[2].constant.data == (*model)->graph().value(2).constant->data);
  CHECK(program.steps[0].packed[0].bytes.data == (*model)->graph().value(1).constant->data);
}

TEST_CASE("a plan for another model is left out with both digests, and the model loads") {
  const Graph graph = SmallGraph();
  const AlignedBytes bytes(FileOf(graph, {SmallPlan(graph)}));
  // The first weight's content changes, as its hash in the file says.
  const fb::Segment* weight = fb::GetModel(bytes.data())->segments()->Get(0);
  *const_cast<fb::Segment*>(weight) = fb::Segment(weight->offset(), weight->bytes(), 12345);
  const auto model = Model::FromBytes(bytes.span());
  REQUIRE(model.ok());
  CHECK((*model)->plans().empty());
  REQUIRE((*model)->plan_problems().size() == 1);
  const std::string made_for = absl::StrCat(absl::Hex((*Model::FromGraph(graph))->digest()));
  const std::string expected = absl::StrCat(absl::Hex((*model)->digest()));
  CHECK(made_for != expected);
  CHECK((*model)->plan_problems()[0] == "plan 0: made for another model, got digest " + made_for +
                                            ", expected " + expected + "; compile the plan again");
}

// The table of plan `index` in a file; its fields may be set where it lies.
flatbuffers::Table* PlanTable(const AlignedBytes& file, flatbuffers::uoffset_t index) {
  const fb::Model* model = fb::GetModel(file.data());
  const fb::Segment* segment = model->segments()->Get(model->plans()->Get(index));
  return flatbuffers::GetMutableRoot<flatbuffers::Table>(file.data() + model->segments_base() +
                                                         segment->offset());
}

TEST_CASE("a plan that makes no sense is left out with the reason, and the others stay") {
  const Graph graph = SmallGraph();
  std::vector<Plan> plans(4, SmallPlan(graph));
  for (int32_t i = 0; i < 4; ++i) plans[static_cast<size_t>(i)].threads = i + 2;
  const AlignedBytes file(FileOf(graph, plans));
  PlanTable(file, 0)->SetField<int32_t>(fb::Plan::VT_THREADS, 1025, 0);
  PlanTable(file, 1)->SetField<uint32_t>(fb::Plan::VT_FORMAT_VERSION, 9, 0);
  std::memset(static_cast<void*>(PlanTable(file, 3)), 0xff, 8);
  const auto model = Model::FromBytes(file.span());
  REQUIRE(model.ok());
  REQUIRE((*model)->plans().size() == 1);
  CHECK((*model)->plans()[0].threads == 4);
  REQUIRE((*model)->plan_problems().size() == 3);
  CHECK((*model)->plan_problems()[0] == "plan 0: threads is 1025, expected 1 to 1024");
  CHECK((*model)->plan_problems()[1] ==
        "plan 1: format version 9 is not known, expected 1 to 3; compile the plan again");
  CHECK((*model)->plan_problems()[2].find("plan 3: structure check failed, got ") == 0);
}

TEST_CASE("a plan that no reader would take is not written") {
  const TempDir dir;
  const Graph graph = SmallGraph();
  Plan bad = SmallPlan(graph);
  bad.programs[0].arena_bytes = 0;
  const absl::Status status = SaveModel(graph, {SmallPlan(graph), bad}, dir.File("m.kai"));
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message() ==
        "plan 1: program 0: slot 3: 12 bytes at offset 0, expected a multiple of 64 inside the "
        "arena of 0 bytes");
  CHECK(SaveModel(graph, std::vector<Plan>(257), dir.File("m.kai")).message() ==
        "got 257 plans, expected at most 256");
  CHECK_FALSE(std::filesystem::exists(dir.File("m.kai")));
}

TEST_CASE("a plan that is listed again and again is decoded only as often as the file is long") {
  const Graph graph = SmallGraph();
  const std::vector<Plan> plans(100, SmallPlan(graph));  // stored once
  const AlignedBytes file(FileOf(graph, plans));
  const auto model = Model::FromBytes(file.span());
  REQUIRE(model.ok());
  CHECK((*model)->plans().size() <= 2);
  REQUIRE((*model)->plan_problems().size() >= 98);
  CHECK((*model)->plan_problems()[0].find("plans have more bytes than all segments") !=
        std::string::npos);
}

TEST_CASE("more plans than the limit are all left out") {
  flatbuffers::FlatBufferBuilder b;
  const auto plans = b.CreateVector(std::vector<uint32_t>(257, 0));
  b.Finish(fb::CreateModel(b, 1, kOpset, 0, fb::CreateGraph(b), 0, 0, plans), "KAI1");
  const AlignedBytes file({reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()});
  const auto model = Model::FromBytes(file.span());
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  REQUIRE((*model)->plan_problems().size() == 1);
  CHECK((*model)->plan_problems()[0] == "plans: got 257, expected at most 256");
}

}  // namespace
}  // namespace kairos
