// RNN, GRU and LSTM: each sequence of the batch is computed alone, in both directions, in double.
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

#include "reference/families.h"
#include "reference/recurrent.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

// Of one direction: reads the operands, all of which have the type of X.
struct Weights {
  const Args& args;
  const Recurrent& cell;
  int64_t direction;
  ReadRow<double> read;

  // The product of row `row` of input `input`, [directions, rows, count], with `vector`.
  double Product(size_t input, int64_t row, const double* vector, int64_t count) const {
    double sum = 0;
    ForEachPiece(read, args.raw_input(input), (direction * cell.gates * cell.hidden + row) * count,
                 1, count, [&](const double* weights, int64_t piece, int64_t done) {
                   for (int64_t i = 0; i < piece; ++i) sum += weights[i] * vector[done + i];
                 });
    return sum;
  }
  // Element `i` of the row of this direction, `count` long, of an input that may be absent.
  double Element(size_t input, int64_t count, int64_t i) const {
    if (!args.has_input(input)) return 0;
    double value;
    read(args.raw_input(input), direction * count + i, 1, 1, &value);
    return value;
  }
  double InputBias(int64_t row) const { return Element(3, 2 * cell.gates * cell.hidden, row); }
  double HiddenBias(int64_t row) const { return InputBias(cell.gates * cell.hidden + row); }
  double Peephole(int64_t gate, int64_t i) const {
    return Element(7, 3 * cell.hidden, gate * cell.hidden + i);
  }
};

// Of one sequence in one direction, in scratch.
struct State {
  double *x, *h, *c;        // the step's input, the hidden and the cell state
  double *from_x, *from_h;  // [gates, hidden]: what x and h contribute, with the biases
};

int64_t ElementsOfState(const Recurrent& cell) {
  return cell.inputs + (2 + 2 * cell.gates) * cell.hidden;
}

State StateAt(const Recurrent& cell, double* scratch, int64_t index) {
  double* x = scratch + index * ElementsOfState(cell);
  double* h = x + cell.inputs;
  double* c = h + cell.hidden;
  double* from_x = c + cell.hidden;
  return {x, h, c, from_x, from_x + cell.gates * cell.hidden};
}

using Activations = std::array<Activation, kMaxActivations>;
// Makes h and c of the step from the contributions and the old h and c.
using StepFunction = void (*)(const Weights& weights, const Activations& f, bool variant,
                              const State& state);

void StepRnn(const Weights& weights, const Activations& f, bool /*variant*/, const State& state) {
  const Recurrent& cell = weights.cell;
  for (int64_t i = 0; i < cell.hidden; ++i) {
    state.h[i] = f[0](cell.Clipped(state.from_x[i] + state.from_h[i]));
  }
}

// Gates z, r, h. `linear_before_reset`: the reset gate meets the product instead of the state.
void StepGru(const Weights& weights, const Activations& f, bool linear_before_reset,
             const State& state) {
  const Recurrent& cell = weights.cell;
  const int64_t hidden = cell.hidden;
  double* const reset_h = state.c;  // GRU has no cell state
  for (int64_t i = 0; i < 2 * hidden; ++i) {
    state.from_x[i] = f[0](cell.Clipped(state.from_x[i] + state.from_h[i]));
  }
  const double *z = state.from_x, *r = state.from_x + hidden;
  for (int64_t i = 0; i < hidden; ++i) reset_h[i] = r[i] * state.h[i];
  for (int64_t i = 0; i < hidden; ++i) {
    const int64_t row = 2 * hidden + i;
    const double recurrent =
        linear_before_reset ? r[i] * state.from_h[row]
                            : weights.Product(2, row, reset_h, hidden) + weights.HiddenBias(row);
    state.from_h[row] = f[1](cell.Clipped(state.from_x[row] + recurrent));
  }
  for (int64_t i = 0; i < hidden; ++i) {
    state.h[i] = (1 - z[i]) * state.from_h[2 * hidden + i] + z[i] * state.h[i];
  }
}

// Gates i, o, f, c. `input_forget`: the forget gate is what the input gate leaves.
void StepLstm(const Weights& weights, const Activations& f, bool input_forget, const State& state) {
  const Recurrent& cell = weights.cell;
  const int64_t hidden = cell.hidden;
  const auto gate = [&](int64_t g, int64_t i) {
    return state.from_x[g * hidden + i] + state.from_h[g * hidden + i];
  };
  for (int64_t i = 0; i < hidden; ++i) {
    const double old = state.c[i];
    const double input = f[0](cell.Clipped(gate(0, i) + weights.Peephole(0, i) * old));
    const double forget =
        input_forget ? 1 - input : f[0](cell.Clipped(gate(2, i) + weights.Peephole(2, i) * old));
    state.c[i] = forget * old + input * f[1](cell.Clipped(gate(3, i)));
    const double output = f[0](cell.Clipped(gate(1, i) + weights.Peephole(1, i) * state.c[i]));
    // As ONNX Runtime does, the cell itself is not clipped.
    state.h[i] = output * f[2](state.c[i]);
  }
}

struct Sequence {
  int64_t direction, n, length;
};

