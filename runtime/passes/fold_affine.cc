#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

// y = scale[c] * x + shift[c], one pair per output channel.
struct Affine {
  std::vector<double> scale, shift;
};

const float* Floats(const Constant* constant) {
  const bool fits = constant != nullptr && constant->type.dtype == DType::kFloat32;
  return fits ? static_cast<const float*>(constant->data) : nullptr;
}

// The operand as one value per channel of a result of this rank, empty when it is not that.
std::vector<double> PerChannel(const Constant* constant, int64_t channels, size_t rank) {
  const float* values = Floats(constant);
  if (values == nullptr || constant->type.shape.size() > rank) return {};
  const int64_t count = constant->type.element_count();
  if (count == 1) return std::vector<double>(static_cast<size_t>(channels), values[0]);
  const Shape& shape = constant->type.shape;
  const size_t channel_from_right = rank - 1;  // position of C in [N, C, ...], from the right
  if (count != channels || shape.size() < channel_from_right) return {};
  if (shape[shape.size() - channel_from_right] != channels) return {};
  return {values, values + count};
}

std::optional<Affine> AffineOfBatchNorm(const GraphEditor& editor, const Node& node,
                                        int64_t channels) {
  if (node.inputs.size() != 5 || node.attributes.Int("training_mode", 0) != 0) return std::nullopt;
  const float* parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    const Constant* constant = editor.constant(node.inputs[i + 1]);
    parameters[i] = Floats(constant);
    if (parameters[i] == nullptr || constant->type.element_count() != channels) {
      return std::nullopt;
    }
  }
  const double epsilon = node.attributes.Float("epsilon", 1e-5f);
  Affine affine;
  for (int64_t c = 0; c < channels; ++c) {
    const double scale = parameters[0][c] / std::sqrt(parameters[3][c] + epsilon);
    affine.scale.push_back(scale);
    affine.shift.push_back(parameters[1][c] - parameters[2][c] * scale);
  }
  return affine;
}

std::optional<Affine> AffineOf(const GraphEditor& editor, const Node& node, ValueId x,
                               int64_t channels, size_t rank) {
  if (!node.domain.empty() || !node.post_ops.empty()) return std::nullopt;
  if (node.op == "BatchNormalization") return AffineOfBatchNorm(editor, node, channels);
  if (node.inputs.size() != 2) return std::nullopt;
  const bool x_first = node.inputs[0] == x;
  const Constant* other = editor.constant(node.inputs[x_first ? 1 : 0]);
  std::vector<double> values = PerChannel(other, channels, rank);
  if (values.empty()) return std::nullopt;
  const std::vector<double> zeros(values.size(), 0.0), ones(values.size(), 1.0);
  if (node.op == "Add") return Affine{ones, std::move(values)};
  if (node.op == "Mul") return Affine{std::move(values), zeros};
  if (!x_first) return std::nullopt;
  if (node.op == "Sub") {
    for (double& v : values) v = -v;
    return Affine{ones, std::move(values)};
  }
  if (node.op == "Div") {
    for (double& v : values) v = 1.0 / v;
    return Affine{std::move(values), zeros};
  }
  return std::nullopt;
}

struct OwnedFloats {
  explicit OwnedFloats(Shape shape)
      : values(std::make_shared<std::vector<float>>(static_cast<size_t>(ElementCount(shape)))),
        type{DType::kFloat32, std::move(shape)} {}
  Constant ToConstant() const { return {type, values->data(), values}; }
  std::shared_ptr<std::vector<float>> values;
  TensorType type;
};

