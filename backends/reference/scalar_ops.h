// The pointwise operators as scalar functions, one per wide type (scalar.h). The kernels, the
// post-ops and the reductions of the scatter operators all take theirs from here.
#ifndef KAIROS_BACKENDS_REFERENCE_SCALAR_OPS_H_
#define KAIROS_BACKENDS_REFERENCE_SCALAR_OPS_H_

#include <cstdint>
#include <type_traits>

#include "absl/strings/string_view.h"

#include "kairos/attribute.h"
#include "reference/dispatch.h"

namespace kairos::reference {

// Up to two attributes of the operator, as numbers.
struct Parameters {
  double a = 0, b = 0;
};
// Where they come from. A string attribute counts as 1 when it is `text`, else as 0.
struct ParameterSpec {
  absl::string_view name = "";
  double fallback = 0;
  absl::string_view text = "";
};

double NumberOf(const Attributes& attributes, const ParameterSpec& spec);

template <typename W>
using UnaryFunction = W (*)(W x, const Parameters& parameters);
template <typename W>
using BinaryFunction = W (*)(W x, W y, const Parameters& parameters);

enum class ResultType : uint8_t { kSame, kBool };

// An operator on elements of `types`; the functions of other types' wide types are null.
template <template <typename> typename Function>
struct ScalarOp {
  absl::string_view domain;
  absl::string_view op;
  DTypeSet types = 0;
  Function<double> on_double = nullptr;
  Function<int64_t> on_int64 = nullptr;
  Function<uint64_t> on_uint64 = nullptr;
  ResultType result = ResultType::kSame;
  ParameterSpec a, b;

  template <typename W>
  Function<W> function() const {
    if constexpr (std::is_same_v<W, double>) {
      return on_double;
    } else if constexpr (std::is_same_v<W, int64_t>) {
      return on_int64;
    } else {
      return on_uint64;
    }
  }
  Parameters ReadParameters(const Attributes& attributes) const {
    return {NumberOf(attributes, a), NumberOf(attributes, b)};
  }
};
using UnaryOp = ScalarOp<UnaryFunction>;
using BinaryOp = ScalarOp<BinaryFunction>;

// By name alone (a post-op has no domain); null when there is none. FindUnary knows Clip with its
// bounds as the attributes "min" and "max". Mean is a sum.
const UnaryOp* FindUnary(absl::string_view op);
const BinaryOp* FindBinary(absl::string_view op);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_SCALAR_OPS_H_
