#include "model/segment_writer.h"

#include <doctest/doctest.h>
#include <string>

namespace kairos {
namespace {

TEST_CASE("equal contents become one segment, wherever they lie") {
  const std::string a(100, 'a'), same(100, 'a'), shorter(99, 'a'), empty;
  SegmentWriter writer;
  CHECK(writer.Add(a.data(), a.size()) == 0);
  CHECK(writer.Add(same.data(), same.size()) == 0);
  CHECK(writer.Add(shorter.data(), shorter.size()) == 1);
  CHECK(writer.Add(a.data(), a.size()) == 0);
  CHECK(writer.Add(empty.data(), 0) == 2);
  CHECK(writer.Add(nullptr, 0) == 2);
  CHECK(writer.segments().size() == 3);
}

TEST_CASE("segments lie at multiples of 64 with zeros between them") {
  const std::string a(100, 'a'), b(64, 'b'), c(1, 'c');
  SegmentWriter writer;
  for (const std::string* s : {&a, &b, &c}) writer.Add(s->data(), s->size());
  std::vector<absl::Span<const std::byte>> parts;
  writer.AppendTo(&parts);
  std::string written;
  for (const auto& part : parts) {
    written.append(reinterpret_cast<const char*>(part.data()), part.size());
  }
  CHECK(written == a + std::string(28, '\0') + b + c + std::string(63, '\0'));
  CHECK(writer.segments()[1].offset() == 128);
  CHECK(writer.segments()[2].offset() == 192);
  CHECK(writer.segments()[2].bytes() == 1);
}

}  // namespace
}  // namespace kairos
