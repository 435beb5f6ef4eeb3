#include "common/run_log.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "common/file_io.h"
#include "common/status_context.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr size_t kMaxFileBytes = size_t{32} << 20;
constexpr int64_t kMaxCount = int64_t{1} << 53;
constexpr int64_t kMaxDim = (int64_t{1} << 31) - 1;

absl::Status Malformed(absl::string_view key, absl::string_view expected) {
  return absl::DataLossError(absl::StrCat("'", key, "' is absent or not ", expected));
}

// Null when `object` has no such member of this type.
const json* Find(const json& object, const char* key, json::value_t type) {
  const auto found = object.find(key);
  return found != object.end() && found->type() == type ? &*found : nullptr;
}

// An integer from 0 to `limit`.
bool ToCount(const json* number, int64_t limit, int64_t* out) {
  // Of JSON's integers only negative ones are read as signed.
  if (number == nullptr || number->get<uint64_t>() > static_cast<uint64_t>(limit)) return false;
  *out = number->get<int64_t>();
  return true;
}

absl::Status ReadCount(const json& object, const char* key, int64_t* out) {
  if (ToCount(Find(object, key, json::value_t::number_unsigned), kMaxCount, out)) {
    return absl::OkStatus();
  }
  return Malformed(key, absl::StrCat("an integer from 0 to ", kMaxCount));
}

absl::Status ReadText(const json& object, const char* key, std::string* out) {
  const json* text = Find(object, key, json::value_t::string);
  if (text == nullptr) return Malformed(key, "a string");
  *out = text->get<std::string>();
  return absl::OkStatus();
}

absl::Status ReadDType(const json& object, DType* dtype) {
  std::string name;
  if (absl::Status status = ReadText(object, "dtype", &name); !status.ok()) return status;
  for (int number = 1; number <= static_cast<int>(DType::kBFloat16); ++number) {
    *dtype = static_cast<DType>(number);
    if (DTypeSize(*dtype) > 0 && DTypeName(*dtype) == name) return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("dtype '", absl::CHexEscape(name), "' is not known"));
}

absl::Status ReadShape(const json& object, Shape* shape) {
  const json* dims = Find(object, "shape", json::value_t::array);
  if (dims == nullptr || dims->size() > kMaxRank) {
    return Malformed("shape", absl::StrCat("a list of at most ", kMaxRank, " sizes"));
  }
  for (const json& dim : *dims) {
    int64_t size = 0;
    if (!ToCount(dim.is_number_unsigned() ? &dim : nullptr, kMaxDim, &size)) {
      return Malformed("shape", absl::StrCat("a list of sizes from 0 to ", kMaxDim));
    }
    shape->push_back(size);
  }
  return absl::OkStatus();
}

absl::Status ReadValue(const json& object, const TensorType& type, std::string* value) {
  if (!object.contains("value")) return absl::OkStatus();
  std::string hex;
  if (absl::Status status = ReadText(object, "value", &hex); !status.ok()) return status;
  if (hex.size() % 2 != 0 || !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
    return Malformed("value", "hexadecimal bytes");
  }
  const absl::StatusOr<size_t> bytes = CheckedByteCount(type.dtype, type.shape);
  if (!bytes.ok()) return bytes.status();
  if (hex.size() / 2 != *bytes) {
    return absl::DataLossError(
        absl::StrCat("'value' has ", hex.size() / 2, " bytes, expected ", *bytes));
  }
  *value = absl::HexStringToBytes(hex);
  return absl::OkStatus();
}

absl::Status ReadInput(const json& input, RunLogEntry* entry) {
  if (!input.is_object()) return absl::DataLossError("is not an object");
  std::string& name = entry->input_names.emplace_back();
  TensorType& type = entry->signature.inputs.emplace_back();
  std::string& value = entry->signature.values.emplace_back();
  absl::Status status = ReadText(input, "name", &name);
  if (status.ok()) status = ReadDType(input, &type.dtype);
  if (status.ok()) status = ReadShape(input, &type.shape);
  if (status.ok()) status = ReadValue(input, type, &value);
  return status;
}

absl::Status ReadEntry(const json& from, RunLogEntry* entry) {
  if (!from.is_object()) return absl::DataLossError("is not an object");
  absl::Status status = ReadCount(from, "runs", &entry->runs);
  if (status.ok()) status = ReadCount(from, "made_ns", &entry->made_ns);
  if (status.ok()) status = ReadCount(from, "first_ns", &entry->first_ns);
  if (status.ok()) status = ReadCount(from, "total_ns", &entry->total_ns);
  if (status.ok()) status = ReadText(from, "region", &entry->signature.region);
  if (!status.ok()) return status;
  const json* inputs = Find(from, "inputs", json::value_t::array);
  if (inputs == nullptr) return Malformed("inputs", "a list");
  for (size_t i = 0; i < inputs->size(); ++i) {
    status = ReadInput((*inputs)[i], entry);
    if (!status.ok()) return WithContext(absl::StrCat("input ", i), status);
  }
  return absl::OkStatus();
}

absl::Status ReadLog(const json& from, RunLog* log) {
  const json* version =
      from.is_object() ? Find(from, "kairos_run_log", json::value_t::number_unsigned) : nullptr;
  if (version == nullptr) {
    return absl::DataLossError("is not a run log, expected JSON with \"kairos_run_log\": 1");
  }
  if (*version != 1) {
    return absl::UnimplementedError(
        absl::StrCat("run log version ", version->dump(), " is not known, expected 1"));
  }
  absl::Status status = ReadCount(from, "other_runs", &log->other_runs);
  if (!status.ok()) return status;
  const json* entries = Find(from, "entries", json::value_t::array);
  if (entries == nullptr || entries->size() > kMaxRunLogEntries) {
    return Malformed("entries", absl::StrCat("a list of at most ", kMaxRunLogEntries, " entries"));
  }
  for (size_t i = 0; i < entries->size(); ++i) {
    status = ReadEntry((*entries)[i], &log->entries.emplace_back());
    if (!status.ok()) return WithContext(absl::StrCat("entry ", i), status);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunLog> ParseRunLog(absl::string_view name, absl::string_view text) {
  RunLog log;
  const absl::Status status = ReadLog(json::parse(text, nullptr, false), &log);
  if (!status.ok()) return WithContext(name, status);
  return log;
}

absl::StatusOr<RunLog> ReadRunLog(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  return ParseRunLog(path, *text);
}

absl::Status WriteRunLog(const std::string& path, const RunLog& log) {
  const std::string text = RunLogToJson(log);
  const absl::string_view part = text;
  return WriteFile(path, {&part, 1});
}

std::vector<RunLogEntry> MostRun(absl::Span<const RunLog> logs, size_t top) {
  std::vector<RunLogEntry> merged;
  for (const RunLog& log : logs) {
    for (const RunLogEntry& entry : log.entries) {
      const auto known = std::find_if(merged.begin(), merged.end(), [&](const RunLogEntry& other) {
        return other.signature == entry.signature;
      });
      if (known == merged.end()) {
        merged.push_back(entry);
        continue;
      }
      known->runs = std::min(known->runs + entry.runs, kMaxCount);
      known->total_ns = std::min(known->total_ns + entry.total_ns, kMaxCount);
    }
  }
  std::stable_sort(merged.begin(), merged.end(),
                   [](const RunLogEntry& a, const RunLogEntry& b) { return a.runs > b.runs; });
  if (top > 0 && merged.size() > top) merged.resize(top);
  return merged;
}

}  // namespace kairos
