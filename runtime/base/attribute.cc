#include "kairos/attribute.h"

#include <algorithm>
#include <atomic>

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

const std::vector<Attributes::Entry>& Attributes::entries() const {
  static const auto* const none = new std::vector<Entry>;
  return entries_ == nullptr ? *none : *entries_;
}

std::vector<Attributes::Entry>& Attributes::OwnEntries() {
  if (entries_.use_count() != 1) {
    entries_ = std::make_shared<std::vector<Entry>>(entries());
  } else {
    // After what another thread did with a copy that it has dropped; use_count() does not say.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  return *entries_;
}

void Attributes::Set(absl::string_view name, Attribute value) {
  std::vector<Entry>& entries = OwnEntries();
  auto at = LowerBound(entries, name);
  if (at != entries.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    entries.emplace(at, std::string(name), std::move(value));
  }
}

void Attributes::Erase(absl::string_view name) {
  if (!Has(name)) return;
  std::vector<Entry>& entries = OwnEntries();
  entries.erase(LowerBound(entries, name));
}

const Attribute* Attributes::Find(absl::string_view name) const {
  auto at = LowerBound(entries(), name);
  return at != entries().end() && at->first == name ? &at->second : nullptr;
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
