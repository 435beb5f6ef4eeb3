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

// Kernels that each thread makes before the next time a caller may stop them.
constexpr size_t kStepsPerThread = 8;

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

absl::StatusOr<std::vector<absl::StatusOr<ResolvedStep>>> Resolver::FindKernels(
    absl::Span<const WantedStep> wanted, const std::vector<Slot>& slots) {
  // Programs of the background are made on one thread.
  const bool in_parallel = &pool_ == &runtime_.thread_pool() && !policy().one_at_a_time();
  const size_t threads = in_parallel ? static_cast<size_t>(pool_.thread_count()) : 1;
  const size_t most = threads == 1 ? 1 : threads * kStepsPerThread;
  std::vector<absl::StatusOr<ResolvedStep>> found;
  found.reserve(wanted.size());
  std::vector<WantedStep> steps;
  std::vector<Search> searches;
  while (found.size() < wanted.size()) {
    const absl::Span<const WantedStep> next = wanted.subspan(found.size(), most);
    steps.assign(next.begin(), next.end());
    searches.assign(next.size(), {});
    for (WantedStep& step : steps) {
      if (const absl::Status go_on = MayGoOn(); !go_on.ok()) {
        return Annotate(NodeLabel(step.step->node), go_on);
      }
      if (step.frozen == nullptr && !relatives().empty()) {
        step.frozen = relatives().Step(Key(*step.step, slots));
      }
    }
    const auto find = [&](int64_t i) {
      const auto k = static_cast<size_t>(i);
      searches[k] = FindKernel(steps[k], slots);
    };
    // Alone it may use the pool itself.
    if (steps.size() == 1) {
      find(0);
    } else {
      pool_.ParallelFor(static_cast<int64_t>(steps.size()), find);
    }
    for (size_t k = 0; k < steps.size(); ++k) {
      Search& search = searches[k];
      const Node& node = steps[k].step->node;
      Report(node, search);
      if (search.status.ok()) {
        found.push_back(std::move(search.found));
        continue;
      }
      absl::Status failed = Annotate(NodeLabel(node), search.status);
      if (failed.code() != absl::StatusCode::kUnimplemented) return failed;
      found.push_back(std::move(failed));
    }
  }
  return found;
}

Resolver::Search Resolver::FindKernel(const WantedStep& wanted,
                                      const std::vector<Slot>& slots) const {
  const StepRequest request(*wanted.step, slots, policy().specializes(), pool_.thread_count(),
                            options_);
  Search search;
  search.thread = std::this_thread::get_id();
  if (options_.on_event) search.start_ns = EventTimer::Now(options_);
  const int64_t start_ns = SteadyNs();
  search.status = ChooseKernel(request.request, wanted.frozen, &search.found);
  search.found.made_ns = SteadyNs() - start_ns;
  if (options_.on_event) search.end_ns = EventTimer::Now(options_);
  return search;
}

void Resolver::Report(const Node& node, const Search& search) const {
  if (!options_.on_event) return;
  Event event;
  event.node = node.name;
  event.op = node.op;
  event.thread = search.thread;
  if (search.status.ok()) {
    event.kernel = search.found.kernel.kernel->name();
    event.source = search.found.kernel.source;
    event.kind = Event::Kind::kWait;
    event.duration_ns = search.found.kernel.wait_ns;
    event.start_ns = search.end_ns - event.duration_ns;
    if (event.duration_ns > 0) options_.on_event(event);
  }
  event.kind = Event::Kind::kCompile;
  event.start_ns = search.start_ns;
  event.duration_ns = search.end_ns - search.start_ns;
  options_.on_event(event);
}

absl::Status Resolver::ChooseKernel(const KernelRequest& request, const StepRecord* frozen,
                                    ResolvedStep* resolved) const {
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

absl::Status Resolver::AddWeights(const StepRecord& step, const std::vector<Slot>& slots,
                                  ResolvedStep* resolved) {
  if (!packs_) return absl::OkStatus();
  return Annotate(NodeLabel(step.node), Pack(step, slots, resolved));
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
