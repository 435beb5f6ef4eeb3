#include "kairos/session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/status_macros.h"
#include "executor/bake.h"
#include "executor/bound_program.h"
#include "executor/engine.h"
#include "executor/event_timer.h"
#include "executor/flow_analysis.h"
#include "executor/io_check.h"
#include "executor/new_tensor.h"
#include "executor/staged_run.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

std::vector<bool> KeyedInputs(const Graph& graph) {
  const std::vector<bool> decides = ValuesThatDecideShapes(graph);
  std::vector<bool> keyed;
  for (ValueId id : graph.inputs) keyed.push_back(decides[static_cast<size_t>(id)]);
  return keyed;
}

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

// Whether a body of control flow has a value of this name.
bool HasInside(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    for (const BodyOf& body : BodiesOf(node)) {
      const std::vector<Value>& values = body.graph->values;
      if (std::any_of(values.begin(), values.end(),
                      [&](const Value& v) { return v.name == name; }) ||
          HasInside(*body.graph, name)) {
        return true;
      }
    }
  }
  return false;
}

StepInfo Describe(const Node& node, const ResolvedStep& step) {
  return {
      node.name,
      node.op,
      std::string(step.backend->name()),
      std::string(step.kernel.kernel->name()),
      absl::StrJoin(node.post_ops, ",",
                    [](std::string* out, const PostOp& post) { absl::StrAppend(out, post.op); }),
      step.kernel.source,
      step.kernel.reason,
      step.rejected,
      step.made_ns};
}

// The engine makes Programs while this lives, whatever the session's options say.
class Preparing {
 public:
  explicit Preparing(Engine& engine, absl::Time deadline = absl::InfiniteFuture())
      : engine_(engine) {
    engine_.set_preparing(true, deadline);
  }
  ~Preparing() { engine_.set_preparing(false); }
  Preparing(const Preparing&) = delete;
  Preparing& operator=(const Preparing&) = delete;

 private:
  Engine& engine_;
};

}  // namespace

struct Session::Impl {
  Impl(std::shared_ptr<Runtime> runtime, std::shared_ptr<const Model> model,
       std::shared_ptr<SharedModel> shared, SessionOptions options)
      : engine(std::move(runtime), std::move(model), std::move(shared), std::move(options)),
        in_parts(!RunsAsOneProgram(graph())),
        whole("", graph(), in_parts ? std::vector<bool>() : KeyedInputs(graph()), [this] {
          return engine.resolver().shared().Prepared(engine.resolver().policy().passes(),
                                                     engine.options().taps, engine.runtime());
        }) {}

  const Graph& graph() const { return engine.model().graph(); }
  const std::vector<std::string>& taps() const { return engine.options().taps; }

  // In one piece.
  absl::Status Execute(BoundProgram& program, absl::Span<const TensorView> inputs,
                       absl::Span<const MutableTensorView> outputs);
  // Programs may be made meanwhile.
  absl::Status Prepare(absl::Span<const TensorView> inputs);
  // In parts. Inputs have been checked.
  absl::Status MakeParts();
  absl::StatusOr<std::vector<AnyValue>> RunParts(std::vector<AnyValue> inputs);
  absl::StatusOr<std::vector<Constant>> RunPartsToTensors(absl::Span<const TensorView> inputs);

  Engine engine;
  const bool in_parts;
  ProgramSet whole;                  // when not in parts
  std::unique_ptr<StagedRun> parts;  // made when it is first needed
};

absl::Status Session::Impl::Execute(BoundProgram& program, absl::Span<const TensorView> inputs,
                                    absl::Span<const MutableTensorView> outputs) {
  KAIROS_RETURN_IF_ERROR(CheckOutputs(graph(), program.output_types(), taps(), outputs));
  ++engine.stats().runs;
  return engine.Execute(whole, program, inputs, outputs);
}

