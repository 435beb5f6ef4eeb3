// A 64-bit content hash for digests and for finding equal weights. It is XXH3, whose values its
// authors keep stable across versions and machines, so it may stand in files. Not cryptographic:
// where a wrong match would hurt, compare the bytes as well.
#ifndef KAIROS_RUNTIME_BASE_HASH_H_
#define KAIROS_RUNTIME_BASE_HASH_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"

namespace kairos {

uint64_t ContentHash(const void* data, size_t bytes);

// The hash of a sequence of typed items; what was added as two strings differs from their
// concatenation.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& Add(uint64_t number);
  Hasher& Add(absl::string_view bytes);
  uint64_t Finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_HASH_H_
