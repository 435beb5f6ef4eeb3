#include "kairos/session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/bake.h"
#include "executor/bound_program.h"
#include "executor/bucket_dims.h"
#include "executor/bucket_runs.h"
#include "executor/engine.h"
#include "executor/event_timer.h"
#include "executor/explain.h"
#include "executor/flow_analysis.h"
#include "executor/io_check.h"
#include "executor/new_tensor.h"
#include "executor/staged_run.h"

namespace kairos {
namespace {

// Memory that nobody owns is the caller's.
absl::Status Own(Constant* tensor) {
  if (tensor->owner != nullptr || tensor->type.dtype == DType::kString) return absl::OkStatus();
  KAIROS_ASSIGN_OR_RETURN(Constant copy, NewTensor(tensor->type));
  if (copy.type.byte_count() > 0) {
    std::memcpy(NewData(copy), tensor->data, copy.type.byte_count());
  }
  *tensor = std::move(copy);
  return absl::OkStatus();
}

// The engine makes Programs while this lives, whatever the session's options say.
class Preparing {
 public:
  explicit Preparing(Engine& engine, Engine::Purpose purpose = Engine::Purpose::kPrepare,
                     absl::Time deadline = absl::InfiniteFuture())
      : engine_(engine) {
    engine_.set_purpose(purpose, deadline);
  }
  ~Preparing() { engine_.set_purpose(Engine::Purpose::kRun); }
  Preparing(const Preparing&) = delete;
  Preparing& operator=(const Preparing&) = delete;

 private:
  Engine& engine_;
};

// Not of the session's memory: it is also called when that is gone.
PrepareFor PreparesWhole(Engine& engine) {
  return [shared = engine.resolver().shared_ptr(), taps = engine.options().taps,
          &runtime = engine.runtime()](const Policy& policy) {
    return shared->Prepared(policy.passes(), taps, runtime);
  };
}

}  // namespace

struct Session::Impl {
  Impl(std::shared_ptr<Runtime> runtime, std::shared_ptr<const Model> model,
       std::shared_ptr<SharedModel> shared, SessionOptions options)
      : engine(std::move(runtime), std::move(model), std::move(shared), std::move(options)),
        in_parts(!RunsAsOneProgram(graph())),
        whole("", graph(), in_parts ? std::vector<bool>() : KeyedInputs(graph()),
              PreparesWhole(engine)) {}

  const Graph& graph() const { return engine.model().graph(); }
  const std::vector<std::string>& taps() const { return engine.options().taps; }

  // In one piece: what runs, and how it is padded to a bucket (null: it is not).
  struct Runnable {
    BoundProgram* program;
    PaddedRun* padded;
    const std::vector<TensorType>& output_types() const {
      return padded == nullptr ? program->output_types() : padded->output_types;
    }
  };
  absl::StatusOr<Runnable> RunnableFor(absl::Span<const TensorView> inputs);
  absl::Status Execute(const Runnable& runnable, absl::Span<const TensorView> inputs,
                       absl::Span<const MutableTensorView> outputs);
  absl::Status MakeBuckets();
  // Programs may be made meanwhile.
  absl::Status Prepare(absl::Span<const TensorView> inputs);
  // In parts. Inputs have been checked.
  absl::Status MakeParts();
  absl::StatusOr<std::vector<AnyValue>> RunParts(std::vector<AnyValue> inputs);
  absl::StatusOr<std::vector<Constant>> RunPartsToTensors(absl::Span<const TensorView> inputs);

  Engine engine;
  const bool in_parts;
  ProgramSet whole;                  // when not in parts
  std::unique_ptr<BucketRuns> buckets;  // null: none are declared
  std::unique_ptr<StagedRun> parts;  // made when it is first needed
};

absl::StatusOr<Session::Impl::Runnable> Session::Impl::RunnableFor(
    absl::Span<const TensorView> inputs) {
  PaddedRun* padded = nullptr;
  if (buckets != nullptr && buckets->Pads(inputs)) {
    KAIROS_ASSIGN_OR_RETURN(padded, buckets->Get(inputs));
    inputs = padded->inputs;
  }
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, engine.ProgramFor(whole, inputs));
  return Runnable{program, padded};
}