absl::Status Session::Impl::Prepare(absl::Span<const TensorView> inputs) {
  if (in_parts) {
    KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> borrowed, BorrowInputs(graph(), inputs));
    return RunParts(std::move(borrowed)).status();
  }
  const absl::Status status = engine.ProgramFor(whole, inputs).status();
  engine.TellPolicy();  // nobody waits for a result
  return status;
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
  const std::vector<Value>& values = model->graph().values;
  for (const std::string& tap : options.taps) {
    if (std::any_of(values.begin(), values.end(), [&](const Value& v) { return v.name == tap; })) {
      continue;
    }
    return absl::NotFoundError(absl::StrCat(
        "tap '", tap, "': ",
        HasInside(model->graph(), tap) ? "the value is inside of a node, where no tap reaches"
                                       : "the model has no such value"));
  }
  std::shared_ptr<SharedModel> shared = runtime->shared_models_->Get(model);
  auto impl = std::make_unique<Impl>(std::move(runtime), std::move(model), std::move(shared),
                                     std::move(options));
  const Resolver& resolver = impl->engine.resolver();
  KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("policy '", resolver.policy().name(), "'"),
                                  resolver.policy().Check(resolver.policy_context())));
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

absl::Status Session::Run(absl::Span<const TensorView> inputs,
                          absl::Span<const MutableTensorView> outputs) {
  if (!impl_->in_parts) {
    KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->engine.ProgramFor(impl_->whole, inputs));
    return impl_->Execute(*program, inputs, outputs);
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
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->engine.ProgramFor(impl_->whole, inputs));
  std::vector<MutableTensorView> views;
  for (const TensorType& type : program->output_types()) {
    KAIROS_ASSIGN_OR_RETURN(Tensor output, Tensor::Make(type.dtype, type.shape));
    outputs.push_back(std::move(output));
  }
  for (Tensor& output : outputs) views.push_back(output.mutable_view());
  KAIROS_RETURN_IF_ERROR(impl_->Execute(*program, inputs, views));
  return outputs;
}

absl::StatusOr<std::vector<AnyValue>> Session::RunValues(absl::Span<const AnyValue> inputs) {
  KAIROS_RETURN_IF_ERROR(CheckInputValues(impl_->graph(), inputs));
  if (impl_->in_parts) return impl_->RunParts({inputs.begin(), inputs.end()});
  std::vector<TensorView> views;
  for (const AnyValue& input : inputs) views.push_back(ViewOf(input.tensor));
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->engine.ProgramFor(impl_->whole, views));
  std::vector<AnyValue> outputs;
  std::vector<MutableTensorView> targets;
  KAIROS_RETURN_IF_ERROR(NewOutputs(program->output_types(), &outputs, &targets));
  KAIROS_RETURN_IF_ERROR(impl_->Execute(*program, views, targets));
  return outputs;
}

bool Session::runs_in_parts() const { return impl_->in_parts; }

absl::StatusOr<std::vector<TensorType>> Session::OutputTypes(absl::Span<const TensorView> inputs) {
  const Preparing preparing(impl_->engine);
  if (!impl_->in_parts) {
    KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->engine.ProgramFor(impl_->whole, inputs));
    return program->output_types();
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
  const Preparing preparing(impl_->engine, deadline);
  for (size_t i = 0; i < signatures.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("signature ", i), impl_->Prepare(signatures[i])));
    if (progress) progress(i + 1);
  }
  return absl::OkStatus();
}

bool Session::Ready(absl::Span<const TensorView> inputs) {
  if (impl_->in_parts || !impl_->engine.resolver().policy().keeps_programs()) return false;
  return inputs.size() == impl_->whole.keyed.size() && impl_->whole.table.Find(inputs) != nullptr;
}

absl::StatusOr<ProgramRecord> Session::Record(absl::Span<const TensorView> inputs) {
  const Preparing preparing(impl_->engine);
  if (impl_->in_parts) {
    return absl::FailedPreconditionError("the model runs in parts; call RecordAll()");
  }
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, impl_->engine.ProgramFor(impl_->whole, inputs));
  return CompleteRecord(program->program());
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
  for (const Program* program : programs) {
    for (size_t s = 0; s < program->steps.size(); ++s) {
      infos.push_back(Describe(program->record.steps[s].node, program->steps[s]));
    }
  }
  return infos;
}

std::vector<RecordingInfo> Session::Recordings() const { return impl_->engine.recordings(); }

}  // namespace kairos
