// Array: a value of a computation that is written as ordinary C++.
//
//   Array y = Relu(Conv(x, weights, bias, {.pads = {1, 1, 1, 1}}) + 1.0);
//
// The same code runs at once when x is bound to a Runtime, and becomes a graph when it is traced
// (trace.h). There are no exceptions: an operator that fails gives an Array in error, which
// passes through all that follows, so that one look at the end finds the first mistake.
#ifndef KAIROS_ARRAY_H_
#define KAIROS_ARRAY_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/attribute.h"
#include "kairos/runtime.h"
#include "kairos/tensor.h"

namespace kairos {

// A handle: copies are cheap and mean the same, immutable value. Arrays may be shared between
// threads, except traced ones, which belong to the thread that traces.
class Array {
 public:
  // Absent: an optional input that is left out.
  Array() = default;
  // A constant, such as a weight. A traced graph gets it under this name.
  explicit Array(Tensor tensor, std::string name = "");
  explicit Array(Constant constant, std::string name = "");
  static Array Error(absl::Status status);

  // The same value, such that operators on it run at once in `runtime`.
  Array On(std::shared_ptr<Runtime> runtime) const;
  // The same value under a name that is used in messages and in the traced graph, where a number is
  // added if the name is taken.
  Array Named(absl::string_view name) const;

  bool present() const { return impl_ != nullptr; }
  // The first error on the way to this value; it names the operator.
  absl::Status status() const;

  // An Array in error or absent has no type: kUndefined, rank 0.
  DType dtype() const;
  int rank() const;
  // Size along `axis`, counted from the end when negative; 0 when there is no such axis. In a trace
  // this is the size of the sample, and reading it places a guard: the trace is valid only for
  // inputs with which it would be read as the same. Sizes that are not read stay open.
  int64_t dim(int axis) const;
  // All of them, with a guard for each.
  Shape shape() const;

  // A copy of the elements. kFailedPrecondition for a traced Array: it has none.
  absl::StatusOr<Tensor> ToTensor() const;

  struct Impl;
  explicit Array(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl* impl() const { return impl_.get(); }

 private:
  std::shared_ptr<const Impl> impl_;  // null: absent
};

// Any operator of the op table (graph.h, SupportedOps()), "Conv" or "kairos.Swish":
//
//   Op("Gemm", {a, b}, {{"transB", 1}})
//
// At least one input must be bound to a Runtime or belong to a trace, which then carries it out.
Array Op(absl::string_view op, absl::Span<const Array> inputs,
         std::initializer_list<Attributes::Entry> attributes = {});
Array Op(absl::string_view op, absl::Span<const Array> inputs, const Attributes& attributes);
// One with several outputs.
std::vector<Array> MultiOp(absl::string_view op, absl::Span<const Array> inputs,
                           std::initializer_list<Attributes::Entry> attributes, int output_count);

// `value` as a constant of the element type of `like`. In error when that type cannot hold it.
Array ScalarLike(double value, const Array& like);

// Element by element, shapes broadcast as NumPy's.
Array operator+(const Array& a, const Array& b);
Array operator-(const Array& a, const Array& b);
Array operator*(const Array& a, const Array& b);
Array operator/(const Array& a, const Array& b);
Array operator+(const Array& a, double b);
Array operator-(const Array& a, double b);
Array operator*(const Array& a, double b);
Array operator/(const Array& a, double b);
Array operator+(double a, const Array& b);
Array operator-(double a, const Array& b);
Array operator*(double a, const Array& b);
Array operator/(double a, const Array& b);
Array operator-(const Array& a);

}  // namespace kairos

#endif  // KAIROS_ARRAY_H_