absl::Status Session::Impl::Execute(const Runnable& runnable, absl::Span<const TensorView> inputs,
                                    absl::Span<const MutableTensorView> outputs) {
  KAIROS_RETURN_IF_ERROR(CheckOutputs(graph(), runnable.output_types(), taps(), outputs));
  ++engine.stats().runs;
  if (runnable.padded != nullptr) {
    return buckets->Execute(*runnable.padded, *runnable.program, inputs, outputs);
  }
  return engine.Execute(whole, *runnable.program, inputs, outputs);
}

absl::Status Session::Impl::Prepare(absl::Span<const TensorView> inputs) {
  if (in_parts) {
    KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> borrowed, BorrowInputs(graph(), inputs));
    return RunParts(std::move(borrowed)).status();
  }
  const absl::StatusOr<Runnable> runnable = RunnableFor(inputs);
  if (runnable.ok()) whole.last = &runnable->program->program();
  engine.TellPolicy();  // nobody waits for a result
  return runnable.status();
}

absl::Status Session::Impl::MakeBuckets() {
  if (engine.options().buckets.empty()) return absl::OkStatus();
  if (in_parts) {
    return absl::FailedPreconditionError(
        "buckets: the model runs in parts, expected one that runs as a whole");
  }
  KAIROS_ASSIGN_OR_RETURN(std::vector<BucketDim> dims,
                          FindBucketDims(graph(), engine.options().buckets));
  if (!engine.resolver().policy().keeps_programs()) return absl::OkStatus();
  buckets = std::make_unique<BucketRuns>(std::move(dims), engine, whole);
  return absl::OkStatus();
}

absl::Status Session::Impl::MakeParts() {
  if (parts != nullptr) return absl::OkStatus();
  EventTimer timer(engine.options(), Event::Kind::kPasses);
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const StagedModel> staged,
                          engine.resolver().shared().Staged(engine.resolver().policy().passes(),
                                                            taps(), engine.runtime()));
  parts = std::make_unique<StagedRun>(engine, std::move(staged));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AnyValue>> Session::Impl::RunParts(std::vector<AnyValue> inputs) {
  KAIROS_RETURN_IF_ERROR(MakeParts());
  engine.TakeBetter();
  ++engine.stats().runs;
  KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> outputs, parts->Run(std::move(inputs)));
  for (AnyValue& output : outputs) {
    if (output.is_tensor()) KAIROS_RETURN_IF_ERROR(Own(&output.tensor));
    for (Constant& tensor : output.sequence) KAIROS_RETURN_IF_ERROR(Own(&tensor));
  }
  return outputs;
}

absl::StatusOr<std::vector<Constant>> Session::Impl::RunPartsToTensors(
    absl::Span<const TensorView> inputs) {
  KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> borrowed, BorrowInputs(graph(), inputs));
  KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> values, RunParts(std::move(borrowed)));
  std::vector<Constant> tensors;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_tensor() || values[i].tensor.type.dtype == DType::kString) {
      return absl::FailedPreconditionError(absl::StrCat(
          "output ", i, " is ", values[i].ToString(),
          ", expected a tensor of numbers; call RunValues() for a model that has others"));
    }
    tensors.push_back(std::move(values[i].tensor));
  }
  return tensors;
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

absl::StatusOr<std::unique_ptr<Session>> Session::Make(std::shared_ptr<Runtime> runtime,
                                                       std::shared_ptr<const Model> model,
                                                       SessionOptions options) {
  if (options.policy == nullptr) options.policy = NewAutoPolicy();
  KAIROS_RETURN_IF_ERROR(CheckTaps(model->graph(), options.taps));
  std::shared_ptr<SharedModel> shared = runtime->shared_models_->Get(model);
  auto impl = std::make_unique<Impl>(std::move(runtime), std::move(model), std::move(shared),
                                     std::move(options));
  const Resolver& resolver = impl->engine.resolver();
  KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("policy '", resolver.policy().name(), "'"),
                                  resolver.policy().Check(resolver.policy_context())));
  KAIROS_RETURN_IF_ERROR(impl->MakeBuckets());
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