void RunSequence(const Weights& weights, const Sequence& sequence, StepFunction step, bool variant,
                 const State& state) {
  const Args& args = weights.args;
  const Recurrent& cell = weights.cell;
  const WriteRow<double> write = RowWriter<double>(args.input_type(0).dtype);
  const int64_t state_row = cell.StateRow(sequence.direction, sequence.n);
  for (auto [input, values] : {std::pair<size_t, double*>(5, state.h), {6, state.c}}) {
    std::fill_n(values, cell.hidden, 0.0);
    if (args.has_input(input)) {
      weights.read(args.raw_input(input), state_row, 1, cell.hidden, values);
    }
  }
  const auto write_row = [&](size_t output, int64_t offset, const double* values) {
    if (args.has_output(output)) write(args.raw_output(output), offset, 1, cell.hidden, values);
  };
  for (int64_t i = 0; i < sequence.length; ++i) {
    const int64_t t = cell.IsReverse(sequence.direction) ? sequence.length - 1 - i : i;
    weights.read(args.raw_input(0), cell.InputRow(t, sequence.n), 1, cell.inputs, state.x);
    for (int64_t row = 0; row < cell.gates * cell.hidden; ++row) {
      state.from_x[row] = weights.Product(1, row, state.x, cell.inputs) + weights.InputBias(row);
      state.from_h[row] = weights.Product(2, row, state.h, cell.hidden) + weights.HiddenBias(row);
    }
    step(weights, cell.activations[static_cast<size_t>(sequence.direction)], variant, state);
    write_row(0, cell.OutputRow(t, sequence.direction, sequence.n), state.h);
  }
  write_row(1, state_row, state.h);
  write_row(2, state_row, state.c);
  // Behind the end of the sequence there is nothing.
  std::fill_n(state.h, cell.hidden, 0.0);
  for (int64_t t = sequence.length; t < cell.steps; ++t) {
    write_row(0, cell.OutputRow(t, sequence.direction, sequence.n), state.h);
  }
}

absl::Status CheckLengths(const KernelRequest& request, const Args& args, const Recurrent& cell) {
  for (int64_t n = 0; args.has_input(4) && n < cell.batch; ++n) {
    const int32_t length = args.input<int32_t>(4)[n];
    if (length >= 0 && length <= cell.steps) continue;
    return absl::InvalidArgumentError(absl::StrCat(request.node->op, ": length of sequence ", n,
                                                   " is out of range, got ", length,
                                                   ", expected 0 to ", cell.steps));
  }
  return absl::OkStatus();
}

absl::Status RunCell(const KernelRequest& request, const Args& args, const Recurrent& cell,
                     StepFunction step, bool variant) {
  absl::Status status = CheckLengths(request, args, cell);
  if (!status.ok()) return status;
  const ReadRow<double> read = RowReader<double>(args.input_type(0).dtype);
  ParallelRanges(args.pool(), cell.directions * cell.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t direction = index / cell.batch, n = index % cell.batch;
      const Weights weights = {args, cell, direction, read};
      const int64_t length = args.has_input(4) ? args.input<int32_t>(4)[n] : cell.steps;
      RunSequence(weights, {direction, n, length}, step, variant,
                  StateAt(cell, static_cast<double*>(args.scratch()), index));
    }
  });
  return absl::OkStatus();
}

constexpr absl::string_view kRnnDefaults[] = {"Tanh"};
constexpr absl::string_view kGruDefaults[] = {"Sigmoid", "Tanh"};
constexpr absl::string_view kLstmDefaults[] = {"Sigmoid", "Tanh", "Tanh"};

Recurrent MakeRnn(const KernelRequest& request) { return MakeRecurrent(request, 1, kRnnDefaults); }
Recurrent MakeGru(const KernelRequest& request) { return MakeRecurrent(request, 3, kGruDefaults); }
Recurrent MakeLstm(const KernelRequest& request) {
  return MakeRecurrent(request, 4, kLstmDefaults);
}

using Maker = Recurrent (*)(const KernelRequest& request);

template <Maker kMake>
size_t ScratchBytes(const KernelRequest& request) {
  const Recurrent cell = kMake(request);
  return static_cast<size_t>(cell.directions * cell.batch * ElementsOfState(cell)) * sizeof(double);
}

absl::Status RunRnn(const KernelRequest& request, const Args& args) {
  return RunCell(request, args, MakeRnn(request), StepRnn, false);
}

absl::Status RunGru(const KernelRequest& request, const Args& args) {
  return RunCell(request, args, MakeGru(request), StepGru,
                 request.node->attributes.Int("linear_before_reset", 0) != 0);
}

absl::Status RunLstm(const KernelRequest& request, const Args& args) {
  return RunCell(request, args, MakeLstm(request), StepLstm,
                 request.node->attributes.Int("input_forget", 0) != 0);
}

constexpr ReferenceOp kRows[] = {
    {.op = "GRU",
     .run = RunGru,
     .input_types = kFloatTypes,
     .scratch_bytes = ScratchBytes<MakeGru>},
    {.op = "LSTM",
     .run = RunLstm,
     .input_types = kFloatTypes,
     .scratch_bytes = ScratchBytes<MakeLstm>},
    {.op = "RNN",
     .run = RunRnn,
     .input_types = kFloatTypes,
     .scratch_bytes = ScratchBytes<MakeRnn>},
};

}  // namespace

absl::Span<const ReferenceOp> RecurrentOps() { return kRows; }

}  // namespace kairos::reference
