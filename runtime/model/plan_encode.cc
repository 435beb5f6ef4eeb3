#include "model/plan_encode.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "model/encode.h"
#include "model/format.h"
#include "schemas/plan_generated.h"

namespace kairos {
namespace {

constexpr int32_t kNoSegment = -1;

// The oldest that says all of it.
uint32_t FormatVersion(const Plan& plan) {
  const auto any = [&](auto&& is) {
    return std::any_of(plan.programs.begin(), plan.programs.end(), is);
  };
  if (any([](const ProgramRecord& program) { return !program.loop_turns.empty(); })) return 3;
  return any([](const ProgramRecord& program) { return !program.signature.region.empty(); }) ? 2
                                                                                             : 1;
}

template <typename Table>
using TableOr = absl::StatusOr<flatbuffers::Offset<Table>>;

class PlanEncoder {
 public:
  explicit PlanEncoder(SegmentWriter& segments) : encoder_(segments) {}

  TableOr<fb::Plan> Encode(const Plan& plan, uint64_t model_digest);
  flatbuffers::FlatBufferBuilder& builder() { return encoder_.builder(); }

 private:
  using BytesVector = flatbuffers::Vector<flatbuffers::Offset<fb::Bytes>>;

  TableOr<fb::Program> EncodeProgram(const ProgramRecord& program);
  TableOr<fb::Step> EncodeStep(const StepRecord& step);
  TableOr<fb::PackedWeight> EncodePacked(const PackedWeight& packed);
  TableOr<fb::Slot> EncodeSlot(const Slot& slot);
  flatbuffers::Offset<fb::TensorType> EncodeType(const TensorType& type);
  TableOr<BytesVector> EncodeBytes(const std::vector<std::string>& items);
  absl::StatusOr<int32_t> SegmentOf(const TensorType& type, const Constant& constant);

