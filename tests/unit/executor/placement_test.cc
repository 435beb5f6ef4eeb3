#include "executor/placement.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

namespace kairos {
namespace {

class StubKernel : public Kernel {
 public:
  explicit StubKernel(int in_place) : in_place_(in_place) {}
  absl::string_view name() const override { return "stub"; }
  int InPlaceInput() const override { return in_place_; }
  absl::Status Run(const KernelArgs&, State*) const override { return absl::OkStatus(); }

 private:
  const int in_place_;
};

// Builds a lowered program by hand.
class ProgramBuilder {
 public:
  ValueId Add(Slot::Kind kind, int64_t floats) {
    Slot slot;
    slot.kind = kind;
    slot.type = {DType::kFloat32, {floats}, Layout::kPlain};
    lowered_.record.slots.push_back(slot);
    lowered_.root.push_back(static_cast<int32_t>(lowered_.root.size()));
    return lowered_.root.back();
  }
  ValueId Arena(int64_t floats) { return Add(Slot::Kind::kArena, floats); }
  ValueId View(ValueId of) {
    const ValueId id = Arena(slot(of).type.shape[0]);
    lowered_.root[static_cast<size_t>(id)] = lowered_.root[static_cast<size_t>(of)];
    return id;
  }
  void Step(std::vector<ValueId> inputs, ValueId output, int in_place = -1) {
    StepRecord step;
    step.node.inputs = std::move(inputs);
    step.node.outputs = {output};
    lowered_.record.steps.push_back(std::move(step));
    steps_.emplace_back();
    steps_.back().kernel.kernel = std::make_shared<StubKernel>(in_place);
  }
  void Place() { PlaceSlots(steps_, &lowered_); }
  bool Suits() const { return PlacementSuitsKernels(lowered_.record, steps_); }
  Slot& slot(ValueId id) { return lowered_.record.slots[static_cast<size_t>(id)]; }
  uint64_t offset(ValueId id) { return slot(id).offset; }
  uint64_t arena_bytes() const { return lowered_.record.arena_bytes; }

 private:
  Lowered lowered_;
  std::vector<ResolvedStep> steps_;
};

TEST_CASE("an output takes the place of an input that dies there, where the kernel allows it") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16), a = p.Arena(16), b = p.Arena(16);
  const ValueId y = p.Add(Slot::Kind::kOutput, 16);
  p.Step({x}, a);
  p.Step({a}, b, 0);
  p.Step({b}, y, 0);
  p.Place();
  CHECK(p.offset(a) == p.offset(b));
  CHECK(p.arena_bytes() == 64);
  CHECK(p.Suits());
}

TEST_CASE("without the kernel's leave the output gets a place of its own") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16), a = p.Arena(16), b = p.Arena(16);
  p.Step({x}, a);
  p.Step({a}, b);
  p.Place();
  CHECK(p.offset(a) != p.offset(b));
  CHECK(p.Suits());
}

TEST_CASE("an input that is read later is not written over") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16), a = p.Arena(16), b = p.Arena(16);
  p.Step({x}, a);
  p.Step({a}, b, 0);
  p.Step({a, b}, p.Add(Slot::Kind::kOutput, 16));
  p.Place();
  CHECK(p.offset(a) != p.offset(b));
}

TEST_CASE("an input that is read later through a view is not written over") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16), a = p.Arena(16), b = p.Arena(16);
  const ValueId view = p.View(a);
  p.Step({x}, a);
  p.Step({a}, b, 0);
  p.Step({view, b}, p.Add(Slot::Kind::kOutput, 16));
  p.Place();
  CHECK(p.offset(view) == p.offset(a));
  CHECK(p.offset(a) != p.offset(b));
}

TEST_CASE("an input that the step reads twice is not written over") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16), a = p.Arena(16), b = p.Arena(16);
  p.Step({x}, a);
  p.Step({a, a}, b, 0);
  p.Place();
  CHECK(p.offset(a) != p.offset(b));
}

TEST_CASE("the caller's tensors and weights are never written over") {
  for (Slot::Kind kind : {Slot::Kind::kInput, Slot::Kind::kConstant}) {
    ProgramBuilder p;
    const ValueId x = p.Add(kind, 16), a = p.Arena(16);
    p.Step({x}, a, 0);
    p.Step({a, x}, p.Add(Slot::Kind::kOutput, 16));
    p.Place();
    CHECK(p.slot(x).kind == kind);
    CHECK(p.arena_bytes() == 64);
  }
}

TEST_CASE("an output of another size gets a place of its own") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 1), a = p.Arena(1), b = p.Arena(16);
  p.Step({x}, a);
  p.Step({a}, b, 0);
  p.Place();
  CHECK(p.offset(a) != p.offset(b));
}

TEST_CASE("a chain in place lives as long as its last reader") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16);
  const ValueId a = p.Arena(16), b = p.Arena(16), c = p.Arena(16), d = p.Arena(16);
  p.Step({x}, a);
  p.Step({a}, b, 0);
  p.Step({x}, c);
  p.Step({c}, d, 0);
  p.Step({b, d}, p.Add(Slot::Kind::kOutput, 16));
  p.Place();
  CHECK(p.offset(a) == p.offset(b));
  CHECK(p.offset(c) == p.offset(d));
  CHECK(p.offset(b) != p.offset(d));
  CHECK(p.Suits());
}

TEST_CASE("a placement in which a kernel would write over its input does not suit") {
  ProgramBuilder p;
  const ValueId x = p.Add(Slot::Kind::kInput, 16), a = p.Arena(16), b = p.Arena(16);
  p.Step({x}, a);
  p.Step({a}, b);
  p.Place();
  p.slot(b).offset = p.slot(a).offset;
  CHECK_FALSE(p.Suits());
}

}  // namespace
}  // namespace kairos
