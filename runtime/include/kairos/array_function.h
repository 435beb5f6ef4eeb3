// What can be traced: a callable that takes one to four Arrays, or a span of them, and returns an
// Array or a vector of them.
#ifndef KAIROS_ARRAY_FUNCTION_H_
#define KAIROS_ARRAY_FUNCTION_H_

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"

#include "kairos/array.h"

namespace kairos {

class ArrayFunction {
 public:
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, ArrayFunction>)
  ArrayFunction(F function) {  // NOLINT: a conversion
    using A = const Array&;
    if constexpr (std::is_invocable_v<F&, A>) {
      Wrap(std::move(function), std::make_index_sequence<1>());
    } else if constexpr (std::is_invocable_v<F&, A, A>) {
      Wrap(std::move(function), std::make_index_sequence<2>());
    } else if constexpr (std::is_invocable_v<F&, A, A, A>) {
      Wrap(std::move(function), std::make_index_sequence<3>());
    } else if constexpr (std::is_invocable_v<F&, A, A, A, A>) {
      Wrap(std::move(function), std::make_index_sequence<4>());
    } else {
      call_ = [f = std::move(function)](absl::Span<const Array> inputs) mutable {
        return AsVector(f(inputs));
      };
    }
  }

  // Arrays that it takes; -1: any number.
  int input_count() const { return input_count_; }
  // `inputs` are as many as input_count() says.
  std::vector<Array> operator()(absl::Span<const Array> inputs) const { return call_(inputs); }

 private:
  static std::vector<Array> AsVector(Array array) { return {std::move(array)}; }
  static std::vector<Array> AsVector(std::vector<Array> arrays) { return arrays; }
  template <typename F, size_t... I>
  void Wrap(F function, std::index_sequence<I...>) {
    input_count_ = sizeof...(I);
    call_ = [f = std::move(function)](absl::Span<const Array> inputs) mutable {
      return AsVector(f(inputs[I]...));
    };
  }

  int input_count_ = -1;
  std::function<std::vector<Array>(absl::Span<const Array>)> call_;
};

}  // namespace kairos

#endif  // KAIROS_ARRAY_FUNCTION_H_
