#include "rtconvert/value_facts.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/string_view.h"

namespace kairos {
namespace {

using Rank = std::optional<int64_t>;

enum class RankRule {
  kSame,       // as input 0
  kBroadcast,  // the largest of all inputs
  kScalar,
  kVector,
  kMatrix,
  kMatMul,
  kShapeLength,  // as many dimensions as input 1 has elements
  kSqueeze,      // input 0, less the axes of input 1
  kUnsqueeze,    // input 0, and the axes of input 1
  kReduce,       // by "keepdims" and the axes of input 1
  kReduceOne,    // by "keepdims"
  kGather,
};

enum class DTypeRule { kSame, kSecond, kBool, kInt64, kTo };

struct Row {
  absl::string_view op;
  RankRule rank;
  DTypeRule dtype = DTypeRule::kSame;
};

// Sorted by rule, then by name.
constexpr Row kRows[] = {
    {"Abs", RankRule::kSame},
    {"AveragePool", RankRule::kSame},
    {"BatchNormalization", RankRule::kSame},
    {"Ceil", RankRule::kSame},
    {"Clip", RankRule::kSame},
    {"Concat", RankRule::kSame},
    {"Conv", RankRule::kSame},
    {"ConvTranspose", RankRule::kSame},
    {"Cos", RankRule::kSame},
    {"CumSum", RankRule::kSame},
    {"DepthToSpace", RankRule::kSame},
    {"Dropout", RankRule::kSame},
    {"Elu", RankRule::kSame},
    {"Erf", RankRule::kSame},
    {"Exp", RankRule::kSame},
    {"Floor", RankRule::kSame},
    {"GatherElements", RankRule::kSame},
    {"GlobalAveragePool", RankRule::kSame},
    {"GlobalMaxPool", RankRule::kSame},
    {"GroupNormalization", RankRule::kSame},
    {"HardSigmoid", RankRule::kSame},
    {"HardSwish", RankRule::kSame},
    {"Hardmax", RankRule::kSame},
    {"Identity", RankRule::kSame},
    {"InstanceNormalization", RankRule::kSame},
    {"LRN", RankRule::kSame},
    {"LayerNormalization", RankRule::kSame},
    {"LeakyRelu", RankRule::kSame},
    {"Log", RankRule::kSame},
    {"LogSoftmax", RankRule::kSame},
    {"MaxPool", RankRule::kSame},
    {"Neg", RankRule::kSame},
    {"Not", RankRule::kSame},
    {"PRelu", RankRule::kSame},
    {"Pad", RankRule::kSame},
    {"Reciprocal", RankRule::kSame},
    {"Relu", RankRule::kSame},
    {"Resize", RankRule::kSame},
    {"Round", RankRule::kSame},
    {"ScatterElements", RankRule::kSame},
    {"Selu", RankRule::kSame},
    {"Sigmoid", RankRule::kSame},
    {"Sign", RankRule::kSame},
    {"Sin", RankRule::kSame},
    {"Slice", RankRule::kSame},
    {"Softmax", RankRule::kSame},
    {"Softplus", RankRule::kSame},
    {"Softsign", RankRule::kSame},
    {"SpaceToDepth", RankRule::kSame},
    {"Split", RankRule::kSame},
    {"Sqrt", RankRule::kSame},
    {"Tanh", RankRule::kSame},
    {"ThresholdedRelu", RankRule::kSame},
    {"Tile", RankRule::kSame},
    {"Transpose", RankRule::kSame},
    {"Trilu", RankRule::kSame},
    {"Cast", RankRule::kSame, DTypeRule::kTo},
    {"Add", RankRule::kBroadcast},
    {"Div", RankRule::kBroadcast},
    {"Max", RankRule::kBroadcast},
    {"Mean", RankRule::kBroadcast},
    {"Min", RankRule::kBroadcast},
    {"Mod", RankRule::kBroadcast},
    {"Mul", RankRule::kBroadcast},
    {"Pow", RankRule::kBroadcast},
    {"Sub", RankRule::kBroadcast},
    {"Sum", RankRule::kBroadcast},
    {"Where", RankRule::kBroadcast, DTypeRule::kSecond},
    {"And", RankRule::kBroadcast, DTypeRule::kBool},
    {"Equal", RankRule::kBroadcast, DTypeRule::kBool},
    {"Greater", RankRule::kBroadcast, DTypeRule::kBool},
    {"GreaterOrEqual", RankRule::kBroadcast, DTypeRule::kBool},
    {"Less", RankRule::kBroadcast, DTypeRule::kBool},
    {"LessOrEqual", RankRule::kBroadcast, DTypeRule::kBool},
    {"Or", RankRule::kBroadcast, DTypeRule::kBool},
    {"Xor", RankRule::kBroadcast, DTypeRule::kBool},
    {"Size", RankRule::kScalar, DTypeRule::kInt64},
    {"Range", RankRule::kVector},
    {"Shape", RankRule::kVector, DTypeRule::kInt64},
    {"Flatten", RankRule::kMatrix},
    {"Gemm", RankRule::kMatrix},
    {"NonZero", RankRule::kMatrix, DTypeRule::kInt64},
    {"MatMul", RankRule::kMatMul},
    {"Reshape", RankRule::kShapeLength},
    {"Squeeze", RankRule::kSqueeze},
    {"Unsqueeze", RankRule::kUnsqueeze},
    {"ReduceL1", RankRule::kReduce},
    {"ReduceL2", RankRule::kReduce},
    {"ReduceLogSum", RankRule::kReduce},
    {"ReduceLogSumExp", RankRule::kReduce},
    {"ReduceMax", RankRule::kReduce},
    {"ReduceMean", RankRule::kReduce},
    {"ReduceMin", RankRule::kReduce},
    {"ReduceProd", RankRule::kReduce},
    {"ReduceSum", RankRule::kReduce},
    {"ReduceSumSquare", RankRule::kReduce},
    {"ArgMax", RankRule::kReduceOne, DTypeRule::kInt64},
    {"ArgMin", RankRule::kReduceOne, DTypeRule::kInt64},
    {"Gather", RankRule::kGather},
};

Rank Sum(Rank a, Rank b, int64_t less = 0) {
  constexpr int64_t kLimit = int64_t{1} << 31;  // a hostile model can double a length in each node
  if (!a || !b || *a + *b < less || *a + *b > kLimit) return std::nullopt;
  return *a + *b - less;
}

Rank Negated(Rank rank) {
  if (rank) rank = -*rank;
  return rank;
}

Rank ReducedRank(const OnnxNode& node, const ValueFact& data, const ValueFact& axes) {
  if (node.attributes.Int("keepdims", 1) != 0) return data.rank;
  if (node.HasInput(1)) return Sum(data.rank, Negated(axes.length));
  return node.attributes.Int("noop_with_empty_axes", 0) != 0 ? data.rank : Rank(0);
}

Rank RankOf(RankRule rule, const OnnxNode& node, absl::Span<const ValueFact> inputs) {
  const ValueFact none;
  const ValueFact& first = inputs.empty() ? none : inputs[0];
  const ValueFact& second = inputs.size() < 2 ? none : inputs[1];
  switch (rule) {
    case RankRule::kSame:
      return first.rank;
    case RankRule::kBroadcast: {
      Rank rank = 0;
      for (const ValueFact& input : inputs) {
        rank = rank && input.rank ? Rank(std::max(*rank, *input.rank)) : std::nullopt;
      }
      return rank;
    }
    case RankRule::kScalar:
      return 0;
    case RankRule::kVector:
      return 1;
    case RankRule::kMatrix:
      return 2;
    case RankRule::kMatMul:
      if (first.rank.value_or(0) < 2 || second.rank.value_or(0) < 2) return std::nullopt;
      return std::max(*first.rank, *second.rank);
    case RankRule::kShapeLength:
      return second.length;
    case RankRule::kSqueeze:
      return Sum(first.rank, Negated(second.length));
    case RankRule::kUnsqueeze:
      return Sum(first.rank, second.length);
    case RankRule::kReduce:
      return ReducedRank(node, first, second);
    case RankRule::kReduceOne:
      return node.attributes.Int("keepdims", 1) != 0 ? first.rank : Sum(first.rank, 0, 1);
    case RankRule::kGather:
      return Sum(first.rank, second.rank, 1);
  }
  return std::nullopt;
}

DType DTypeOf(DTypeRule rule, const OnnxNode& node, absl::Span<const ValueFact> inputs) {
  switch (rule) {
    case DTypeRule::kSame:
      return inputs.empty() ? DType::kUndefined : inputs[0].dtype;
    case DTypeRule::kSecond:
      return inputs.size() < 2 ? DType::kUndefined : inputs[1].dtype;
    case DTypeRule::kBool:
      return DType::kBool;
    case DTypeRule::kInt64:
      return DType::kInt64;
    case DTypeRule::kTo:
      return SupportedDType(node.attributes.Int("to", 0)).value_or(DType::kUndefined);
  }
  return DType::kUndefined;
}

// Elements of a part [start, end) of a vector.
Rank SliceLength(absl::Span<const ValueFact> inputs) {
  const auto value = [&](size_t i) -> Rank {
    const std::optional<Constant>& constant = inputs[i].constant;
    if (!constant || constant->type.element_count() != 1) return std::nullopt;
    if (constant->type.dtype == DType::kInt64) return *static_cast<const int64_t*>(constant->data);
    if (constant->type.dtype == DType::kInt32) return *static_cast<const int32_t*>(constant->data);
    return std::nullopt;
  };
  if (inputs.size() < 3 || !inputs[0].length || !value(1) || !value(2)) return std::nullopt;
  if (inputs.size() > 4 && value(4) != 1) return std::nullopt;
  const int64_t length = *inputs[0].length;
  const auto clamp = [length](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + length : i, 0, length);
  };
  return std::max<int64_t>(0, clamp(*value(2)) - clamp(*value(1)));
}

// The few operators by which shapes are computed.
Rank VectorLength(const OnnxNode& node, absl::Span<const ValueFact> inputs) {
  if (inputs.empty()) return std::nullopt;
  if (node.op == "Shape" && node.attributes.entries().empty()) return inputs[0].rank;
  if (node.op == "Cast" || node.op == "Identity") return inputs[0].length;
  if (node.op == "Slice") return SliceLength(inputs);
  if (node.op == "Unsqueeze" && inputs[0].rank == 0) return 1;
  if (node.op != "Concat") return std::nullopt;
  Rank length = 0;
  for (const ValueFact& input : inputs) length = Sum(length, input.length);
  return length;
}

}  // namespace

