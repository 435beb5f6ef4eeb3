#include "executor/resolver.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "executor/fission.h"
#include "executor/inline_branch.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

std::vector<Operand> Operands(const std::vector<ValueId>& ids, const std::vector<Slot>& slots,
                              bool constants) {
  std::vector<Operand> operands;
  for (ValueId id : ids) {
    if (id == kNoValue) {
      operands.emplace_back();
      continue;
    }
    const Slot& slot = slots[static_cast<size_t>(id)];
    operands.push_back({true, slot.type, constants && slot.kind == Slot::Kind::kConstant, nullptr});
  }
  return operands;
}

// A step's request with what it borrows.
struct StepRequest {
  StepRequest(const StepRecord& step, const std::vector<Slot>& slots, bool constants, int threads,
              const SessionOptions& options)
      : inputs(Operands(step.node.inputs, slots, constants)),
        outputs(Operands(step.node.outputs, slots, false)),
        request{&step.node, inputs, outputs, threads, options.deterministic, options.winograd} {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!step.known[i].empty()) inputs[i].data = step.known[i].data();
    }
  }
  StepRequest(const StepRequest&) = delete;

  std::vector<Operand> inputs, outputs;
  KernelRequest request;
};

// The last backend takes anything; a fused node that only it takes is better split.
void LeaveOutLast(const Node& node, std::vector<Backend*>* candidates) {
  if (CanSplit(node) && candidates->size() > 1) candidates->pop_back();
}

// Why the backends before `chosen` were not asked for a kernel, for people.
void AppendUnsupported(const KernelRequest& request, absl::Span<Backend* const> backends,
                       const Backend& chosen, std::string* reasons) {
  for (const Backend* backend : backends) {
    if (backend == &chosen) return;
    const absl::Status supported = backend->Supports(request);
    if (supported.ok()) continue;
    absl::StrAppend(reasons, reasons->empty() ? "" : "; ", backend->name(), ": ",
                    supported.message());
  }
}

}  // namespace

const PackedWeight* FindPacked(const StepRecord& step, const PackedInput& wanted) {
  const auto found =
      std::find_if(step.packed.begin(), step.packed.end(), [&](const PackedWeight& packed) {
        return packed.input == wanted.input && packed.layout == wanted.layout &&
               packed.bytes.data != nullptr && packed.bytes.type.byte_count() == wanted.bytes;
      });
  return found == step.packed.end() ? nullptr : &*found;
}

PolicyContext Resolver::policy_context() const {
  const bool tapped = !options_.taps.empty();
  return {&shared_->model(),
          runtime_.backends(),
          &runtime_.kernel_cache(),
          pool_.thread_count(),
          tapped,
          options_.deterministic,
          options_.winograd,
          options_.working_set_bytes,
          tapped ? nullptr : runtime_.program_cache()};
}

std::string Resolver::Key(const StepRecord& step, const std::vector<Slot>& slots) const {
  const StepRequest wanted(step, slots, policy().specializes(), pool_.thread_count(), options_);
  return CanonicalKey(wanted.request);
}

const Backend* Resolver::WouldRun(KernelRequest request) const {
  const PolicyContext context = policy_context();
  std::vector<Backend*> candidates(context.backends.begin(), context.backends.end());
  LeaveOutLast(*request.node, &candidates);
  request.deterministic = options_.deterministic;
  request.winograd = options_.winograd;
  absl::StatusOr<Backend*> chosen = policy().ChooseBackend(context, request, candidates);
  if (chosen.ok()) return *chosen;
  if (!CanSplit(*request.node)) return nullptr;
  Node bare = *request.node;
  const size_t inputs = bare.base_input_count();
  bare.post_ops.clear();
  bare.inputs.resize(inputs);
  request.node = &bare;
  request.inputs = request.inputs.subspan(0, inputs);
  chosen = policy().ChooseBackend(context, request, context.backends);
  return chosen.ok() ? *chosen : nullptr;
}

absl::Status Resolver::MayGoOn() const {
  if (deadline_ != absl::InfiniteFuture() && absl::Now() > deadline_) {
    return absl::DeadlineExceededError("the deadline has passed");
  }
  return options_.interrupt ? options_.interrupt() : absl::OkStatus();
}

absl::StatusOr<ResolvedStep> Resolver::Resolve(const StepRecord& step,
                                               const std::vector<Slot>& slots,
                                               const StepRecord* frozen) {
  if (const absl::Status go_on = MayGoOn(); !go_on.ok()) {
    return Annotate(NodeLabel(step.node), go_on);
  }
  const StepRequest wanted(step, slots, policy().specializes(), pool_.thread_count(), options_);
  if (frozen == nullptr && !relatives().empty()) {
    frozen = relatives().Step(CanonicalKey(wanted.request));
  }
  ResolvedStep resolved;
  {
    EventTimer timer(options_, Event::Kind::kCompile, step.node);
    const int64_t start_ns = SteadyNs();
    absl::Status chosen = ChooseKernel(wanted.request, frozen, &resolved);
    resolved.made_ns = SteadyNs() - start_ns;
    if (!chosen.ok()) return Annotate(NodeLabel(step.node), chosen);
    timer.SetKernel(resolved.kernel);
    if (resolved.kernel.wait_ns > 0) {
      EventTimer wait(options_, Event::Kind::kWait, step.node);
      wait.StartEarlier(resolved.kernel.wait_ns);
      wait.SetKernel(resolved.kernel);
    }
  }
  if (packs_) {
    KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(step.node), Pack(step, slots, &resolved)));
  }
  return resolved;
}

