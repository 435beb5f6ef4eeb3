// What a backend is asked for (KernelRequest) and what it gives (Kernel): code that runs one node,
// possibly fused with others, at fixed dtypes, shapes and layouts.
#ifndef KAIROS_KERNEL_H_
#define KAIROS_KERNEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kairos/graph.h"
#include "kairos/tensor.h"
#include "kairos/thread_pool.h"

namespace kairos {

struct Operand {
  bool present = false;   // false: an absent optional input or an output nobody wants
  TensorType type;
  bool constant = false;  // a weight: same bytes on every run, so the kernel may ask to pack it
  // The bytes of an operand that its op takes by value (shapes, axes, pads, bounds ...: the op
  // table says which) when they are known now; they are part of the key. Null otherwise.
  const void* data = nullptr;

  absl::Span<const int64_t> shape() const { return type.shape; }
};

// All that identifies a kernel. Weight values are not in it. Borrowed: valid during the call.
struct KernelRequest {
  const Node* node = nullptr;  // op, attributes, post_ops; ids and names in it mean nothing here
  absl::Span<const Operand> inputs;   // as node->inputs
  absl::Span<const Operand> outputs;  // as node->outputs; types already inferred
  int threads = 1;                    // of the pool that will run the kernel
  bool deterministic = false;         // same bits whatever the number of threads
  bool winograd = true;               // convolutions may use Winograd's algorithm
};

// The canonical form of a request: equal strings, same kernel.
std::string CanonicalKey(const KernelRequest& request);

// Pointers for one run. inputs[i] is null where the operand is absent; a packed input points to the
// packed bytes. `scratch` has scratch_bytes(), 64-byte aligned. Buffers of distinct operands do not
// overlap, except where the kernel allowed it with InPlaceInput().
struct KernelArgs {
  const void* const* inputs = nullptr;
  void* const* outputs = nullptr;
  void* scratch = nullptr;
  ThreadPool* pool = nullptr;
};

// An input that the kernel reads in a form of its own choice.
struct PackedInput {
  int input = 0;       // index into KernelRequest::inputs
  std::string layout;  // opaque; equal strings mean equal packed bytes for equal plain bytes
  size_t bytes = 0;
};

class Kernel {
 public:
  // What one user of the kernel keeps between runs (library objects bound to arguments, say).
  class State {
   public:
    virtual ~State() = default;
  };

  virtual ~Kernel() = default;

  // "reference.Conv", "onednn.conv:brgconv:avx512_core" ...; for people, and compared by plans.
  virtual absl::string_view name() const = 0;
  virtual size_t scratch_bytes() const { return 0; }
  // Bytes charged to caches for keeping this kernel, code included.
  virtual size_t memory_bytes() const { return 4096; }
  // Whether making it takes microseconds: caches then keep it only while somebody uses it.
  virtual bool quick_to_make() const { return false; }
  // Inputs to be handed over packed; only ones whose Operand was `constant`.
  virtual absl::Span<const PackedInput> packed_inputs() const { return {}; }
  // Writes packed_inputs()[index] from the operand's plain bytes.
  virtual absl::Status Pack(size_t index, const void* plain, void* packed, ThreadPool& pool) const;
  // An input whose buffer output 0 may share, or -1.
  virtual int InPlaceInput() const { return -1; }

  // Null for kernels that keep nothing. A State serves one run at a time.
  virtual std::unique_ptr<State> NewState() const { return nullptr; }
  // Thread-safe for distinct states, scratch and outputs. `state` is null or from NewState().
  virtual absl::Status Run(const KernelArgs& args, State* state) const = 0;

  // The kernel's choices in a form from which Backend::Load makes it again.
  virtual std::string Save() const { return {}; }
};

}  // namespace kairos

#endif  // KAIROS_KERNEL_H_
