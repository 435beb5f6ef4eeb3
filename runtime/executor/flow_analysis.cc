#include "executor/flow_analysis.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/string_view.h"

#include "graph/op_table.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

constexpr int64_t kMaxSmall = 64;  // elements

bool IsShapeInput(const OpInfo& info, size_t i) { return i < 32 && (info.shape_inputs >> i & 1); }

// Operators whose outputs are, or may be, no tensors.
bool MakesLoose(absl::string_view op) {
  for (absl::string_view loose :
       {"SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SplitToSequence",
        "Optional", "OptionalGetElement", "StringNormalizer"}) {
    if (op == loose) return true;
  }
  return false;
}

bool MakesStrings(const Node& node) {
  return node.op == "Cast" && node.attributes.Int("to", 0) == static_cast<int64_t>(DType::kString);
}

// Operators that have kernels for numbers, and are the executor's where there may be others.
bool PassesLoose(const Node& node, bool tight) {
  if (!node.domain.empty()) return false;
  if (node.op == "Identity" || node.op == "CastLike") return !tight;
  return node.op == "Cast" && (!tight || MakesStrings(node));
}

class Analyzer {
 public:
  Analyzer(const Graph& graph, const std::vector<ValueFlow>& inputs) : graph_(graph) {
    flow_.values.resize(graph.values.size());
    for (size_t i = 0; i < graph.values.size(); ++i) {
      if (!graph.values[i].constant.has_value()) continue;
      const bool is_string = graph.values[i].constant->type.dtype == DType::kString;
      flow_.values[i] = {!is_string, is_string};
    }
    for (size_t i = 0; i < graph.inputs.size(); ++i) value(graph.inputs[i]) = inputs[i];
  }

  GraphFlow Run() {
    for (const Node& node : graph_.nodes) flow_.nodes.push_back(Visit(node));
    return std::move(flow_);
  }

 private:
  ValueFlow& value(ValueId id) { return flow_.values[static_cast<size_t>(id)]; }

  template <typename Predicate>
  bool AllInputs(const Node& node, const Predicate& holds) {
    return std::all_of(node.inputs.begin(), node.inputs.end(),
                       [&](ValueId id) { return id == kNoValue || holds(value(id)); });
  }

  NodeFlow Visit(const Node& node) {
    const OpInfo& info = *FindOp(node.domain, node.op);
    if (info.kind == OpKind::kControl) return VisitControl(node);
    const bool tight = AllInputs(node, [](const ValueFlow& v) { return !v.loose; });
    const bool foreseeable = AllInputs(node, [](const ValueFlow& v) { return v.foreseeable; });
    if (info.kind == OpKind::kHost) {
      const bool loose = MakesLoose(node.op);
      const bool folds = tight && foreseeable && !loose;
      SetOutputs(node, {folds, loose});
      return folds ? NodeFlow::kProgram : NodeFlow::kHost;
    }
    if (PassesLoose(node, tight)) {
      SetOutputs(node, {false, node.op != "Cast" || MakesStrings(node)});
      return NodeFlow::kHost;
    }
    SetOutputs(node, {!info.is_random && (foreseeable || info.needs_only_shapes), false});
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kNoValue || !IsShapeInput(info, i) || value(id).foreseeable) continue;
      return info.is_view && node.post_ops.empty() ? NodeFlow::kView : NodeFlow::kByValue;
    }
    return NodeFlow::kProgram;
  }

  void SetOutputs(const Node& node, ValueFlow flow) {
    for (ValueId id : node.outputs) {
      if (id != kNoValue) value(id) = flow;
    }
  }

  NodeFlow VisitControl(const Node& node) {
    if (node.op == "If") return VisitIf(node);
    SetOutputs(node, {false, node.op == "SequenceMap"});
    if (node.op != "Loop") return NodeFlow::kControl;
    const Graph& body = *BodiesOf(node)[0].graph;
    const GraphFlow inner = AnalyzeFlow(body, BodyInputFlow(node, body, flow_));
    const size_t carried = node.inputs.size() - 2 - CaptureCount(node);
    for (size_t i = 0; i < carried; ++i) {
      if (node.outputs[i] == kNoValue) continue;
      value(node.outputs[i]).loose = value(node.inputs[i + 2]).loose ||
                                     inner.values[static_cast<size_t>(body.outputs[i + 1])].loose;
    }
    return NodeFlow::kControl;
  }

  // Both branches can be part of a Program, and which one is taken is known when it is made.
  NodeFlow VisitIf(const Node& node) {
    const ValueFlow condition = value(node.inputs[0]);
    bool whole = condition.foreseeable && !condition.loose;
    std::vector<ValueFlow> outputs(node.outputs.size(), ValueFlow{true, false});
    for (const BodyOf& branch : BodiesOf(node)) {
      const GraphFlow inner = AnalyzeFlow(*branch.graph, BodyInputFlow(node, *branch.graph, flow_));
      whole &= std::all_of(inner.nodes.begin(), inner.nodes.end(),
                           [](NodeFlow flow) { return flow == NodeFlow::kProgram; });
      for (size_t i = 0; i < outputs.size(); ++i) {
        const ValueFlow& made = inner.values[static_cast<size_t>(branch.graph->outputs[i])];
        outputs[i].foreseeable &= made.foreseeable;
        outputs[i].loose |= made.loose;
      }
    }
    whole &= std::none_of(outputs.begin(), outputs.end(),
                          [](const ValueFlow& output) { return output.loose; });
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      value(node.outputs[i]) = {whole && outputs[i].foreseeable, outputs[i].loose};
    }
    return whole ? NodeFlow::kProgram : NodeFlow::kControl;
  }

  const Graph& graph_;
  GraphFlow flow_;
};