ValueFact ValueFacts::Find(const std::string& name) const {
  const auto it = facts_.find(name);
  if (it != facts_.end()) return it->second;
  return outer_ == nullptr ? ValueFact() : outer_->Find(name);
}

void ValueFacts::Add(const std::string& name, DType dtype, std::optional<int64_t> rank) {
  ValueFact& fact = facts_[name];
  if (fact.dtype == DType::kUndefined) fact.dtype = dtype;
  if (!fact.rank) fact.rank = rank;
}

void ValueFacts::AddConstant(const std::string& name, const Constant& constant) {
  facts_[name] = {constant.type.dtype, static_cast<int64_t>(constant.type.shape.size()),
                  constant.type.element_count(), constant};
}

void ValueFacts::Infer(const OnnxNode& node) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& r) { return r.op == node.op; });
  if (row == std::end(kRows)) return;
  std::vector<ValueFact> inputs;
  for (const std::string& input : node.inputs) inputs.push_back(Find(input));
  const Rank rank = RankOf(row->rank, node, inputs);
  const DType dtype = DTypeOf(row->dtype, node, inputs);
  // Second outputs are of other types (masks, indices), except those of Split.
  const size_t known =
      node.op == "Split" ? node.outputs.size() : std::min<size_t>(node.outputs.size(), 1);
  for (size_t i = 0; i < known; ++i) {
    if (node.HasOutput(i)) Add(node.outputs[i], dtype, rank);
  }
  if (node.HasOutput(0)) facts_[node.outputs[0]].length = VectorLength(node, inputs);
}

}  // namespace kairos
