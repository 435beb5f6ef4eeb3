#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "model/check_program.h"
#include "model/loop_range.h"

namespace kairos {
namespace {

using Kind = Slot::Kind;

constexpr int32_t kNobody = -1;

// A range of the arena, or all of an output. Slots of no bytes, of inputs and of constants have
// none: nothing can be written there.
struct Place {
  int32_t output = -1;  // -1: arena
  uint64_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
  friend bool operator==(const Place&, const Place&) = default;
};

class MemoryMap {
 public:
  explicit MemoryMap(const ProgramRecord& program)
      : slots_(program.slots), is_produced_(slots_.size(), false), root_(slots_.size(), kNobody) {
    for (const StepRecord& step : program.steps) {
      for (ValueId id : step.node.outputs) {
        if (id != kNoValue) is_produced_[static_cast<size_t>(id)] = true;
      }
    }
  }

  // `step` counts what runs: a step of a loop has another number in each turn.
  absl::Status Read(ValueId id, size_t step);
  absl::Status Write(const Node& node, size_t step);

 private:
  struct Range {
    uint64_t end;
    int32_t owner;
    size_t written_by;
    size_t read_by = SIZE_MAX;
    int reads = 0;  // by that step
  };

  Place PlaceOf(ValueId id) const;
  absl::Status Put(ValueId id, size_t output, size_t step);
  absl::Status CheckReplaced(const Place& old, const Range& range, const Place& place,
                             size_t output, size_t step) const;

  const std::vector<Slot>& slots_;
  std::vector<bool> is_produced_;
  std::vector<int32_t> root_;  // of views: the slot whose bytes they were first found to have
  // By output (-1: arena) and begin; the ranges of one key.first do not overlap.
  std::map<std::pair<int32_t, uint64_t>, Range> written_;
};

Place MemoryMap::PlaceOf(ValueId id) const {
  if (id == kNoValue) return {};
  const Slot& slot = slots_[static_cast<size_t>(id)];
  const uint64_t bytes = slot.extent();
  if (slot.kind == Kind::kArena) return {-1, slot.offset, slot.offset + bytes};
  if (slot.kind == Kind::kOutput) return {slot.index, 0, bytes};
  return {};
}

absl::Status MemoryMap::Read(ValueId id, size_t step) {
  const Place place = PlaceOf(id);
  if (place.empty()) return absl::OkStatus();
  const auto found = written_.find({place.output, place.begin});
  if (found != written_.end() && found->second.end == place.end) {
    Range& range = found->second;
    int32_t& root = root_[static_cast<size_t>(id)];
    if (root == kNobody) root = is_produced_[static_cast<size_t>(id)] ? id : range.owner;
    range.reads = range.read_by == step ? range.reads + 1 : 1;
    range.read_by = step;
    if (range.owner == root) return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      "slot ", id, " is read from bytes ", place.begin, " to ", place.end,
      place.output < 0 ? std::string(" of the arena") : absl::StrCat(" of output ", place.output),
      ", which hold another value or none; live buffers overlap"));
}

absl::Status MemoryMap::CheckReplaced(const Place& old, const Range& range, const Place& place,
                                      size_t output, size_t step) const {
  if (range.written_by == step) {
    return absl::DataLossError(
        absl::StrCat("output ", output, " overlaps another output, slot ", range.owner));
  }
  const bool in_place = output == 0 && old == place && place.output < 0 && range.reads == 1;
  if (range.read_by != step || in_place) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("output ", output, " overlaps an input, slot ", range.owner));
}

absl::Status MemoryMap::Put(ValueId id, size_t output, size_t step) {
  const Place place = PlaceOf(id);
  if (place.empty()) return absl::OkStatus();
  auto it = written_.lower_bound({place.output, place.begin});
  if (it != written_.begin()) {
    const auto before = std::prev(it);
    if (before->first.first == place.output && before->second.end > place.begin) it = before;
  }
  while (it != written_.end() && it->first.first == place.output && it->first.second < place.end) {
    const Place old{place.output, it->first.second, it->second.end};
    KAIROS_RETURN_IF_ERROR(CheckReplaced(old, it->second, place, output, step));
    it = written_.erase(it);
  }
  written_[{place.output, place.begin}] = {place.end, id, step};
  return absl::OkStatus();
}

absl::Status MemoryMap::Write(const Node& node, size_t step) {
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(Put(node.outputs[i], i, step));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckMemory(const ProgramRecord& program) {
  MemoryMap memory(program);
  const std::vector<StepRecord>& steps = program.steps;
  size_t now = 0;
  for (size_t begin = 0; begin < steps.size();) {
    const size_t end = EndOfLoop(steps, begin);
    for (int turn = 0; turn < (steps[begin].loop >= 0 ? 2 : 1); ++turn) {
      for (size_t s = begin; s < end; ++s, ++now) {
        const Node& node = steps[s].node;
        for (ValueId id : node.inputs) {
          KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("step ", s), memory.Read(id, now)));
        }
        KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("step ", s), memory.Write(node, now)));
      }
    }
    begin = end;
  }
  for (ValueId id : program.outputs) {
    KAIROS_RETURN_IF_ERROR(Annotate("after the last step", memory.Read(id, now)));
  }
  return absl::OkStatus();
}

}  // namespace kairos
