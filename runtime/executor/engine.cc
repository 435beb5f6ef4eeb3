#include "executor/engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "executor/io_check.h"

namespace kairos {
namespace {

constexpr size_t kMaxReasons = 32;

}  // namespace

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
  absl::StatusOr<ReadyProgram> ready =
      resolver_.policy().FindProgram(resolver_.policy_context(), signature);
  if (!ready.ok()) return Annotate(signature.ToString(set.input_names()), ready.status());
  std::string reason = ready->reason;
  std::shared_ptr<const Program> program;
  if (ready->record != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(program, TryReady(set, *ready->record, &reason));
  }
  if (program == nullptr) {
    const int64_t start_ns = EventTimer::SteadyNs();
    std::shared_ptr<const PreparedGraph> prepared;
    {
      EventTimer timer(options_, Event::Kind::kPasses);
      KAIROS_ASSIGN_OR_RETURN(prepared, set.prepare());
    }
    EventTimer timer(options_, Event::Kind::kRecord);
    const ProgramRecord* untapped = options_.taps.empty() ? nullptr : ready->record;
    KAIROS_ASSIGN_OR_RETURN(program, RecordProgram(*prepared, signature, resolver_, untapped));
    ++stats_.recordings;
    recordings_.Add(signature, set.input_names(), reason, EventTimer::SteadyNs() - start_ns,
                    &set.seen);
    if (options_.taps.empty() && set.limit == 0) untold_ = program;
  }
  Count(*program, reason);
  return program;
}

void Engine::set_preparing(bool preparing, absl::Time deadline) {
  preparing_ = preparing;
  resolver_.set_deadline(deadline);
}

void Engine::TellPolicy() {
  if (untold_ == nullptr) return;
  const Signature& signature = untold_->record.signature;
  resolver_.policy().Recorded(
      resolver_.policy_context(), signature,
      [program = untold_, model = model_]() -> absl::StatusOr<ProgramRecord> {
        (void)model;  // whose weights the Program uses
        return CompleteRecord(*program);
      });
  untold_ = nullptr;
}

void Engine::Count(const Program& program, const std::string& reason) {
  auto add_reason = [&](const std::string& text) {
    auto& reasons = stats_.fallback_reasons;
    const bool known = std::find(reasons.begin(), reasons.end(), text) != reasons.end();
    if (!text.empty() && !known && reasons.size() < kMaxReasons) reasons.push_back(text);
  };
  add_reason(reason);
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
    add_reason(step.kernel.reason);
  }
  stats_.packed_bytes = resolver_.shared().weights().bytes();
}

absl::StatusOr<BoundProgram*> Engine::ProgramFor(ProgramSet& set,
                                                 absl::Span<const TensorView> inputs) {
  const bool keeps = resolver_.policy().keeps_programs();
  if (keeps && inputs.size() == set.keyed.size()) {
    if (BoundProgram* found = set.table.Find(inputs)) {
      KAIROS_RETURN_IF_ERROR(CheckInputData(set.graph, inputs));
      return found;
    }
  }
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(set.graph, inputs));
  KAIROS_RETURN_IF_ERROR(CheckInputData(set.graph, inputs));
  KAIROS_RETURN_IF_ERROR(CheckKeyedBytes(set.graph, set.keyed, inputs));
  Signature signature = set.table.MakeSignature(inputs);
  signature.region = set.region;
  if (options_.on_miss == OnMiss::kError && !preparing_) {
    return absl::FailedPreconditionError(absl::StrCat(
        signature.ToString(set.input_names()), ": not prepared, and a run makes no Program"));
  }
  const int64_t start_ns = EventTimer::Now(options_);
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, MakeProgram(set, signature));
  KAIROS_RETURN_IF_ERROR(Reserve(*program));
  auto bound = std::make_unique<BoundProgram>(std::move(program));
  RunLogEntry& entry = LogEntryOf(set, *bound);
  if (entry.made_ns == 0) entry.made_ns = EventTimer::Now(options_) - start_ns;
  set.last = nullptr;
  if (keeps) return set.table.Insert(inputs, std::move(bound));
  set.transient = std::move(bound);
  return set.transient.get();
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
    KAIROS_ASSIGN_OR_RETURN(arena_, AlignedBuffer::Make(program.record.arena_bytes));
  }
  if (scratch_.size() < program.scratch_bytes) {
    scratch_ = AlignedBuffer();
    KAIROS_ASSIGN_OR_RETURN(scratch_, AlignedBuffer::Make(program.scratch_bytes));
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
  const int64_t start_ns = options_.time_runs ? EventTimer::Now(options_) : 0;
  const absl::Status status = program.Run(arena_.data(), scratch_.data(), runtime_->thread_pool(),
                                          inputs, outputs, options_);
  if (options_.time_runs) {
    const int64_t run_ns = EventTimer::Now(options_) - start_ns;
    if (entry.runs == 1) entry.first_ns = run_ns;
    entry.total_ns += run_ns;
  }
  TellPolicy();
  return status;
}

}  // namespace kairos
