#include "rtbench/start.h"

#include <cstring>
#include <utility>

#include "common/bucket_arg.h"
#include "common/inputs.h"
#include "rtbench/agreement.h"
#include "rtbench/model_facts.h"
#include "rtbench/usage.h"

namespace kairos {
namespace {

constexpr size_t kMaxSecondSetBytes = size_t{64} << 20;

absl::StatusOr<std::vector<std::vector<Tensor>>> InputSets(const SampleRequest& request,
                                                           const Model& model) {
  const absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(request.inputs);
  if (!files.ok()) return files.status();
  std::vector<std::vector<Tensor>> sets;
  size_t bytes = 0;
  for (uint32_t seed : {kDefaultInputSeed, kDefaultInputSeed + 1}) {
    absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(model, request.shapes, *files, seed);
    if (!inputs.ok()) return inputs.status();
    for (size_t i = 0; i < inputs->size(); ++i) {
      Tensor& input = (*inputs)[i];
      bytes += input.byte_count();
      if (sets.empty() || input.dtype() == DType::kFloat32) continue;
      std::memcpy(input.data(), sets[0][i].data(), input.byte_count());
    }
    sets.push_back(*std::move(inputs));
    if (bytes > kMaxSecondSetBytes) break;
  }
  return sets;
}

SessionOptions OptionsFor(const Subject& subject, std::shared_ptr<const Policy> policy,
                          std::function<void(const Event&)> on_event) {
  SessionOptions options;
  options.policy = std::move(policy);
  if (on_event) {
    options.on_event = std::move(on_event);
    options.clock_ns = subject.now_ns;
  }
  return options;
}

}  // namespace

absl::StatusOr<Started> Start(const SampleRequest& request, const Subject& subject, int64_t main_ns,
                              std::function<void(const Event&)> on_event) {
  Started started;
  const auto remember_memory = [&] {
    const double ms = static_cast<double>(subject.now_ns() - main_ns) / 1e6;
    started.memory.push_back({ms, ResidentMb()});
  };
  const double before_ms = static_cast<double>(subject.now_ns() - main_ns) / 1e6;
  Stopwatch watch(subject.now_ns);
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = subject.make_runtime();
  if (!runtime.ok()) return runtime.status();
  started.runtime = *std::move(runtime);
  started.stages["setup"] = before_ms + watch.Lap();
  started.load_ms = started.stages["setup"];
  remember_memory();

  watch.Restart();
  absl::StatusOr<std::shared_ptr<const Model>> model = subject.load_model();
  if (!model.ok()) return model.status();
  started.load_ms += watch.Lap();
  started.model = *std::move(model);
  AddLoadTimes(started.model->load_phases(), &started.stages);
  remember_memory();

  TracedPart making_session(subject.tracing->trace.get(), "session");
  watch.Restart();
  absl::StatusOr<std::shared_ptr<const Policy>> policy = subject.make_policy();
  if (!policy.ok()) return policy.status();
  started.policy = *std::move(policy);
  SessionOptions options = OptionsFor(subject, started.policy, std::move(on_event));
  absl::StatusOr<std::vector<DimBuckets>> buckets = ParseBucketArgs(request.buckets);
  if (!buckets.ok()) return buckets.status();
  options.buckets = started.buckets = *std::move(buckets);
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(started.runtime, started.model, std::move(options));
  if (!session.ok()) return session.status();
  started.session = *std::move(session);
  started.stages["session"] = watch.Lap();
  started.load_ms += started.stages["session"];
  making_session.End();

  TracedPart making_inputs(subject.tracing->trace.get(), "inputs");
  absl::StatusOr<std::vector<std::vector<Tensor>>> inputs = InputSets(request, *started.model);
  if (!inputs.ok()) return inputs.status();
  started.inputs = *std::move(inputs);
  const std::vector<TensorView> views = Views(started.inputs[0]);
  remember_memory();
  making_inputs.End();
  watch.Restart();
  absl::StatusOr<std::vector<Tensor>> outputs = started.session->Run(views);
  if (!outputs.ok()) return outputs.status();
  started.first_ms = watch.Lap();
  started.outputs = *std::move(outputs);
  remember_memory();
  if (absl::Status status = watch.Check(); !status.ok()) return status;
  if (!request.outputs_path.empty()) {
    absl::Status written = WriteOutputs(request.outputs_path, started.outputs);
    if (!written.ok()) return written;
  }
  return started;
}

std::vector<NamedShape> InputShapes(const Started& started) {
  std::vector<NamedShape> shapes;
  const std::vector<std::string> names = started.model->input_names();
  for (size_t i = 0; i < names.size(); ++i) {
    shapes.push_back({names[i], started.inputs[0][i].shape()});
  }
  return shapes;
}

absl::StatusOr<std::vector<Tensor>> InputsOfShapes(const SampleRequest& request,
                                                   const Started& started,
                                                   const std::vector<NamedShape>& shapes) {
  absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(request.inputs);
  if (!files.ok()) return files.status();
  const std::vector<NamedShape> before = InputShapes(started);
  for (size_t i = 0; i < before.size(); ++i) {
    if (shapes[i].shape == before[i].shape) continue;
    std::erase_if(*files, [&](const NamedFile& file) { return file.first == before[i].name; });
  }
  return MakeInputs(*started.model, shapes, *files);
}

absl::StatusOr<std::unique_ptr<Session>> AnotherSession(const Started& started) {
  SessionOptions options;
  options.policy = started.policy;
  options.buckets = started.buckets;
  return Session::Make(started.runtime, started.model, std::move(options));
}

nlohmann::json Counters(const SessionStats& stats) {
  return {{"compiles", stats.compiles},
          {"plan_hits", stats.plan_hits},
          {"cache_hits", stats.cache_hits},
          {"disk_hits", stats.disk_hits},
          {"fallbacks", stats.fallbacks}};
}

nlohmann::json StartFigures(const Started& started, const SessionStats& stats) {
  nlohmann::json figures = Counters(stats);
  figures.update({{"threads", started.runtime->thread_pool().thread_count()},
                  {"load_ms", started.load_ms},
                  {"first_ms", started.first_ms},
                  {"cold_ms", started.load_ms + started.first_ms},
                  {"weights_mb", WeightsMb(*started.model)},
                  {"arena_mb", static_cast<double>(stats.arena_bytes) / 1e6},
                  {"files_mb", FileSizes(*started.model)}});
  return figures;
}

}  // namespace kairos
