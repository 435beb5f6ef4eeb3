#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "graph/subgraphs.h"
#include "kairos/model.h"
#include "model/check_program.h"
#include "model/digest.h"
#include "model/encode.h"
#include "model/plan_encode.h"

namespace kairos {
namespace {

constexpr std::byte kZeros[kSegmentAlignment] = {};
// Stands in until the size is known. Not the default, which would take no room in the table.
constexpr uint64_t kBaseUnknown = ~uint64_t{0};

absl::Status CheckGraph(const Graph& graph) {
  const absl::Status valid = ValidateGraph(graph);
  return valid.ok() ? valid : absl::InvalidArgumentError(valid.message());
}

// Readers of version 1 would take any value for a tensor.
bool HasOnlyTensors(const Graph& graph) {
  const bool plain = std::all_of(graph.values.begin(), graph.values.end(), [](const Value& value) {
    return value.kind == ValueKind::kTensor;
  });
  return plain && std::all_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
           const std::vector<BodyOf> bodies = BodiesOf(node);
           return std::all_of(bodies.begin(), bodies.end(),
                              [](const BodyOf& body) { return HasOnlyTensors(*body.graph); });
         });
}

flatbuffers::DetachedBuffer FinishModel(Encoder& encoder, flatbuffers::Offset<fb::Graph> graph,
                                        uint32_t version, const std::vector<uint32_t>& plans,
                                        const SegmentWriter& segments) {
  flatbuffers::FlatBufferBuilder& builder = encoder.builder();
  const auto producer = builder.CreateString(absl::StrCat("kairos ", KAIROS_VERSION));
  const auto segments_offset = builder.CreateVectorOfStructs(segments.segments());
  const auto plans_offset = encoder.Vector(plans);
  builder.Finish(fb::CreateModel(builder, version, kOpset, producer, graph, kBaseUnknown,
                                 segments_offset, plans_offset),
                 kModelIdentifier);
  flatbuffers::DetachedBuffer buffer = builder.Release();
  auto* root = flatbuffers::GetMutableRoot<flatbuffers::Table>(buffer.data());
  root->SetField<uint64_t>(fb::Model::VT_SEGMENTS_BASE, AlignUp(buffer.size(), kSegmentAlignment),
                           0);
  return buffer;
}

// A plan that no reader would take must not be written.
absl::Status CheckPlans(absl::Span<const Plan> plans, const Graph& graph) {
  if (plans.size() > kMaxPlans) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", plans.size(), " plans, expected at most ", kMaxPlans));
  }
  for (size_t i = 0; i < plans.size(); ++i) {
    const absl::Status valid = CheckPlan(plans[i], graph);
    if (valid.ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat("plan ", i, ": ", valid.message()));
  }
  return absl::OkStatus();
}

absl::Span<const std::byte> BytesOf(const flatbuffers::DetachedBuffer& buffer) {
  return {reinterpret_cast<const std::byte*>(buffer.data()), buffer.size()};
}

}  // namespace

absl::Status SaveModel(const Graph& graph, absl::Span<const Plan> plans, const std::string& path) {
  KAIROS_RETURN_IF_ERROR(CheckGraph(graph));
  KAIROS_RETURN_IF_ERROR(CheckPlans(plans, graph));
  SegmentWriter segments;
  Encoder encoder(segments);
  const absl::StatusOr<flatbuffers::Offset<fb::Graph>> encoded = encoder.EncodeGraph(graph);
  if (!encoded.ok()) return Annotate(path, encoded.status());
  const uint64_t digest = GraphDigest(graph, [&segments](const Constant& constant) {
    return segments.HashOf(segments.Add(constant.data, constant.type.byte_count()));
  });
  std::vector<flatbuffers::DetachedBuffer> encoded_plans;  // must outlive the writing
  std::vector<uint32_t> plan_segments;
  for (size_t i = 0; i < plans.size(); ++i) {
    absl::StatusOr<flatbuffers::DetachedBuffer> plan = EncodePlan(plans[i], digest, segments);
    if (!plan.ok()) return Annotate(absl::StrCat(path, ": plan ", i), plan.status());
    encoded_plans.push_back(*std::move(plan));
    const flatbuffers::DetachedBuffer& buffer = encoded_plans.back();
    plan_segments.push_back(segments.Add(buffer.data(), buffer.size()));
  }
  const flatbuffers::DetachedBuffer model =
      FinishModel(encoder, *encoded, HasOnlyTensors(graph) ? 1 : 2, plan_segments, segments);
  std::vector<absl::Span<const std::byte>> parts = {BytesOf(model)};
  if (!segments.segments().empty()) {
    parts.push_back({kZeros, AlignUp(model.size(), kSegmentAlignment) - model.size()});
    segments.AppendTo(&parts);
  }
  return WriteFileAtomically(path, parts);
}

}  // namespace kairos
