// The slots of a Program that is being lowered, and which of them hold a value.
#ifndef KAIROS_RUNTIME_EXECUTOR_SLOT_TABLE_H_
#define KAIROS_RUNTIME_EXECUTOR_SLOT_TABLE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "executor/lowering.h"

namespace kairos {

// Of a value, by layout.
using LayoutSlots = std::array<int32_t, 2>;
inline constexpr int32_t kNoSlot = -1;
inline constexpr LayoutSlots kNoSlots = {kNoSlot, kNoSlot};

inline bool IsChannelsLastOnly(const LayoutSlots& slots) {
  return slots[static_cast<size_t>(Layout::kPlain)] == kNoSlot &&
         slots[static_cast<size_t>(Layout::kChannelsLast)] != kNoSlot;
}

class SlotTable {
 public:
  SlotTable(size_t value_count, Lowered& lowered)
      : lowered_(lowered), wholes_(value_count, kNoSlots), parts_(value_count, kNoSlots) {}

  Slot& at(int32_t slot) { return lowered_.record.slots[static_cast<size_t>(slot)]; }
  // The slots of a value, and of that part of it which a turn of the loop takes.
  LayoutSlots& whole(ValueId id) { return wholes_[static_cast<size_t>(id)]; }
  LayoutSlots& part(ValueId id) { return parts_[static_cast<size_t>(id)]; }
  // Another loop begins.
  void ForgetParts() { parts_.assign(parts_.size(), kNoSlots); }

  int32_t New(Slot::Kind kind, TensorType type, std::string name);
  int32_t NewConstant(Constant constant, std::string name);
  // Of another type over the same bytes, moving on in turns if that one does.
  int32_t NewView(int32_t of, TensorType type, std::string name);
  // On a slot that holds all of a value.
  int32_t NewWindow(int32_t whole, int32_t turns);

 private:
  Lowered& lowered_;
  std::vector<LayoutSlots> wholes_, parts_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_SLOT_TABLE_H_
