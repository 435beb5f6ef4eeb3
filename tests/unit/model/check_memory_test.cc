#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "model/check_program.h"

namespace kairos {
namespace {

// Steps over slots of 64 bytes unless said otherwise; nothing else of a program matters here.
class Program {
 public:
  ValueId Arena(uint64_t offset, int64_t bytes = 64) {
    return Add(Slot::Kind::kArena, offset, bytes);
  }
  ValueId Output(int32_t index, int64_t bytes = 64) {
    const ValueId id = Add(Slot::Kind::kOutput, 0, bytes);
    record_.slots.back().index = index;
    return id;
  }
  // Bytes in all its turns.
  ValueId Window(uint64_t offset, int64_t bytes, int32_t turns) {
    const ValueId id = Arena(offset, bytes / turns);
    record_.slots.back().turns = turns;
    return id;
  }
  ValueId Input() { return Add(Slot::Kind::kInput, 0, 64); }
  Program& Step(std::vector<ValueId> inputs, std::vector<ValueId> outputs) {
    StepRecord step;
    step.node.inputs = std::move(inputs);
    step.node.outputs = std::move(outputs);
    record_.steps.push_back(std::move(step));
    return *this;
  }
  // The last `count` steps.
  Program& Loop(size_t count, int32_t turns) {
    for (size_t i = 0; i < count; ++i) {
      record_.steps[record_.steps.size() - 1 - i].loop =
          static_cast<int32_t>(record_.loop_turns.size());
    }
    record_.loop_turns.push_back(turns);
    return *this;
  }
  Program& Outputs(std::vector<int32_t> outputs) {
    record_.outputs = std::move(outputs);
    return *this;
  }
  std::string Error() const { return std::string(CheckMemory(record_).message()); }

 private:
  ValueId Add(Slot::Kind kind, uint64_t offset, int64_t bytes) {
    Slot slot;
    slot.kind = kind;
    slot.type = {DType::kUint8, {bytes}, Layout::kPlain};
    slot.offset = offset;
    record_.slots.push_back(slot);
    return static_cast<ValueId>(record_.slots.size()) - 1;
  }
  ProgramRecord record_;
};

constexpr char kLost[] = ", which hold another value or none; live buffers overlap";

TEST_CASE("places may be used again when their value is no longer read") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(64), c = p.Arena(0), y = p.Output(0);
  CHECK(p.Step({x}, {a}).Step({a}, {b}).Step({b}, {c}).Step({c}, {y}).Outputs({y}).Error().empty());
}

TEST_CASE("a value that was overwritten cannot be read") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(0), y = p.Output(0);
  CHECK(p.Step({x}, {a}).Step({x}, {b}).Step({a, b}, {y}).Error() ==
        std::string("step 2: slot 1 is read from bytes 0 to 64 of the arena") + kLost);
}

TEST_CASE("a value that was overwritten in part cannot be read, from either side") {
  for (uint64_t offset : {0, 64, 128, 192}) {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(64, 128), b = p.Arena(offset, 128), y = p.Output(0);
    CAPTURE(offset);
    const bool apart = offset == 192;
    CHECK(p.Step({x}, {a}).Step({x}, {b}).Step({a}, {y}).Error().empty() == apart);
  }
}

TEST_CASE("a value inside of a larger dead one ends it") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0, 256), b = p.Arena(64), y = p.Output(0);
  p.Step({x}, {a}).Step({a}, {y}).Step({x}, {b});
  CHECK(p.Error().empty());
  CHECK(p.Step({a}, {y}).Error() ==
        std::string("step 3: slot 1 is read from bytes 0 to 256 of the arena") + kLost);
}

TEST_CASE("what was never written cannot be read") {
  Program p;
  const ValueId a = p.Arena(0), y = p.Output(0);
  CHECK(p.Step({a}, {y}).Error() ==
        std::string("step 0: slot 0 is read from bytes 0 to 64 of the arena") + kLost);
}

TEST_CASE("output 0 may take the place of one input, and ends its life") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(0), y = p.Output(0);
  p.Step({x}, {a}).Step({a, x}, {b}).Step({b}, {y});
  CHECK(p.Error().empty());
  CHECK(p.Step({a}, {y}).Error() ==
        std::string("step 3: slot 1 is read from bytes 0 to 64 of the arena") + kLost);
}

