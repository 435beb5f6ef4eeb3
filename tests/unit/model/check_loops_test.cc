#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "model/check_program.h"

namespace kairos {
namespace {

// Steps from slot 0 to slot 1, windows of three turns on a batch of three.
ProgramRecord Looped(const std::vector<int32_t>& loop_of_steps) {
  ProgramRecord program;
  program.signature.inputs = {{DType::kFloat32, {3, 4}, Layout::kPlain}};
  for (Slot::Kind kind : {Slot::Kind::kInput, Slot::Kind::kOutput, Slot::Kind::kArena}) {
    Slot slot;
    slot.kind = kind;
    slot.type = {DType::kFloat32, {1, 4}, Layout::kPlain};
    slot.turns = kind == Slot::Kind::kArena ? 1 : 3;
    program.slots.push_back(slot);
  }
  for (int32_t loop : loop_of_steps) {
    StepRecord step;
    step.node.inputs = {loop < 0 ? 2 : 0, kNoValue};
    step.node.outputs = {loop < 0 ? 2 : 1};
    step.loop = loop;
    program.steps.push_back(step);
  }
  program.loop_turns = {3, 3};
  return program;
}

std::string Error(const ProgramRecord& program) {
  return std::string(CheckLoops(program).message());
}

TEST_CASE("loops of steps that stand together are accepted") {
  for (const std::vector<int32_t>& loops :
       std::vector<std::vector<int32_t>>{{}, {-1}, {0}, {0, 0, -1, 1}, {-1, 1, 0, -1}}) {
    CHECK(Error(Looped(loops)).empty());
  }
}

TEST_CASE("a loop that is unknown or begins twice is refused") {
  const std::string expected = ", expected -1, or one of 2 loops whose steps stand together";
  CHECK(Error(Looped({0, 2})) == "step 1: loop is 2" + expected);
  CHECK(Error(Looped({-2})) == "step 0: loop is -2" + expected);
  CHECK(Error(Looped({0, -1, 0})) == "step 2: loop is 0" + expected);
  CHECK(Error(Looped({0, 1, 0})) == "step 2: loop is 0" + expected);
}

TEST_CASE("turns that no batch of the inputs has are refused") {
  for (int32_t turns : {-1, 0, 1, 5, INT32_MAX}) {
    ProgramRecord program = Looped({0});
    program.loop_turns[1] = turns;
    CHECK(Error(program) == "loop 1: turns is " + std::to_string(turns) + ", expected 2 to 4");
  }
  ProgramRecord program = Looped({});
  program.signature.inputs.clear();
  CHECK(Error(program) == "loop 0: turns is 3, expected 2 to 0");
}

TEST_CASE("windows of other turns than the loop's are refused") {
  ProgramRecord program = Looped({0});
  program.slots[1].turns = 2;
  CHECK(Error(program) == "step 0: slot 1 has 2 turns, expected 1 or 3");
  program = Looped({-1});
  program.steps[0].node.inputs[0] = 0;
  CHECK(Error(program) == "step 0: slot 0 has 3 turns, expected 1 or 1");
}

TEST_CASE("a slot has at least one turn, and a constant no more") {
  ProgramRecord program = Looped({});
  CHECK(CheckSlotsOfLoops(program).ok());
  program.slots[2].turns = 0;
  CHECK(std::string(CheckSlotsOfLoops(program).message()) ==
        "slot 2: turns is 0 for float32[1,4], expected 1, or more for what a run writes");
  program.slots[2].turns = 2;
  program.slots[2].kind = Slot::Kind::kConstant;
  CHECK_FALSE(CheckSlotsOfLoops(program).ok());
  program.slots[2].kind = Slot::Kind::kArena;
  CHECK(CheckSlotsOfLoops(program).ok());
  program.slots[2].type.shape = {int64_t{1} << 30, int64_t{1} << 30};
  program.slots[2].turns = INT32_MAX;
  CHECK_FALSE(CheckSlotsOfLoops(program).ok());
}

}  // namespace
}  // namespace kairos
