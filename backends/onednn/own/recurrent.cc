// LSTM and GRU with the usual activation functions. The products of the inputs are made for all
// steps at once, then each sequence goes through its steps with one product of its state each. The
// work is split over sequences and directions; what is small stays on the calling thread.
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "absl/strings/match.h"

#include "onednn/own/makers.h"
#include "onednn/own/recurrent_simd.h"

namespace kairos::onednn::own {
namespace {

enum Input : size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kPeepholes };

// Below so many multiplications another thread does not pay.
constexpr int64_t kGrainOperations = 1 << 18;
// Beyond so many elements of scratch the reference's economy counts for more.
constexpr int64_t kMaxScratch = int64_t{1} << 28;

int64_t RoundUp(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

struct Extents {
  int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, gates = 0, directions = 0;
  int64_t width = 0;  // of a gate, hidden rounded up to panels
  bool batch_first = false, first_is_reverse = false;
  bool linear_before_reset = false;  // GRU

  int64_t columns() const { return gates * width; }
  int64_t rows() const { return steps * batch; }
  bool IsReverse(int64_t direction) const { return direction == 1 || first_is_reverse; }
  int64_t Row(int64_t step, int64_t n) const {
    return batch_first ? n * steps + step : step * batch + n;
  }
  int64_t OutputRow(int64_t step, int64_t direction, int64_t n) const {
    return batch_first ? (n * steps + step) * directions + direction
                       : (step * directions + direction) * batch + n;
  }
  int64_t StateRow(int64_t direction, int64_t n) const {
    return batch_first ? n * directions + direction : direction * batch + n;
  }
};

// Of one sequence in one direction: h, c (GRU: r * h) and, if that is linear before the reset, the
// state's part of the gates.
int64_t StateElements(const Extents& e) {
  return 2 * e.width + (e.linear_before_reset ? e.columns() : 0);
}

// [directions, gates * hidden, depth] to [directions, panels, depth, kPanel] with the gates' rows
// rounded up.
void PackMatrix(const Extents& e, int64_t depth, const float* plain, float* packed) {
  std::fill_n(packed, e.directions * e.columns() * depth, 0.0f);
  for (int64_t row = 0; row < e.directions * e.gates * e.hidden; ++row) {
    const int64_t column = row / e.hidden * e.width + row % e.hidden;
    float* to = packed + column / kPanel * depth * kPanel + column % kPanel;
    for (int64_t k = 0; k < depth; ++k) to[k * kPanel] = plain[row * depth + k];
  }
}

// [directions, 2 * gates * hidden] to [directions, 2, columns]: what is added to the product of the
// inputs, and to that of the state.
void PackBias(const Extents& e, const float* plain, float* packed) {
  std::fill_n(packed, e.directions * 2 * e.columns(), 0.0f);
  for (int64_t d = 0; d < e.directions; ++d) {
    const float* of_inputs = plain + d * 2 * e.gates * e.hidden;
    const float* of_state = of_inputs + e.gates * e.hidden;
    float* to = packed + d * 2 * e.columns();
    for (int64_t i = 0; i < e.gates * e.hidden; ++i) {
      const int64_t gate = i / e.hidden, column = gate * e.width + i % e.hidden;
      const bool apart = e.linear_before_reset && gate == 2;
      to[column] = of_inputs[i] + (apart ? 0 : of_state[i]);
      if (apart) to[e.columns() + column] = of_state[i];
    }
  }
}

class RecurrentKernel : public OwnKernel {
 public:
  RecurrentKernel(const KernelRequest& request, const Extents& extents)
      : OwnKernel(KernelName(request)),
        functions_(FindRecurrentFunctions()),
        e_(extents),
        is_lstm_(request.node->op == "LSTM") {
    for (size_t i = kX; i <= kInitialC; ++i) has_[i] = HasInput(request, i);
    for (size_t i = 0; i < 3; ++i) {
      wants_[i] = i < request.outputs.size() && request.outputs[i].present;
    }
    for (size_t i : {kW, kR, kB}) {
      if (!has_[i]) continue;
      if (request.inputs[i].constant) {
        packed_.push_back({static_cast<int>(i), PackedName(i),
                           static_cast<size_t>(PackedElements(i)) * sizeof(float)});
      } else {
        pack_at_[i] = scratch_;
        scratch_ += PackedElements(i);
      }
    }
    products_at_ = scratch_;
    scratch_ += e_.directions * e_.rows() * e_.columns();
    states_at_ = scratch_;
    scratch_ += e_.directions * e_.batch * StateElements(e_);
  }

  size_t scratch_bytes() const override { return static_cast<size_t>(scratch_) * sizeof(float); }
  absl::Span<const PackedInput> packed_inputs() const override { return packed_; }
  absl::Status Pack(size_t index, const void* plain, void* packed, ThreadPool&) const override {
    PackInput(static_cast<size_t>(packed_[index].input), plain, static_cast<float*>(packed));
    return absl::OkStatus();
  }
  absl::Status Run(const KernelArgs& args, State*) const override;

 private:
  // Of one run.
  struct Operands {
    const float *x, *w, *r, *b;
    const int32_t* lengths;
    float *products, *states;
  };
  // Up to kBlockRows sequences of one direction.
  struct Block {
    int64_t direction, first, rows;
  };

  std::string PackedName(size_t input) const {
    if (input == kB) {
      return absl::StrCat("own.recurrent.bias:", e_.gates, "x", e_.hidden,
                          e_.linear_before_reset ? ":linear" : "");
    }
    return absl::StrCat("own.recurrent.matrix:", e_.gates, "x", e_.hidden, "x",
                        input == kW ? e_.inputs : e_.hidden);
  }
  int64_t PackedElements(size_t input) const {
    const int64_t depth = input == kW ? e_.inputs : (input == kR ? e_.hidden : 2);
    return RoundUp(e_.directions * e_.columns() * depth, 16);
  }
  void PackInput(size_t input, const void* plain, float* packed) const {
    const auto* from = static_cast<const float*>(plain);
    if (input == kB) return PackBias(e_, from, packed);
    PackMatrix(e_, input == kW ? e_.inputs : e_.hidden, from, packed);
  }
  // The packed form of W, R or B; null when it is absent.
  const float* Packed(const KernelArgs& args, size_t input) const {
    if (!has_[input]) return nullptr;
    if (pack_at_[input] < 0) return static_cast<const float*>(args.inputs[input]);
    float* packed = static_cast<float*>(args.scratch) + pack_at_[input];
    PackInput(input, args.inputs[input], packed);
    return packed;
  }
  const float* Bias(const Operands& o, int64_t direction, int64_t part) const {
    return o.b == nullptr ? nullptr : o.b + (direction * 2 + part) * e_.columns();
  }
  float* ProductRow(const Operands& o, int64_t direction, int64_t row) const {
    return o.products + (direction * e_.rows() + row) * e_.columns();
  }

  absl::Status CheckLengths(const int32_t* lengths) const;
  void MultiplyInputs(const Operands& o, ThreadPool& pool) const;
  void RunBlock(const KernelArgs& args, const Operands& o, const Block& block) const;
  void Step(const Operands& o, int64_t direction, float* const* gates, float* const* states,
            int64_t rows) const;
  void LoadState(const KernelArgs& args, int64_t direction, int64_t n, float* state) const;
  void StoreState(const KernelArgs& args, int64_t direction, int64_t n, const float* state) const;

  RecurrentFunctions functions_;
  Extents e_;
  bool is_lstm_;
  std::array<bool, kPeepholes> has_ = {};
  std::array<bool, 3> wants_ = {};
  std::vector<PackedInput> packed_;
  // In floats, from the start of scratch; where weights that change are packed, or -1.
  std::array<int64_t, kPeepholes> pack_at_ = {-1, -1, -1, -1, -1, -1, -1};
  int64_t products_at_ = 0, states_at_ = 0, scratch_ = 0;
};

absl::Status RecurrentKernel::CheckLengths(const int32_t* lengths) const {
  for (int64_t n = 0; lengths != nullptr && n < e_.batch; ++n) {
    if (lengths[n] >= 0 && lengths[n] <= e_.steps) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(is_lstm_ ? "LSTM" : "GRU", ": length of sequence ", n,
                     " is out of range, got ", lengths[n], ", expected 0 to ", e_.steps));
  }
  return absl::OkStatus();
}

void RecurrentKernel::MultiplyInputs(const Operands& o, ThreadPool& pool) const {
  const int64_t blocks = (e_.rows() + kBlockRows - 1) / kBlockRows;
  const int64_t operations = kBlockRows * e_.inputs * e_.columns();
  const int64_t grain = std::max<int64_t>(1, kGrainOperations / std::max<int64_t>(1, operations));
  ParallelRanges(pool, e_.directions * blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t direction = i / blocks, first = i % blocks * kBlockRows;
      const int64_t rows = std::min(kBlockRows, e_.rows() - first);
      std::array<const float*, kBlockRows> in, start;
      std::array<float*, kBlockRows> out;
      for (int64_t r = 0; r < rows; ++r) {
        const auto at = static_cast<size_t>(r);
        in[at] = o.x + (first + r) * e_.inputs;
        start[at] = Bias(o, direction, 0);
        out[at] = ProductRow(o, direction, first + r);
      }
      functions_.product(in.data(), start.data(), out.data(), rows, e_.inputs,
                         o.w + direction * e_.columns() * e_.inputs, e_.columns());
    }
  });
}

