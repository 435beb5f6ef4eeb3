// What a plan keeps of a kernel: the choices the library made, as one line of text. A record read
// back is untrusted: it selects among what the library offers, and is compared with it.
#ifndef KAIROS_BACKENDS_ONEDNN_FROZEN_H_
#define KAIROS_BACKENDS_ONEDNN_FROZEN_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kairos::onednn {

struct FrozenRecord {
  std::string kind;     // "conv", "matmul" ...
  std::string impl;     // ImplName()
  int64_t threads = 1;  // that the work is divided for
  int64_t scratch_bytes = 0;
  std::string layout;    // of the packed weights; empty when none are packed
  int64_t tag = 0;       // dnnl_format_tag_t of that layout; 0 when it has none
  std::string tag_name;  // checked against `tag`, as numbers change between versions

  friend bool operator==(const FrozenRecord&, const FrozenRecord&) = default;
};

// Text that is no kernel of the library's begins otherwise.
bool IsLibraryRecord(absl::string_view frozen);
std::string EncodeFrozen(const FrozenRecord& record);
// kFailedPrecondition when the text was not made by EncodeFrozen.
absl::StatusOr<FrozenRecord> DecodeFrozen(absl::string_view frozen);

// kFailedPrecondition naming the first field but the tag in which they differ: "onednn.conv: field
// impl: plan has ..., this machine gives ...".
absl::Status CompareFrozen(const FrozenRecord& plan, const FrozenRecord& made);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_FROZEN_H_
