// Many runs after a start: the warm-up curve, then latencies, CPU time, memory; at the end what an
// unseen shape costs.
#include <time.h>

#include "absl/functional/function_ref.h"
#include "absl/time/clock.h"

#include "common/inputs.h"
#include "rtbench/model_facts.h"
#include "rtbench/repeater.h"
#include "rtbench/sample.h"
#include "rtbench/start.h"
#include "rtbench/statistics.h"
#include "rtbench/usage.h"

namespace kairos {
namespace {

constexpr size_t kMaxRuns = 20000;
constexpr double kIdleMs = 100;
constexpr size_t kMemoryPoints = 30;
// For what a session still makes in the background when its steady runs begin.
constexpr absl::Duration kPatience = absl::Seconds(10);

// The times of runs, in ms, for as long as `wants_more` of the number of them.
absl::StatusOr<std::vector<double>> TimeRuns(Repeater& repeater, Stopwatch& watch,
                                             absl::FunctionRef<bool(size_t)> wants_more) {
  std::vector<double> times_ms;
  while (wants_more(times_ms.size())) {
    watch.Restart();
    if (absl::Status status = repeater.Run(); !status.ok()) return status;
    times_ms.push_back(watch.Lap());
  }
  return times_ms;
}

// CPU time that an idle session takes, in percent of one CPU.
double IdleCpuPercent(const Subject& subject) {
  const double before_ms = CpuMs();
  const int64_t start_ns = subject.now_ns();
  const timespec pause = {0, static_cast<long>(kIdleMs * 1e6)};
  nanosleep(&pause, nullptr);
  const double passed_ms = static_cast<double>(subject.now_ns() - start_ns) / 1e6;
  return passed_ms > 0 ? 100 * (CpuMs() - before_ms) / passed_ms : 0;
}

void AddRates(double runs, double passed_ms, double cpu_ms, nlohmann::json* sample) {
  if (runs == 0 || passed_ms <= 0) return;
  (*sample)["throughput_per_s"] = runs / passed_ms * 1e3;
  (*sample)["cpu_ms_per_run"] = cpu_ms / runs;
  (*sample)["cpu_percent"] = 100 * cpu_ms / passed_ms;
}

nlohmann::json Difference(nlohmann::json counters, const nlohmann::json& before) {
  for (auto& [name, count] : counters.items()) {
    count = count.get<int64_t>() - before.at(name).get<int64_t>();
  }
  return counters;
}

void AddUnseen(const SampleRequest& request, const Subject& subject, Started& started,
               nlohmann::json* sample) {
  const auto shapes = UnseenShapes(*started.model, InputShapes(started));
  if (!shapes.has_value()) return;
  (*sample)["unseen_shapes"] = FormatShapeArg(*shapes);
  const nlohmann::json before = Counters(started.session->stats());
  absl::StatusOr<std::vector<Tensor>> inputs = InputsOfShapes(request, started, *shapes);
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
  (*sample)["counters"]["unseen"] = Difference(Counters(started.session->stats()), before);
}

}  // namespace

absl::StatusOr<nlohmann::json> TakeSteady(const SampleRequest& request, const Subject& subject,
                                          int64_t main_ns) {
  absl::StatusOr<Started> started = Start(request, subject, main_ns, {});
  if (!started.ok()) return started.status();
  const SessionStats first = started->session->stats();
  nlohmann::json sample = StartFigures(*started, first);
  sample["counters"]["first"] = Counters(first);
  Repeater repeater(*started->session, started->inputs, started->outputs);
  Stopwatch watch(subject.now_ns);
  const auto remember_memory = [&] {
    started->memory.push_back(
        {static_cast<double>(subject.now_ns() - main_ns) / 1e6, ResidentMb()});
  };
  absl::StatusOr<std::vector<double>> warmup = TimeRuns(repeater, watch, [&](size_t runs) {
    return runs < static_cast<size_t>(request.warmup_runs);
  });
  if (!warmup.ok()) return warmup.status();
  (void)started->session->AwaitBackground(absl::Now() + kPatience);  // else it shows in the samples
  remember_memory();
  const nlohmann::json warm = Counters(started->session->stats());
  sample["counters"]["warmup"] = Difference(warm, sample["counters"]["first"]);

  const double cpu_before_ms = CpuMs();
  const double wanted_ms = request.seconds * 1e3, point_ms = wanted_ms / kMemoryPoints;
  double passed_ms = 0, next_point_ms = point_ms;
  const int64_t begin_ns = subject.now_ns();
  absl::StatusOr<std::vector<double>> steady = TimeRuns(repeater, watch, [&](size_t runs) {
    passed_ms = static_cast<double>(subject.now_ns() - begin_ns) / 1e6;
    if (runs > 0 && passed_ms >= next_point_ms) {
      remember_memory();
      next_point_ms = passed_ms + point_ms;
    }
    if (runs < static_cast<size_t>(request.min_runs)) return true;
    return passed_ms < wanted_ms && runs < kMaxRuns;
  });
  if (!steady.ok()) return steady.status();
  const double cpu_ms = CpuMs() - cpu_before_ms;
  if (absl::Status status = watch.Check(); !status.ok()) return status;
  sample["warmup_ms"] = *warmup;
  sample["samples_ms"] = *steady;
  AddRates(static_cast<double>(steady->size()), passed_ms, cpu_ms, &sample);
  sample["idle_cpu_percent"] = IdleCpuPercent(subject);
  remember_memory();
  sample["memory"] = started->memory;
  sample.update(MemoryNow());
  sample["counters"]["steady"] = Difference(Counters(started->session->stats()), warm);
  if (!request.engine.cache.empty()) {
    sample["files_mb"]["cache_mb"] = FolderMb(request.engine.cache);
  }
  AddUnseen(request, subject, *started, &sample);
  return sample;
}

}  // namespace kairos
