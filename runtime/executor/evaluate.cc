#include "executor/evaluate.h"

#include <memory>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

constexpr size_t kTinyBytes = 4096;

absl::StatusOr<Constant> MakeConstant(TensorType type) {
  KAIROS_ASSIGN_OR_RETURN(AlignedBuffer buffer, AlignedBuffer::Make(type.byte_count()));
  auto owner = std::make_shared<AlignedBuffer>(std::move(buffer));
  // A constant without elements still needs an address that is not null.
  static constexpr std::byte kEmpty{};
  const void* data = owner->data() == nullptr ? &kEmpty : owner->data();
  return Constant{std::move(type), data, std::move(owner)};
}

absl::Status RunOn(Backend& backend, ThreadPool& pool, const KernelRequest& request,
                   absl::Span<const Constant* const> inputs, std::vector<Constant>& outputs) {
  KAIROS_RETURN_IF_ERROR(backend.Supports(request));
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<Kernel> kernel, backend.Specialize(request));
  std::vector<const void*> in;
  for (const Constant* input : inputs) in.push_back(input == nullptr ? nullptr : input->data);
  std::vector<void*> out;
  for (const Constant& output : outputs) out.push_back(const_cast<void*>(output.data));
  KAIROS_ASSIGN_OR_RETURN(AlignedBuffer scratch, AlignedBuffer::Make(kernel->scratch_bytes()));
  const KernelArgs args{in.data(), out.data(), scratch.data(), &pool};
  std::unique_ptr<Kernel::State> state = kernel->NewState();
  return kernel->Run(args, state.get());
}

}  // namespace

absl::StatusOr<std::vector<Constant>> EvaluateNode(absl::Span<Backend* const> backends,
                                                   ThreadPool& pool, const Node& node,
                                                   absl::Span<const Constant* const> inputs) {
  std::vector<Operand> in;
  for (const Constant* input : inputs) {
    in.push_back(input == nullptr ? Operand{} : Operand{true, input->type, false, input->data});
  }
  std::vector<TensorType> types;
  KAIROS_RETURN_IF_ERROR(InferTypes(node, absl::MakeSpan(in).subspan(0, node.base_input_count()),
                                    &types));
  if (node.domain == kKairosDomain && node.op == "Reorder") {
    types[0].layout = static_cast<Layout>(node.attributes.Int("to", 0));
  }
  std::vector<Operand> out;
  std::vector<Constant> outputs;
  size_t bytes = 0;
  for (const TensorType& type : types) {
    out.push_back({true, type});
    KAIROS_ASSIGN_OR_RETURN(Constant output, MakeConstant(type));
    outputs.push_back(std::move(output));
    bytes += type.byte_count();
  }
  const OpInfo* info = FindOp(node.domain, node.op);
  for (size_t i = 0; i < in.size(); ++i) {
    if (info == nullptr || i >= 32 || (info->value_inputs >> i & 1) == 0) in[i].data = nullptr;
  }
  const KernelRequest request{&node, in, out, pool.thread_count(), true};
  absl::Status status = absl::UnimplementedError("no backend");
  if (bytes <= kTinyBytes) {
    status = RunOn(*backends.back(), pool, request, inputs, outputs);
    if (status.ok()) return outputs;
  }
  for (Backend* backend : backends) {
    status = RunOn(*backend, pool, request, inputs, outputs);
    if (status.code() != absl::StatusCode::kUnimplemented) break;
  }
  if (!status.ok()) return status;
  return outputs;
}

}  // namespace kairos
