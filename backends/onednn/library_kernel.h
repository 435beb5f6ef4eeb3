// The one kernel class of everything that the library computes: a list of primitives (a layout
// change in front or behind where needed), each with its arguments and where their bytes are.
#ifndef KAIROS_BACKENDS_ONEDNN_LIBRARY_KERNEL_H_
#define KAIROS_BACKENDS_ONEDNN_LIBRARY_KERNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kairos/kernel.h"
#include "onednn/frozen.h"
#include "onednn/handles.h"
#include "onednn/memory_desc.h"

namespace kairos::onednn {

// Where an argument's bytes are during a run.
struct Place {
  enum class Kind : uint8_t { kInput, kOutput, kScratch };
  Kind kind = Kind::kInput;
  size_t at = 0;  // index of the operand, or bytes from the start of scratch
};

// A tensor as a primitive sees it.
struct Bound {
  MemoryDesc desc;
  Place place;
};

struct PrimitiveStep {
  struct Argument {
    int arg = 0;  // DNNL_ARG_...
    Bound bound;
  };
  Primitive primitive;
  std::vector<Argument> arguments;
};

// How to write a packed input.
struct Packing {
  PackedInput input;
  MemoryDesc plain, packed;
};

class LibraryKernel final : public Kernel {
 public:
  struct Parts {
    std::string name;
    FrozenRecord record;  // without the tag, which takes a search
    size_t memory_bytes = 0;
    std::vector<PrimitiveStep> steps;
    std::vector<Packing> packings;
  };

  explicit LibraryKernel(Parts parts);

  absl::string_view name() const override { return parts_.name; }
  size_t scratch_bytes() const override { return static_cast<size_t>(parts_.record.scratch_bytes); }
  size_t memory_bytes() const override { return parts_.memory_bytes; }
  absl::Span<const PackedInput> packed_inputs() const override { return packed_inputs_; }
  absl::Status Pack(size_t index, const void* plain, void* packed, ThreadPool& pool) const override;
  std::unique_ptr<State> NewState() const override;
  absl::Status Run(const KernelArgs& args, State* state) const override;
  std::string Save() const override;

 private:
  int threads() const { return static_cast<int>(parts_.record.threads); }

  const Parts parts_;
  std::vector<PackedInput> packed_inputs_;
};

// A reorder between two descriptors, made for the concurrency of the calling thread; `scratch`
// receives the descriptor of its scratchpad.
absl::StatusOr<Primitive> MakeReorder(const MemoryDesc& from, const MemoryDesc& to,
                                      MemoryDesc* scratch);
// Gives the step its scratchpad, if it needs one, at `offset` bytes of the kernel's scratch.
void AddScratchpad(const MemoryDesc& desc, size_t offset, PrimitiveStep* step);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_LIBRARY_KERNEL_H_
