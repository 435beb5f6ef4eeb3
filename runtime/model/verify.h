// The structure check of FlatBuffers, with this project's limits and messages.
#ifndef KAIROS_RUNTIME_MODEL_VERIFY_H_
#define KAIROS_RUNTIME_MODEL_VERIFY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "flatbuffers/flatbuffers.h"

#include "model/format.h"

namespace kairos {

// kDataLoss unless `bytes` start with a sound `Root` behind this identifier. They are 8-byte
// aligned; only the first kMaxFlatBufferBytes of them can belong to it.
template <typename Root>
absl::Status VerifyFlatBuffer(absl::Span<const std::byte> bytes, const char* identifier) {
  const size_t size = std::min(bytes.size(), kMaxFlatBufferBytes);
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.data()), size,
                                 kMaxTableDepth,
                                 static_cast<flatbuffers::uoffset_t>(std::min(size, kMaxTables)));
  if (verifier.VerifyBuffer<Root>(identifier)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("structure check failed, got ", bytes.size(), " bytes; truncated or corrupt"));
}

// The verifier does not see to the alignment of what a vector holds, only to its length's.
template <typename Vector>
absl::Status VerifyAlignment(const Vector& vector, size_t alignment) {
  if (reinterpret_cast<uintptr_t>(vector.Data()) % alignment == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("structure check failed, a vector of ", vector.size(),
                                          " elements is not aligned to ", alignment,
                                          " bytes; truncated or corrupt"));
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_VERIFY_H_
