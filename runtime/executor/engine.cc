#include "executor/engine.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "executor/io_check.h"
#include "executor/memory_of.h"

namespace kairos {
namespace {

constexpr size_t kMaxReasons = 32;

}  // namespace

Engine::Engine(std::shared_ptr<Runtime> runtime, std::shared_ptr<const Model> model,
               std::shared_ptr<SharedModel> shared, SessionOptions options)
    : runtime_(std::move(runtime)),
      model_(std::move(model)),
      options_(std::move(options)),
      account_(*runtime_->program_budget_),
      resolver_(*runtime_, shared, options_, runtime_->thread_pool()) {
  SetUpProvisional(shared);
}

void Engine::SetUpProvisional(const std::shared_ptr<SharedModel>& shared) {
  if (options_.deterministic || !options_.policy->keeps_programs()) return;
  Meanwhile meanwhile = options_.policy->meanwhile();
  const bool stays = meanwhile.policy == nullptr;
  if (stays && options_.on_miss != OnMiss::kFallback) return;
  auto changed = std::make_unique<SessionOptions>(options_);
  changed->policy = stays ? NewProvisionalPolicy() : std::move(meanwhile.policy);
  provisional_options_ = std::move(changed);
  provisional_ =
      std::make_unique<Resolver>(*runtime_, shared, *provisional_options_, runtime_->thread_pool());
  provisional_->MakeProvisional(options_.on_miss == OnMiss::kFallback);
  if (stays) return;
  runs_before_better_ = std::max<int64_t>(meanwhile.runs, 1);
  background_ = std::make_unique<BackgroundPrograms>(*runtime_, model_, shared, options_);
}

// The Program of a ready record; null with the reason when a new one must be recorded.
absl::StatusOr<std::shared_ptr<const Program>> Engine::TryReady(const ProgramSet& set,
                                                                const ProgramRecord& record,
                                                                std::string* reason) {
  if (!options_.taps.empty()) {
    *reason = "taps are set";
    return nullptr;
  }
  if (record.outputs.size() != set.graph.outputs.size()) {
    *reason = absl::StrCat("plan: got ", record.outputs.size(), " outputs, expected ",
                           set.graph.outputs.size());
    return nullptr;
  }
  EventTimer timer(options_, Event::Kind::kPlan);
  absl::StatusOr<std::shared_ptr<const Program>> program = ProgramFromRecord(record, resolver_);
  if (program.ok()) return program;
  const absl::StatusCode code = program.status().code();
  if (code != absl::StatusCode::kDataLoss && code != absl::StatusCode::kUnimplemented) {
    return program.status();
  }
  *reason = std::string(program.status().message());
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const Program>> Engine::MakeProgram(ProgramSet& set,
                                                                   const Signature& signature) {
  TellPolicy();  // of one that was prepared and has not run
  absl::StatusOr<ReadyProgram> ready = [&] {
    EventTimer timer(options_, Event::Kind::kPlan);
    return resolver_.policy().FindProgram(resolver_.policy_context(), signature);
  }();
  if (!ready.ok()) return Annotate(signature.ToString(set.input_names()), ready.status());
  std::string reason = ready->reason;
  std::shared_ptr<const Program> program;
  if (ready->record != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(program, TryReady(set, *ready->record, &reason));
  }
  if (program == nullptr) {
    const int64_t start_ns = SteadyNs();
    const ProgramRecord* untapped = options_.taps.empty() ? nullptr : ready->record;
    const bool waits =
        provisional_ == nullptr || purpose_ == Purpose::kPrepare || untapped != nullptr;
    Resolver& resolver = waits ? resolver_ : *provisional_;
    std::shared_ptr<const PreparedGraph> prepared;
    {
      EventTimer timer(options_, Event::Kind::kPasses);
      KAIROS_ASSIGN_OR_RETURN(prepared, set.prepare(resolver.policy()));
    }
    EventTimer timer(options_, Event::Kind::kRecord);
    const WeightStore& packed = resolver.shared().weights();
    const uint64_t packed_before = packed.bytes();
    KAIROS_ASSIGN_OR_RETURN(program, RecordProgram(*prepared, signature, resolver, untapped));
    // The plain forms of what was packed will hardly be read again.
    if (packed.bytes() > packed_before) model_->ReleasePages();
    ++stats_.recordings;
    recordings_.Add(signature, set.input_names(), reason, SteadyNs() - start_ns, &set.seen);
    if (waits && TellsPolicy(set)) untold_ = program;
  }
  Count(*program, reason);
  return program;
}

void Engine::set_purpose(Purpose purpose, absl::Time deadline) {
  purpose_ = purpose;
  resolver_.set_deadline(deadline);
}

bool Engine::TellsPolicy(const ProgramSet& set) const {
  return options_.taps.empty() && set.limit == 0;
}

void Engine::TellPolicy() {
  if (untold_ == nullptr) return;
  TellRecorded(resolver_, std::exchange(untold_, nullptr), model_);
}

void Engine::TakeBetter() {
  if (background_ == nullptr || !background_->any_made()) return;
  for (const BackgroundPrograms::Made& made : background_->Take()) Swap(made);
}

void Engine::LeaveTimeToBackground() const {
  const int64_t pause_ns = provisional_run_ns_ / 4;
  if (!background_->busy() || SteadyNs() - provisional_end_ns_ >= pause_ns) return;
  std::this_thread::sleep_for(std::chrono::nanoseconds(pause_ns));
}

bool Engine::AwaitBackground(absl::Time deadline) {
  if (background_ == nullptr) return true;
  const bool all = background_->Await(deadline);
  TakeBetter();
  return all;
}

// What fails leaves the provisional Program in its place.
void Engine::Swap(const BackgroundPrograms::Made& made) {
  if (!made.program.ok()) return AddReason(std::string(made.program.status().message()));
  const std::shared_ptr<const Program>& program = *made.program;
  EventTimer timer(options_, Event::Kind::kSwap);
  if (const absl::Status reserved = Reserve(*program); !reserved.ok()) {
    return AddReason(std::string(reserved.message()));
  }
  ProgramSet& set = *made.set;
  BoundProgram* bound =
      set.table.Replace(*made.instead_of, std::make_unique<BoundProgram>(program));
  if (bound == nullptr) return;  // it has been prepared, or forgotten
  if (set.last == made.instead_of.get()) set.last = nullptr;
  Charge(set, Use(bound));
  ++stats_.swaps;
  ++stats_.recordings;
  recordings_.AddBackground(program->record.signature, set.input_names(), made.duration_ns);
  Count(*program, "");
}

void Engine::AddReason(const std::string& text) {
  std::vector<std::string>& reasons = stats_.fallback_reasons;
  const bool known = std::find(reasons.begin(), reasons.end(), text) != reasons.end();
  if (!text.empty() && !known && reasons.size() < kMaxReasons) reasons.push_back(text);
}

void Engine::Count(const Program& program, const std::string& reason) {
  AddReason(reason);
  if (program.provisional) ++stats_.provisional;
  for (const ResolvedStep& step : program.steps) {
    switch (step.kernel.source) {
      case KernelSource::kCompiled:
        ++stats_.compiles;
        break;
      case KernelSource::kCache:
        ++stats_.cache_hits;
        break;
      case KernelSource::kPlan:
        ++stats_.plan_hits;
        break;
      case KernelSource::kDisk:
        ++stats_.disk_hits;
        break;
      case KernelSource::kFallback:
        ++stats_.fallbacks;
        ++(step.kernel.from_cache ? stats_.cache_hits : stats_.compiles);
        break;
    }
    AddReason(step.kernel.reason);
  }
  stats_.packed_bytes = resolver_.shared().weights().bytes();
}

absl::StatusOr<Signature> Engine::CheckedSignature(const ProgramSet& set,
                                                   absl::Span<const TensorView> inputs) const {
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(set.graph, inputs));
  KAIROS_RETURN_IF_ERROR(CheckInputData(set.graph, inputs));
  KAIROS_RETURN_IF_ERROR(CheckKeyedBytes(set.graph, set.keyed, inputs));
  Signature signature = set.table.MakeSignature(inputs);
  signature.region = set.region;
  return signature;
}

absl::StatusOr<BoundProgram*> Engine::ProgramFor(ProgramSet& set,
                                                 absl::Span<const TensorView> inputs) {
  // One that runs in parts takes better Programs for all of them at once.
  if (set.region.empty()) TakeBetter();
  const bool keeps = resolver_.policy().keeps_programs();
  std::shared_ptr<const Program> old;  // provisional, to be replaced now
  if (keeps && inputs.size() == set.keyed.size()) {
    if (BoundProgram* found = set.table.Find(inputs)) {
      KAIROS_RETURN_IF_ERROR(CheckInputData(set.graph, inputs));
      if (!found->program().provisional || purpose_ != Purpose::kPrepare) return Use(found);
      old = found->shared_program();
    }
  }
  KAIROS_ASSIGN_OR_RETURN(const Signature signature, CheckedSignature(set, inputs));
  if (options_.on_miss == OnMiss::kError && purpose_ == Purpose::kRun) {
    return absl::FailedPreconditionError(absl::StrCat(
        signature.ToString(set.input_names()), ": not prepared, and a run makes no Program"));
  }
  const int64_t start_ns = EventTimer::Now(options_), recordings = stats_.recordings;
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, MakeProgram(set, signature));
  // Memory for it, its arguments, and the end of one that it takes the place of.
  const bool recorded = stats_.recordings > recordings;
  EventTimer timer(options_, recorded ? Event::Kind::kRecord : Event::Kind::kPlan);
  KAIROS_RETURN_IF_ERROR(Reserve(*program));
  auto bound = std::make_unique<BoundProgram>(std::move(program));
  RunLogEntry& entry = LogEntryOf(set, *bound);
  if (entry.made_ns == 0) entry.made_ns = EventTimer::Now(options_) - start_ns;
  set.last = nullptr;
  if (!keeps) {
    set.transient = std::move(bound);
    return set.transient.get();
  }
  BoundProgram* kept = old != nullptr ? set.table.Replace(*old, std::move(bound))
                                      : set.table.Insert(inputs, std::move(bound));
  Charge(set, Use(kept));
  return kept;
}