TEST_CASE("any other overlap of outputs and inputs of a step is refused") {
  SUBCASE("another output than the first") {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(64), c = p.Arena(0);
    CHECK(p.Step({x}, {a}).Step({a}, {b, c}).Error() ==
          "step 1: output 1 overlaps an input, slot 1");
  }
  SUBCASE("part of the input") {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(0, 128), b = p.Arena(64);
    CHECK(p.Step({x}, {a}).Step({a}, {b}).Error() == "step 1: output 0 overlaps an input, slot 1");
  }
  SUBCASE("the same input twice") {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(0);
    CHECK(p.Step({x}, {a}).Step({a, a}, {b}).Error() ==
          "step 1: output 0 overlaps an input, slot 1");
  }
  SUBCASE("in the caller's memory") {
    Program p;
    const ValueId x = p.Input(), y = p.Output(0), again = p.Output(0);
    CHECK(p.Step({x}, {y}).Step({y}, {again}).Error() ==
          "step 1: output 0 overlaps an input, slot 1");
  }
  SUBCASE("two outputs") {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(0);
    CHECK(p.Step({x}, {a, b}).Error() == "step 0: output 1 overlaps another output, slot 1");
  }
}

TEST_CASE("a slot that no step writes is a view of what lies in its place") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0), view = p.Arena(0), b = p.Arena(0), y = p.Output(0),
                z = p.Output(0);
  p.Step({x}, {a}).Step({view}, {y}).Step({a}, {z});
  CHECK(p.Error().empty());
  CHECK(p.Outputs({y}).Error() ==
        std::string("after the last step: slot 4 is read from bytes 0 to 64 of output 0") + kLost);
  p.Outputs({z}).Step({x}, {b}).Step({view}, {z});
  CHECK(p.Error() == std::string("step 4: slot 2 is read from bytes 0 to 64 of the arena") + kLost);
}

TEST_CASE("a view of another size is refused") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0, 128), view = p.Arena(0, 64), y = p.Output(0);
  CHECK(p.Step({x}, {a}).Step({view}, {y}).Error() ==
        std::string("step 1: slot 2 is read from bytes 0 to 64 of the arena") + kLost);
}

TEST_CASE("slots without bytes take part in nothing") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0), none = p.Arena(0, 0), y = p.Output(0);
  CHECK(p.Step({x}, {a}).Step({a, none}, {none}).Step({none, a}, {y}).Outputs({y}).Error().empty());
}

TEST_CASE("a loop reads and writes all of what its windows pass over") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0, 192), from = p.Window(0, 192, 3), part = p.Arena(192);
  const ValueId to = p.Window(256, 192, 3), b = p.Arena(256, 192), y = p.Output(0);
  p.Step({x}, {a}).Step({from}, {part}).Step({part}, {to}).Loop(2, 3).Step({b}, {y}).Outputs({y});
  CHECK(p.Error().empty());
}

TEST_CASE("what a loop reads in its next turn must still be there") {
  SUBCASE("of a value made before it") {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(0), part = p.Arena(64), last = p.Arena(0);
    const ValueId y = p.Output(0);
    p.Step({x}, {a}).Step({a}, {part}).Step({part}, {last}).Step({last}, {y});
    CHECK(p.Error().empty());
    CHECK(p.Loop(3, 2).Error() ==
          std::string("step 1: slot 1 is read from bytes 0 to 64 of the arena") + kLost);
  }
  SUBCASE("of a batch") {
    Program p;
    const ValueId x = p.Input(), a = p.Arena(0, 128), from = p.Window(0, 128, 2);
    const ValueId part = p.Arena(128), other = p.Arena(64);
    p.Step({x}, {a}).Step({from}, {part}).Step({part}, {other}).Loop(2, 2);
    CHECK(p.Error() ==
          std::string("step 1: slot 2 is read from bytes 0 to 128 of the arena") + kLost);
  }
}

TEST_CASE("values of one turn may take each other's places again") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0), b = p.Arena(64), c = p.Arena(0), y = p.Output(0);
  CHECK(p.Step({x}, {a}).Step({a}, {b}).Step({b}, {c}).Step({c}, {y}).Loop(4, 2).Error().empty());
}

TEST_CASE("a step must not write over the parts it has yet to read") {
  Program p;
  const ValueId x = p.Input(), a = p.Arena(0, 128), from = p.Window(0, 128, 2);
  p.Step({x}, {a}).Step({from}, {p.Arena(64)}).Loop(1, 2);
  CHECK(p.Error() == "step 1: output 0 overlaps an input, slot 1");
}

TEST_CASE("absent operands take part in nothing") {
  Program p;
  const ValueId x = p.Input(), y = p.Output(0);
  CHECK(p.Step({x, kNoValue}, {kNoValue, y}).Outputs({y}).Error().empty());
}

}  // namespace
}  // namespace kairos
