#include "rtbench/sample.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "common/inputs.h"
#include "kairos/session.h"
#include "rtbench/agreement.h"

namespace kairos {
namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Resident memory now, in MB; 0 where the system has no /proc.
double ResidentMb() {
  std::ifstream statm("/proc/self/statm");
  double pages_total = 0, pages_resident = 0;
  statm >> pages_total >> pages_resident;
  return pages_resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

double WeightsMb(const Model& model) {
  double bytes = 0;
  for (const Value& value : model.graph().values) {
    if (value.constant.has_value()) bytes += static_cast<double>(value.constant->type.byte_count());
  }
  return bytes / 1e6;
}

absl::StatusOr<std::vector<double>> RunSteadily(Session& session,
                                                absl::Span<const TensorView> inputs,
                                                absl::Span<const MutableTensorView> outputs,
                                                const SampleRequest& request) {
  constexpr size_t kMaxRuns = 20000;
  std::vector<double> samples;
  const Clock::time_point begin = Clock::now();
  while (samples.size() < static_cast<size_t>(request.min_runs) ||
         (Milliseconds(Clock::now() - begin) < request.seconds * 1e3 &&
          samples.size() < kMaxRuns)) {
    const Clock::time_point run = Clock::now();
    if (absl::Status status = session.Run(inputs, outputs); !status.ok()) return status;
    samples.push_back(Milliseconds(Clock::now() - run));
  }
  return samples;
}

}  // namespace

nlohmann::json MemoryNow() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {{"peak_rss_mb", static_cast<double>(usage.ru_maxrss) * 1024 / 1e6},
          {"steady_rss_mb", ResidentMb()}};
}

absl::StatusOr<nlohmann::json> TakeSample(const SampleRequest& request, Clock::time_point start) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = MakeRuntime(request.engine);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(request.model);
  if (!model.ok()) return model.status();
  SessionOptions options;
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(request.engine);
  if (!policy.ok()) return policy.status();
  options.policy = *policy;
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(*runtime, *model, std::move(options));
  if (!session.ok()) return session.status();
  const double load_ms = Milliseconds(Clock::now() - start);

  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(**model, request.shapes, {});
  if (!inputs.ok()) return inputs.status();
  const std::vector<TensorView> views = Views(*inputs);

  const Clock::time_point first = Clock::now();
  absl::StatusOr<std::vector<Tensor>> outputs = (*session)->Run(views);
  if (!outputs.ok()) return outputs.status();
  const double first_ms = Milliseconds(Clock::now() - first);
  const SessionStats stats = (*session)->stats();
  if (!request.outputs_path.empty()) {
    absl::Status written = WriteOutputs(request.outputs_path, *outputs);
    if (!written.ok()) return written;
  }

  std::vector<MutableTensorView> output_views;
  for (Tensor& output : *outputs) output_views.push_back(output.mutable_view());
  absl::StatusOr<std::vector<double>> samples =
      RunSteadily(**session, views, output_views, request);
  if (!samples.ok()) return samples.status();

  nlohmann::json row = {{"threads", (*runtime)->thread_pool().thread_count()},
                        {"load_ms", load_ms},
                        {"first_ms", first_ms},
                        {"cold_ms", load_ms + first_ms},
                        {"compiles", stats.compiles},
                        {"plan_hits", stats.plan_hits},
                        {"cache_hits", stats.cache_hits},
                        {"fallbacks", stats.fallbacks},
                        {"weights_mb", WeightsMb(**model)},
                        {"arena_mb", static_cast<double>(stats.arena_bytes) / 1e6},
                        {"samples_ms", *samples}};
  row.update(MemoryNow());
  return row;
}

}  // namespace kairos
