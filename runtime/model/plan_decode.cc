#include "model/plan_decode.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "model/check_program.h"
#include "model/decode.h"
#include "model/format.h"
#include "model/verify.h"
#include "schemas/plan_generated.h"

namespace kairos {
namespace {

template <typename T>
flatbuffers::uoffset_t SizeOf(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

class PlanDecoder {
 public:
  PlanDecoder(const SegmentTable& segments, size_t bytes, Interrupt* interrupt)
      : segments_(segments), decoder_(segments, bytes, interrupt) {}

  absl::StatusOr<Plan> Decode(const fb::Plan& from, const Graph& graph);

 private:
  absl::StatusOr<ProgramRecord> DecodeProgram(const fb::Program& from);
  absl::StatusOr<StepRecord> DecodeStep(const fb::Step& from);
  absl::StatusOr<PackedWeight> DecodePacked(const fb::PackedWeight& from);
  absl::StatusOr<Slot> DecodeSlot(const fb::Slot& from);
  absl::StatusOr<TensorType> DecodeType(const fb::TensorType& from);
  absl::Status DecodeBytes(const flatbuffers::Vector<flatbuffers::Offset<fb::Bytes>>* from,
                           std::vector<std::string>* to);

  const SegmentTable& segments_;
  Decoder decoder_;
};

absl::StatusOr<TensorType> PlanDecoder::DecodeType(const fb::TensorType& from) {
  TensorType type;
  KAIROS_ASSIGN_OR_RETURN(type.dtype, decoder_.DecodeDType(from.dtype()));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.shape(), &type.shape));
  if (from.layout() > fb::MemoryLayout::MAX) {
    return absl::UnimplementedError(
        absl::StrCat("layout ", static_cast<int>(from.layout()), " is not known"));
  }
  type.layout = static_cast<Layout>(from.layout());
  return type;
}

absl::Status PlanDecoder::DecodeBytes(
    const flatbuffers::Vector<flatbuffers::Offset<fb::Bytes>>* from, std::vector<std::string>* to) {
  KAIROS_RETURN_IF_ERROR(decoder_.Charge(SizeOf(from) * sizeof(std::string)));
  to->resize(SizeOf(from));
  for (flatbuffers::uoffset_t i = 0; i < SizeOf(from); ++i) {
    KAIROS_RETURN_IF_ERROR(decoder_.Copy(from->Get(i)->data(), &(*to)[i]));
  }
  return absl::OkStatus();
}

absl::StatusOr<Slot> PlanDecoder::DecodeSlot(const fb::Slot& from) {
  KAIROS_RETURN_IF_ERROR(decoder_.Charge(sizeof(Slot)));
  if (from.kind() > fb::SlotKind::MAX) {
    return absl::UnimplementedError(
        absl::StrCat("slot kind ", static_cast<int>(from.kind()), " is not known"));
  }
  if (from.type() == nullptr) return absl::DataLossError("no type");
  Slot slot;
  slot.kind = static_cast<Slot::Kind>(from.kind());
  KAIROS_ASSIGN_OR_RETURN(slot.type, DecodeType(*from.type()));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.name(), &slot.name));
  slot.offset = from.offset();
  slot.index = from.index();
  slot.turns = from.turns();
  if (slot.kind != Slot::Kind::kConstant) return slot;
  slot.constant.type = slot.type;
  if (from.segment() >= 0) {
    KAIROS_ASSIGN_OR_RETURN(slot.constant, segments_.MakeConstant(slot.type, from.segment()));
  }
  return slot;
}

absl::StatusOr<PackedWeight> PlanDecoder::DecodePacked(const fb::PackedWeight& from) {
  KAIROS_RETURN_IF_ERROR(decoder_.Charge(sizeof(PackedWeight)));
  PackedWeight packed;
  packed.input = from.input();
  if (SizeOf(from.layout()) > kMaxStringBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("layout name of ", from.layout()->size(),
                                                     " bytes exceeds the limit ", kMaxStringBytes));
  }
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.layout(), &packed.layout));
  packed.bytes.type = {DType::kUint8, {0}, Layout::kPlain};
  if (from.segment() >= 0) {
    KAIROS_ASSIGN_OR_RETURN(const absl::Span<const std::byte> bytes,
                            segments_.Bytes(from.segment()));
    packed.bytes.type.shape = {static_cast<int64_t>(bytes.size())};
    KAIROS_ASSIGN_OR_RETURN(packed.bytes,
                            segments_.MakeConstant(packed.bytes.type, from.segment()));
  }
  return packed;
}

