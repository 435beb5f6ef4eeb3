#include "kairos/session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "executor/bound_program.h"
#include "executor/event_timer.h"
#include "executor/io_check.h"
#include "executor/program_table.h"
#include "executor/recording_log.h"
#include "executor/shared_model.h"

namespace kairos {
namespace {

constexpr size_t kMaxReasons = 32;
// Inputs whose bytes are part of the signature are shapes, axes and the like.
constexpr size_t kMaxKeyedBytes = 64 << 10;

std::vector<bool> KeyedInputs(const Graph& graph) {
  const std::vector<bool> decides = ValuesThatDecideShapes(graph);
  std::vector<bool> keyed;
  for (ValueId id : graph.inputs) keyed.push_back(decides[static_cast<size_t>(id)]);
  return keyed;
}

}  // namespace

struct Session::Impl {
  Impl(std::shared_ptr<Runtime> runtime_in, std::shared_ptr<const Model> model_in,
       std::shared_ptr<SharedModel> shared, SessionOptions options_in)
      : runtime(std::move(runtime_in)),
        model(std::move(model_in)),
        options(std::move(options_in)),
        keyed(KeyedInputs(model->graph())),
        table(keyed),
        resolver(*runtime, std::move(shared), options) {}

  absl::StatusOr<BoundProgram*> ProgramFor(absl::Span<const TensorView> inputs);
  absl::StatusOr<std::shared_ptr<const Program>> MakeProgram(const Signature& signature);
  absl::StatusOr<std::shared_ptr<const Program>> TryReady(const ProgramRecord& record,
                                                          std::string* reason);
  absl::Status Reserve(const Program& program);
  absl::Status Execute(BoundProgram& program, absl::Span<const TensorView> inputs,
                       absl::Span<const MutableTensorView> outputs);
  void Count(const Program& program, const std::string& reason);
  // Once for each recorded Program, when nobody waits for it any more.
  void TellPolicy();

