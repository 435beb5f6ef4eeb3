// The passes as data. Adding one means a file, a declaration here and a row in pass_table.cc.
#ifndef KAIROS_RUNTIME_PASSES_PASS_TABLE_H_
#define KAIROS_RUNTIME_PASSES_PASS_TABLE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kairos/pass.h"

namespace kairos {

struct PassInfo {
  absl::string_view name;
  bool needs_types;  // runs once shapes are known, else at load
  absl::Status (*run)(const PassContext& context, Graph* graph);
};

// In the order in which they run.
absl::Span<const PassInfo> PassTable();

// Identity, and Dropout that drops nothing.
absl::Status RemoveNoOps(const PassContext& context, Graph* graph);
// Nodes whose inputs are all constants become constants.
absl::Status FoldConstants(const PassContext& context, Graph* graph);
// A Transpose of a Transpose becomes one or none.
absl::Status CancelTransposes(const PassContext& context, Graph* graph);
// Of nodes that compute the same from the same, one is left.
absl::Status MergeDuplicates(const PassContext& context, Graph* graph);
// Views of views (Reshape, Squeeze ...) become one, and what gives its input back goes: a Cast to
// the type it has, a Reshape to the same shape, a Sum of one.
absl::Status CollapseViews(const PassContext& context, Graph* graph);
// Convolutions absorb a BatchNormalization, a bias Add or a scale Mul behind them.
absl::Status FoldAffine(const PassContext& context, Graph* graph);
// x * sigmoid(x) and x * clip(x + 3, 0, 6) / 6 become one node.
absl::Status RecogniseActivations(const PassContext& context, Graph* graph);
// A mean over all spatial axes becomes GlobalAveragePool.
absl::Status RecogniseSpatialMean(const PassContext& context, Graph* graph);
// (x - mean) / sqrt(var + epsilon) * scale + bias over the last axis becomes LayerNormalization.
absl::Status RecogniseLayerNorm(const PassContext& context, Graph* graph);
// Elementwise nodes become post-ops of the node that makes their input.
absl::Status FusePostOps(const PassContext& context, Graph* graph);
// Constants that bodies of control flow capture become theirs.
absl::Status BindCaptures(const PassContext& context, Graph* graph);
// Nodes and constants that nothing reads; what bodies of control flow make or capture for nothing.
absl::Status RemoveDeadCode(const PassContext& context, Graph* graph);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_PASSES_PASS_TABLE_H_
