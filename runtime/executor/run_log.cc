#include "kairos/run_log.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/json_text.h"

namespace kairos {
namespace {

std::string InputJson(const RunLogEntry& entry, size_t i) {
  const TensorType& type = entry.signature.inputs[i];
  const std::string& value = entry.signature.values[i];
  return absl::StrCat("{\"name\": ", JsonQuoted(entry.input_names[i]),
                      ", \"dtype\": ", JsonQuoted(DTypeName(type.dtype)), ", \"shape\": [",
                      absl::StrJoin(type.shape, ", "), "]", value.empty() ? "" : ", \"value\": ",
                      value.empty() ? "" : JsonQuoted(absl::BytesToHexString(value)), "}");
}

}  // namespace

std::string RunLogToJson(const RunLog& log) {
  std::string json =
      absl::StrCat("{\"kairos_run_log\": 1, \"other_runs\": ", log.other_runs, ", \"entries\": [");
  for (const RunLogEntry& entry : log.entries) {
    absl::StrAppend(&json, &entry == log.entries.data() ? "\n" : ",\n", "{\"runs\": ", entry.runs,
                    ", \"made_ns\": ", entry.made_ns, ", \"first_ns\": ", entry.first_ns,
                    ", \"total_ns\": ", entry.total_ns,
                    ", \"region\": ", JsonQuoted(entry.signature.region), ", \"inputs\": [");
    for (size_t i = 0; i < entry.signature.inputs.size(); ++i) {
      absl::StrAppend(&json, i == 0 ? "" : ", ", InputJson(entry, i));
    }
    json += "]}";
  }
  return json + "]}\n";
}

}  // namespace kairos
