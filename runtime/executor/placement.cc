#include "executor/placement.h"

#include <algorithm>

#include "executor/memory_planner.h"

namespace kairos {
namespace {

class Placer {
 public:
  Placer(const std::vector<ResolvedStep>& steps, Lowered& lowered)
      : steps_(steps),
        record_(lowered.record),
        place_(lowered.root),
        last_use_(place_.size(), -1) {}

  void Run() {
    for (size_t s = 0; s < record_.steps.size(); ++s) {
      for (ValueId id : record_.steps[s].node.inputs) Touch(id, s);
      for (ValueId id : record_.steps[s].node.outputs) Touch(id, s);
    }
    for (size_t s = 0; s < record_.steps.size(); ++s) ShareInPlace(s);
    Plan();
  }

 private:
  int32_t place(ValueId id) const { return place_[static_cast<size_t>(id)]; }
  const Slot& slot(ValueId id) const { return record_.slots[static_cast<size_t>(id)]; }

  void Touch(ValueId id, size_t step) {
    if (id != kNoValue) last_use_[static_cast<size_t>(place(id))] = static_cast<int32_t>(step);
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
    if (last_use_[static_cast<size_t>(from)] != static_cast<int32_t>(s) || users != 1) return;
    if (slot(input).type.byte_count() != slot(output).type.byte_count()) return;
    const int32_t merged = place(output);
    last_use_[static_cast<size_t>(from)] = last_use_[static_cast<size_t>(merged)];
    std::replace(place_.begin(), place_.end(), merged, from);
  }

  void Plan() {
    std::vector<int32_t> first(place_.size(), -1);
    for (size_t s = 0; s < record_.steps.size(); ++s) {
      for (ValueId id : record_.steps[s].node.outputs) {
        if (id == kNoValue) continue;
        int32_t& at = first[static_cast<size_t>(place(id))];
        if (at < 0) at = static_cast<int32_t>(s);
      }
    }
    std::vector<Lifetime> lifetimes;
    std::vector<size_t> index_of(place_.size(), 0);
    for (size_t p = 0; p < place_.size(); ++p) {
      if (first[p] < 0 || record_.slots[p].kind != Slot::Kind::kArena) continue;
      index_of[p] = lifetimes.size();
      lifetimes.push_back({record_.slots[p].type.byte_count(), first[p], last_use_[p]});
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
  std::vector<int32_t> place_;     // per slot: the slot whose bytes it uses
  std::vector<int32_t> last_use_;  // per place
};

bool Overlap(const Slot& a, const Slot& b) {
  return a.kind == Slot::Kind::kArena && b.kind == Slot::Kind::kArena &&
         a.offset < b.offset + b.type.byte_count() && b.offset < a.offset + a.type.byte_count();
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
