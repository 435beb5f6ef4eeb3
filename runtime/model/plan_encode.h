// Plans to FlatBuffers; packed weights and constants go to segments of the model file.
#ifndef KAIROS_RUNTIME_MODEL_PLAN_ENCODE_H_
#define KAIROS_RUNTIME_MODEL_PLAN_ENCODE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "flatbuffers/flatbuffers.h"

#include "kairos/model.h"
#include "model/segment_writer.h"

namespace kairos {

// Codes as Encoder::EncodeGraph.
absl::StatusOr<flatbuffers::DetachedBuffer> EncodePlan(const Plan& plan, uint64_t model_digest,
                                                       SegmentWriter& segments);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_PLAN_ENCODE_H_
