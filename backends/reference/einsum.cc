#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

#include "reference/families.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

// Of usual equations, all of these fit inline: running allocates nothing.
using Offsets = absl::InlinedVector<int64_t, 4>;  // one per operand
using Labels = absl::InlinedVector<int, 8>;

// An index that runs through the equation, with the stride it has in each operand (0 where the
// operand does not have it, several dimensions' sum on a diagonal).
struct Loop {
  int label = 0;
  int64_t extent = 1;
  Offsets strides;
};
using Loops = absl::InlinedVector<Loop, 12>;
struct EinsumPlan {
  Loops output;  // in the order of the output's dimensions
  Loops summed;
};

// Labels of the dimensions of one term: letters, and for the dimensions of "..." the numbers -1,
// -2 ..., counted from the last one so that they broadcast as in numpy. `hidden` is how many.
Labels LabelsOf(absl::string_view term, int hidden) {
  Labels labels;
  for (size_t i = 0; i < term.size(); ++i) {
    if (term[i] == '.') {
      for (int k = hidden; k > 0; --k) labels.push_back(-k);
      i = term.rfind('.');
    } else if (absl::ascii_isalpha(static_cast<unsigned char>(term[i]))) {
      labels.push_back(term[i]);
    }
  }
  return labels;
}

// What an equation without "->" means: "...", then the labels that occur once, sorted.
Labels ImpliedOutput(absl::string_view inputs, int hidden) {
  Labels labels = LabelsOf("...", hidden);
  for (char c = 'A'; c <= 'z'; ++c) {
    const bool letter = absl::ascii_isalpha(static_cast<unsigned char>(c));
    if (letter && std::count(inputs.begin(), inputs.end(), c) == 1) labels.push_back(c);
  }
  return labels;
}

// Takes the text before the next comma from `rest`.
absl::string_view TakeTerm(absl::string_view& rest) {
  const size_t end = std::min(rest.find(','), rest.size());
  const absl::string_view term = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return term;
}

Loops::iterator FindLoop(Loops& loops, int label) {
  return std::find_if(loops.begin(), loops.end(), [=](const Loop& l) { return l.label == label; });
}

// The shape function has checked the equation against the shapes.
EinsumPlan MakePlan(const KernelRequest& request, size_t operands) {
  const absl::string_view equation = request.node->attributes.String("equation", "");
  const size_t arrow = equation.find("->");
  const absl::string_view inputs = equation.substr(0, arrow);
  EinsumPlan plan;
  Loops& loops = plan.summed;
  int hidden = 0;
  absl::string_view rest = inputs;
  for (size_t t = 0; t < operands; ++t) {
    const absl::string_view term = TakeTerm(rest);
    const absl::Span<const int64_t> shape = request.inputs[t].shape();
    const Shape strides = DenseStrides(shape, Layout::kPlain);
    const int own = static_cast<int>(shape.size() - LabelsOf(term, 0).size());
    hidden = std::max(hidden, own);
    const Labels labels = LabelsOf(term, own);
    for (size_t d = 0; d < labels.size(); ++d) {
      auto loop = FindLoop(loops, labels[d]);
      if (loop == loops.end()) {
        loop = loops.insert(loop, Loop{.label = labels[d], .strides = Offsets(operands, 0)});
      }
      if (shape[d] == 1) continue;
      loop->extent = shape[d];
      loop->strides[t] += strides[d];
    }
  }
  const Labels output = arrow == equation.npos ? ImpliedOutput(inputs, hidden)
                                               : LabelsOf(equation.substr(arrow + 2), hidden);
  for (int label : output) {
    const auto loop = FindLoop(loops, label);
    plan.output.push_back(std::move(*loop));
    loops.erase(loop);
  }
  return plan;
}

// Position `index` of the row-major iteration over `loops` as offsets, added to `offsets`.
void AddOffsets(absl::Span<const Loop> loops, int64_t index, Offsets& offsets) {
  for (size_t d = loops.size(); d-- > 0;) {
    const int64_t i = index % loops[d].extent;
    index /= loops[d].extent;
    for (size_t t = 0; t < offsets.size(); ++t) offsets[t] += i * loops[d].strides[t];
  }
}

int64_t Positions(absl::Span<const Loop> loops) {
  int64_t count = 1;
  for (const Loop& loop : loops) count *= loop.extent;
  return count;
}

// The sum over one row of products of all operands, element by element.
template <typename A>
A SumRow(const Args& args, const Loop& row, ReadRow<A> read, const Offsets& offsets) {
  A sum = 0;
  A products[kRowLength], values[kRowLength];
  for (int64_t done = 0; done < row.extent; done += kRowLength) {
    const int64_t count = std::min(kRowLength, row.extent - done);
    std::fill_n(products, count, A{1});
    for (size_t t = 0; t < offsets.size(); ++t) {
      read(args.raw_input(t), offsets[t] + done * row.strides[t], row.strides[t], count, values);
      for (int64_t i = 0; i < count; ++i) products[i] *= values[i];
    }
    for (int64_t i = 0; i < count; ++i) sum += products[i];
  }
  return sum;
}

template <typename A>
absl::Status Einsum(const KernelRequest& request, const Args& args) {
  const size_t operands = request.node->base_input_count();
  EinsumPlan plan = MakePlan(request, operands);
  if (plan.summed.empty()) plan.summed.push_back({.strides = Offsets(operands, 0)});
  const Loop& row = plan.summed.back();
  const absl::Span<const Loop> around =
      absl::MakeConstSpan(plan.summed).subspan(0, plan.summed.size() - 1);
  const int64_t rows = Positions(around);
  const ReadRow<A> read = RowReader<A>(args.output_type(0).dtype);
  const WriteRow<A> write = RowWriter<A>(args.output_type(0).dtype);
  ParallelRanges(args.pool(), Positions(plan.output), 1, [&](int64_t begin, int64_t end) {
    Offsets start(operands), offsets(operands);
    for (int64_t i = begin; i < end; ++i) {
      std::fill(start.begin(), start.end(), 0);
      AddOffsets(plan.output, i, start);
      A sum = 0;
      for (int64_t r = 0; r < rows; ++r) {
        offsets = start;
        AddOffsets(around, r, offsets);
        sum += SumRow(args, row, read, offsets);
      }
      write(args.raw_output(0), i, 1, 1, &sum);
    }
  });
  return absl::OkStatus();
}

absl::Status RunEinsum(const KernelRequest& request, const Args& args) {
  const bool is_float = Contains(kFloatTypes, args.output_type(0).dtype);
  return is_float ? Einsum<double>(request, args) : Einsum<uint64_t>(request, args);
}

constexpr ReferenceOp kOps[] = {
    {.op = "Einsum", .run = RunEinsum, .input_types = kNumericTypes},
};

}  // namespace

absl::Span<const ReferenceOp> EinsumOps() { return kOps; }

}  // namespace kairos::reference