// Values that an operator takes as a shape itself, also one inside of a body.
std::vector<bool> UsedAsShapes(const Graph& graph) {
  std::vector<bool> used(graph.values.size(), false);
  for (const Node& node : graph.nodes) {
    const OpInfo& info = *FindOp(node.domain, node.op);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue || !IsShapeInput(info, i)) continue;
      used[static_cast<size_t>(node.inputs[i])] = true;
    }
    if (info.kind != OpKind::kControl) continue;
    const size_t captures = CaptureCount(node);
    for (const BodyOf& body : BodiesOf(node)) {
      const std::vector<bool> inner = UsedAsShapes(*body.graph);
      const size_t count = body.graph->inputs.size();
      for (size_t i = count - captures; i < count; ++i) {
        if (!inner[static_cast<size_t>(body.graph->inputs[i])]) continue;
        used[static_cast<size_t>(node.inputs[NodeInputOf(node, i)])] = true;
      }
    }
  }
  return used;
}

bool IsSmallInteger(const Value& value) {
  const bool exact =
      value.dtype == DType::kInt64 || value.dtype == DType::kInt32 || value.dtype == DType::kBool;
  if (!exact || !value.dims.has_value()) return false;
  int64_t count = 1;
  for (const Dim& dim : *value.dims) {
    if (dim.size < 0 || dim.size > kMaxSmall) return false;
    count *= std::max<int64_t>(dim.size, 1);
    if (count > kMaxSmall) return false;
  }
  return true;
}

bool IsLoose(const Value& value) {
  return value.kind != ValueKind::kTensor || value.dtype == DType::kString;
}

}  // namespace

GraphFlow AnalyzeFlow(const Graph& graph, const std::vector<ValueFlow>& inputs) {
  return Analyzer(graph, inputs).Run();
}

std::vector<ValueFlow> ModelInputFlow(const Graph& graph) {
  const std::vector<bool> used = UsedAsShapes(graph);
  std::vector<ValueFlow> inputs;
  for (ValueId id : graph.inputs) {
    const Value& value = graph.value(id);
    const bool loose = IsLoose(value);
    const bool seen = used[static_cast<size_t>(id)] || IsSmallInteger(value);
    inputs.push_back({!loose && seen, loose});
  }
  return inputs;
}

std::vector<ValueFlow> BodyInputFlow(const Node& node, const Graph& body, const GraphFlow& outer) {
  const size_t own = body.inputs.size() - CaptureCount(node);
  std::vector<ValueFlow> inputs;
  for (size_t i = 0; i < body.inputs.size(); ++i) {
    ValueFlow flow;
    const ValueId source = node.inputs[NodeInputOf(node, i)];
    if (source != kNoValue) flow = outer.values[static_cast<size_t>(source)];
    // An element of a sequence or a slice of a tensor is a tensor.
    if (i < own && node.op != "Loop") flow.loose = false;
    flow.foreseeable &= i >= own;
    flow.loose |= IsLoose(body.value(body.inputs[i]));
    inputs.push_back(flow);
  }
  return inputs;
}

bool RunsAsOneProgram(const Graph& model) {
  const GraphFlow flow = AnalyzeFlow(model, ModelInputFlow(model));
  const auto is_tight = [&](ValueId id) { return !flow.values[static_cast<size_t>(id)].loose; };
  return std::all_of(flow.nodes.begin(), flow.nodes.end(),
                     [](NodeFlow node) { return node == NodeFlow::kProgram; }) &&
         std::all_of(model.inputs.begin(), model.inputs.end(), is_tight) &&
         std::all_of(model.outputs.begin(), model.outputs.end(), is_tight);
}

}  // namespace kairos
