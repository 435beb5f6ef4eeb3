#include "executor/bucket_runs.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "executor/io_check.h"
#include "executor/padded_copy.h"
#include "executor/padding_proof.h"
#include "graph/axis_flow.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

// Sizes that a session remembers; at so many they are all found out anew.
constexpr size_t kMaxRuns = 4096;

size_t Take(const TensorType& type, size_t* bytes) {
  const size_t offset = *bytes;
  *bytes += (type.byte_count() + kAlignment - 1) / kAlignment * kAlignment;
  return offset;
}

absl::Status RefuseBranches(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (FindOp(node.domain, node.op)->kind != OpKind::kControl) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("buckets: ", NodeLabel(node),
                     " may take another branch for another size, expected a model"
                     " without branches"));
  }
  return absl::OkStatus();
}

}  // namespace

bool BucketRuns::Pads(absl::Span<const TensorView> inputs) const {
  if (inputs.size() != set_.keyed.size()) return false;
  bool pads = false;
  for (const BucketDim& dim : dims_) {
    const std::optional<int64_t> size = dim.SizeIn(inputs);
    if (!size.has_value() || *size <= 0) return false;
    pads |= dim.BucketOf(*size) != *size;
  }
  return pads;
}

PaddedRun* BucketRuns::Find(absl::Span<const TensorView> inputs) {
  PaddedRun* run = last_;
  if (run == nullptr || !set_.table.Matches(run->signature, inputs)) {
    run = nullptr;
    const auto found = runs_.find(set_.table.Hash(inputs));
    if (found == runs_.end()) return nullptr;
    for (const std::unique_ptr<PaddedRun>& candidate : found->second) {
      if (set_.table.Matches(candidate->signature, inputs)) run = candidate.get();
    }
    if (run == nullptr) return nullptr;
  }
  last_ = run;
  Attach(inputs, run);
  return run;
}

absl::StatusOr<PaddedRun*> BucketRuns::Get(absl::Span<const TensorView> inputs) {
  if (PaddedRun* run = Find(inputs)) {
    KAIROS_RETURN_IF_ERROR(CheckInputData(set_.graph, inputs));
    KAIROS_RETURN_IF_ERROR(Reserve(run));
    return run;
  }
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(set_.graph, inputs));
  KAIROS_RETURN_IF_ERROR(CheckInputData(set_.graph, inputs));
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<PaddedRun> run, Make(inputs));
  if (count_ == kMaxRuns) {
    runs_.clear();
    count_ = 0;
  }
  ++count_;
  last_ = run.get();
  runs_[set_.table.Hash(inputs)].push_back(std::move(run));
  return last_;
}

absl::StatusOr<std::unique_ptr<PaddedRun>> BucketRuns::Make(absl::Span<const TensorView> inputs) {
  auto run = std::make_unique<PaddedRun>();
  run->signature = set_.table.MakeSignature(inputs);
  Signature padded = run->signature;
  for (const BucketDim& dim : dims_) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (dim.axes[i] == kWhole) continue;
      int64_t& extent = padded.inputs[i].shape[static_cast<size_t>(dim.axes[i])];
      extent = dim.BucketOf(extent);
    }
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorType& type = padded.inputs[i];
    const auto bytes = CheckedByteCount(type.dtype, type.shape);
    if (!bytes.ok()) return Annotate("buckets", bytes.status());
    const bool copied = type != run->signature.inputs[i];
    if (copied && set_.keyed[i]) {
      return absl::FailedPreconditionError(
          absl::StrCat("buckets: input '", Printable(set_.input_names()[i]),
                       "' decides shapes by its values, expected none of its dimensions"));
    }
    run->input_offsets.push_back(copied ? Take(type, &run->bytes) : PaddedRun::kNotCopied);
    run->input_shapes.push_back(type.shape);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    run->inputs.push_back({inputs[i].dtype, run->input_shapes[i], nullptr, inputs[i].bytes});
    if (run->input_offsets[i] != PaddedRun::kNotCopied) {
      run->inputs[i].bytes = padded.inputs[i].byte_count();
    }
  }
  KAIROS_RETURN_IF_ERROR(Prove(padded, run.get()));
  KAIROS_RETURN_IF_ERROR(Reserve(run.get()));
  Attach(inputs, run.get());
  return run;
}

