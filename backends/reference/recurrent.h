// What the recurrent operators (RNN, GRU, LSTM) share: their attributes, read once for a run, and
// the activation functions that they are put together from (ONNX, "LSTM").
#ifndef KAIROS_BACKENDS_REFERENCE_RECURRENT_H_
#define KAIROS_BACKENDS_REFERENCE_RECURRENT_H_

#include <array>
#include <cstdint>

#include "reference/element.h"
#include "reference/frame.h"

namespace kairos::reference {

struct Activation {
  double (*function)(double x, double alpha, double beta) = nullptr;
  double alpha = 0, beta = 0;

  double operator()(double x) const { return function(x, alpha, beta); }
};

inline constexpr size_t kMaxActivations = 3;

// Extents and attributes.
struct Recurrent {
  int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, gates = 1, directions = 1;
  bool batch_first = false;
  bool first_is_reverse = false;
  double clip = 0;                                                     // 0: none
  std::array<std::array<Activation, kMaxActivations>, 2> activations;  // by direction

  bool IsReverse(int64_t direction) const { return direction == 1 || first_is_reverse; }
  double Clipped(double x) const {
    return clip > 0 ? (x > clip ? clip : x < -clip ? -clip : x) : x;
  }
  // Offsets of a row of `inputs` or `hidden` elements: of X; of Y; of the initial and last states.
  int64_t InputRow(int64_t step, int64_t n) const {
    return (batch_first ? n * steps + step : step * batch + n) * inputs;
  }
  int64_t OutputRow(int64_t step, int64_t direction, int64_t n) const {
    return (batch_first ? (n * steps + step) * directions + direction
                        : (step * directions + direction) * batch + n) *
           hidden;
  }
  int64_t StateRow(int64_t direction, int64_t n) const {
    return (batch_first ? n * directions + direction : direction * batch + n) * hidden;
  }
};

// `defaults` names the cell's activation functions.
Recurrent MakeRecurrent(const KernelRequest& request, int64_t gates,
                        absl::Span<const absl::string_view> defaults);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_RECURRENT_H_
