#include "reference/normalization.h"

#include "reference/families.h"

namespace kairos::reference {
namespace {

constexpr ReferenceOp kOps[] = {
    {.op = "BatchNormalization", .run = RunBatchNormalization, .input_types = kFloatTypes},
    {.op = "InstanceNormalization", .run = RunInstanceNormalization, .input_types = kFloatTypes},
    {.op = "GroupNormalization", .run = RunGroupNormalization, .input_types = kFloatTypes},
    {.op = "LRN", .run = RunLrn, .input_types = kFloatTypes},
    {.op = "LayerNormalization", .run = RunLayerNormalization, .input_types = kFloatTypes},
    {.op = "MeanVarianceNormalization",
     .run = RunMeanVarianceNormalization,
     .input_types = kFloatTypes},
    {.op = "LpNormalization", .run = RunLpNormalization, .input_types = kFloatTypes},
};

}  // namespace

absl::Span<const ReferenceOp> NormalizationOps() { return kOps; }

}  // namespace kairos::reference
