// What a model file is allowed to be; schemas/README.md describes it.
#ifndef KAIROS_RUNTIME_MODEL_FORMAT_H_
#define KAIROS_RUNTIME_MODEL_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace kairos {

inline constexpr char kModelIdentifier[] = "KAI1";
inline constexpr char kPlanIdentifier[] = "KAP1";
inline constexpr char kCacheIdentifier[] = "KAC1";
// The newest ones that are known. A file gets the oldest that says all of it.
inline constexpr uint32_t kModelFormatVersion = 2;
inline constexpr uint32_t kPlanFormatVersion = 3;
inline constexpr uint32_t kCacheFormatVersion = 1;

inline constexpr size_t kMinModelBytes = 16;
inline constexpr size_t kSegmentAlignment = 64;
// FlatBuffers' offsets have 31 bits, and its verifier wants less than FLATBUFFERS_MAX_BUFFER_SIZE.
inline constexpr size_t kMaxFlatBufferBytes = (size_t{1} << 31) - 2;
// What a writer puts into one; the rest is room for the builder's own overhead.
inline constexpr size_t kMaxStructureBytes = size_t{1} << 30;

// Tables that verifiers follow: FlatBuffers' depth, and a count bounded by the bytes present, as
// tables may be shared.
inline constexpr uint32_t kMaxTableDepth = 64;
inline constexpr size_t kMaxTables = 1'000'000;
// Memory that the decoded structure may take per byte of its file. Honest files need less than 8.
inline constexpr size_t kMaxExpansion = 16;

inline constexpr int kMaxSubgraphDepth = 16;
inline constexpr size_t kMaxStringBytes = size_t{64} << 10;
// A metadata value may be an OCR model's alphabet or a tokenizer's vocabulary.
inline constexpr size_t kMaxPropertyBytes = size_t{64} << 20;
inline constexpr size_t kMaxPlans = 256;
inline constexpr int32_t kMaxPlanThreads = 1024;

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_FORMAT_H_
