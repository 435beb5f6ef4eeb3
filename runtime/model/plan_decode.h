// Plans of a model file.
#ifndef KAIROS_RUNTIME_MODEL_PLAN_DECODE_H_
#define KAIROS_RUNTIME_MODEL_PLAN_DECODE_H_

#include <cstdint>

#include "absl/status/statusor.h"

#include "kairos/model.h"
#include "model/interrupt.h"
#include "model/segment_table.h"

namespace kairos {

// The plan in these bytes, verified and checked (CheckPlan). kFailedPrecondition when it was made
// for a model of another digest. `interrupt`: asked before each step; may be null.
absl::StatusOr<Plan> DecodePlan(absl::Span<const std::byte> bytes, const SegmentTable& segments,
                                const Graph& graph, uint64_t model_digest,
                                Interrupt* interrupt = nullptr);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_PLAN_DECODE_H_
