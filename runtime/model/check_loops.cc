#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "model/check_program.h"

namespace kairos {
namespace {

absl::Status CheckSlotTurns(const Slot& slot) {
  if (slot.turns == 1) return absl::OkStatus();
  const auto bytes = static_cast<int64_t>(slot.type.byte_count());
  if (slot.turns > 1 && slot.kind != Slot::Kind::kConstant &&
      CheckedMul(bytes, slot.turns).has_value()) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("turns is ", slot.turns, " for ", slot.type.ToString(),
                                          ", expected 1, or more for what a run writes"));
}

// A loop runs over parts of a batch, so it has no more turns than an input has items: turns over
// nothing would take for ever.
absl::Status CheckTurns(int32_t turns, const Signature& signature) {
  int64_t most = 0;
  for (const TensorType& type : signature.inputs) {
    for (int64_t size : type.shape) most = std::max(most, size);
  }
  if (turns >= 2 && turns <= most) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("turns is ", turns, ", expected 2 to ", most));
}

absl::Status CheckStepTurns(const StepRecord& step, int32_t turns, const std::vector<Slot>& slots) {
  for (const std::vector<ValueId>* ids : {&step.node.inputs, &step.node.outputs}) {
    for (ValueId id : *ids) {
      if (id == kNoValue) continue;
      const int32_t its = slots[static_cast<size_t>(id)].turns;
      if (its == 1 || its == turns) continue;
      return absl::DataLossError(
          absl::StrCat("slot ", id, " has ", its, " turns, expected 1 or ", turns));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSlotsOfLoops(const ProgramRecord& program) {
  for (size_t i = 0; i < program.slots.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("slot ", i), CheckSlotTurns(program.slots[i])));
  }
  return absl::OkStatus();
}

absl::Status CheckLoops(const ProgramRecord& program) {
  for (size_t i = 0; i < program.loop_turns.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("loop ", i), CheckTurns(program.loop_turns[i], program.signature)));
  }
  std::vector<bool> ended(program.loop_turns.size(), false);
  int32_t current = -1;
  for (size_t s = 0; s < program.steps.size(); ++s) {
    const StepRecord& step = program.steps[s];
    const auto loop = static_cast<size_t>(step.loop);
    if (step.loop != current) {
      if (current >= 0) ended[static_cast<size_t>(current)] = true;
      if (step.loop < -1 || (step.loop >= 0 && (loop >= ended.size() || ended[loop]))) {
        return absl::DataLossError(absl::StrCat("step ", s, ": loop is ", step.loop,
                                                ", expected -1, or one of ", ended.size(),
                                                " loops whose steps stand together"));
      }
      current = step.loop;
    }
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("step ", s),
                 CheckStepTurns(step, current < 0 ? 1 : program.loop_turns[loop], program.slots)));
  }
  return absl::OkStatus();
}

}  // namespace kairos