absl::Status Resolver::ChooseKernel(const KernelRequest& request, const StepRecord* frozen,
                                    ResolvedStep* resolved) {
  const PolicyContext context = policy_context();
  std::vector<Backend*> candidates(context.backends.begin(), context.backends.end());
  std::string refused;
  if (frozen == nullptr) {
    LeaveOutLast(*request.node, &candidates);
  } else {
    auto it = std::find_if(candidates.begin(), candidates.end(), [&](const Backend* backend) {
      return backend->name() == frozen->backend;
    });
    if (it != candidates.end()) std::rotate(candidates.begin(), it, it + 1);
  }
  while (true) {
    absl::StatusOr<Backend*> backend = policy().ChooseBackend(context, request, candidates);
    if (!backend.ok()) {
      return refused.empty() ? backend.status()
                             : absl::UnimplementedError(
                                   absl::StrCat(backend.status().message(), "; ", refused));
    }
    resolved->backend = *backend;
    const bool same_backend = frozen != nullptr && frozen->backend == (*backend)->name();
    absl::StatusOr<ResolvedKernel> kernel =
        policy().GetKernel(context, **backend, request, same_backend ? frozen : nullptr);
    if (kernel.ok()) {
      resolved->kernel = *std::move(kernel);
      if (fallback_) {
        resolved->kernel.from_cache = resolved->kernel.source == KernelSource::kCache;
        resolved->kernel.source = KernelSource::kFallback;
        resolved->kernel.reason = "not prepared";
      }
      resolved->rejected = std::move(refused);
      AppendUnsupported(request, context.backends, **backend, &resolved->rejected);
      return absl::OkStatus();
    }
    if (kernel.status().code() != absl::StatusCode::kUnimplemented) return kernel.status();
    absl::StrAppend(&refused, refused.empty() ? "" : "; ", (*backend)->name(), ": ",
                    kernel.status().message());
    if (std::erase(candidates, *backend) == 0) {
      return absl::InternalError(absl::StrCat("policy '", policy().name(), "' chose backend '",
                                              (*backend)->name(), "', which is no candidate"));
    }
  }
}

Relatives& Resolver::relatives() {
  if (relatives_ == nullptr) {
    relatives_ = std::make_unique<Relatives>(
        policy().Related(policy_context()),
        [this](const StepRecord& step, const std::vector<Slot>& slots) { return Key(step, slots); },
        [this](const Model& model,
               const std::vector<std::string>& passes) -> std::optional<PreparedGraph> {
          absl::StatusOr<PreparedGraph> prepared =
              PrepareGraph(model.graph(), {}, passes, runtime_.backends(), pool_);
          if (!prepared.ok()) return std::nullopt;
          return *std::move(prepared);
        });
  }
  return *relatives_;
}

absl::StatusOr<WeightBytes> Resolver::PlainWeight(const Slot& slot) {
  if (slot.constant.data != nullptr) return WeightBytes{slot.constant.data, slot.constant.owner};
  // A plan keeps only the packed form of this weight: find the plain one where it came from.
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const PreparedGraph> prepared,
                          shared_->Prepared(policy().passes(), {}, runtime_));
  const Constant* found = FindInlinedConstant(prepared->graph, slot.name);
  if (found != nullptr && found->type.byte_count() == slot.type.byte_count()) {
    return WeightBytes{found->data, prepared};
  }
  return absl::DataLossError(absl::StrCat("weight '", slot.name,
                                          "': the plan needs its plain form, "
                                          "and the model has none of that name and size"));
}

absl::Status Resolver::Pack(const StepRecord& step, const std::vector<Slot>& slots,
                            ResolvedStep* resolved) {
  const Kernel& kernel = *resolved->kernel.kernel;
  resolved->weights.resize(step.node.inputs.size());
  absl::Span<const PackedInput> wanted = kernel.packed_inputs();
  for (size_t k = 0; k < wanted.size(); ++k) {
    const size_t input = static_cast<size_t>(wanted[k].input);
    if (const PackedWeight* ready = FindPacked(step, wanted[k])) {
      resolved->weights[input] = {ready->bytes.data, ready->bytes.owner};
      continue;
    }
    const Slot& slot = slots[static_cast<size_t>(step.node.inputs[input])];
    KAIROS_ASSIGN_OR_RETURN(WeightBytes plain, PlainWeight(slot));
    if (relatives_ != nullptr) {
      resolved->weights[input] = relatives_->Packed(plain.data, slot.type.byte_count(), wanted[k]);
      if (resolved->weights[input].data != nullptr) continue;
    }
    EventTimer timer(options_, Event::Kind::kPack, step.node);
    timer.SetKernel(resolved->kernel);
    timer.SetBytes(wanted[k].bytes);
    KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const AlignedBuffer> packed,
                            shared_->weights().GetOrPack(kernel, k, std::move(plain), pool_));
    resolved->weights[input] = {packed->data(), std::move(packed)};
  }
  for (size_t i = 0; i < step.node.inputs.size(); ++i) {
    if (step.node.inputs[i] == kNoValue || resolved->weights[i].data != nullptr) continue;
    const Slot& slot = slots[static_cast<size_t>(step.node.inputs[i])];
    if (slot.kind != Slot::Kind::kConstant || slot.constant.data != nullptr) continue;
    KAIROS_ASSIGN_OR_RETURN(resolved->weights[i], PlainWeight(slot));
  }
  return absl::OkStatus();
}

}  // namespace kairos
