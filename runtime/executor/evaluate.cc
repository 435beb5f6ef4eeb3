#include "executor/evaluate.h"

#include <memory>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "executor/host_ops.h"
#include "executor/new_tensor.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

constexpr size_t kTinyBytes = 4096;

absl::StatusOr<std::vector<Constant>> EvaluateHostOp(const Node& node,
                                                     absl::Span<const Constant* const> inputs) {
  std::vector<AnyValue> values(inputs.size());
  std::vector<const AnyValue*> in;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] != nullptr) values[i] = *inputs[i];
    in.push_back(inputs[i] == nullptr ? nullptr : &values[i]);
  }
  KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> made, RunHostOp(node, in));
  std::vector<Constant> outputs;
  for (AnyValue& value : made) {
    if (!value.is_tensor() || value.tensor.type.dtype == DType::kString) {
      return absl::UnimplementedError("its output is no tensor of numbers, expected one");
    }
    outputs.push_back(std::move(value.tensor));
  }
  return outputs;
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
  const OpInfo* info = FindOp(node.domain, node.op);
  if (info != nullptr && info->kind == OpKind::kHost) return EvaluateHostOp(node, inputs);
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
    KAIROS_ASSIGN_OR_RETURN(Constant output, NewTensor(type));
    outputs.push_back(std::move(output));
    bytes += type.byte_count();
  }
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