  const std::shared_ptr<Runtime> runtime;
  const std::shared_ptr<const Model> model;
  const SessionOptions options;
  const std::vector<bool> keyed;
  ProgramTable table;
  Resolver resolver;
  AlignedBuffer arena, scratch;
  std::unique_ptr<BoundProgram> transient;  // under a policy that keeps no Programs
  const Program* last = nullptr;
  std::shared_ptr<const Program> untold;  // recorded, and the policy has not been told yet
  SessionStats stats;
  RecordingLog recordings;
};

// The Program of a ready record; null with the reason when a new one must be recorded.
absl::StatusOr<std::shared_ptr<const Program>> Session::Impl::TryReady(const ProgramRecord& record,
                                                                       std::string* reason) {
  if (!options.taps.empty()) {
    *reason = "taps are set";
    return nullptr;
  }
  EventTimer timer(options, Event::Kind::kPlan);
  absl::StatusOr<std::shared_ptr<const Program>> program = ProgramFromRecord(record, resolver);
  if (program.ok()) return program;
  const absl::StatusCode code = program.status().code();
  if (code != absl::StatusCode::kDataLoss && code != absl::StatusCode::kUnimplemented) {
    return program.status();
  }
  *reason = std::string(program.status().message());
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const Program>> Session::Impl::MakeProgram(
    const Signature& signature) {
  TellPolicy();  // of one that was prepared and has not run
  absl::StatusOr<ReadyProgram> ready =
      resolver.policy().FindProgram(resolver.policy_context(), signature);
  if (!ready.ok()) return Annotate(signature.ToString(model->input_names()), ready.status());
  std::string reason = ready->reason;
  std::shared_ptr<const Program> program;
  if (ready->record != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(program, TryReady(*ready->record, &reason));
  }
  if (program == nullptr) {
    const int64_t start_ns = EventTimer::SteadyNs();
    std::shared_ptr<const PreparedGraph> prepared;
    {
      EventTimer timer(options, Event::Kind::kPasses);
      KAIROS_ASSIGN_OR_RETURN(
          prepared, resolver.shared().Prepared(resolver.policy().passes(), options.taps, *runtime));
    }
    EventTimer timer(options, Event::Kind::kRecord);
    const ProgramRecord* untapped = options.taps.empty() ? nullptr : ready->record;
    KAIROS_ASSIGN_OR_RETURN(program, RecordProgram(*prepared, signature, resolver, untapped));
    ++stats.recordings;
    recordings.Add(signature, model->input_names(), reason, EventTimer::SteadyNs() - start_ns);
    if (options.taps.empty()) untold = program;
  }
  Count(*program, reason);
  return program;
}

void Session::Impl::TellPolicy() {
  if (untold == nullptr) return;
  const Signature& signature = untold->record.signature;
  resolver.policy().Recorded(resolver.policy_context(), signature,
                             [program = untold, model = model]() -> absl::StatusOr<ProgramRecord> {
                               (void)model;  // whose weights the Program uses
                               return CompleteRecord(*program);
                             });
  untold = nullptr;
}

void Session::Impl::Count(const Program& program, const std::string& reason) {
  auto add_reason = [&](const std::string& text) {
    auto& reasons = stats.fallback_reasons;
    const bool known = std::find(reasons.begin(), reasons.end(), text) != reasons.end();
    if (!text.empty() && !known && reasons.size() < kMaxReasons) reasons.push_back(text);
  };
  add_reason(reason);
  for (const ResolvedStep& step : program.steps) {
    switch (step.kernel.source) {
      case KernelSource::kCompiled:
        ++stats.compiles;
        break;
      case KernelSource::kCache:
        ++stats.cache_hits;
        break;
      case KernelSource::kPlan:
        ++stats.plan_hits;
        break;
      case KernelSource::kDisk:
        ++stats.disk_hits;
        break;
      case KernelSource::kFallback:
        ++stats.fallbacks;
        ++(step.kernel.from_cache ? stats.cache_hits : stats.compiles);
        break;
    }
    add_reason(step.kernel.reason);
  }
  stats.packed_bytes = resolver.shared().weights().bytes();
}

absl::StatusOr<BoundProgram*> Session::Impl::ProgramFor(absl::Span<const TensorView> inputs) {
  const bool keeps = resolver.policy().keeps_programs();
  if (keeps && inputs.size() == keyed.size()) {
    if (BoundProgram* found = table.Find(inputs)) {
      KAIROS_RETURN_IF_ERROR(CheckInputData(model->graph(), inputs));
      return found;
    }
  }
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(model->graph(), inputs));
  KAIROS_RETURN_IF_ERROR(CheckInputData(model->graph(), inputs));
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!keyed[i] || inputs[i].bytes <= kMaxKeyedBytes) continue;
    return absl::UnimplementedError(
        absl::StrCat("input '", model->graph().value(model->graph().inputs[i]).name,
                     "': decides shapes and has ", inputs[i].bytes, " bytes, expected at most ",
                     kMaxKeyedBytes));
  }
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program,
                          MakeProgram(table.MakeSignature(inputs)));
  KAIROS_RETURN_IF_ERROR(Reserve(*program));
  auto bound = std::make_unique<BoundProgram>(std::move(program));
  last = nullptr;
  if (keeps) return table.Insert(inputs, std::move(bound));
  transient = std::move(bound);
  return transient.get();
}

absl::Status Session::Impl::Reserve(const Program& program) {
  if (arena.size() < program.record.arena_bytes) {
    arena = AlignedBuffer();
    KAIROS_ASSIGN_OR_RETURN(arena, AlignedBuffer::Make(program.record.arena_bytes));
  }
  if (scratch.size() < program.scratch_bytes) {
    scratch = AlignedBuffer();
    KAIROS_ASSIGN_OR_RETURN(scratch, AlignedBuffer::Make(program.scratch_bytes));
  }
  stats.arena_bytes = arena.size();
  stats.scratch_bytes = scratch.size();
  return absl::OkStatus();
}

