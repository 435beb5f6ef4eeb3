// What is known about a model's values while it is imported: element type, rank, and the elements
// of constants. Upgrades of old operators need them (broadcasting by axis, for one); where an
// operator's rule is not known here, its outputs are simply unknown.
#ifndef KAIROS_APPS_RTCONVERT_VALUE_FACTS_H_
#define KAIROS_APPS_RTCONVERT_VALUE_FACTS_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"

#include "kairos/attribute.h"
#include "kairos/tensor.h"
#include "rtconvert/onnx_node.h"

namespace kairos {

struct ValueFact {
  DType dtype = DType::kUndefined;
  std::optional<int64_t> rank;
  std::optional<int64_t> length;  // elements, of vectors: shapes are computed as such
  std::optional<Constant> constant;
};

class ValueFacts {
 public:
  // `outer`: of the graph around this one, to be asked for what is not known here; may be null.
  explicit ValueFacts(const ValueFacts* outer = nullptr) : outer_(outer) {}

  // Empty for a value of which nothing is known.
  ValueFact Find(const std::string& name) const;
  // Adds to what is known; what was known before stays.
  void Add(const std::string& name, DType dtype, std::optional<int64_t> rank);
  void AddConstant(const std::string& name, const Constant& constant);
  // Facts about the outputs of a node in its opset-22 form from those about its inputs.
  void Infer(const OnnxNode& node);

 private:
  const ValueFacts* outer_;
  absl::flat_hash_map<std::string, ValueFact> facts_;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_VALUE_FACTS_H_