void RecurrentKernel::LoadState(const KernelArgs& args, int64_t direction, int64_t n,
                                float* state) const {
  std::fill_n(state, 2 * e_.width, 0.0f);
  const auto bytes = static_cast<size_t>(e_.hidden) * sizeof(float);
  for (size_t i : {kInitialH, kInitialC}) {
    if (!has_[i]) continue;
    const auto* from = static_cast<const float*>(args.inputs[i]);
    std::memcpy(state + (i == kInitialH ? 0 : e_.width),
                from + e_.StateRow(direction, n) * e_.hidden, bytes);
  }
}

void RecurrentKernel::StoreState(const KernelArgs& args, int64_t direction, int64_t n,
                                 const float* state) const {
  const auto bytes = static_cast<size_t>(e_.hidden) * sizeof(float);
  for (size_t i : {1, 2}) {
    if (!wants_[i]) continue;
    auto* to = static_cast<float*>(args.outputs[i]);
    std::memcpy(to + e_.StateRow(direction, n) * e_.hidden, state + (i == 1 ? 0 : e_.width), bytes);
  }
}

// `gates` hold the products of the inputs, and are overwritten.
void RecurrentKernel::Step(const Operands& o, int64_t direction, float* const* gates,
                           float* const* states, int64_t rows) const {
  const int64_t width = e_.width, hidden = e_.hidden;
  const float* weights = o.r + direction * e_.columns() * hidden;
  std::array<const float*, kBlockRows> start, reset;
  std::array<float*, kBlockRows> out;
  for (int64_t r = 0; r < rows; ++r) {
    const auto at = static_cast<size_t>(r);
    start[at] = e_.linear_before_reset ? Bias(o, direction, 1) : gates[r];
    out[at] = e_.linear_before_reset ? states[r] + 2 * width : gates[r];
  }
  const int64_t columns = is_lstm_ || e_.linear_before_reset ? e_.columns() : 2 * width;
  functions_.product(states, start.data(), out.data(), rows, hidden, weights, columns);
  for (int64_t r = 0; r < rows; ++r) {
    float *h = states[r], *c = h + width;
    if (is_lstm_) functions_.lstm(gates[r], width, c, h);
    if (e_.linear_before_reset) functions_.gru_linear(gates[r], c + width, width, h);
  }
  if (is_lstm_ || e_.linear_before_reset) return;
  for (int64_t r = 0; r < rows; ++r) {
    const auto at = static_cast<size_t>(r);
    functions_.gru_reset(gates[r], width, states[r], states[r] + width);
    reset[at] = states[r] + width;
    start[at] = out[at] = gates[r] + 2 * width;
  }
  functions_.product(reset.data(), start.data(), out.data(), rows, hidden,
                     weights + 2 * width * hidden, width);
  for (int64_t r = 0; r < rows; ++r) functions_.gru(gates[r], width, states[r]);
}

