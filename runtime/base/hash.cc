#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace kairos {

uint64_t ContentHash(const void* data, size_t bytes) { return XXH3_64bits(data, bytes); }

struct Hasher::State {
  XXH3_state_t xxh3;
};

Hasher::Hasher() : state_(std::make_unique<State>()) { XXH3_64bits_reset(&state_->xxh3); }

Hasher::~Hasher() = default;

Hasher& Hasher::Add(uint64_t number) {
  // Little-endian whatever the machine: the value goes into files.
  unsigned char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
  XXH3_64bits_update(&state_->xxh3, bytes, sizeof(bytes));
  return *this;
}

Hasher& Hasher::Add(absl::string_view bytes) {
  Add(bytes.size());
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
  return *this;
}

uint64_t Hasher::Finish() const { return XXH3_64bits_digest(&state_->xxh3); }

}  // namespace kairos
