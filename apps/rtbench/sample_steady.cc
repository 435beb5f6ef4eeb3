// Many runs after a start: the warm-up curve, then latencies, CPU time, memory; at the end what an
// unseen shape costs.
#include <time.h>

#include "common/inputs.h"
#include "rtbench/model_facts.h"
#include "rtbench/sample.h"
#include "rtbench/start.h"
#include "rtbench/statistics.h"
#include "rtbench/usage.h"

namespace kairos {
namespace {

constexpr size_t kMaxRuns = 20000;
constexpr double kIdleMs = 100;
constexpr size_t kMemoryPoints = 30;

// Runs with the inputs in turn.
class Repeater {
 public:
  explicit Repeater(Started& started) : session_(*started.session) {
    for (const std::vector<Tensor>& set : started.inputs) inputs_.push_back(Views(set));
    for (Tensor& output : started.outputs) outputs_.push_back(output.mutable_view());
  }
  absl::Status Run() { return session_.Run(inputs_[++turn_ % inputs_.size()], outputs_); }

 private:
  Session& session_;
  std::vector<std::vector<TensorView>> inputs_;
  std::vector<MutableTensorView> outputs_;
  size_t turn_ = 0;
};

// CPU time that an idle session takes, in percent of one CPU.
double IdleCpuPercent(const Subject& subject) {
  const double before_ms = CpuMs();
  const int64_t start_ns = subject.now_ns();
  const timespec pause = {0, static_cast<long>(kIdleMs * 1e6)};
  nanosleep(&pause, nullptr);
  const double passed_ms = static_cast<double>(subject.now_ns() - start_ns) / 1e6;
  return passed_ms > 0 ? 100 * (CpuMs() - before_ms) / passed_ms : 0;
}

void AddUnseen(const SampleRequest& request, const Subject& subject, Started& started,
               nlohmann::json* sample) {
  const auto shapes = UnseenShapes(*started.model, request.shapes);
  if (!shapes.has_value()) return;
  (*sample)["unseen_shapes"] = FormatShapeArg(*shapes);
  const nlohmann::json before = Counters(started.session->stats());
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(*started.model, *shapes, {});
  absl::Status status = inputs.status();
  if (inputs.ok()) {
    Stopwatch watch(subject.now_ns);
    status = started.session->Run(Views(*inputs)).status();
    (*sample)["unseen_ms"] = watch.Lap();
    status.Update(watch.Check());
  }
  if (!status.ok()) {
    (*sample)["unseen_ms"] = nullptr;
    (*sample)["unseen_error"] = std::string(status.message());
    return;
  }
  nlohmann::json counters = Counters(started.session->stats());
  for (auto& [name, count] : counters.items()) {
    count = count.get<int64_t>() - before.at(name).get<int64_t>();
  }
  (*sample)["counters"]["unseen"] = counters;
}

}  // namespace

absl::StatusOr<nlohmann::json> TakeSteady(const SampleRequest& request, const Subject& subject,
                                          int64_t main_ns) {
  absl::StatusOr<Started> started = Start(request, subject, main_ns, {});
  if (!started.ok()) return started.status();
  const SessionStats first = started->session->stats();
  nlohmann::json sample = StartFigures(*started, first);
  sample["counters"]["first"] = Counters(first);
  Repeater repeater(*started);
  Stopwatch watch(subject.now_ns);
  const auto remember_memory = [&] {
    started->memory.push_back(
        {static_cast<double>(subject.now_ns() - main_ns) / 1e6, ResidentMb()});
  };

  std::vector<double> warmup, steady;
  for (int i = 0; i < request.warmup_runs; ++i) {
    watch.Restart();
    if (absl::Status status = repeater.Run(); !status.ok()) return status;
    warmup.push_back(watch.Lap());
  }
  remember_memory();
  const double cpu_before_ms = CpuMs();
  const double point_ms = request.seconds * 1e3 / kMemoryPoints;
  double next_point_ms = point_ms;
  const int64_t begin_ns = subject.now_ns();
  double passed_ms = 0;
  const auto wants_more = [&] {
    if (steady.size() < static_cast<size_t>(request.min_runs)) return true;
    return passed_ms < request.seconds * 1e3 && steady.size() < kMaxRuns;
  };
  while (wants_more()) {
    watch.Restart();
    if (absl::Status status = repeater.Run(); !status.ok()) return status;
    steady.push_back(watch.Lap());
    passed_ms = static_cast<double>(subject.now_ns() - begin_ns) / 1e6;
    if (passed_ms < next_point_ms) continue;
    remember_memory();
    next_point_ms = passed_ms + point_ms;
  }
  const double cpu_ms = CpuMs() - cpu_before_ms;
  if (absl::Status status = watch.Check(); !status.ok()) return status;
  sample["warmup_ms"] = warmup;
  sample["samples_ms"] = steady;
  if (!steady.empty() && passed_ms > 0) {
    sample["throughput_per_s"] = static_cast<double>(steady.size()) / passed_ms * 1e3;
    sample["cpu_ms_per_run"] = cpu_ms / static_cast<double>(steady.size());
    sample["cpu_percent"] = 100 * cpu_ms / passed_ms;
  }
  sample["idle_cpu_percent"] = IdleCpuPercent(subject);
  remember_memory();
  sample["memory"] = started->memory;
  sample.update(MemoryNow());
  sample["counters"]["steady"] = Counters(started->session->stats());
  for (auto& [name, count] : sample["counters"]["steady"].items()) {
    count = count.get<int64_t>() - sample["counters"]["first"].at(name).get<int64_t>();
  }
  AddUnseen(request, subject, *started, &sample);
  return sample;
}

}  // namespace kairos
