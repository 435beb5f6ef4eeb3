// A Program in a form that can be saved: what the executor recorded for one signature, complete
// enough to run without the graph. Plans are files of these; the executor reads and makes them.
#ifndef KAIROS_PROGRAM_RECORD_H_
#define KAIROS_PROGRAM_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kairos/attribute.h"
#include "kairos/graph.h"
#include "kairos/tensor.h"

namespace kairos {

// What a Program is made for: the types of the inputs, and the bytes of those inputs that decide
// shapes (a Reshape's target that the caller passes, say).
struct Signature {
  std::vector<TensorType> inputs;   // in the model's order
  std::vector<std::string> values;  // as inputs; empty where the values do not matter
  // The part of the model: empty for all of it; else a name that the executor gives the parts of a
  // model that has to be run in parts. Inputs and outputs are then the part's.
  std::string region;
  friend bool operator==(const Signature&, const Signature&) = default;
  // "x=float32[1,3,48,320]", inputs separated by a comma; `names` in the model's order.
  std::string ToString(absl::Span<const std::string> names) const;
};

// Where the bytes of a value live while a Program runs.
//
// Steps may stand in a loop, which runs a batch some items at a time: `turns` parts of it, equal in
// size, along the first dimension. A slot of n turns is a window: it is of one part's type, and
// moves on to the next part in each turn of its loop, over n * type.byte_count() bytes in all.
struct Slot {
  enum class Kind : uint8_t { kArena, kInput, kOutput, kConstant };
  Kind kind = Kind::kArena;
  TensorType type;
  std::string name;     // of the graph's value; empty for values the executor made
  uint64_t offset = 0;  // kArena: bytes from the arena's start, 64-byte aligned
  int32_t index = -1;   // kInput, kOutput: position in the model's list
  Constant constant;    // kConstant; `data` null when only packed forms are kept
  int32_t turns = 1;    // not of constants

  // What it covers in a run.
  uint64_t extent() const { return type.byte_count() * static_cast<uint64_t>(turns); }
};

struct PackedWeight {
  int32_t input = 0;   // index into StepRecord::inputs
  std::string layout;  // PackedInput::layout
  Constant bytes;      // dtype kUint8; null data: pack from the plain constant
};

struct StepRecord {
  Node node;                       // with its attributes and post_ops; ids are slot indices
  std::string backend;             // Backend::name()
  std::string kernel;              // Kernel::name()
  std::string frozen;              // Kernel::Save()
  std::vector<std::string> known;  // as node.inputs: bytes of operands taken by value, else empty
  std::vector<PackedWeight> packed;
  int32_t loop = -1;        // index into ProgramRecord::loop_turns; -1: runs once
  bool from_cache = false;  // comes from the cache on disk, not from a plan; is not saved
};

struct ProgramRecord {
  Signature signature;
  std::vector<Slot> slots;
  std::vector<StepRecord> steps;    // in order of execution; those of a loop stand together
  std::vector<int32_t> loop_turns;  // of each loop, at least 2
  std::vector<int32_t> outputs;   // slot of each output of the graph, of kind kOutput
  uint64_t arena_bytes = 0;
  uint64_t scratch_bytes = 0;  // of the largest step, at the time of recording
  int32_t threads = 1;

  // How often the step runs in a run.
  int32_t turns_of(const StepRecord& step) const {
    return step.loop < 0 ? 1 : loop_turns[static_cast<size_t>(step.loop)];
  }
};

}  // namespace kairos

#endif  // KAIROS_PROGRAM_RECORD_H_
