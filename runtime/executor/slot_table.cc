#include "executor/slot_table.h"

#include <utility>

namespace kairos {

int32_t SlotTable::New(Slot::Kind kind, TensorType type, std::string name) {
  Slot slot;
  slot.kind = kind;
  slot.type = std::move(type);
  slot.name = std::move(name);
  lowered_.record.slots.push_back(std::move(slot));
  lowered_.root.push_back(static_cast<int32_t>(lowered_.root.size()));
  return lowered_.root.back();
}

int32_t SlotTable::NewConstant(Constant constant, std::string name) {
  const int32_t slot = New(Slot::Kind::kConstant, constant.type, std::move(name));
  at(slot).constant = std::move(constant);
  return slot;
}

int32_t SlotTable::NewView(int32_t of, TensorType type, std::string name) {
  const int32_t root = lowered_.root[static_cast<size_t>(of)];
  Slot slot = at(root);
  slot.turns = at(of).turns;
  slot.type = std::move(type);
  slot.name = std::move(name);
  slot.constant.type = slot.type;
  lowered_.record.slots.push_back(std::move(slot));
  lowered_.root.push_back(root);
  return static_cast<int32_t>(lowered_.root.size()) - 1;
}

int32_t SlotTable::NewWindow(int32_t whole, int32_t turns) {
  const int32_t window = NewView(whole, PartOf(at(whole).type, turns), at(whole).name);
  at(window).turns = turns;
  return window;
}

}  // namespace kairos
