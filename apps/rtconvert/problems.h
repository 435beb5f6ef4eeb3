// What a model uses and this library does not have, collected over the whole model: one line per
// kind, with the number of places and the first of them.
#ifndef KAIROS_APPS_RTCONVERT_PROBLEMS_H_
#define KAIROS_APPS_RTCONVERT_PROBLEMS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kairos {

class Problems {
 public:
  // `what` is "SUBJECT: what is wrong", such as "op LSTM: not supported at opset 14"; `place` says
  // where, such as "node 'encoder/lstm'".
  void Add(absl::string_view what, absl::string_view place) {
    auto [it, is_new] = index_.try_emplace(what, entries_.size());
    if (is_new) entries_.push_back({std::string(what), std::string(place), 0});
    ++entries_[it->second].count;
  }

  bool empty() const { return entries_.empty(); }

  // "op LSTM: not supported at opset 14, node 'encoder/lstm' and 2 more"
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const Entry& entry : entries_) {
      lines.push_back(absl::StrCat(entry.what, ", ", entry.place));
      if (entry.count > 1) absl::StrAppend(&lines.back(), " and ", entry.count - 1, " more");
    }
    return lines;
  }

 private:
  struct Entry {
    std::string what, place;
    int count = 0;
  };
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string, size_t> index_;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_PROBLEMS_H_