absl::Status Session::Impl::Execute(BoundProgram& program, absl::Span<const TensorView> inputs,
                                    absl::Span<const MutableTensorView> outputs) {
  // A failed Reserve of a larger Program may have left less than this one needs.
  if (arena.size() < program.program().record.arena_bytes ||
      scratch.size() < program.program().scratch_bytes) {
    KAIROS_RETURN_IF_ERROR(Reserve(program.program()));
  }
  KAIROS_RETURN_IF_ERROR(
      CheckOutputs(model->graph(), program.output_types(), options.taps, outputs));
  last = &program.program();
  ++stats.runs;
  const absl::Status status =
      program.Run(arena.data(), scratch.data(), runtime->thread_pool(), inputs, outputs, options);
  TellPolicy();
  return status;
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

absl::StatusOr<std::unique_ptr<Session>> Session::Make(std::shared_ptr<Runtime> runtime,
                                                       std::shared_ptr<const Model> model,
                                                       SessionOptions options) {
  if (options.policy == nullptr) options.policy = NewAutoPolicy();
  const std::vector<Value>& values = model->graph().values;
  for (const std::string& tap : options.taps) {
    if (std::any_of(values.begin(), values.end(), [&](const Value& v) { return v.name == tap; })) {
      continue;
    }
    return absl::NotFoundError(absl::StrCat("tap '", tap, "': the model has no such value"));
  }
  std::shared_ptr<SharedModel> shared = runtime->shared_models_->Get(model);
  auto impl = std::make_unique<Impl>(std::move(runtime), std::move(model), std::move(shared),
                                     std::move(options));
  KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("policy '", impl->resolver.policy().name(), "'"),
                                  impl->resolver.policy().Check(impl->resolver.policy_context())));
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

absl::Status Session::Run(absl::Span<const TensorView> inputs,
                          absl::Span<const MutableTensorView> outputs) {
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->ProgramFor(inputs));
  return impl_->Execute(*program, inputs, outputs);
}

absl::StatusOr<std::vector<Tensor>> Session::Run(absl::Span<const TensorView> inputs) {
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->ProgramFor(inputs));
  std::vector<Tensor> outputs;
  std::vector<MutableTensorView> views;
  for (const TensorType& type : program->output_types()) {
    KAIROS_ASSIGN_OR_RETURN(Tensor output, Tensor::Make(type.dtype, type.shape));
    outputs.push_back(std::move(output));
  }
  for (Tensor& output : outputs) views.push_back(output.mutable_view());
  KAIROS_RETURN_IF_ERROR(impl_->Execute(*program, inputs, views));
  return outputs;
}

absl::StatusOr<std::vector<TensorType>> Session::OutputTypes(absl::Span<const TensorView> inputs) {
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->ProgramFor(inputs));
  return program->output_types();
}

absl::Status Session::Prepare(absl::Span<const TensorView> inputs) {
  const absl::Status status = impl_->ProgramFor(inputs).status();
  impl_->TellPolicy();  // nobody waits for a result
  return status;
}

absl::StatusOr<ProgramRecord> Session::Record(absl::Span<const TensorView> inputs) {
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->ProgramFor(inputs));
  return CompleteRecord(program->program());
}

SessionStats Session::stats() const { return impl_->stats; }

std::vector<StepInfo> Session::Explain() const {
  std::vector<StepInfo> infos;
  if (impl_->last == nullptr) return infos;
  for (size_t s = 0; s < impl_->last->steps.size(); ++s) {
    const Node& node = impl_->last->record.steps[s].node;
    const ResolvedStep& step = impl_->last->steps[s];
    infos.push_back(
        {node.name, node.op, std::string(step.backend->name()),
         std::string(step.kernel.kernel->name()),
         absl::StrJoin(node.post_ops, ",",
                       [](std::string* out, const PostOp& post) { absl::StrAppend(out, post.op); }),
         step.kernel.source, step.kernel.reason, step.rejected, step.made_ns});
  }
  return infos;
}

std::vector<RecordingInfo> Session::Recordings() const { return impl_->recordings.entries(); }

}  // namespace kairos
