#include "onednn/frozen.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kairos::onednn {
namespace {

constexpr absl::string_view kPrefix = "library;";
constexpr size_t kMaxBytes = 4096;

absl::Status Malformed(absl::string_view frozen) {
  return absl::FailedPreconditionError(absl::StrCat("frozen kernel: malformed record '",
                                                    absl::CEscape(frozen.substr(0, 64)),
                                                    "'; recompile the plan"));
}

// Takes "key=value" off the front of `fields`.
bool Take(std::vector<absl::string_view>* fields, absl::string_view key, std::string* value) {
  if (fields->empty()) return false;
  absl::string_view field = fields->front();
  fields->erase(fields->begin());
  if (!absl::ConsumePrefix(&field, key) || !absl::ConsumePrefix(&field, "=")) return false;
  value->assign(field.data(), field.size());
  return true;
}

bool TakeNumber(std::vector<absl::string_view>* fields, absl::string_view key, int64_t* value) {
  std::string text;
  return Take(fields, key, &text) && absl::SimpleAtoi(text, value) && *value >= 0;
}

// Those that a kernel made again must agree in come first; a tag is only a short cut to the layout.
constexpr size_t kComparedFields = 5;

std::vector<std::pair<absl::string_view, std::string>> Fields(const FrozenRecord& record) {
  return {{"kind", record.kind},
          {"impl", record.impl},
          {"threads", absl::StrCat(record.threads)},
          {"scratch", absl::StrCat(record.scratch_bytes)},
          {"layout", record.layout},
          {"tag", absl::StrCat(record.tag)},
          {"tag_name", record.tag_name}};
}

}  // namespace

bool IsLibraryRecord(absl::string_view frozen) {
  return frozen.substr(0, kPrefix.size()) == kPrefix;
}

std::string EncodeFrozen(const FrozenRecord& record) {
  std::string text(kPrefix);
  for (const auto& [key, value] : Fields(record)) absl::StrAppend(&text, key, "=", value, ";");
  return text;
}

absl::StatusOr<FrozenRecord> DecodeFrozen(absl::string_view frozen) {
  if (!IsLibraryRecord(frozen) || frozen.size() > kMaxBytes) return Malformed(frozen);
  std::vector<absl::string_view> fields = absl::StrSplit(frozen.substr(kPrefix.size()), ';');
  FrozenRecord record;
  const bool complete =
      Take(&fields, "kind", &record.kind) && Take(&fields, "impl", &record.impl) &&
      TakeNumber(&fields, "threads", &record.threads) &&
      TakeNumber(&fields, "scratch", &record.scratch_bytes) &&
      Take(&fields, "layout", &record.layout) && TakeNumber(&fields, "tag", &record.tag) &&
      Take(&fields, "tag_name", &record.tag_name);
  if (!complete || fields != std::vector<absl::string_view>{""}) return Malformed(frozen);
  return record;
}

absl::Status CompareFrozen(const FrozenRecord& plan, const FrozenRecord& made) {
  const auto want = Fields(plan), have = Fields(made);
  for (size_t i = 0; i < kComparedFields; ++i) {
    if (want[i].second == have[i].second) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "onednn.", made.kind, ": field ", want[i].first, ": plan has '",
        absl::CEscape(want[i].second), "', this machine gives '", have[i].second, "'"));
  }
  return absl::OkStatus();
}

}  // namespace kairos::onednn