absl::Status Session::Run(absl::Span<const TensorView> inputs,
                          absl::Span<const MutableTensorView> outputs) {
  if (!impl_->in_parts) {
    KAIROS_ASSIGN_OR_RETURN(const Impl::Runnable runnable, impl_->RunnableFor(inputs));
    return impl_->Execute(runnable, inputs, outputs);
  }
  KAIROS_ASSIGN_OR_RETURN(std::vector<Constant> made, impl_->RunPartsToTensors(inputs));
  std::vector<TensorType> types;
  for (const Constant& tensor : made) types.push_back(tensor.type);
  KAIROS_RETURN_IF_ERROR(CheckOutputs(impl_->graph(), types, impl_->taps(), outputs));
  for (size_t i = 0; i < made.size(); ++i) {
    if (outputs[i].bytes > 0) std::memcpy(outputs[i].data, made[i].data, outputs[i].bytes);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tensor>> Session::Run(absl::Span<const TensorView> inputs) {
  std::vector<Tensor> outputs;
  if (impl_->in_parts) {
    KAIROS_ASSIGN_OR_RETURN(std::vector<Constant> made, impl_->RunPartsToTensors(inputs));
    for (const Constant& tensor : made) {
      KAIROS_ASSIGN_OR_RETURN(Tensor output, Tensor::Make(tensor.type.dtype, tensor.type.shape));
      if (output.byte_count() > 0) std::memcpy(output.data(), tensor.data, output.byte_count());
      outputs.push_back(std::move(output));
    }
    return outputs;
  }
  KAIROS_ASSIGN_OR_RETURN(const Impl::Runnable runnable, impl_->RunnableFor(inputs));
  std::vector<MutableTensorView> views;
  for (const TensorType& type : runnable.output_types()) {
    KAIROS_ASSIGN_OR_RETURN(Tensor output, Tensor::Make(type.dtype, type.shape));
    outputs.push_back(std::move(output));
  }
  for (Tensor& output : outputs) views.push_back(output.mutable_view());
  KAIROS_RETURN_IF_ERROR(impl_->Execute(runnable, inputs, views));
  return outputs;
}

absl::StatusOr<std::vector<AnyValue>> Session::RunValues(absl::Span<const AnyValue> inputs) {
  KAIROS_RETURN_IF_ERROR(CheckInputValues(impl_->graph(), inputs));
  if (impl_->in_parts) return impl_->RunParts({inputs.begin(), inputs.end()});
  std::vector<TensorView> views;
  for (const AnyValue& input : inputs) views.push_back(ViewOf(input.tensor));
  KAIROS_ASSIGN_OR_RETURN(const Impl::Runnable runnable, impl_->RunnableFor(views));
  std::vector<AnyValue> outputs;
  std::vector<MutableTensorView> targets;
  KAIROS_RETURN_IF_ERROR(NewOutputs(runnable.output_types(), &outputs, &targets));
  KAIROS_RETURN_IF_ERROR(impl_->Execute(runnable, views, targets));
  return outputs;
}

bool Session::runs_in_parts() const { return impl_->in_parts; }

absl::StatusOr<std::vector<TensorType>> Session::OutputTypes(absl::Span<const TensorView> inputs) {
  const Preparing preparing(impl_->engine, Engine::Purpose::kAsk);
  if (!impl_->in_parts) {
    KAIROS_ASSIGN_OR_RETURN(const Impl::Runnable runnable, impl_->RunnableFor(inputs));
    return runnable.output_types();
  }
  KAIROS_ASSIGN_OR_RETURN(std::vector<Constant> made, impl_->RunPartsToTensors(inputs));
  std::vector<TensorType> types;
  for (const Constant& tensor : made) types.push_back(tensor.type);
  return types;
}

absl::Status Session::Prepare(absl::Span<const TensorView> inputs) {
  const Preparing preparing(impl_->engine);
  return impl_->Prepare(inputs);
}

absl::Status Session::Prepare(absl::Span<const std::vector<TensorView>> signatures,
                              absl::Time deadline, const std::function<void(size_t)>& progress) {
  const Preparing preparing(impl_->engine, Engine::Purpose::kPrepare, deadline);
  for (size_t i = 0; i < signatures.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("signature ", i), impl_->Prepare(signatures[i])));
    if (progress) progress(i + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<MemoryPlan> Session::PlanMemory(absl::Span<const TensorView> inputs) {
  if (impl_->in_parts) {
    return absl::FailedPreconditionError("the model runs in parts, whose sizes only a run tells");
  }
  return impl_->engine.PlanMemory(impl_->whole, inputs);
}

bool Session::Ready(absl::Span<const TensorView> inputs) {
  if (impl_->in_parts || !impl_->engine.resolver().policy().keeps_programs()) return false;
  if (impl_->buckets != nullptr && impl_->buckets->Pads(inputs)) {
    const PaddedRun* padded = impl_->buckets->Find(inputs);
    if (padded == nullptr) return false;
    inputs = padded->inputs;
  }
  if (inputs.size() != impl_->whole.keyed.size()) return false;
  impl_->engine.TakeBetter();
  const BoundProgram* found = impl_->whole.table.Find(inputs);
  return found != nullptr && !found->program().provisional;
}

absl::Status Session::AwaitBackground(absl::Time deadline) {
  if (impl_->engine.AwaitBackground(deadline)) return absl::OkStatus();
  return absl::DeadlineExceededError("programs are still being made in the background");
}

absl::StatusOr<ProgramRecord> Session::Record(absl::Span<const TensorView> inputs) {
  const Preparing preparing(impl_->engine);
  if (impl_->in_parts) {
    return absl::FailedPreconditionError("the model runs in parts; call RecordAll()");
  }
  KAIROS_ASSIGN_OR_RETURN(const Impl::Runnable runnable, impl_->RunnableFor(inputs));
  return CompleteRecord(runnable.program->program());
}

absl::StatusOr<std::vector<ProgramRecord>> Session::RecordAll(absl::Span<const AnyValue> inputs) {
  const Preparing preparing(impl_->engine);
  KAIROS_RETURN_IF_ERROR(CheckInputValues(impl_->graph(), inputs));
  std::vector<ProgramRecord> records;
  if (impl_->in_parts) {
    KAIROS_RETURN_IF_ERROR(impl_->MakeParts());
    impl_->parts->CollectPrograms(&records);
    const absl::Status run = impl_->RunParts({inputs.begin(), inputs.end()}).status();
    impl_->parts->CollectPrograms(nullptr);
    KAIROS_RETURN_IF_ERROR(run);
    return records;
  }
  std::vector<TensorView> views;
  for (const AnyValue& input : inputs) views.push_back(ViewOf(input.tensor));
  KAIROS_ASSIGN_OR_RETURN(ProgramRecord record, Record(views));
  records.push_back(std::move(record));
  return records;
}

absl::StatusOr<ProgramRecord> Session::RecordSignature(const Signature& signature) {
  const Preparing preparing(impl_->engine);
  if (impl_->in_parts) KAIROS_RETURN_IF_ERROR(impl_->MakeParts());
  ProgramSet* set = impl_->in_parts            ? impl_->parts->SetOf(signature.region)
                    : signature.region.empty() ? &impl_->whole
                                               : nullptr;
  if (set == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        "region '", signature.region, "': the model ",
        impl_->in_parts ? "runs in parts, and has no such part" : "does not run in parts"));
  }
  KAIROS_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                          impl_->engine.ProgramOf(*set, signature));
  return CompleteRecord(*program);
}

RunLog Session::run_log() const { return impl_->engine.run_log(); }

absl::Status Session::SavePlan(const std::string& path) const { return Bake(impl_->engine, path); }

SessionStats Session::stats() const { return impl_->engine.stats(); }

std::vector<StepInfo> Session::Explain() const {
  std::vector<const Program*> programs;
  if (impl_->parts != nullptr) programs = impl_->parts->LastPrograms();
  if (impl_->whole.last != nullptr) programs.push_back(impl_->whole.last);
  std::vector<StepInfo> infos;
  for (const Program* program : programs) AppendSteps(*program, &infos);
  return infos;
}

std::vector<RecordingInfo> Session::Recordings() const { return impl_->engine.recordings(); }

}  // namespace kairos