BoundProgram* Engine::Use(BoundProgram* program) {
  program->last_use = ++uses_;
  if (purpose_ == Purpose::kPrepare) program->stays = true;
  return program;
}

void Engine::Charge(ProgramSet& set, BoundProgram* program) {
  if (std::find(charged_.begin(), charged_.end(), &set) == charged_.end()) {
    charged_.push_back(&set);
  }
  program->charge = std::make_unique<const ProgramCharge>(account_, program->shared_program());
  MakeRoom(*program);
}

void Engine::MakeRoom(const BoundProgram& other) {
  while (account_.MustGiveUp()) {
    ProgramSet* from = nullptr;
    const BoundProgram* oldest = nullptr;
    for (ProgramSet* set : charged_) {
      const BoundProgram* candidate = set->table.Oldest(other);
      if (candidate == nullptr) continue;
      if (oldest != nullptr && oldest->last_use < candidate->last_use) continue;
      oldest = candidate;
      from = set;
    }
    if (oldest == nullptr) return;
    if (from->last == &oldest->program()) from->last = nullptr;
    from->table.Remove(*oldest);
    account_.CountEviction();
  }
}

absl::StatusOr<MemoryPlan> Engine::PlanMemory(const ProgramSet& set,
                                              absl::Span<const TensorView> inputs) {
  KAIROS_ASSIGN_OR_RETURN(const Signature signature, CheckedSignature(set, inputs));
  resolver_.set_packs(false);
  const absl::Cleanup pack_again = [this] { resolver_.set_packs(true); };
  KAIROS_ASSIGN_OR_RETURN(const ReadyProgram ready,
                          resolver_.policy().FindProgram(resolver_.policy_context(), signature));
  std::shared_ptr<const Program> program;
  std::string reason;
  if (ready.record != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(program, TryReady(set, *ready.record, &reason));
  }
  if (program != nullptr) return MemoryOfReady(*program);
  KAIROS_ASSIGN_OR_RETURN(const std::shared_ptr<const PreparedGraph> prepared,
                          set.prepare(resolver_.policy()));
  const ProgramRecord* untapped = options_.taps.empty() ? nullptr : ready.record;
  KAIROS_ASSIGN_OR_RETURN(program, RecordProgram(*prepared, signature, resolver_, untapped));
  return MemoryOfRecorded(*program, model_->graph(), prepared->graph);
}

