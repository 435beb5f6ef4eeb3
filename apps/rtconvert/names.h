// Names in a model: shown safely in messages, and made unique where the importer needs new ones.
#ifndef KAIROS_APPS_RTCONVERT_NAMES_H_
#define KAIROS_APPS_RTCONVERT_NAMES_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kairos {

// 'name', escaped and cut to 64 bytes: names are hostile.
inline std::string Quoted(absl::string_view name) {
  constexpr size_t kMaxBytes = 64;
  if (name.size() <= kMaxBytes) return absl::StrCat("'", absl::CHexEscape(name), "'");
  return absl::StrCat("'", absl::CHexEscape(name.substr(0, kMaxBytes)), "...'");
}

class UniqueNames {
 public:
  // False when the name is taken.
  bool Take(absl::string_view name) { return taken_.insert(std::string(name)).second; }

  // `wanted`, or with the first free suffix "_1", "_2" ...
  std::string Make(absl::string_view wanted) {
    std::string name(wanted);
    for (int& suffix = next_suffix_[wanted]; !Take(name);)
      name = absl::StrCat(wanted, "_", ++suffix);
    return name;
  }

 private:
  absl::flat_hash_set<std::string> taken_;
  absl::flat_hash_map<std::string, int> next_suffix_;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_NAMES_H_
