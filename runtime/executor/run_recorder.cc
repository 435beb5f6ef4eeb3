#include "executor/run_recorder.h"

#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

// Equal for equal signatures only.
std::string KeyOf(const Signature& signature) {
  std::string key = absl::StrCat(signature.region, "\n");
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const std::string& value = signature.values[i];
    absl::StrAppend(&key, signature.inputs[i].ToString(), value.size(), "=", value);
  }
  return key;
}

}  // namespace

RunLogEntry* RunRecorder::EntryOf(const Signature& signature,
                                  const std::vector<std::string>& input_names) {
  std::string key = KeyOf(signature);
  const auto found = by_signature_.find(key);
  if (found != by_signature_.end()) return found->second;
  if (entries_.size() == kMaxRunLogEntries || bytes_ + key.size() > kMaxRunLogBytes) {
    return &others_;
  }
  bytes_ += key.size();
  RunLogEntry& entry = entries_.emplace_back();
  entry.signature = signature;
  entry.input_names = input_names;
  by_signature_.emplace(std::move(key), &entry);
  return &entry;
}

RunLog RunRecorder::log() const { return {{entries_.begin(), entries_.end()}, others_.runs}; }

}  // namespace kairos
