// Model files damaged in every way that is cheap to try: cut, flipped, overwritten.

#include <cstddef>
#include <doctest/doctest.h>
#include <random>
#include <string>

#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

using Codes = absl::StatusCode;

absl::Status LoadStatus(absl::string_view bytes) {
  const AlignedBytes aligned(bytes);
  return Model::FromBytes(aligned.span()).status();
}

std::string SmallFile() {
  const Graph graph = SmallGraph();
  return FileOf(graph, {SmallPlan(graph)});
}

TEST_CASE("a file cut anywhere is refused") {
  const std::string file = SmallFile();
  REQUIRE(LoadError(file).empty());
  for (size_t length = 0; length < file.size(); ++length) {
    const absl::Status status = LoadStatus(absl::string_view(file).substr(0, length));
    // The last segment, a plan, ends with padding that nobody reads.
    if (status.ok()) {
      CHECK(length + 64 > file.size());
      continue;
    }
    CAPTURE(length);
    CHECK(status.code() == Codes::kDataLoss);
    CHECK(status.message().find(length < 16 ? "expected at least 16" : "truncated or corrupt") !=
          absl::string_view::npos);
  }
}

// Loads what may be damaged and looks at all of it, so that sanitizers see every access.
void Visit(const AlignedBytes& bytes) {
  const auto model = Model::FromBytes(bytes.span());
  if (!model.ok()) {
    const Codes code = model.status().code();
    const bool typed = code == Codes::kDataLoss || code == Codes::kUnimplemented ||
                       code == Codes::kResourceExhausted;
    if (!typed) FAIL_CHECK(model.status().ToString());
    return;
  }
  volatile char sink = 0;
  const auto read = [&sink](const Constant& constant) {
    const auto* p = static_cast<const char*>(constant.data);
    for (size_t i = 0; p != nullptr && i < constant.type.byte_count(); ++i) sink = p[i];
  };
  for (const Value& value : (*model)->graph().values) {
    if (value.constant.has_value()) read(*value.constant);
  }
  for (const Plan& plan : (*model)->plans()) {
    for (const ProgramRecord& program : plan.programs) {
      for (const Slot& slot : program.slots) read(slot.constant);
      for (const StepRecord& step : program.steps) {
        for (const PackedWeight& packed : step.packed) read(packed.bytes);
      }
    }
  }
}

TEST_CASE("any one flipped bit is refused or harmless") {
  const std::string file = SmallFile();
  const AlignedBytes bytes(file);
  for (size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      const auto mask = static_cast<std::byte>(1 << bit);
      bytes.data()[i] ^= mask;
      Visit(bytes);
      bytes.data()[i] ^= mask;
    }
  }
}

TEST_CASE("random damage is refused or harmless") {
  const std::string file = SmallFile();
  std::minstd_rand random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = file;
    const int count = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < count; ++i) {
      const size_t at = random() % damaged.size();
      // Small numbers and extreme ones reach more than random ones.
      const char values[] = {0, 1, 2, 4, 64, 127, -128, -1};
      damaged[at] = values[random() % sizeof(values)];
    }
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    Visit(AlignedBytes(damaged));
  }
}

}  // namespace
}  // namespace kairos
