#include <map>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "model/check_program.h"

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

bool Overlap(const Place& a, const Place& b) {
  return a.output == b.output && a.begin < b.end && b.begin < a.end;
}

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

  absl::Status Read(ValueId id);
  absl::Status Write(const Node& node);

 private:
  Place PlaceOf(ValueId id) const;
  absl::Status CheckOutputs(const Node& node) const;
  void Put(ValueId id);

  const std::vector<Slot>& slots_;
  std::vector<bool> is_produced_;
  std::vector<int32_t> root_;  // of views: the slot whose bytes they were first found to have
  struct Range {
    uint64_t end;
    int32_t owner;
  };
  // By output (-1: arena) and begin; the ranges of one key.first do not overlap.
  std::map<std::pair<int32_t, uint64_t>, Range> written_;
};

Place MemoryMap::PlaceOf(ValueId id) const {
  if (id == kNoValue) return {};
  const Slot& slot = slots_[static_cast<size_t>(id)];
  const uint64_t bytes = slot.type.byte_count();
  if (slot.kind == Kind::kArena) return {-1, slot.offset, slot.offset + bytes};
  if (slot.kind == Kind::kOutput) return {slot.index, 0, bytes};
  return {};
}

absl::Status MemoryMap::Read(ValueId id) {
  const Place place = PlaceOf(id);
  if (place.empty()) return absl::OkStatus();
  const auto found = written_.find({place.output, place.begin});
  const bool is_there = found != written_.end() && found->second.end == place.end;
  int32_t& root = root_[static_cast<size_t>(id)];
  if (is_there && root == kNobody) {
    root = is_produced_[static_cast<size_t>(id)] ? id : found->second.owner;
  }
  if (is_there && found->second.owner == root) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "slot ", id, " is read from bytes ", place.begin, " to ", place.end,
      place.output < 0 ? std::string(" of the arena") : absl::StrCat(" of output ", place.output),
      ", which hold another value or none; live buffers overlap"));
}

absl::Status MemoryMap::CheckOutputs(const Node& node) const {
  for (size_t o = 0; o < node.outputs.size(); ++o) {
    const Place output = PlaceOf(node.outputs[o]);
    if (output.empty()) continue;
    int shared = 0;
    for (ValueId id : node.inputs) {
      const Place input = PlaceOf(id);
      if (input.empty() || !Overlap(input, output)) continue;
      const bool in_place = o == 0 && input == output && input.output < 0 && ++shared == 1;
      if (in_place) continue;
      return absl::DataLossError(
          absl::StrCat("output ", o, " (slot ", node.outputs[o], ") overlaps input slot ", id));
    }
    for (size_t p = 0; p < o; ++p) {
      if (!Overlap(PlaceOf(node.outputs[p]), output)) continue;
      return absl::DataLossError(absl::StrCat("outputs ", p, " and ", o, " overlap"));
    }
  }
  return absl::OkStatus();
}

void MemoryMap::Put(ValueId id) {
  const Place place = PlaceOf(id);
  if (place.empty()) return;
  auto it = written_.lower_bound({place.output, place.begin});
  if (it != written_.begin()) {
    const auto before = std::prev(it);
    if (before->first.first == place.output && before->second.end > place.begin) it = before;
  }
  while (it != written_.end() && it->first.first == place.output && it->first.second < place.end) {
    it = written_.erase(it);
  }
  written_[{place.output, place.begin}] = {place.end, id};
}

absl::Status MemoryMap::Write(const Node& node) {
  KAIROS_RETURN_IF_ERROR(CheckOutputs(node));
  for (ValueId id : node.outputs) Put(id);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckMemory(const ProgramRecord& program) {
  MemoryMap memory(program);
  for (size_t s = 0; s < program.steps.size(); ++s) {
    const Node& node = program.steps[s].node;
    for (ValueId id : node.inputs) {
      KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("step ", s), memory.Read(id)));
    }
    KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("step ", s), memory.Write(node)));
  }
  for (ValueId id : program.outputs) {
    KAIROS_RETURN_IF_ERROR(Annotate("after the last step", memory.Read(id)));
  }
  return absl::OkStatus();
}

}  // namespace kairos