void RecurrentKernel::RunBlock(const KernelArgs& args, const Operands& o,
                               const Block& block) const {
  const auto state_of = [&](int64_t n) {
    return o.states + (block.direction * e_.batch + n) * StateElements(e_);
  };
  const auto length_of = [&](int64_t n) {
    return o.lengths == nullptr ? e_.steps : int64_t{o.lengths[n]};
  };
  const auto bytes = static_cast<size_t>(e_.hidden) * sizeof(float);
  const auto output_row = [&](int64_t t, int64_t n) {
    return static_cast<float*>(args.outputs[0]) + e_.OutputRow(t, block.direction, n) * e_.hidden;
  };
  for (int64_t n = block.first; n < block.first + block.rows; ++n) {
    LoadState(args, block.direction, n, state_of(n));
  }
  for (int64_t i = 0; i < e_.steps; ++i) {
    // The sequences that are not at their end, each at its own step.
    std::array<float*, kBlockRows> gates, states;
    std::array<float*, kBlockRows> outputs = {};
    size_t rows = 0;
    for (int64_t n = block.first; n < block.first + block.rows; ++n) {
      if (i >= length_of(n)) {
        if (wants_[0]) std::memset(output_row(i, n), 0, bytes);
        continue;
      }
      const int64_t t = e_.IsReverse(block.direction) ? length_of(n) - 1 - i : i;
      gates[rows] = ProductRow(o, block.direction, e_.Row(t, n));
      states[rows] = state_of(n);
      if (wants_[0]) outputs[rows] = output_row(t, n);
      ++rows;
    }
    Step(o, block.direction, gates.data(), states.data(), static_cast<int64_t>(rows));
    for (size_t r = 0; r < rows; ++r) {
      if (outputs[r] != nullptr) std::memcpy(outputs[r], states[r], bytes);
    }
  }
  for (int64_t n = block.first; n < block.first + block.rows; ++n) {
    StoreState(args, block.direction, n, state_of(n));
  }
}

