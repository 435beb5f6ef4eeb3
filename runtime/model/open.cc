#include "model/open.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "base/aligned_buffer.h"
#include "base/printable.h"
#include "base/status_macros.h"
#include "model/decode.h"
#include "model/digest.h"
#include "model/format.h"
#include "model/interrupt.h"
#include "model/phase_timer.h"
#include "model/plan_decode.h"
#include "model/verify.h"

namespace kairos {
namespace {

constexpr size_t kIdentifierOffset = 4;
constexpr size_t kIdentifierBytes = 4;

// ONNX files open with field 1, the IR version: a small number.
bool LooksLikeOnnx(absl::Span<const std::byte> file) {
  return file[0] == std::byte{0x08} && file[1] > std::byte{0} && file[1] < std::byte{0x20};
}

absl::Status CheckIdentifier(absl::Span<const std::byte> file) {
  if (file.size() < kMinModelBytes) {
    return absl::DataLossError(absl::StrCat("not a model, got ", file.size(),
                                            " bytes, expected at least ", kMinModelBytes));
  }
  const absl::string_view found(reinterpret_cast<const char*>(file.data()) + kIdentifierOffset,
                                kIdentifierBytes);
  if (found == kModelIdentifier) return absl::OkStatus();
  if (LooksLikeOnnx(file)) {
    return absl::DataLossError(
        absl::StrCat("not a model file, looks like ONNX, expected identifier '", kModelIdentifier,
                     "'; convert it with rtconvert"));
  }
  return absl::DataLossError(absl::StrCat("not a model file, got identifier '", Printable(found),
                                          "', expected '", kModelIdentifier, "'"));
}

absl::Status CheckVersion(const fb::Model& model) {
  if (model.format_version() < 1 || model.format_version() > kModelFormatVersion) {
    return absl::UnimplementedError(
        absl::StrCat("format version ", model.format_version(), " is not known, expected 1 to ",
                     kModelFormatVersion, "; convert the model again or update Kairos"));
  }
  if (model.opset() != kOpset) {
    return absl::UnimplementedError(absl::StrCat("opset ", model.opset(),
                                                 " is not supported, expected ", kOpset,
                                                 "; convert the model again"));
  }
  return absl::OkStatus();
}

// `left`: bytes that plans may still take. Segments may overlap, and decoding the same bytes again
// and again would take long.
absl::StatusOr<Plan> DecodePlanSegment(uint32_t segment, const SegmentTable& segments,
                                       const Model::Impl& impl, Interrupt& interrupt,
                                       uint64_t* left) {
  KAIROS_ASSIGN_OR_RETURN(const absl::Span<const std::byte> bytes, segments.Bytes(segment));
  if (bytes.size() > *left) {
    return absl::DataLossError(
        absl::StrCat("plans have more bytes than all segments, ", segments.total_bytes()));
  }
  *left -= bytes.size();
  return DecodePlan(bytes, segments, impl.graph, DigestOf(impl), &interrupt);
}

// Only an interruption is an error.
absl::Status DecodePlans(const fb::Model& model, const SegmentTable& segments, Interrupt& interrupt,
                         Model::Impl* impl) {
  if (model.plans() == nullptr) return absl::OkStatus();
  if (model.plans()->size() > kMaxPlans) {
    impl->plan_problems.push_back(
        absl::StrCat("plans: got ", model.plans()->size(), ", expected at most ", kMaxPlans));
    return absl::OkStatus();
  }
  uint64_t left = segments.total_bytes();
  for (flatbuffers::uoffset_t i = 0; i < model.plans()->size(); ++i) {
    KAIROS_RETURN_IF_ERROR(interrupt.Ask());
    absl::StatusOr<Plan> plan =
        DecodePlanSegment(model.plans()->Get(i), segments, *impl, interrupt, &left);
    KAIROS_RETURN_IF_ERROR(interrupt.refusal());
    if (plan.ok()) {
      impl->plans.push_back(*std::move(plan));
    } else {
      impl->plan_problems.push_back(absl::StrCat("plan ", i, ": ", plan.status().message()));
    }
  }
  return absl::OkStatus();
}

// Of distinct constants; equal ones are stored once.
uint64_t WeightBytes(const Graph& graph) {
  absl::flat_hash_set<const void*> seen;
  uint64_t bytes = 0;
  for (const Value& value : graph.values) {
    if (!value.constant.has_value() || !seen.insert(value.constant->data).second) continue;
    bytes += value.constant->type.byte_count();
  }
  return bytes;
}

// `file` is 8-byte aligned.
absl::StatusOr<std::unique_ptr<Model::Impl>> OpenAligned(absl::Span<const std::byte> file,
                                                         std::shared_ptr<const void> owner,
                                                         bool weights_usable,
                                                         Interrupt& interrupt) {
  PhaseTimer timer;
  KAIROS_RETURN_IF_ERROR(interrupt.Ask());
  KAIROS_RETURN_IF_ERROR(VerifyFlatBuffer<fb::Model>(file, kModelIdentifier));
  const fb::Model& model = *flatbuffers::GetRoot<fb::Model>(file.data());
  KAIROS_RETURN_IF_ERROR(CheckVersion(model));
  if (model.graph() == nullptr) return absl::DataLossError("no graph");
  KAIROS_ASSIGN_OR_RETURN(const SegmentTable segments,
                          SegmentTable::Make(file, std::move(owner), model));
  if (segments.size() > 0 && !weights_usable) {
    return absl::InvalidArgumentError(absl::StrCat(
        "bytes of a model with weights must be aligned to ", kSegmentAlignment, " bytes"));
  }
  auto impl = std::make_unique<Model::Impl>();
  const uint64_t graph_bytes =
      std::min<uint64_t>(file.size(), segments.size() > 0 ? model.segments_base() : file.size());
  Decoder decoder(segments, graph_bytes, &interrupt);
  KAIROS_ASSIGN_OR_RETURN(impl->graph, decoder.DecodeGraph(*model.graph()));
  KAIROS_RETURN_IF_ERROR(interrupt.Ask());
  KAIROS_RETURN_IF_ERROR(ValidateGraph(impl->graph));
  impl->hashes = segments.hashes();
  impl->load_phases.push_back(timer.End("verify", graph_bytes));
  KAIROS_RETURN_IF_ERROR(DecodePlans(model, segments, interrupt, impl.get()));
  const uint64_t weight_bytes = WeightBytes(impl->graph);
  const uint64_t other_bytes =
      segments.total_bytes() - std::min(weight_bytes, segments.total_bytes());
  impl->load_phases.push_back(timer.End("plan", other_bytes));
  return impl;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model::Impl>> OpenModel(absl::Span<const std::byte> file,
                                                       std::shared_ptr<const void> owner,
                                                       const LoadOptions& options) {
  Interrupt interrupt(options.interrupt);
  KAIROS_RETURN_IF_ERROR(CheckIdentifier(file));
  const auto address = reinterpret_cast<uintptr_t>(file.data());
  const bool aligned = address % kSegmentAlignment == 0;
  if (address % alignof(uint64_t) == 0)
    return OpenAligned(file, std::move(owner), aligned, interrupt);
  // Nothing of the copy is kept: a model that is read from it has no weights.
  KAIROS_ASSIGN_OR_RETURN(const AlignedBuffer copy, AlignedBuffer::Make(file.size()));
  std::memcpy(copy.data(), file.data(), file.size());
  return OpenAligned({copy.data(), copy.size()}, nullptr, false, interrupt);
}

}  // namespace kairos