absl::StatusOr<StepRecord> PlanDecoder::DecodeStep(const fb::Step& from) {
  KAIROS_RETURN_IF_ERROR(decoder_.Charge(sizeof(StepRecord)));
  StepRecord step;
  if (from.node() == nullptr) return absl::DataLossError("no node");
  KAIROS_ASSIGN_OR_RETURN(step.node, decoder_.DecodeNode(*from.node()));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.backend(), &step.backend));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.kernel(), &step.kernel));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.frozen(), &step.frozen));
  KAIROS_RETURN_IF_ERROR(DecodeBytes(from.known(), &step.known));
  step.loop = from.loop();
  for (flatbuffers::uoffset_t i = 0; i < SizeOf(from.packed()); ++i) {
    absl::StatusOr<PackedWeight> packed = DecodePacked(*from.packed()->Get(i));
    if (!packed.ok()) return Annotate(absl::StrCat("packed weight ", i), packed.status());
    step.packed.push_back(*std::move(packed));
  }
  return step;
}

absl::StatusOr<ProgramRecord> PlanDecoder::DecodeProgram(const fb::Program& from) {
  ProgramRecord program;
  for (flatbuffers::uoffset_t i = 0; i < SizeOf(from.inputs()); ++i) {
    KAIROS_RETURN_IF_ERROR(decoder_.Charge(sizeof(TensorType)));
    absl::StatusOr<TensorType> type = DecodeType(*from.inputs()->Get(i));
    if (!type.ok()) return Annotate(absl::StrCat("input ", i), type.status());
    program.signature.inputs.push_back(*std::move(type));
  }
  KAIROS_RETURN_IF_ERROR(DecodeBytes(from.values(), &program.signature.values));
  for (flatbuffers::uoffset_t i = 0; i < SizeOf(from.slots()); ++i) {
    absl::StatusOr<Slot> slot = DecodeSlot(*from.slots()->Get(i));
    if (!slot.ok()) return Annotate(absl::StrCat("slot ", i), slot.status());
    program.slots.push_back(*std::move(slot));
  }
  for (flatbuffers::uoffset_t i = 0; i < SizeOf(from.steps()); ++i) {
    absl::StatusOr<StepRecord> step = DecodeStep(*from.steps()->Get(i));
    if (!step.ok()) return Annotate(absl::StrCat("step ", i), step.status());
    program.steps.push_back(*std::move(step));
  }
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.loop_turns(), &program.loop_turns));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.outputs(), &program.outputs));
  program.arena_bytes = from.arena_bytes();
  program.scratch_bytes = from.scratch_bytes();
  program.threads = from.threads();
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.region(), &program.signature.region));
  return program;
}

absl::StatusOr<Plan> PlanDecoder::Decode(const fb::Plan& from, const Graph& graph) {
  Plan plan;
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.backend_order(), &plan.backend_order));
  KAIROS_RETURN_IF_ERROR(decoder_.DecodeProperties(from.fingerprint(), &plan.fingerprint));
  KAIROS_RETURN_IF_ERROR(decoder_.Copy(from.passes(), &plan.passes));
  plan.threads = from.threads();
  for (flatbuffers::uoffset_t i = 0; i < SizeOf(from.programs()); ++i) {
    absl::StatusOr<ProgramRecord> program = DecodeProgram(*from.programs()->Get(i));
    if (!program.ok()) return Annotate(absl::StrCat("program ", i), program.status());
    plan.programs.push_back(*std::move(program));
  }
  KAIROS_RETURN_IF_ERROR(CheckPlan(plan, graph));
  return plan;
}

}  // namespace

absl::StatusOr<Plan> DecodePlan(absl::Span<const std::byte> bytes, const SegmentTable& segments,
                                const Graph& graph, uint64_t model_digest, Interrupt* interrupt) {
  KAIROS_RETURN_IF_ERROR(VerifyFlatBuffer<fb::Plan>(bytes, kPlanIdentifier));
  const fb::Plan& from = *flatbuffers::GetRoot<fb::Plan>(bytes.data());
  if (from.format_version() < 1 || from.format_version() > kPlanFormatVersion) {
    return absl::UnimplementedError(absl::StrCat("format version ", from.format_version(),
                                                 " is not known, expected 1 to ",
                                                 kPlanFormatVersion, "; compile the plan again"));
  }
  if (from.model_digest() != model_digest) {
    return absl::FailedPreconditionError(
        absl::StrCat("made for another model, got digest ", absl::Hex(from.model_digest()),
                     ", expected ", absl::Hex(model_digest), "; compile the plan again"));
  }
  return PlanDecoder(segments, bytes.size(), interrupt).Decode(from, graph);
}

}  // namespace kairos