absl::StatusOr<std::shared_ptr<const Program>> Engine::ProgramOf(ProgramSet& set,
                                                                 const Signature& signature) {
  KAIROS_RETURN_IF_ERROR(CheckSignature(set.graph, set.keyed, signature));
  absl::StatusOr<std::shared_ptr<const Program>> program = MakeProgram(set, signature);
  TellPolicy();  // nobody waits for a result
  return program;
}

RunLogEntry& Engine::LogEntryOf(const ProgramSet& set, BoundProgram& program) {
  if (program.log_entry == nullptr) {
    program.log_entry =
        run_recorder_.EntryOf(program.program().record.signature, set.input_names());
  }
  return *program.log_entry;
}

absl::Status Engine::Reserve(const Program& program) {
  if (arena_.size() < program.record.arena_bytes) {
    arena_ = AlignedBuffer();
    KAIROS_ASSIGN_OR_RETURN(arena_,
                            AlignedBuffer::Make(program.record.arena_bytes, MemoryUse::kSession));
  }
  if (scratch_.size() < program.scratch_bytes) {
    scratch_ = AlignedBuffer();
    KAIROS_ASSIGN_OR_RETURN(scratch_,
                            AlignedBuffer::Make(program.scratch_bytes, MemoryUse::kSession));
  }
  stats_.arena_bytes = arena_.size();
  stats_.scratch_bytes = scratch_.size();
  return absl::OkStatus();
}