absl::Status RecurrentKernel::Run(const KernelArgs& args, State*) const {
  auto* scratch = static_cast<float*>(args.scratch);
  const auto* lengths =
      has_[kLengths] ? static_cast<const int32_t*>(args.inputs[kLengths]) : nullptr;
  if (absl::Status status = CheckLengths(lengths); !status.ok()) return status;
  const Operands o = {static_cast<const float*>(args.inputs[kX]),
                      Packed(args, kW),
                      Packed(args, kR),
                      Packed(args, kB),
                      lengths,
                      scratch + products_at_,
                      scratch + states_at_};
  MultiplyInputs(o, *args.pool);
  const int64_t blocks = (e_.batch + kBlockRows - 1) / kBlockRows;
  const int64_t operations = kBlockRows * e_.steps * e_.hidden * e_.columns();
  const int64_t grain = std::max<int64_t>(1, kGrainOperations / std::max<int64_t>(1, operations));
  ParallelRanges(*args.pool, e_.directions * blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % blocks * kBlockRows;
      RunBlock(args, o, {i / blocks, first, std::min(kBlockRows, e_.batch - first)});
    }
  });
  return absl::OkStatus();
}

bool HasUsualActivations(const Attributes& attributes, bool is_lstm) {
  const Attribute* given = attributes.Find("activations");
  if (given == nullptr) return true;
  const auto& names = std::get<std::vector<std::string>>(*given);
  const size_t period = is_lstm ? 3 : 2;
  for (size_t i = 0; i < names.size(); ++i) {
    const char* usual = i % period == 0 ? "sigmoid" : "tanh";
    if (!absl::EqualsIgnoreCase(names[i], usual)) return false;
  }
  return true;
}

}  // namespace

MadeKernel MakeRecurrent(const KernelRequest& request) {
  const Attributes& attributes = request.node->attributes;
  const bool is_lstm = request.node->op == "LSTM";
  const TensorType& x = request.inputs[kX].type;
  if (x.dtype != DType::kFloat32) {
    return Refuse(request, "no kernel for ", DTypeName(x.dtype), ", expected float32");
  }
  if (!HasUsualActivations(attributes, is_lstm)) {
    return Refuse(request, "activations other than the usual ones");
  }
  if (attributes.Has("clip") || attributes.Int("input_forget", 0) != 0 ||
      HasInput(request, kPeepholes)) {
    return Refuse(request, "clip, input_forget or peepholes");
  }
  const Shape& r = request.inputs[kR].type.shape;
  Extents e;
  e.batch_first = attributes.Int("layout", 0) != 0;
  e.steps = x.shape[e.batch_first ? 1 : 0];
  e.batch = x.shape[e.batch_first ? 0 : 1];
  e.inputs = x.shape[2];
  e.hidden = r[2];
  e.gates = is_lstm ? 4 : 3;
  e.directions = r[0];
  e.width = RoundUp(e.hidden, kPanel);
  e.first_is_reverse = attributes.String("direction", "forward") == "reverse";
  e.linear_before_reset = !is_lstm && attributes.Int("linear_before_reset", 0) != 0;
  const double elements = 2.0 * static_cast<double>(e.columns()) *
                          (static_cast<double>(e.steps) + 2) * static_cast<double>(e.batch);
  if (elements > static_cast<double>(kMaxScratch)) {
    return Refuse(request, "sequences are too long to be multiplied at once");
  }
  return std::make_unique<RecurrentKernel>(request, e);
}

}  // namespace kairos::onednn::own
