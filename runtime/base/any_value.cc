#include "kairos/any_value.h"

#include "absl/strings/str_cat.h"

namespace kairos {

std::string AnyValue::ToString() const {
  if (is_none()) return "nothing";
  if (is_tensor()) return tensor.type.ToString();
  return absl::StrCat("sequence of ", sequence.size(), " tensors");
}

}  // namespace kairos
