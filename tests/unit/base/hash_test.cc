#include "base/hash.h"

#include <doctest/doctest.h>
#include <string>

namespace kairos {
namespace {

// XXH3's published test values; files hold such hashes, so they must never change.
TEST_CASE("hashes are XXH3's") {
  CHECK(ContentHash(nullptr, 0) == 0x2D06800538D394C2);
  CHECK(Hasher().Finish() == 0x2D06800538D394C2);
}

TEST_CASE("one different byte anywhere gives another hash") {
  std::string bytes(1000, 'a');
  const uint64_t hash = ContentHash(bytes.data(), bytes.size());
  for (size_t i : {0, 1, 63, 500, 999}) {
    std::string other = bytes;
    other[i] ^= 1;
    CHECK(ContentHash(other.data(), other.size()) != hash);
  }
}

TEST_CASE("a sequence of strings differs from another split of the same characters") {
  CHECK(Hasher().Add("ab").Add("c").Finish() != Hasher().Add("a").Add("bc").Finish());
  CHECK(Hasher().Add("ab").Finish() == Hasher().Add("ab").Finish());
  CHECK(Hasher().Add(uint64_t{1}).Finish() != Hasher().Add(uint64_t{256}).Finish());
}

}  // namespace
}  // namespace kairos
