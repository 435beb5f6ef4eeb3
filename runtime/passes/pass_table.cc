#include "passes/pass_table.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace kairos {
namespace {

constexpr std::array<PassInfo, 8> kPasses = {{
    {"remove_no_ops", false, RemoveNoOps},
    {"fold_constants", false, FoldConstants},
    {"fold_affine", false, FoldAffine},
    {"recognise_activations", true, RecogniseActivations},
    {"recognise_layer_norm", true, RecogniseLayerNorm},
    {"recognise_spatial_mean", true, RecogniseSpatialMean},
    {"fuse_post_ops", true, FusePostOps},
    {"remove_dead_code", false, RemoveDeadCode},
}};

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
  for (const PassInfo& pass : kPasses) {
    if (pass.needs_types != (context.types != nullptr)) continue;
    if (std::find(names.begin(), names.end(), pass.name) == names.end()) continue;
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("pass '", pass.name, "'"), pass.run(context, graph)));
  }
  return ValidateGraph(*graph);
}

}  // namespace kairos
