#include "executor/relatives.h"

#include <cstring>
#include <memory>

#include "base/hash.h"
#include "executor/inline_branch.h"

namespace kairos {

Relatives::Relatives(RelatedPlans related, KeyOf key_of, Prepare prepare)
    : related_(std::move(related)), prepare_(std::move(prepare)) {
  for (const Plan* plan : related_.plans) {
    for (const ProgramRecord& program : plan->programs) {
      for (const StepRecord& step : program.steps) {
        steps_.try_emplace(key_of(step, program.slots), &step);
      }
    }
  }
}

const StepRecord* Relatives::Step(const std::string& key) const {
  const auto found = steps_.find(key);
  return found == steps_.end() ? nullptr : found->second;
}

WeightBytes Relatives::Packed(const void* plain, size_t plain_bytes, const PackedInput& wanted) {
  if (empty()) return {};
  if (!packings_found_) FindPackings();
  const auto found = packings_.find({HashOf(plain, plain_bytes), plain_bytes, wanted.layout});
  if (found == packings_.end() || found->second.packed_bytes != wanted.bytes ||
      std::memcmp(found->second.plain.data, plain, plain_bytes) != 0) {
    return {};
  }
  return found->second.packed;
}

uint64_t Relatives::HashOf(const void* plain, size_t bytes) {
  const auto [entry, is_new] = hashes_.try_emplace({plain, bytes});
  if (is_new) entry->second = ContentHash(plain, bytes);
  return entry->second;
}

void Relatives::FindPackings() {
  packings_found_ = true;
  for (const Plan* plan : related_.plans) FindPackings(*plan);
}

void Relatives::FindPackings(const Plan& plan) {
  // Plans keep most weights packed only; the plain ones are where these were made from.
  std::shared_ptr<const PreparedGraph> prepared;
  if (std::optional<PreparedGraph> made = prepare_(*related_.model, plan.passes)) {
    prepared = std::make_shared<const PreparedGraph>(*std::move(made));
  }
  for (const ProgramRecord& program : plan.programs) {
    for (const StepRecord& step : program.steps) {
      for (const PackedWeight& packed : step.packed) {
        if (packed.bytes.data == nullptr) continue;
        const ValueId input = step.node.inputs[static_cast<size_t>(packed.input)];
        const Slot& slot = program.slots[static_cast<size_t>(input)];
        const size_t bytes = slot.type.byte_count();
        WeightBytes plain{slot.constant.data, slot.constant.owner};
        if (plain.data == nullptr && prepared != nullptr) {
          const Constant* found = FindInlinedConstant(prepared->graph, slot.name);
          if (found != nullptr && found->type.byte_count() == bytes)
            plain = {found->data, prepared};
        }
        if (plain.data == nullptr) continue;
        const ContentAndLayout key(HashOf(plain.data, bytes), bytes, packed.layout);
        packings_.try_emplace(key, Packing{plain,
                                           {packed.bytes.data, packed.bytes.owner},
                                           packed.bytes.type.byte_count()});
      }
    }
  }
}

}  // namespace kairos
