#include "executor/placement.h"

#include <algorithm>

#include "executor/memory_planner.h"
#include "model/loop_range.h"

namespace kairos {
namespace {

class Placer {
 public:
  Placer(const std::vector<ResolvedStep>& steps, Lowered& lowered)
      : steps_(steps), record_(lowered.record), place_(lowered.root), lives_(place_.size()) {}

  void Run() {
    FindLoops();
    for (size_t s = 0; s < record_.steps.size(); ++s) {
      for (ValueId id : record_.steps[s].node.outputs) Touch(id, s);
      for (ValueId id : record_.steps[s].node.inputs) Touch(id, s);
    }
    for (size_t s = 0; s < record_.steps.size(); ++s) ShareInPlace(s);
    Plan();
  }

 private:
  // In times, see Time(). What outlives a turn of a loop lives from before it until behind it.
  struct Life {
    int32_t first = -1, last = -1;
    bool seen() const { return first >= 0; }
  };
  static int32_t Time(size_t step) { return 2 * static_cast<int32_t>(step) + 1; }

  int32_t place(ValueId id) const { return place_[static_cast<size_t>(id)]; }
  const Slot& slot(ValueId id) const { return record_.slots[static_cast<size_t>(id)]; }
  Life& life(ValueId id) { return lives_[static_cast<size_t>(place(id))]; }

  void FindLoops() {
    around_.resize(record_.steps.size());
    for (size_t begin = 0; begin < record_.steps.size();) {
      const size_t end = EndOfLoop(record_.steps, begin);
      if (record_.steps[begin].loop >= 0) {
        const Life around = {Time(begin) - 1, Time(end - 1) + 1};
        std::fill(around_.begin() + static_cast<ptrdiff_t>(begin),
                  around_.begin() + static_cast<ptrdiff_t>(end), around);
      }
      begin = end;
    }
  }

  void Touch(ValueId id, size_t step) {
    if (id == kNoValue) return;
    Life& its = life(id);
    const Life around = around_[step];
    Life use = {Time(step), Time(step)};
    // A value of one turn is first seen where it is written, within the loop.
    const bool outlives = slot(id).turns > 1 || (its.seen() && its.first <= around.first);
    if (around.seen() && outlives) use = around;
    if (!its.seen()) its.first = use.first;
    its.last = std::max(its.last, use.last);
  }

  void ShareInPlace(size_t s) {
    const Node& node = record_.steps[s].node;
    const int index = steps_[s].kernel.kernel->InPlaceInput();
    if (index < 0 || node.outputs[0] == kNoValue) return;
    const ValueId input = node.inputs[static_cast<size_t>(index)];
    const ValueId output = node.outputs[0];
    if (slot(input).kind != Slot::Kind::kArena || slot(output).kind != Slot::Kind::kArena) return;
    const int32_t from = place(input);
    const auto users = std::count_if(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
      return id != kNoValue && place(id) == from;
    });
    if (life(input).last != Time(s) || life(output).first != Time(s) || users != 1) return;
    if (slot(input).extent() != slot(output).extent()) return;
    const int32_t merged = place(output);
    life(input).last = life(output).last;
    std::replace(place_.begin(), place_.end(), merged, from);
  }

  void Plan() {
    std::vector<Lifetime> lifetimes;
    std::vector<size_t> index_of(place_.size(), 0);
    for (size_t p = 0; p < place_.size(); ++p) {
      const bool is_merged = place_[p] != static_cast<int32_t>(p);
      if (is_merged || !lives_[p].seen() || record_.slots[p].kind != Slot::Kind::kArena) continue;
      index_of[p] = lifetimes.size();
      lifetimes.push_back({record_.slots[p].extent(), lives_[p].first, lives_[p].last});
    }
    const ArenaPlan plan = PlanArena(lifetimes);
    for (size_t i = 0; i < record_.slots.size(); ++i) {
      if (record_.slots[i].kind != Slot::Kind::kArena) continue;
      record_.slots[i].offset = plan.offsets[index_of[static_cast<size_t>(place_[i])]];
    }
    record_.arena_bytes = plan.bytes;
  }

  const std::vector<ResolvedStep>& steps_;
  ProgramRecord& record_;
  std::vector<int32_t> place_;  // per slot: the slot whose bytes it uses
  std::vector<Life> lives_;     // per place
  std::vector<Life> around_;    // per step: its loop's, if it is in one
};

bool Overlap(const Slot& a, const Slot& b) {
  return a.kind == Slot::Kind::kArena && b.kind == Slot::Kind::kArena &&
         a.offset < b.offset + b.extent() && b.offset < a.offset + a.extent();
}

}  // namespace

void PlaceSlots(const std::vector<ResolvedStep>& steps, Lowered* lowered) {
  Placer(steps, *lowered).Run();
}

bool PlacementSuitsKernels(const ProgramRecord& record, const std::vector<ResolvedStep>& steps) {
  for (size_t s = 0; s < steps.size(); ++s) {
    const Node& node = record.steps[s].node;
    const int allowed = steps[s].kernel.kernel->InPlaceInput();
    for (ValueId out : node.outputs) {
      for (size_t i = 0; out != kNoValue && i < node.inputs.size(); ++i) {
        if (node.inputs[i] == kNoValue) continue;
        const Slot& input = record.slots[static_cast<size_t>(node.inputs[i])];
        const Slot& output = record.slots[static_cast<size_t>(out)];
        const bool in_place = static_cast<int>(i) == allowed && out == node.outputs[0] &&
                              input.offset == output.offset;
        if (Overlap(input, output) && !in_place) return false;
      }
    }
  }
  return true;
}

}  // namespace kairos
