#include "executor/recording_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kairos {
namespace {

constexpr size_t kMaxEntries = 64;
constexpr size_t kMaxPrinted = 8;
// A session with changing shapes must not grow for its log.
constexpr size_t kMaxRemembered = 1024;

template <typename T>
void Insert(T value, std::set<T>* set) {
  if (set->size() < kMaxRemembered) set->insert(std::move(value));
}

std::string FormOf(const TensorType& type) {
  return absl::StrCat(DTypeName(type.dtype), " of rank ", type.shape.size());
}

// "320, 640 and 3 more"
template <typename T>
std::string Enumerate(const std::set<T>& items) {
  const size_t printed = std::min(items.size(), kMaxPrinted);
  std::string text = absl::StrJoin(items.begin(), std::next(items.begin(), printed), ", ");
  if (printed < items.size()) absl::StrAppend(&text, " and ", items.size() - printed, " more");
  return text;
}

}  // namespace

std::string SeenInputs::WhatIsNew(const Signature& signature,
                                  absl::Span<const std::string> names) const {
  if (inputs_.empty()) return "first inputs of this session";
  std::vector<std::string> news;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const TensorType& type = signature.inputs[i];
    const Seen& seen = inputs_[i];
    if (!seen.forms.contains(FormOf(type))) {
      news.push_back(
          absl::StrCat("'", names[i], "': seen ", Enumerate(seen.forms), "; now ", FormOf(type)));
      continue;
    }
    for (size_t axis = 0; axis < type.shape.size(); ++axis) {
      if (seen.sizes[axis].contains(type.shape[axis])) continue;
      news.push_back(absl::StrCat("dimension ", axis, " of '", names[i], "': seen ",
                                  Enumerate(seen.sizes[axis]), "; now ", type.shape[axis]));
    }
    if (!seen.values.contains(signature.values[i])) {
      news.push_back(absl::StrCat("'", names[i], "': other values, which decide shapes"));
    }
  }
  return news.empty() ? "sizes that were seen, in a new combination" : absl::StrJoin(news, "; ");
}

void SeenInputs::Add(const Signature& signature) {
  inputs_.resize(signature.inputs.size());
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const TensorType& type = signature.inputs[i];
    Seen& seen = inputs_[i];
    Insert(FormOf(type), &seen.forms);
    seen.sizes.resize(std::max(seen.sizes.size(), type.shape.size()));
    for (size_t axis = 0; axis < type.shape.size(); ++axis) {
      Insert(type.shape[axis], &seen.sizes[axis]);
    }
    Insert(signature.values[i], &seen.values);
  }
}

void RecordingLog::Add(const Signature& signature, absl::Span<const std::string> input_names,
                       const std::string& not_ready, int64_t duration_ns, SeenInputs* seen) {
  std::string reason = seen->WhatIsNew(signature, input_names);
  seen->Add(signature);
  if (!not_ready.empty()) absl::StrAppend(&reason, "; ", not_ready);
  Add({signature.ToString(input_names), std::move(reason), duration_ns});
}

void RecordingLog::AddBackground(const Signature& signature,
                                 absl::Span<const std::string> input_names, int64_t duration_ns) {
  Add({signature.ToString(input_names), "made in the background, takes over from a provisional one",
       duration_ns});
}

void RecordingLog::Add(RecordingInfo entry) {
  if (entries_.size() == kMaxEntries) entries_.erase(entries_.begin());
  entries_.push_back(std::move(entry));
}

}  // namespace kairos
