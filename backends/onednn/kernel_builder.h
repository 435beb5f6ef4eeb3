// Builds a LibraryKernel for a request. An operator says which operands its primitive takes and how
// it sees them; the builder adds the layout changes, post-ops, packed weights and scratch, chooses
// the implementation and checks it against a plan's record. The first failure sticks and comes out
// of Build().
//
//   KernelBuilder b(request, {"softmax", kPointwiseBytes}, work, frozen);
//   const Bound src = b.Input(0), dst = b.Output();
//   b.Bind(DNNL_ARG_SRC, src);
//   b.Bind(DNNL_ARG_DST, dst);
//   return b.Build([&](auto* desc, auto, auto attr) { return dnnl_softmax_...(desc, ...); });
#ifndef KAIROS_BACKENDS_ONEDNN_KERNEL_BUILDER_H_
#define KAIROS_BACKENDS_ONEDNN_KERNEL_BUILDER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/kernel.h"
#include "onednn/frozen.h"
#include "onednn/library_kernel.h"
#include "onednn/threads.h"

namespace kairos::onednn {

using MadeKernel = absl::StatusOr<std::unique_ptr<Kernel>>;

// Resident bytes of a primitive with its code (measured).
inline constexpr size_t kPointwiseBytes = size_t{32} << 10;
inline constexpr size_t kConvBytes = size_t{70} << 10;
inline constexpr size_t kMatMulBytes = size_t{150} << 10;

struct KernelKind {
  absl::string_view name;
  size_t memory_bytes = kPointwiseBytes;
};

// Rank 3 to 5 in channels-last, the others plain: what spatial primitives run best in.
Layout SpatialLayout(size_t rank);

class KernelBuilder {
 public:
  // `operations`: floating point operations or elements moved; too few of them run on one thread.
  KernelBuilder(const KernelRequest& request, const KernelKind& kind, double operations,
                absl::string_view frozen);

  // The operand as it lies, with its own shape.
  Bound Input(size_t index);
  Bound Output();
  // Seen with other dimensions of equal element count, in `layout`; brought into it on every run
  // where it lies otherwise.
  Bound InputAs(size_t index, absl::Span<const int64_t> dims, Layout layout);
  Bound OutputAs(absl::Span<const int64_t> dims, Layout layout);
  Bound InputStrided(size_t index, absl::Span<const int64_t> dims,
                     absl::Span<const int64_t> strides);
  Bound OutputStrided(absl::Span<const int64_t> dims, absl::Span<const int64_t> strides);

  // Fused behind the primitive, in the order of the calls.
  void Eltwise(dnnl_alg_kind_t algorithm, float alpha, float beta);
  void Binary(dnnl_alg_kind_t algorithm, const Bound& src1);

  void Bind(int arg, const Bound& bound);
  enum class Weights : uint8_t {
    kAnyLayout,        // the library's choice: packed once if constant, else reordered on every run
    kPlainIfVariable,  // the same if constant; else as they lie if the library has a fast way
  };
  // The argument whose layout the library chooses; `plain` is where the elements lie now.
  void BindWeights(size_t index, MemoryDesc plain, Weights how);

  void Fail(absl::Status status);

  // Describes the primitive; `weights` is null when there are none.
  using Describe =
      absl::FunctionRef<dnnl_status_t(dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t weights,
                                      const_dnnl_primitive_attr_t attr)>;
  MadeKernel Build(Describe describe);

 private:
  struct WeightsArgument {
    size_t index = 0;
    MemoryDesc plain;
    Weights how = Weights::kAnyLayout;
  };

  Bound Checked(Bound bound);
  Bound NewBuffer(MemoryDesc desc);
  void AddReorder(const Bound& from, const Bound& to, std::vector<PrimitiveStep>* steps);
  dnnl_status_t MakeAttr(PrimitiveAttr* attr) const;
  std::vector<MemoryDesc> WeightsCandidates() const;
  absl::StatusOr<PrimitiveDesc> Choose(Describe describe, const_dnnl_primitive_attr_t attr) const;
  absl::Status ChooseImpl(dnnl_primitive_desc_t desc) const;
  void PlaceWeights(const_dnnl_primitive_desc_t desc);
  void Finish(const_dnnl_primitive_desc_t desc, Primitive primitive);
  std::string Subject() const;

  const KernelRequest& request_;
  const KernelKind kind_;
  const int threads_;
  const ScopedConcurrency concurrency_;
  absl::Status status_;
  std::optional<FrozenRecord> plan_;
  PostOps post_ops_;
  std::optional<WeightsArgument> weights_;
  std::vector<PrimitiveStep> before_, after_;
  PrimitiveStep main_;
  size_t buffer_bytes_ = 0, scratchpad_bytes_ = 0;
  std::vector<Packing> packings_;
  FrozenRecord made_;
};

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_KERNEL_BUILDER_H_
