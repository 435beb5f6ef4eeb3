// Bad run logs and the exact message for each.
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/run_log.h"

namespace kairos {
namespace {

const std::string kGood =
    "{\"kairos_run_log\": 1, \"other_runs\": 0, \"entries\": [\n"
    "{\"runs\": 2, \"made_ns\": 30, \"first_ns\": 4, \"total_ns\": 9, \"region\": \"\", "
    "\"inputs\": "
    "[{\"name\": \"x\", \"dtype\": \"float32\", \"shape\": [1, 3]}, "
    "{\"name\": \"n\", \"dtype\": \"int16\", \"shape\": [1], \"value\": \"01ff\"}]}]}\n";

absl::Status Refuse(const std::string& text) { return ParseRunLog("log", text).status(); }

struct Damage {
  const char* part;
  const char* by;
  const char* message;
};
constexpr const char* kNoLog = "log: is not a run log, expected JSON with \"kairos_run_log\": 1";
constexpr Damage kDamages[] = {
    {"\"kairos_run_log\": 1", "\"kairos_run_log\": \"1\"", kNoLog},
    {"\"kairos_run_log\"", "\"log\"", kNoLog},
    {"\"entries\": [\n", "\"entries\": [[\n", kNoLog},
    {"\"kairos_run_log\": 1", "\"kairos_run_log\": 2",
     "log: run log version 2 is not known, expected 1"},
    {"\"other_runs\": 0", "\"other_runs\": -1",
     "log: 'other_runs' is absent or not an integer from 0 to 9007199254740992"},
    {"\"entries\": [", "\"entries\": 1, \"e\": [",
     "log: 'entries' is absent or not a list of at most 1024 entries"},
    {"[\n{", "[\n7, {", "log: entry 0: is not an object"},
    {"\"runs\": 2", "\"runs\": 9007199254740993",
     "log: entry 0: 'runs' is absent or not an integer from 0 to 9007199254740992"},
    {"\"runs\": 2", "\"runs\": 1e3",
     "log: entry 0: 'runs' is absent or not an integer from 0 to 9007199254740992"},
    {"\"total_ns\": 9", "\"total\": 9",
     "log: entry 0: 'total_ns' is absent or not an integer from 0 to 9007199254740992"},
    {"\"region\": \"\"", "\"region\": 0", "log: entry 0: 'region' is absent or not a string"},
    {"\"inputs\": [", "\"inputs\": {}, \"i\": [", "log: entry 0: 'inputs' is absent or not a list"},
    {"[{\"name\"", "[null, {\"name\"", "log: entry 0: input 0: is not an object"},
    {"\"name\": \"x\"", "\"name\": 1", "log: entry 0: input 0: 'name' is absent or not a string"},
    {"int16", "int\\u0001q", "log: entry 0: input 1: dtype 'int\\x01q' is not known"},
    {"int16", "string", "log: entry 0: input 1: dtype 'string' is not known"},
    {"[1, 3]", "[1, -3]",
     "log: entry 0: input 0: 'shape' is absent or not a list of sizes from 0 to 2147483647"},
    {"[1, 3]", "[2147483648]",
     "log: entry 0: input 0: 'shape' is absent or not a list of sizes from 0 to 2147483647"},
    {"[1, 3]", "[1, \"3\"]",
     "log: entry 0: input 0: 'shape' is absent or not a list of sizes from 0 to 2147483647"},
    {"[1, 3]", "[1, 1, 1, 1, 1, 1, 1, 1, 1]",
     "log: entry 0: input 0: 'shape' is absent or not a list of at most 8 sizes"},
    {"01ff", "01f", "log: entry 0: input 1: 'value' is absent or not hexadecimal bytes"},
    {"01ff", "01fg", "log: entry 0: input 1: 'value' is absent or not hexadecimal bytes"},
    {"01ff", "01ff00", "log: entry 0: input 1: 'value' has 3 bytes, expected 2"},
};

TEST_CASE("a run log is read as it was written") {
  const absl::StatusOr<RunLog> log = ParseRunLog("log", kGood);
  REQUIRE_MESSAGE(log.ok(), log.status());
  CHECK(RunLogToJson(*log) == kGood);
  CHECK(RunLogToJson(*ParseRunLog("log", RunLogToJson({}))) == RunLogToJson({}));
}

TEST_CASE("a run log that is malformed is refused, saying where") {
  for (const Damage& damage : kDamages) {
    const std::string text = absl::StrReplaceAll(kGood, {{damage.part, damage.by}});
    CAPTURE(text);
    REQUIRE(text != kGood);
    CHECK(std::string(Refuse(text).message()) == damage.message);
  }
  CHECK(Refuse("").code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("a log with too many entries, or bytes that no tensor has, is refused") {
  std::string entries = "{}";
  for (size_t i = 0; i < kMaxRunLogEntries; ++i) entries += ",{}";
  CHECK(Refuse(absl::StrCat("{\"kairos_run_log\": 1, \"other_runs\": 0, \"entries\": [", entries,
                            "]}")) ==
        absl::DataLossError("log: 'entries' is absent or not a list of at most 1024 entries"));
  const std::string huge =
      absl::StrReplaceAll(kGood, {{"\"shape\": [1], \"value\"",
                                   "\"shape\": [2147483647, 2147483647, 2147483647], \"value\""}});
  CHECK(Refuse(huge).code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("no truncation or changed byte of a run log does harm") {
  for (size_t i = 0; i < kGood.size(); ++i) {
    (void)Refuse(kGood.substr(0, i));
    for (char c : {'\0', '"', '[', '9', '\xff'}) {
      std::string changed = kGood;
      changed[i] = c;
      (void)Refuse(changed);
    }
  }
  CHECK_FALSE(Refuse(std::string(1 << 20, '[')).ok());
}

}  // namespace
}  // namespace kairos
