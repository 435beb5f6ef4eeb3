#include "executor/batch_loops.h"

#include <algorithm>
#include <optional>

#include "absl/types/span.h"

#include "base/cpu_cache.h"
#include "graph/axis_flow.h"
#include "graph/op_table.h"
#include "kairos/node_cost.h"

namespace kairos {
namespace {

constexpr uint64_t kMinWorkingSet = uint64_t{1} << 20;
constexpr uint64_t kMaxWorkingSet = uint64_t{16} << 20;
constexpr int32_t kMaxTurns = 4096;
// Where an operator does more arithmetic per byte, memory is not what it waits for. Processors of
// many kinds do 5 to 20 single precision operations in the time of a byte from memory.
constexpr double kFlopPerByte = 10;

struct Range {
  size_t begin = 0, end = 0;  // nodes
  bool holds(size_t node) const { return node >= begin && node < end; }
};

// In bytes; arithmetic as the bytes that memory moves in its time.
struct Cost {
  double activations = 0, weights = 0, arithmetic = 0;
};

// Of arithmetic and memory traffic that go on at once, but do not hide each other wholly.
double Time(double arithmetic, double traffic) {
  return std::max(arithmetic, traffic) + std::min(arithmetic, traffic) / 4;
}

class Finder {
 public:
  Finder(const SpecializedGraph& specialized, uint64_t working_set_bytes)
      : graph_(specialized.graph),
        types_(specialized.types),
        working_set_(static_cast<double>(working_set_bytes)),
        producer_(graph_.values.size(), kNobody),
        last_reader_(graph_.values.size(), 0) {
    loops_.is_cut.assign(graph_.values.size(), false);
    loops_.loop_of.assign(graph_.nodes.size(), -1);
  }

  BatchLoops Run() {
    for (const Node& node : graph_.nodes) costs_.push_back(CostOf(node));
    const bool any_large = std::any_of(costs_.begin(), costs_.end(), [&](const Cost& cost) {
      return cost.activations > working_set_;
    });
    if (!any_large || !FindItems()) return std::move(loops_);
    for (const Node& node : graph_.nodes) Follow(node);
    FindReaders();
    for (size_t begin = 0; begin < graph_.nodes.size();) {
      size_t end = begin;
      while (end < graph_.nodes.size() && may_loop_[end]) ++end;
      AddLoops({begin, end});
      begin = end + 1;
    }
    return std::move(loops_);
  }

 private:
  static constexpr size_t kNobody = SIZE_MAX;

  bool is_constant(ValueId id) const { return graph_.value(id).constant.has_value(); }
  const TensorType& type(ValueId id) const {
    const std::optional<Constant>& constant = graph_.value(id).constant;
    return constant.has_value() ? constant->type : types_[static_cast<size_t>(id)];
  }
  double bytes(ValueId id) const { return static_cast<double>(type(id).byte_count()); }
  bool is_cut(ValueId id) const { return loops_.is_cut[static_cast<size_t>(id)]; }
  void Cut(ValueId id, bool cut) { loops_.is_cut[static_cast<size_t>(id)] = cut; }

  // The batch is what the inputs of the same first dimension have of it.
  bool FindItems() {
    for (ValueId id : graph_.inputs) {
      const Shape& shape = type(id).shape;
      if (shape.empty() || (items_ > 0 && shape[0] != items_)) continue;
      items_ = shape[0];
      Cut(id, items_ > 1);
    }
    return items_ > 1 && items_ <= INT32_MAX;
  }

  std::vector<Operand> Operands(const std::vector<ValueId>& ids, int32_t turns) const {
    std::vector<Operand> operands(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == kNoValue) continue;
      const std::optional<Constant>& constant = graph_.value(ids[i]).constant;
      operands[i] = {true, type(ids[i]), constant.has_value(),
                     constant.has_value() ? constant->data : nullptr};
      if (is_cut(ids[i])) operands[i].type = PartOf(type(ids[i]), turns);
    }
    return operands;
  }

