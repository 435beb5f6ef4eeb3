// Model files in memory for tests of the loader.
#ifndef KAIROS_TESTS_SUPPORT_MODEL_FILES_H_
#define KAIROS_TESTS_SUPPORT_MODEL_FILES_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"

#include "base/aligned_buffer.h"
#include "kairos/model.h"
#include "tests/support/graph_builder.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {

// A copy of bytes, aligned as FromBytes wants it.
class AlignedBytes {
 public:
  explicit AlignedBytes(absl::string_view bytes)
      : buffer_(*AlignedBuffer::Make(bytes.empty() ? 1 : bytes.size())), size_(bytes.size()) {
    if (!bytes.empty()) std::memcpy(buffer_.data(), bytes.data(), bytes.size());
  }
  absl::Span<const std::byte> span() const { return {buffer_.data(), size_}; }
  std::byte* data() const { return buffer_.data(); }

 private:
  AlignedBuffer buffer_;
  size_t size_;
};

// "" when it loads, else the message.
inline std::string LoadError(absl::string_view bytes) {
  const AlignedBytes aligned(bytes);
  return std::string(Model::FromBytes(aligned.span()).status().message());
}

// The file that SaveModel writes.
inline std::string FileOf(const Graph& graph, const std::vector<Plan>& plans = {}) {
  const TempDir dir;
  const absl::Status saved = SaveModel(graph, plans, dir.File("m.kai"));
  return saved.ok() ? ReadFile(dir.File("m.kai")) : std::string(saved.message());
}

// x[-1,4] -> MatMul with a weight -> Add of a bias -> Relu -> y
inline Graph SmallGraph() {
  GraphBuilder b("small");
  const ValueId x = b.InputDims("x", DType::kFloat32, {Dim{-1, "batch"}, Dim{4, ""}});
  const ValueId w = b.Random<float>("w", {4, 3}, 1);
  const ValueId bias = b.Random<float>("bias", {3}, 2);
  const ValueId product = b.Add("MatMul", {x, w}, {}, "fc");
  const ValueId sum = b.Add("Add", {product, bias}, {}, "add");
  b.Output(b.Add("Relu", {sum}, {}, "relu"), "y");
  b.graph().metadata = {{"author", "tests"}, {"empty", ""}};
  return b.Build();
}

// A program of SmallGraph for one row: MatMul packs its weight, Relu works in place of Add.
inline ProgramRecord SmallProgram(const Graph& graph) {
  const TensorType row3{DType::kFloat32, {1, 3}, Layout::kPlain};
  const auto slot = [](Slot::Kind kind, TensorType type, const std::string& name) {
    Slot s;
    s.kind = kind;
    s.type = std::move(type);
    s.name = name;
    return s;
  };
  const auto step = [&graph](size_t node, std::vector<ValueId> inputs, ValueId output) {
    StepRecord s;
    s.node = graph.nodes[node];
    s.node.inputs = std::move(inputs);
    s.node.outputs = {output};
    s.backend = "reference";
    s.kernel = "reference." + s.node.op;
    s.known.resize(s.node.inputs.size());
    return s;
  };
  ProgramRecord p;
  p.signature = {{{DType::kFloat32, {1, 4}, Layout::kPlain}}, {""}};
  p.slots = {slot(Slot::Kind::kInput, p.signature.inputs[0], "x"),
             slot(Slot::Kind::kConstant, graph.value(1).constant->type, "w"),
             slot(Slot::Kind::kConstant, graph.value(2).constant->type, "bias"),
             slot(Slot::Kind::kArena, row3, "fc:0"),
             slot(Slot::Kind::kArena, row3, "add:0"),
             slot(Slot::Kind::kOutput, row3, "y")};
  p.slots[0].index = 0;
  p.slots[1].constant.type = p.slots[1].type;
  p.slots[2].constant = *graph.value(2).constant;
  p.slots[5].index = 0;
  p.steps = {step(0, {0, 1}, 3), step(1, {3, 2}, 4), step(2, {4}, 5)};
  Constant packed = *graph.value(1).constant;
  packed.type = {DType::kUint8, {48}, Layout::kPlain};
  p.steps[0].packed = {{1, std::string("tiled\0x", 7), packed}};
  p.steps[0].frozen = std::string("\x01\x00\xff", 3);
  p.outputs = {5};
  p.arena_bytes = 64;
  p.scratch_bytes = 128;
  p.threads = 2;
  return p;
}

inline Plan SmallPlan(const Graph& graph) {
  Plan plan;
  plan.backend_order = "onednn,reference";
  plan.fingerprint = {{"onednn.version", "3.7.2"}, {"onednn.isa", "avx2"}};
  plan.passes = {"fold", "fuse"};
  plan.threads = 2;
  plan.programs = {SmallProgram(graph)};
  return plan;
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_MODEL_FILES_H_
