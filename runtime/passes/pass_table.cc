#include "passes/pass_table.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "passes/bodies.h"

namespace kairos {
namespace {

constexpr std::array<PassInfo, 12> kPasses = {{
    {"remove_no_ops", false, RemoveNoOps},
    {"fold_constants", false, FoldConstants},
    {"cancel_transposes", false, CancelTransposes},
    {"merge_duplicates", false, MergeDuplicates},
    {"fold_affine", false, FoldAffine},
    {"collapse_views", true, CollapseViews},
    {"recognise_activations", true, RecogniseActivations},
    {"recognise_layer_norm", true, RecogniseLayerNorm},
    {"recognise_spatial_mean", true, RecogniseSpatialMean},
    {"fuse_post_ops", true, FusePostOps},
    {"bind_captures", false, BindCaptures},
    {"remove_dead_code", false, RemoveDeadCode},
}};

bool IsNamed(absl::Span<const std::string> names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status RunStage(absl::Span<const std::string> names, const PassContext& context,
                      Graph* graph) {
  for (const PassInfo& pass : kPasses) {
    if (pass.needs_types != (context.types != nullptr) || !IsNamed(names, pass.name)) continue;
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("pass '", pass.name, "'"), pass.run(context, graph)));
  }
  return absl::OkStatus();
}

// Of the control flow that is left, which has what it captures by now. What the bodies then no
// longer need is dead outside.
absl::Status RunInBodies(absl::Span<const std::string> names, const PassContext& context,
                         Graph* graph) {
  bool found = false;
  for (Node& node : graph->nodes) {
    if (!HasBodies(node)) continue;
    found = true;
    std::vector<Graph> bodies = CopyBodies(node);
    for (Graph& body : bodies) {
      KAIROS_RETURN_IF_ERROR(RunStage(names, context, &body));
      KAIROS_RETURN_IF_ERROR(RunInBodies(names, context, &body));
    }
    SetBodies(std::move(bodies), &node);
  }
  if (!found || !IsNamed(names, "remove_dead_code")) return absl::OkStatus();
  return RemoveDeadCode(context, graph);
}

}  // namespace

absl::Span<const PassInfo> PassTable() { return kPasses; }

absl::Span<const absl::string_view> AllPasses() {
  static constexpr auto kNames = [] {
    std::array<absl::string_view, kPasses.size()> names;
    for (size_t i = 0; i < kPasses.size(); ++i) names[i] = kPasses[i].name;
    return names;
  }();
  return kNames;
}

absl::Status RunPasses(absl::Span<const std::string> names, const PassContext& context,
                       Graph* graph) {
  for (const std::string& name : names) {
    const bool known = std::any_of(kPasses.begin(), kPasses.end(),
                                   [&](const PassInfo& pass) { return pass.name == name; });
    if (!known) return absl::NotFoundError(absl::StrCat("pass '", name, "': unknown"));
  }
  KAIROS_RETURN_IF_ERROR(RunStage(names, context, graph));
  if (context.types == nullptr) KAIROS_RETURN_IF_ERROR(RunInBodies(names, context, graph));
  return ValidateGraph(*graph);
}

}  // namespace kairos
