#include "kairos/attribute.h"

#include <algorithm>

namespace kairos {
namespace {

template <typename Entries>
auto LowerBound(Entries& entries, absl::string_view name) {
  return std::lower_bound(
      entries.begin(), entries.end(), name,
      [](const Attributes::Entry& entry, absl::string_view key) { return entry.first < key; });
}

template <typename T>
const T* FindAs(const Attributes& attributes, absl::string_view name) {
  const Attribute* found = attributes.Find(name);
  return found == nullptr ? nullptr : std::get_if<T>(found);
}

}  // namespace

void Attributes::Set(absl::string_view name, Attribute value) {
  auto at = LowerBound(entries_, name);
  if (at != entries_.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    entries_.emplace(at, std::string(name), std::move(value));
  }
}

void Attributes::Erase(absl::string_view name) {
  auto at = LowerBound(entries_, name);
  if (at != entries_.end() && at->first == name) entries_.erase(at);
}

const Attribute* Attributes::Find(absl::string_view name) const {
  auto at = LowerBound(entries_, name);
  return at != entries_.end() && at->first == name ? &at->second : nullptr;
}

int64_t Attributes::Int(absl::string_view name, int64_t fallback) const {
  const auto* value = FindAs<int64_t>(*this, name);
  return value == nullptr ? fallback : *value;
}

float Attributes::Float(absl::string_view name, float fallback) const {
  const auto* value = FindAs<float>(*this, name);
  return value == nullptr ? fallback : *value;
}

absl::string_view Attributes::String(absl::string_view name, absl::string_view fallback) const {
  const auto* value = FindAs<std::string>(*this, name);
  return value == nullptr ? fallback : absl::string_view(*value);
}

absl::Span<const int64_t> Attributes::Ints(absl::string_view name) const {
  const auto* value = FindAs<std::vector<int64_t>>(*this, name);
  return value == nullptr ? absl::Span<const int64_t>() : absl::MakeConstSpan(*value);
}

absl::Span<const float> Attributes::Floats(absl::string_view name) const {
  const auto* value = FindAs<std::vector<float>>(*this, name);
  return value == nullptr ? absl::Span<const float>() : absl::MakeConstSpan(*value);
}

const Constant* Attributes::Tensor(absl::string_view name) const {
  return FindAs<Constant>(*this, name);
}

}  // namespace kairos
