#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "reference/families.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

// An index that runs through the equation, with the stride it has in each operand (0 where the
// operand does not have it, several dimensions' sum on a diagonal).
struct Loop {
  int64_t extent = 1;
  std::vector<int64_t> strides;
};
struct EinsumPlan {
  std::vector<Loop> output;  // in the order of the output's dimensions
  std::vector<Loop> summed;
};

// Labels of the dimensions of one term: letters, and for the dimensions of "..." the numbers -1,
// -2 ..., counted from the last one so that they broadcast as in numpy. `hidden` is how many.
std::vector<int> LabelsOf(absl::string_view term, int hidden) {
  std::vector<int> labels;
  for (size_t i = 0; i < term.size(); ++i) {
    if (term[i] == '.') {
      for (int k = hidden; k > 0; --k) labels.push_back(-k);
      i += 2;
    } else {
      labels.push_back(term[i]);
    }
  }
  return labels;
}

int LetterCount(absl::string_view term) {
  return static_cast<int>(std::count_if(term.begin(), term.end(), [](char c) { return c != '.'; }));
}

// What an equation without "->" means: "...", then the labels that occur once, sorted.
std::vector<int> ImpliedOutput(absl::string_view inputs, int hidden) {
  std::vector<int> labels = LabelsOf("...", hidden);
  std::string letters(inputs);
  std::sort(letters.begin(), letters.end());
  for (char c : letters) {
    const bool letter = absl::ascii_isalpha(static_cast<unsigned char>(c));
    if (letter && std::count(letters.begin(), letters.end(), c) == 1) labels.push_back(c);
  }
  return labels;
}

// The shape function has checked the equation against the shapes.
EinsumPlan MakePlan(const KernelRequest& request, size_t operands) {
  const std::string equation =
      absl::StrReplaceAll(request.node->attributes.String("equation", ""), {{" ", ""}});
  const std::vector<absl::string_view> sides = absl::StrSplit(equation, "->");
  const std::vector<absl::string_view> terms = absl::StrSplit(sides[0], ',');
  std::map<int, Loop> loops;
  int hidden = 0;
  for (size_t t = 0; t < operands; ++t) {
    const absl::Span<const int64_t> shape = request.inputs[t].shape();
    const Shape strides = DenseStrides(shape, Layout::kPlain);
    const int own = static_cast<int>(shape.size()) - LetterCount(terms[t]);
    hidden = std::max(hidden, own);
    const std::vector<int> labels = LabelsOf(terms[t], own);
    for (size_t d = 0; d < labels.size(); ++d) {
      Loop& loop = loops[labels[d]];
      loop.strides.resize(operands);
      if (shape[d] == 1) continue;
      loop.extent = shape[d];
      loop.strides[t] += strides[d];
    }
  }
  EinsumPlan plan;
  const std::vector<int> output =
      sides.size() > 1 ? LabelsOf(sides[1], hidden) : ImpliedOutput(sides[0], hidden);
  for (int label : output) {
    plan.output.push_back(std::move(loops[label]));
    loops.erase(label);
  }
  for (auto& [label, loop] : loops) plan.summed.push_back(std::move(loop));
  return plan;
}

// Position `index` of the row-major iteration over `loops` as offsets, added to `offsets`.
void AddOffsets(absl::Span<const Loop> loops, int64_t index, std::vector<int64_t>& offsets) {
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
A SumRow(const Args& args, const Loop& row, ReadRow<A> read, const std::vector<int64_t>& offsets) {
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
  if (plan.summed.empty()) plan.summed.push_back({1, std::vector<int64_t>(operands)});
  const Loop& row = plan.summed.back();
  const absl::Span<const Loop> around = absl::MakeConstSpan(plan.summed).subspan(0, plan.summed.size() - 1);
  const int64_t rows = Positions(around);
  const ReadRow<A> read = RowReader<A>(args.output_type(0).dtype);
  const WriteRow<A> write = RowWriter<A>(args.output_type(0).dtype);
  ParallelRanges(args.pool(), Positions(plan.output), 1, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> start(operands), offsets(operands);
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
