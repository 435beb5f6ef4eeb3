#include "executor/program.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/analysis.h"
#include "executor/fission.h"
#include "executor/lowering.h"
#include "executor/placement.h"
#include "graph/op_table.h"
#include "kairos/pass.h"

namespace kairos {
namespace {

absl::Status RunShapedPasses(const Resolver& resolver, SpecializedGraph* specialized) {
  PassContext context;
  context.types = &specialized->types;
  return RunPasses(resolver.policy().passes(), context, &specialized->graph);
}

// The steps of a ready Program by what they compute.
using FrozenSteps = absl::flat_hash_map<std::string, const StepRecord*>;

FrozenSteps StepsOf(const ProgramRecord* ready, const Resolver& resolver) {
  FrozenSteps steps;
  if (ready == nullptr) return steps;
  for (const StepRecord& step : ready->steps) steps[resolver.Key(step, ready->slots)] = &step;
  return steps;
}

// Resolves the steps of a freshly lowered program. A fused step that no backend but the last takes
// is split: better two fast kernels than a slow one.
absl::StatusOr<std::vector<ResolvedStep>> ResolveRecorded(Resolver& resolver,
                                                          const FrozenSteps& frozen,
                                                          Lowered* lowered) {
  struct Pending {
    StepRecord step;
    std::optional<ResolvedStep> resolved;
  };
  std::vector<Slot>& slots = lowered->record.slots;
  std::vector<Pending> pending;
  for (StepRecord& step : lowered->record.steps) pending.push_back({std::move(step), {}});
  while (true) {
    std::vector<WantedStep> wanted;
    for (const Pending& one : pending) {
      if (one.resolved.has_value()) continue;
      const auto same = frozen.empty() ? frozen.end() : frozen.find(resolver.Key(one.step, slots));
      wanted.push_back({&one.step, same == frozen.end() ? nullptr : same->second});
    }
    if (wanted.empty()) break;
    KAIROS_ASSIGN_OR_RETURN(std::vector<absl::StatusOr<ResolvedStep>> found,
                            resolver.FindKernels(wanted, slots));
    std::vector<Pending> next;
    size_t i = 0;
    for (Pending& one : pending) {
      if (!one.resolved.has_value()) {
        absl::StatusOr<ResolvedStep>& kernel = found[i++];
        if (kernel.ok()) {
          one.resolved = *std::move(kernel);
        } else if (CanSplit(one.step.node)) {
          StepRecord last = SplitLastPostOp(&one.step, lowered);
          next.push_back({std::move(one.step), {}});
          next.push_back({std::move(last), {}});
          continue;
        } else {
          return kernel.status();
        }
      }
      next.push_back(std::move(one));
    }
    pending = std::move(next);
  }
  std::vector<ResolvedStep> steps;
  std::vector<StepRecord> records;
  steps.reserve(pending.size());
  records.reserve(pending.size());
  for (Pending& one : pending) {
    KAIROS_RETURN_IF_ERROR(resolver.AddWeights(one.step, slots, &*one.resolved));
    steps.push_back(*std::move(one.resolved));
    records.push_back(std::move(one.step));
  }
  lowered->record.steps = std::move(records);
  return steps;
}

absl::StatusOr<std::vector<ResolvedStep>> ResolveFrozen(const ProgramRecord& record,
                                                        Resolver& resolver) {
  std::vector<WantedStep> wanted;
  for (const StepRecord& step : record.steps) wanted.push_back({&step, &step});
  KAIROS_ASSIGN_OR_RETURN(std::vector<absl::StatusOr<ResolvedStep>> found,
                          resolver.FindKernels(wanted, record.slots));
  std::vector<ResolvedStep> steps;
  steps.reserve(record.steps.size());
  for (size_t s = 0; s < record.steps.size(); ++s) {
    KAIROS_ASSIGN_OR_RETURN(ResolvedStep resolved, std::move(found[s]));
    KAIROS_RETURN_IF_ERROR(resolver.AddWeights(record.steps[s], record.slots, &resolved));
    steps.push_back(std::move(resolved));
  }
  return steps;
}

uint64_t LargestScratch(const std::vector<ResolvedStep>& steps) {
  uint64_t bytes = 0;
  for (const ResolvedStep& step : steps) {
    bytes = std::max<uint64_t>(bytes, step.kernel.kernel->scratch_bytes());
  }
  return bytes;
}

// The loader has checked indices and ranges; this checks that the types are what the operators
// make of them, so that no kernel is asked to write past its output.
absl::Status CheckTypes(const ProgramRecord& record) {
  for (const StepRecord& step : record.steps) {
    std::vector<Operand> inputs;
    for (size_t i = 0; i < step.node.inputs.size(); ++i) {
      const ValueId id = step.node.inputs[i];
      if (id == kNoValue) {
        inputs.emplace_back();
        continue;
      }
      const Slot& slot = record.slots[static_cast<size_t>(id)];
      const void* data = step.known[i].empty() ? nullptr : step.known[i].data();
      inputs.push_back({true, slot.type, false, data});
    }
    std::vector<TensorType> types;
    const absl::Status inferred = InferTypes(step.node, inputs, &types);
    if (!inferred.ok()) {
      return absl::DataLossError(absl::StrCat(NodeLabel(step.node), ": ", inferred.message()));
    }
    for (size_t i = 0; i < types.size(); ++i) {
      if (step.node.outputs[i] == kNoValue) continue;
      const TensorType& have = record.slots[static_cast<size_t>(step.node.outputs[i])].type;
      if (have.dtype == types[i].dtype && have.shape == types[i].shape) continue;
      return absl::DataLossError(absl::StrCat(NodeLabel(step.node), ": plan has output ",
                                              have.ToString(), ", expected ", types[i].ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Program>> RecordProgram(const PreparedGraph& prepared,
                                                             const Signature& signature,
                                                             Resolver& resolver,
                                                             const ProgramRecord* ready) {
  absl::Span<Backend* const> backends = resolver.runtime().backends();
  ThreadPool& pool = resolver.pool();
  KAIROS_ASSIGN_OR_RETURN(SpecializedGraph graph,
                          SpecializeGraph(prepared, signature, backends, pool));
  KAIROS_RETURN_IF_ERROR(RunShapedPasses(resolver, &graph));
  LoweringOptions options;
  if (resolver.policy().specializes()) {
    options.would_run = [&](const KernelRequest& request) { return resolver.WouldRun(request); };
    const uint64_t working_set = resolver.options().working_set_bytes;
    options.loops =
        FindBatchLoops(graph, working_set == 0 ? DefaultWorkingSetBytes() : working_set);
  }
  KAIROS_ASSIGN_OR_RETURN(Lowered lowered, Lower(graph, options, backends, pool));
  auto program = std::make_shared<Program>();
  program->provisional = resolver.provisional();
  KAIROS_ASSIGN_OR_RETURN(program->steps,
                          ResolveRecorded(resolver, StepsOf(ready, resolver), &lowered));
  PlaceSlots(program->steps, &lowered);
  program->record = std::move(lowered.record);
  program->record.slots.shrink_to_fit();
  program->record.signature = signature;
  program->record.threads = pool.thread_count();
  program->scratch_bytes = program->record.scratch_bytes = LargestScratch(program->steps);
  return program;
}

absl::StatusOr<std::shared_ptr<const Program>> ProgramFromRecord(const ProgramRecord& record,
                                                                 Resolver& resolver) {
  KAIROS_RETURN_IF_ERROR(CheckTypes(record));
  auto program = std::make_shared<Program>();
  KAIROS_ASSIGN_OR_RETURN(program->steps, ResolveFrozen(record, resolver));
  if (!PlacementSuitsKernels(record, program->steps)) {
    return absl::UnimplementedError("plan: buffers overlap in a way its kernels do not allow");
  }
  program->record = record;
  program->scratch_bytes = LargestScratch(program->steps);
  return program;
}

absl::StatusOr<ProgramRecord> CompleteRecord(const Program& program) {
  ProgramRecord record = program.record;
  std::vector<bool> read_plain(record.slots.size(), false);
  for (size_t s = 0; s < record.steps.size(); ++s) {
    StepRecord& step = record.steps[s];
    const ResolvedStep& resolved = program.steps[s];
    const Kernel& kernel = *resolved.kernel.kernel;
    step.backend = std::string(resolved.backend->name());
    step.kernel = std::string(kernel.name());
    step.frozen = kernel.Save();
    step.packed.clear();
    for (const PackedInput& input : kernel.packed_inputs()) {
      const size_t i = static_cast<size_t>(input.input);
      Constant bytes{{DType::kUint8, {static_cast<int64_t>(input.bytes)}},
                     resolved.weights[i].data,
                     resolved.weights[i].owner};
      step.packed.push_back({input.input, input.layout, std::move(bytes)});
    }
    for (size_t i = 0; i < step.node.inputs.size(); ++i) {
      if (step.node.inputs[i] == kNoValue) continue;
      const bool packed = std::any_of(step.packed.begin(), step.packed.end(), [&](const auto& p) {
        return p.input == static_cast<int32_t>(i);
      });
      if (!packed) read_plain[static_cast<size_t>(step.node.inputs[i])] = true;
    }
  }
  // The plain form of a weight is found by its name in the model's graph, but not in bodies of it.
  if (!record.signature.region.empty()) return record;
  for (size_t i = 0; i < record.slots.size(); ++i) {
    if (record.slots[i].kind == Slot::Kind::kConstant && !read_plain[i]) {
      record.slots[i].constant.data = nullptr;
      record.slots[i].constant.owner = nullptr;
    }
  }
  return record;
}

void TellRecorded(const Resolver& resolver, std::shared_ptr<const Program> program,
                  std::shared_ptr<const Model> model) {
  const Signature& signature = program->record.signature;
  resolver.policy().Recorded(resolver.policy_context(), signature,
                             [program, model]() -> absl::StatusOr<ProgramRecord> {
                               (void)model;  // whose weights the Program uses
                               return CompleteRecord(*program);
                             });
}

}  // namespace kairos