// Multiplies the slice of each output channel. Conv weights are [O, I/g, ...], those of
// ConvTranspose [I, O/g, ...].
Constant ScaleWeights(const Constant& weights, const std::vector<double>& scale, bool transposed,
                      int64_t group) {
  OwnedFloats scaled(weights.type.shape);
  const Shape& shape = weights.type.shape;
  const float* in = static_cast<const float*>(weights.data);
  const int64_t inner = ElementCount(absl::MakeConstSpan(shape).subspan(2));
  const int64_t inputs_per_group = shape[0] / group;
  for (int64_t a = 0; a < shape[0]; ++a) {
    for (int64_t b = 0; b < shape[1]; ++b) {
      const int64_t channel = transposed ? a / inputs_per_group * shape[1] + b : a;
      const double factor = scale[static_cast<size_t>(channel)];
      const int64_t base = (a * shape[1] + b) * inner;
      for (int64_t i = 0; i < inner; ++i) {
        (*scaled.values)[static_cast<size_t>(base + i)] = static_cast<float>(in[base + i] * factor);
      }
    }
  }
  return scaled.ToConstant();
}

Constant FoldBias(const Constant* bias, const Affine& affine) {
  OwnedFloats folded({static_cast<int64_t>(affine.scale.size())});
  const float* old = bias == nullptr ? nullptr : static_cast<const float*>(bias->data);
  for (size_t c = 0; c < affine.scale.size(); ++c) {
    const double before = old == nullptr ? 0.0 : old[c];
    (*folded.values)[c] = static_cast<float>(before * affine.scale[c] + affine.shift[c]);
  }
  return folded.ToConstant();
}

bool IsIdentity(const std::vector<double>& scale) {
  for (double s : scale) {
    if (s != 1.0) return false;
  }
  return true;
}

// The convolution that makes `x`, if its parameters are constants and nobody else reads `x`.
size_t FoldableConvolution(const GraphEditor& editor, ValueId x) {
  size_t index = editor.producer(x, "Conv");
  if (index == GraphEditor::kNone) index = editor.producer(x, "ConvTranspose");
  if (index == GraphEditor::kNone || editor.use_count(x) != 1) return GraphEditor::kNone;
  const Node& conv = editor.graph().nodes[index];
  const Constant* weights = editor.constant(conv.inputs[1]);
  if (Floats(weights) == nullptr || weights->type.shape.size() < 3) return GraphEditor::kNone;
  const bool has_bias = conv.inputs.size() > 2 && conv.inputs[2] != kNoValue;
  if (has_bias && Floats(editor.constant(conv.inputs[2])) == nullptr) return GraphEditor::kNone;
  return index;
}

bool TryFold(GraphEditor& editor, size_t n, ValueId x) {
  const size_t producer = FoldableConvolution(editor, x);
  if (producer == GraphEditor::kNone) return false;
  Node conv = editor.node(producer);
  const Constant weights = *editor.constant(conv.inputs[1]);
  const bool transposed = conv.op == "ConvTranspose";
  const int64_t group = conv.attributes.Int("group", 1);
  if (group < 1 || weights.type.shape[0] % group != 0) return false;
  const int64_t channels = transposed ? weights.type.shape[1] * group : weights.type.shape[0];
  std::optional<Affine> affine =
      AffineOf(editor, editor.node(n), x, channels, weights.type.shape.size());
  if (!affine.has_value()) return false;
  if (!IsIdentity(affine->scale)) {
    conv.inputs[1] = editor.AddConstant(editor.graph().value(conv.inputs[1]).name + "/scaled",
                                        ScaleWeights(weights, affine->scale, transposed, group));
  }
  const bool has_bias = conv.inputs.size() > 2 && conv.inputs[2] != kNoValue;
  const Constant* bias = has_bias ? editor.constant(conv.inputs[2]) : nullptr;
  conv.inputs.resize(3, kNoValue);
  conv.inputs[2] = editor.AddConstant(conv.name + "/bias", FoldBias(bias, *affine));
  conv.outputs = {editor.node(n).outputs[0]};
  editor.Remove(producer);
  editor.Replace(n, std::move(conv));
  return true;
}

}  // namespace

absl::Status FoldAffine(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const std::vector<ValueId> inputs = editor.node(n).inputs;
    const std::string label = NodeLabel(editor.node(n));
    for (ValueId x : inputs) {
      if (x == kNoValue || !TryFold(editor, n, x)) continue;
      Report(context, "fold_affine", label);
      break;
    }
  }
  editor.Finish();
  return absl::OkStatus();
}

}  // namespace kairos
