#include "executor/memory_of.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/checked.h"

namespace kairos {
namespace {

// Disjoint ranges of bytes.
class Ranges {
 public:
  void Add(uint64_t begin, uint64_t end) {
    if (begin == end) return;
    auto it = ends_.upper_bound(begin);
    if (it != ends_.begin() && std::prev(it)->second >= begin) --it;
    while (it != ends_.end() && it->first <= end) {
      begin = std::min(begin, it->first);
      end = std::max(end, it->second);
      bytes_ -= it->second - it->first;
      it = ends_.erase(it);
    }
    ends_[begin] = end;
    bytes_ += end - begin;
  }
  void Remove(uint64_t begin, uint64_t end) {
    auto it = ends_.upper_bound(begin);
    if (it != ends_.begin() && std::prev(it)->second > begin) --it;
    while (it != ends_.end() && it->first < end) {
      const auto [first, last] = *it;
      bytes_ -= last - first;
      it = ends_.erase(it);
      if (first < begin) Add(first, begin);
      if (last > end) Add(end, last);
    }
  }
  uint64_t bytes() const { return bytes_; }

 private:
  std::map<uint64_t, uint64_t> ends_;  // by begin
  uint64_t bytes_ = 0;
};

template <typename F>
void ForEachArenaSlot(const ProgramRecord& record, const std::vector<ValueId>& ids, const F& f) {
  for (ValueId id : ids) {
    if (id == kNoValue) continue;
    const Slot& slot = record.slots[static_cast<size_t>(id)];
    if (slot.kind != Slot::Kind::kArena) continue;
    f(slot.offset, slot.offset + AlignUp(slot.extent(), kAlignment));
  }
}

// Bytes by what identifies them.
using Sizes = std::map<std::pair<const void*, std::string>, uint64_t>;

uint64_t SumOf(const Sizes& sizes) {
  uint64_t bytes = 0;
  for (const auto& [identity, size] : sizes) bytes += size;
  return bytes;
}

void AddConstant(const Constant& constant, Sizes* sizes) {
  if (constant.data != nullptr) (*sizes)[{constant.data, ""}] = constant.type.byte_count();
}

struct Weights {
  Sizes as_they_are;  // that steps read in plain form
  Sizes ready;        // forms that the record has
  Sizes packed;       // forms to be made
  Sizes packed_from;
};

Weights WeightsOf(const Program& program) {
  Weights weights;
  for (size_t s = 0; s < program.steps.size(); ++s) {
    const StepRecord& step = program.record.steps[s];
    const absl::Span<const PackedInput> wanted = program.steps[s].kernel.kernel->packed_inputs();
    for (size_t i = 0; i < step.node.inputs.size(); ++i) {
      if (step.node.inputs[i] == kNoValue) continue;
      const Slot& slot = program.record.slots[static_cast<size_t>(step.node.inputs[i])];
      if (slot.kind != Slot::Kind::kConstant) continue;
      const auto form = std::find_if(wanted.begin(), wanted.end(), [&](const PackedInput& input) {
        return input.input == static_cast<int>(i);
      });
      if (form == wanted.end()) {
        AddConstant(slot.constant, &weights.as_they_are);
        continue;
      }
      if (const PackedWeight* ready = FindPacked(step, *form)) {
        AddConstant(ready->bytes, &weights.ready);
        continue;
      }
      // One whose plain form the record lacks is found by its name.
      const std::string name = slot.constant.data == nullptr ? slot.name : "";
      weights.packed[{slot.constant.data, name + "/" + form->layout}] = form->bytes;
      weights.packed_from[{slot.constant.data, name}] = slot.type.byte_count();
    }
  }
  return weights;
}

MemoryPlan MemoryOfRun(const Program& program) {
  MemoryPlan memory;
  memory.arena_bytes = program.record.arena_bytes;
  memory.scratch_bytes = program.scratch_bytes;
  memory.least_arena_bytes = LeastArenaBytes(program.record);
  memory.naive_arena_bytes = NaiveArenaBytes(program.record);
  return memory;
}

}  // namespace

MemoryPlan MemoryOfReady(const Program& program) {
  Weights weights = WeightsOf(program);
  MemoryPlan memory = MemoryOfRun(program);
  memory.ready = true;
  memory.packed_bytes = SumOf(weights.packed);
  weights.as_they_are.merge(weights.ready);
  weights.as_they_are.merge(weights.packed_from);
  memory.weights_bytes = SumOf(weights.as_they_are);
  return memory;
}

MemoryPlan MemoryOfRecorded(const Program& program, const Graph& model, const Graph& prepared) {
  MemoryPlan memory = MemoryOfRun(program);
  memory.packed_bytes = SumOf(WeightsOf(program).packed);
  Sizes in_file, folded;
  for (const Value& value : model.values) {
    if (value.constant.has_value()) AddConstant(*value.constant, &in_file);
  }
  for (const Value& value : prepared.values) {
    if (value.constant.has_value()) AddConstant(*value.constant, &folded);
  }
  for (const Slot& slot : program.record.slots) {
    if (slot.kind == Slot::Kind::kConstant) AddConstant(slot.constant, &folded);
  }
  for (const auto& [identity, bytes] : in_file) folded.erase(identity);
  memory.weights_bytes = SumOf(in_file);
  memory.folded_bytes = SumOf(folded);
  return memory;
}

uint64_t LeastArenaBytes(const ProgramRecord& record) {
  // Backwards: which bytes will be read, and not written before that.
  Ranges alive;
  uint64_t most = 0;
  for (auto step = record.steps.rbegin(); step != record.steps.rend(); ++step) {
    const auto add = [&](uint64_t begin, uint64_t end) { alive.Add(begin, end); };
    ForEachArenaSlot(record, step->node.outputs, add);
    ForEachArenaSlot(record, step->node.inputs, add);
    most = std::max(most, alive.bytes());
    ForEachArenaSlot(record, step->node.outputs,
                     [&](uint64_t begin, uint64_t end) { alive.Remove(begin, end); });
    ForEachArenaSlot(record, step->node.inputs, add);
  }
  return most;
}

uint64_t NaiveArenaBytes(const ProgramRecord& record) {
  uint64_t bytes = 0;
  for (const StepRecord& step : record.steps) {
    ForEachArenaSlot(record, step.node.outputs,
                     [&](uint64_t begin, uint64_t end) { bytes += end - begin; });
  }
  return bytes;
}

}  // namespace kairos
