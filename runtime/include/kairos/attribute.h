// Named, typed attributes of a node, with ONNX's names and meanings.
#ifndef KAIROS_ATTRIBUTE_H_
#define KAIROS_ATTRIBUTE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "kairos/tensor.h"

namespace kairos {

struct Graph;

// Bytes that never change: a constant of a model (usually mapped from its file) or one that a pass
// computed. Copies share the memory, which `owner` keeps alive.
struct Constant {
  TensorType type;
  const void* data = nullptr;
  std::shared_ptr<const void> owner;
};

using Attribute = std::variant<int64_t, float, std::string, std::vector<int64_t>,
                               std::vector<float>, std::vector<std::string>, Constant,
                               std::shared_ptr<const Graph>>;

// A small map, sorted by name. The typed getters return `fallback` when the attribute is absent or
// has another type: a graph that was loaded has passed the op table's type check, so only absence
// remains. Copies share memory until one of them changes.
class Attributes {
 public:
  void Set(absl::string_view name, Attribute value);
  void Erase(absl::string_view name);
  bool Has(absl::string_view name) const { return Find(name) != nullptr; }
  const Attribute* Find(absl::string_view name) const;

  int64_t Int(absl::string_view name, int64_t fallback) const;
  float Float(absl::string_view name, float fallback) const;
  absl::string_view String(absl::string_view name, absl::string_view fallback) const;
  absl::Span<const int64_t> Ints(absl::string_view name) const;  // empty when absent
  absl::Span<const float> Floats(absl::string_view name) const;  // empty when absent
  const Constant* Tensor(absl::string_view name) const;          // null when absent

  using Entry = std::pair<std::string, Attribute>;
  const std::vector<Entry>& entries() const;

 private:
  std::vector<Entry>& OwnEntries();

  std::shared_ptr<std::vector<Entry>> entries_;  // null: none
};

}  // namespace kairos

#endif  // KAIROS_ATTRIBUTE_H_