// One dimension after the other, from the padded signature to the one that was given.
absl::Status BucketRuns::Prove(const Signature& padded, PaddedRun* run) {
  std::shared_ptr<const PreparedGraph> prepared;
  {
    EventTimer timer(engine_.options(), Event::Kind::kPasses);
    KAIROS_ASSIGN_OR_RETURN(prepared, set_.prepare(engine_.resolver().policy()));
  }
  KAIROS_RETURN_IF_ERROR(RefuseBranches(prepared->graph));
  const auto specialize = [&](const Signature& signature) {
    return SpecializeGraph(*prepared, signature, engine_.runtime().backends(),
                           engine_.runtime().thread_pool());
  };
  Signature current = padded;
  absl::StatusOr<SpecializedGraph> larger = specialize(current);
  if (!larger.ok()) {
    return Annotate(absl::StrCat("buckets: ", padded.ToString(set_.input_names())),
                    larger.status());
  }
  const auto output_types = [](const SpecializedGraph& graph) {
    std::vector<TensorType> types;
    for (ValueId id : graph.graph.outputs) types.push_back(graph.types[static_cast<size_t>(id)]);
    return types;
  };
  run->padded_outputs = output_types(*larger);
  for (const BucketDim& dim : dims_) {
    Padding padding{dim.name, dim.axes};
    for (size_t i = 0; i < dim.axes.size(); ++i) {
      if (dim.axes[i] == kWhole) continue;
      const auto axis = static_cast<size_t>(dim.axes[i]);
      padding.padded_size = current.inputs[i].shape[axis];
      padding.size = current.inputs[i].shape[axis] = run->signature.inputs[i].shape[axis];
    }
    if (padding.size == padding.padded_size) continue;
    absl::StatusOr<SpecializedGraph> smaller = specialize(current);
    if (!smaller.ok()) return smaller.status();
    KAIROS_RETURN_IF_ERROR(ProvePadding(*smaller, *larger, padding).status());
    larger = std::move(smaller);
  }
  run->output_types = output_types(*larger);
  for (size_t i = 0; i < run->output_types.size(); ++i) {
    const TensorType& type = run->padded_outputs[i];
    const bool copied = type != run->output_types[i];
    run->output_offsets.push_back(copied ? Take(type, &run->bytes) : PaddedRun::kNotCopied);
    run->outputs.push_back({type.dtype, type.shape, nullptr, type.byte_count()});
  }
  return absl::OkStatus();
}

absl::Status BucketRuns::Reserve(PaddedRun* run) {
  if (memory_.size() < run->bytes) {
    memory_ = AlignedBuffer();
    KAIROS_ASSIGN_OR_RETURN(memory_, AlignedBuffer::Make(run->bytes));
    engine_.stats().padding_bytes = memory_.size();
  }
  for (size_t i = 0; i < run->inputs.size(); ++i) {
    if (run->input_offsets[i] == PaddedRun::kNotCopied) continue;
    run->inputs[i].data = memory_.data() + run->input_offsets[i];
  }
  for (size_t i = 0; i < run->outputs.size(); ++i) {
    if (run->output_offsets[i] == PaddedRun::kNotCopied) continue;
    run->outputs[i].data = memory_.data() + run->output_offsets[i];
  }
  return absl::OkStatus();
}

void BucketRuns::Attach(absl::Span<const TensorView> inputs, PaddedRun* run) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (run->input_offsets[i] == PaddedRun::kNotCopied) run->inputs[i].data = inputs[i].data;
  }
}

absl::Status BucketRuns::Execute(PaddedRun& run, BoundProgram& program,
                                 absl::Span<const TensorView> inputs,
                                 absl::Span<const MutableTensorView> outputs) {
  // The outputs were made for what the graph computes, and a plan may be of another one.
  if (program.output_types() != run.padded_outputs) {
    return absl::DataLossError("buckets: the Program has other outputs than the model's graph");
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (run.input_offsets[i] == PaddedRun::kNotCopied) continue;
    CopyPadded(inputs[i].data, inputs[i].shape, memory_.data() + run.input_offsets[i],
               run.input_shapes[i], DTypeSize(inputs[i].dtype));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (run.output_offsets[i] == PaddedRun::kNotCopied) run.outputs[i].data = outputs[i].data;
  }
  KAIROS_RETURN_IF_ERROR(engine_.Execute(set_, program, run.inputs, run.outputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (run.output_offsets[i] == PaddedRun::kNotCopied) continue;
    CopyPadded(run.outputs[i].data, run.padded_outputs[i].shape, outputs[i].data, outputs[i].shape,
               DTypeSize(outputs[i].dtype));
  }
  ++engine_.stats().padded_runs;
  return absl::OkStatus();
}

}  // namespace kairos