absl::Status Engine::Execute(ProgramSet& set, BoundProgram& program,
                             absl::Span<const TensorView> inputs,
                             absl::Span<const MutableTensorView> outputs) {
  // A failed Reserve of a larger Program may have left less than this one needs.
  if (arena_.size() < program.program().record.arena_bytes ||
      scratch_.size() < program.program().scratch_bytes) {
    KAIROS_RETURN_IF_ERROR(Reserve(program.program()));
  }
  set.last = &program.program();
  RunLogEntry& entry = LogEntryOf(set, program);
  ++entry.runs;
  const bool awaits_better = background_ != nullptr && program.program().provisional;
  if (awaits_better) LeaveTimeToBackground();
  const int64_t begin_ns = awaits_better ? SteadyNs() : 0;
  const int64_t start_ns = options_.time_runs ? EventTimer::Now(options_) : 0;
  const absl::Status status = program.Run(arena_.data(), scratch_.data(), runtime_->thread_pool(),
                                          inputs, outputs, options_);
  if (options_.time_runs) {
    const int64_t run_ns = EventTimer::Now(options_) - start_ns;
    if (entry.runs == 1) entry.first_ns = run_ns;
    entry.total_ns += run_ns;
  }
  TellPolicy();
  if (!awaits_better) return status;
  provisional_end_ns_ = SteadyNs();
  provisional_run_ns_ = provisional_end_ns_ - begin_ns;
  if (status.ok() && program.CountRun() >= runs_before_better_ && !program.better_is_made) {
    program.better_is_made =
        background_->Make(set, set.prepare, TellsPolicy(set), program.shared_program());
  }
  return status;
}

}  // namespace kairos
