#include <algorithm>
#include <array>
#include <cfloat>
#include <optional>
#include <utility>
#include <vector>

#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

constexpr size_t kMaxPostOps = 16;

constexpr std::array<absl::string_view, 14> kUnary = {
    "Relu", "LeakyRelu", "Clip", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid",
    "Gelu", "Elu",       "Exp",  "Sqrt",    "Abs",  "Softplus",  "Mish"};
constexpr std::array<absl::string_view, 6> kBinary = {"Add", "Sub", "Mul", "Div", "Max", "Min"};
// Operators whose kernels write each output element once, from accumulators.
constexpr std::array<absl::string_view, 4> kHeavy = {"Conv", "ConvTranspose", "MatMul", "Gemm"};

template <size_t N>
bool Contains(const std::array<absl::string_view, N>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsUnary(const Node& node) {
  if (node.domain == kKairosDomain) return node.op == "Swish";
  return node.domain.empty() && Contains(kUnary, node.op);
}

bool IsBinary(const Node& node) {
  return node.domain.empty() && Contains(kBinary, node.op) && node.base_input_count() == 2;
}

bool IsHeavy(const Node& node) { return node.domain.empty() && Contains(kHeavy, node.op); }

class Fuser {
 public:
  Fuser(const PassContext& context, Graph* graph)
      : context_(context), types_(*context.types), editor_(graph) {}

  void Run() {
    for (size_t n = 0; n < editor_.node_count(); ++n) {
      const Node& node = editor_.node(n);
      if (!node.post_ops.empty() || (!IsUnary(node) && !IsBinary(node))) continue;
      const size_t side = ChooseSide(node);
      if (side == node.inputs.size()) continue;
      std::optional<PostOp> post = MakePostOp(node);
      if (!post.has_value()) continue;
      Fuse(n, side, *std::move(post));
    }
    editor_.Finish();
  }

 private:
  const TensorType& type(ValueId id) const {
    const Constant* constant = editor_.constant(id);
    return constant != nullptr ? constant->type : types_[static_cast<size_t>(id)];
  }

  bool CanTakePostOp(ValueId x, const Node& consumer) {
    const size_t index = editor_.producer(x);
    if (index == GraphEditor::kNone || editor_.use_count(x) != 1) return false;
    const Node& node = editor_.node(index);
    if (!IsHeavy(node) && !IsUnary(node) && !IsBinary(node)) return false;
    if (node.post_ops.size() >= kMaxPostOps || node.outputs[0] != x) return false;
    const TensorType& out = type(consumer.outputs[0]);
    return type(x) == out && out.dtype == DType::kFloat32;
  }

  // Which input of `consumer` its producer could go on with; inputs.size() when none.
  size_t ChooseSide(const Node& consumer) {
    const size_t count = IsUnary(consumer) ? 1 : 2;
    size_t best = consumer.inputs.size();
    for (size_t i = 0; i < count; ++i) {
      if (!CanTakePostOp(consumer.inputs[i], consumer)) continue;
      if (best == consumer.inputs.size() || Better(consumer.inputs[i], consumer.inputs[best])) {
        best = i;
      }
    }
    return best;
  }

  bool Better(ValueId a, ValueId b) {
    const size_t pa = editor_.producer(a), pb = editor_.producer(b);
    const bool heavy_a = IsHeavy(editor_.node(pa)), heavy_b = IsHeavy(editor_.node(pb));
    return heavy_a != heavy_b ? heavy_a : pa > pb;
  }

  std::optional<PostOp> MakePostOp(const Node& node) {
    PostOp post;
    post.op = node.op;
    post.attributes = node.attributes;
    if (node.op != "Clip") return post;
    const char* names[] = {"", "min", "max"};
    const float defaults[] = {0, -FLT_MAX, FLT_MAX};
    for (size_t i = 1; i < 3; ++i) {
      float bound = defaults[i];
      const bool present = node.inputs.size() > i && node.inputs[i] != kNoValue;
      if (present && !editor_.IsScalar(node.inputs[i], &bound)) return std::nullopt;
      post.attributes.Set(names[i], bound);
    }
    return post;
  }

  void Fuse(size_t n, size_t side, PostOp post) {
    const Node consumer = editor_.node(n);
    const size_t producer = editor_.producer(consumer.inputs[side]);
    Node fused = editor_.node(producer);
    if (IsBinary(consumer)) {
      post.operand = static_cast<int>(fused.inputs.size());
      post.operand_first = side == 1;
      fused.inputs.push_back(consumer.inputs[1 - side]);
    }
    Report(context_, "fuse_post_ops", NodeLabel(consumer) + " into " + NodeLabel(fused));
    fused.post_ops.push_back(std::move(post));
    fused.outputs[0] = consumer.outputs[0];
    editor_.Remove(producer);
    editor_.Replace(n, std::move(fused));
  }

  const PassContext& context_;
  const std::vector<TensorType>& types_;
  GraphEditor editor_;
};

}  // namespace

absl::Status FusePostOps(const PassContext& context, Graph* graph) {
  Fuser(context, graph).Run();
  return absl::OkStatus();
}

}  // namespace kairos