  Encoder encoder_;
};

flatbuffers::Offset<fb::TensorType> PlanEncoder::EncodeType(const TensorType& type) {
  const auto shape = encoder_.Vector(type.shape);
  return fb::CreateTensorType(builder(), static_cast<uint8_t>(type.dtype), shape,
                              static_cast<fb::MemoryLayout>(type.layout));
}

TableOr<PlanEncoder::BytesVector> PlanEncoder::EncodeBytes(const std::vector<std::string>& items) {
  std::vector<flatbuffers::Offset<fb::Bytes>> encoded;
  for (const std::string& item : items) {
    KAIROS_RETURN_IF_ERROR(encoder_.Check(item.size()));
    encoded.push_back(fb::CreateBytes(builder(), encoder_.Bytes(item)));
  }
  return encoder_.Vector(encoded);
}

absl::StatusOr<int32_t> PlanEncoder::SegmentOf(const TensorType& type, const Constant& constant) {
  if (constant.data == nullptr) return kNoSegment;
  KAIROS_ASSIGN_OR_RETURN(const uint32_t segment,
                          encoder_.AddConstant({type, constant.data, nullptr}));
  return static_cast<int32_t>(segment);
}

TableOr<fb::Slot> PlanEncoder::EncodeSlot(const Slot& slot) {
  int32_t segment = kNoSegment;
  if (slot.kind == Slot::Kind::kConstant) {
    KAIROS_ASSIGN_OR_RETURN(segment, SegmentOf(slot.type, slot.constant));
  }
  const auto type = EncodeType(slot.type);
  const auto name = encoder_.String(slot.name);
  KAIROS_RETURN_IF_ERROR(encoder_.Check());
  return fb::CreateSlot(builder(), static_cast<fb::SlotKind>(slot.kind), type, name, slot.offset,
                        slot.index, segment, slot.turns);
}

TableOr<fb::PackedWeight> PlanEncoder::EncodePacked(const PackedWeight& packed) {
  KAIROS_ASSIGN_OR_RETURN(const int32_t segment, SegmentOf(packed.bytes.type, packed.bytes));
  KAIROS_RETURN_IF_ERROR(encoder_.Check(packed.layout.size()));
  return fb::CreatePackedWeight(builder(), packed.input, encoder_.Bytes(packed.layout), segment);
}

TableOr<fb::Step> PlanEncoder::EncodeStep(const StepRecord& step) {
  KAIROS_ASSIGN_OR_RETURN(const auto node, encoder_.EncodeNode(step.node));
  const auto backend = encoder_.String(step.backend);
  const auto kernel = encoder_.String(step.kernel);
  KAIROS_RETURN_IF_ERROR(encoder_.Check(step.frozen.size()));
  const auto frozen = encoder_.Bytes(step.frozen);
  KAIROS_ASSIGN_OR_RETURN(const auto known, EncodeBytes(step.known));
  std::vector<flatbuffers::Offset<fb::PackedWeight>> packed;
  for (const PackedWeight& weight : step.packed) {
    KAIROS_ASSIGN_OR_RETURN(packed.emplace_back(), EncodePacked(weight));
  }
  return fb::CreateStep(builder(), node, backend, kernel, frozen, known, encoder_.Vector(packed),
                        step.loop);
}

TableOr<fb::Program> PlanEncoder::EncodeProgram(const ProgramRecord& program) {
  std::vector<flatbuffers::Offset<fb::TensorType>> inputs;
  for (const TensorType& type : program.signature.inputs) inputs.push_back(EncodeType(type));
  const auto inputs_offset = encoder_.Vector(inputs);
  KAIROS_ASSIGN_OR_RETURN(const auto values, EncodeBytes(program.signature.values));
  std::vector<flatbuffers::Offset<fb::Slot>> slots;
  for (size_t i = 0; i < program.slots.size(); ++i) {
    TableOr<fb::Slot> slot = EncodeSlot(program.slots[i]);
    if (!slot.ok()) return Annotate(absl::StrCat("slot ", i), slot.status());
    slots.push_back(*slot);
  }
  std::vector<flatbuffers::Offset<fb::Step>> steps;
  for (size_t i = 0; i < program.steps.size(); ++i) {
    TableOr<fb::Step> step = EncodeStep(program.steps[i]);
    if (!step.ok()) return Annotate(absl::StrCat("step ", i), step.status());
    steps.push_back(*step);
  }
  const auto slots_offset = encoder_.Vector(slots);
  const auto steps_offset = encoder_.Vector(steps);
  const auto outputs = encoder_.Vector(program.outputs);
  const auto region = encoder_.String(program.signature.region);
  const auto loop_turns = encoder_.Vector(program.loop_turns);
  return fb::CreateProgram(builder(), inputs_offset, values, slots_offset, steps_offset, outputs,
                           program.arena_bytes, program.scratch_bytes, program.threads, region,
                           loop_turns);
}

TableOr<fb::Plan> PlanEncoder::Encode(const Plan& plan, uint64_t model_digest) {
  std::vector<flatbuffers::Offset<fb::Program>> programs;
  for (size_t i = 0; i < plan.programs.size(); ++i) {
    TableOr<fb::Program> program = EncodeProgram(plan.programs[i]);
    if (!program.ok()) return Annotate(absl::StrCat("program ", i), program.status());
    programs.push_back(*program);
  }
  std::vector<flatbuffers::Offset<flatbuffers::String>> passes;
  for (const std::string& pass : plan.passes) passes.push_back(encoder_.Name(pass));
  const auto backend_order = encoder_.String(plan.backend_order);
  KAIROS_ASSIGN_OR_RETURN(const auto fingerprint, encoder_.Properties(plan.fingerprint));
  const auto passes_offset = encoder_.Vector(passes);
  return fb::CreatePlan(builder(), FormatVersion(plan), model_digest, backend_order, fingerprint,
                        passes_offset, plan.threads, encoder_.Vector(programs));
}

}  // namespace

absl::StatusOr<flatbuffers::DetachedBuffer> EncodePlan(const Plan& plan, uint64_t model_digest,
                                                       SegmentWriter& segments) {
  PlanEncoder encoder(segments);
  KAIROS_ASSIGN_OR_RETURN(const auto root, encoder.Encode(plan, model_digest));
  encoder.builder().Finish(root, kPlanIdentifier);
  return encoder.builder().Release();
}

}  // namespace kairos