  // Decides whether the node may stand in a loop, and which of its outputs are then cut. What it
  // makes of a batch otherwise may be a batch again.
  void Follow(const Node& node) {
    std::vector<int> axes;
    bool any = false;
    for (ValueId id : node.inputs) {
      const bool cut = id != kNoValue && is_cut(id);
      axes.push_back(cut ? 0 : kWhole);
      any |= cut;
    }
    const auto flow =
        any ? FlowOfAxis(node, Operands(node.inputs, 1), Operands(node.outputs, 1), axes, items_)
            : std::nullopt;
    bool loops = flow.has_value();
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) loops = loops && (*flow)[i] == 0;
    }
    for (ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      const Shape& shape = type(id).shape;
      Cut(id, loops || (any && !shape.empty() && shape[0] == items_));
      producer_[static_cast<size_t>(id)] = may_loop_.size();
    }
    may_loop_.push_back(loops && Fits(node, static_cast<int32_t>(items_)));
  }

  void FindReaders() {
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      for (ValueId id : graph_.nodes[n].inputs) {
        if (id != kNoValue) last_reader_[static_cast<size_t>(id)] = n;
      }
    }
    for (ValueId id : graph_.outputs) last_reader_[static_cast<size_t>(id)] = kNobody;
  }

  // Whether the operator makes parts of its outputs of parts of its inputs, by its own rules: a
  // size that it takes from a constant does not shrink with its inputs.
  bool Fits(const Node& node, int32_t turns) const {
    if (IsView(node)) return true;  // no step
    std::vector<TensorType> inferred;
    if (!InferTypes(node, Operands(node.inputs, turns), &inferred).ok()) return false;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const ValueId id = node.outputs[i];
      if (id == kNoValue) continue;
      const TensorType part = PartOf(type(id), turns);
      if (inferred[i].dtype != part.dtype || inferred[i].shape != part.shape) return false;
    }
    return true;
  }

  // What the node reads, writes and computes on the whole batch. A view does nothing.
  Cost CostOf(const Node& node) const {
    Cost cost;
    if (IsView(node)) return cost;
    for (const std::vector<ValueId>* ids : {&node.inputs, &node.outputs}) {
      for (ValueId id : *ids) {
        if (id != kNoValue) (is_constant(id) ? cost.weights : cost.activations) += bytes(id);
      }
    }
    cost.arithmetic =
        FlopOf(node, Operands(node.inputs, 1), Operands(node.outputs, 1)) / kFlopPerByte;
    return cost;
  }

  // The fewest turns in which each node's activations fit, or come near it; 1: none are needed.
  int32_t TurnsFor(Range range) const {
    double most = 0;
    for (size_t n = range.begin; n < range.end; ++n) {
      most = std::max(most, costs_[n].activations);
    }
    int32_t fewest = 1;
    for (int32_t turns = 1; turns <= std::min<int64_t>(items_, kMaxTurns); ++turns) {
      if (items_ % turns != 0) continue;
      fewest = turns;
      if (most / turns <= working_set_) break;
    }
    return fewest;
  }

  // Of activations, where they do not fit the cache.
  double MemoryTraffic(const Cost& cost) const {
    return cost.activations > working_set_ ? cost.activations : 0;
  }
  double TimeAtOnce(const Cost& cost) const {
    return Time(cost.arithmetic, MemoryTraffic(cost) + cost.weights);
  }

  // The time, in bytes of memory traffic, that the node takes less when it runs in a loop of
  // `loop`'s nodes: what they pass to each other stays in the cache, but weights are read in each
  // turn. Arithmetic goes on meanwhile, and where there is more of it little is gained.
  double Gain(size_t n, Range loop, int32_t turns) const {
    const Node& node = graph_.nodes[n];
    const Cost& cost = costs_[n];
    double inside = 0;
    for (ValueId id : node.inputs) {
      if (id == kNoValue || !is_cut(id)) continue;
      if (loop.holds(producer_[static_cast<size_t>(id)])) inside += bytes(id);
    }
    for (ValueId id : node.outputs) {
      if (id != kNoValue && last_reader_[static_cast<size_t>(id)] < loop.end) inside += bytes(id);
    }
    const double left = std::max(0.0, MemoryTraffic(cost) - inside);
    return TimeAtOnce(cost) - Time(cost.arithmetic, left + cost.weights * turns);
  }

  double GainOf(Range loop, int32_t turns) const {
    double gain = 0;
    for (size_t n = loop.begin; n < loop.end; ++n) gain += Gain(n, loop, turns);
    return gain;
  }

  // A small part is shared less evenly among threads, which a small gain does not make good.
  bool IsWorthIt(Range loop, int32_t turns) const {
    double at_once = 0;
    for (size_t n = loop.begin; n < loop.end; ++n) at_once += TimeAtOnce(costs_[n]);
    return GainOf(loop, turns) > at_once / 16;
  }

  // The part of the range with the largest gain, if what leaves it counts as staying inside
  // (Kadane's algorithm); the caller corrects that.
  Range Best(Range range, int32_t turns) const {
    Range best{range.begin, range.begin}, current = best;
    double best_gain = 0, gain = 0;
    for (size_t n = range.begin; n < range.end; ++n) {
      if (gain <= 0) {
        current.begin = n;
        gain = 0;
      }
      current.end = n + 1;
      gain += Gain(n, range, turns);
      if (gain <= best_gain) continue;
      best_gain = gain;
      best = current;
    }
    return best;
  }

  // What gains nothing by itself still takes less room inside, and passes on what others read.
  Range Widen(Range loop, Range limit) const {
    double gain = GainOf(loop, TurnsFor(loop));
    const auto take = [&](Range wider) {
      const double its = GainOf(wider, TurnsFor(wider));
      if (its < gain) return false;
      gain = its;
      loop = wider;
      return true;
    };
    while (loop.begin > limit.begin && take({loop.begin - 1, loop.end})) {
    }
    while (loop.end < limit.end && take({loop.begin, loop.end + 1})) {
    }
    return loop;
  }

  void AddLoops(Range range) {
    const int32_t rough = TurnsFor(range);
    if (rough < 2) return;
    Range best = Best(range, rough);
    if (best.begin == best.end) return;
    best = Widen(best, range);
    const int32_t turns = TurnsFor(best);
    if (turns < 2 || !IsWorthIt(best, turns)) return;
    for (size_t n = best.begin; n < best.end; ++n) {
      if (!Fits(graph_.nodes[n], turns)) return;
    }
    std::fill(loops_.loop_of.begin() + static_cast<ptrdiff_t>(best.begin),
              loops_.loop_of.begin() + static_cast<ptrdiff_t>(best.end),
              static_cast<int32_t>(loops_.turns.size()));
    loops_.turns.push_back(turns);
    AddLoops({range.begin, best.begin});
    AddLoops({best.end, range.end});
  }

  const Graph& graph_;
  const std::vector<TensorType>& types_;
  const double working_set_;
  int64_t items_ = 0;
  std::vector<size_t> producer_;     // per value: the node that makes it
  std::vector<size_t> last_reader_;  // per value: the last node that reads it; kNobody: the caller
  std::vector<bool> may_loop_;       // per node
  std::vector<Cost> costs_;          // per node
  BatchLoops loops_;
};

}  // namespace

BatchLoops FindBatchLoops(const SpecializedGraph& specialized, uint64_t working_set_bytes) {
  return Finder(specialized, working_set_bytes).Run();
}

uint64_t DefaultWorkingSetBytes() {
  const uint64_t cache = LastLevelCacheBytes();
  return cache == 0 ? kMaxWorkingSet : std::clamp(cache / 2, kMinWorkingSet, kMaxWorkingSet);
}

TensorType PartOf(TensorType type, int32_t turns) {
  type.shape[0] /= turns;
  return type;
}

}  // namespace kairos
