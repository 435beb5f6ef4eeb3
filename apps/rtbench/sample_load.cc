// Under load: shapes that change at every call, and several sessions at once.
#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>

#include "absl/strings/str_cat.h"

#include "common/inputs.h"
#include "rtbench/model_facts.h"
#include "rtbench/repeater.h"
#include "rtbench/sample.h"
#include "rtbench/start.h"
#include "rtbench/usage.h"

namespace kairos {
namespace {

absl::StatusOr<std::vector<NamedShape>> ChurnShapes(std::vector<NamedShape> shapes,
                                                    const ChurnDims& dims, int64_t size) {
  for (const auto& dim : dims) {
    const auto it = std::find_if(shapes.begin(), shapes.end(),
                                 [&](const NamedShape& s) { return s.name == dim.first; });
    const auto axis = static_cast<size_t>(dim.second);
    if (it == shapes.end() || axis >= it->shape.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("churn: input '", dim.first, "' has no axis ", axis));
    }
    it->shape[axis] = size;
  }
  return shapes;
}

struct Worker {
  std::unique_ptr<Session> session;
  std::vector<Tensor> outputs;
  std::vector<double> samples_ms;
  absl::Status status;
};

}  // namespace

absl::StatusOr<nlohmann::json> TakeChurn(const SampleRequest& request, const Subject& subject,
                                         int64_t main_ns) {
  absl::StatusOr<Started> started = Start(request, subject, main_ns, {});
  if (!started.ok()) return started.status();
  const double before_mb = MemoryNow().at("peak_rss_mb");
  const SessionStats before = started->session->stats();
  absl::StatusOr<ChurnDims> dims = FindChurnDims(*started->model, request.churn);
  if (!dims.ok()) return dims.status();
  nlohmann::json calls = nlohmann::json::array();
  Stopwatch watch(subject.now_ns);
  double total_ms = 0;
  for (int64_t size : ChurnSizes(request.churn, request.churn_calls)) {
    absl::StatusOr<std::vector<NamedShape>> shapes =
        ChurnShapes(InputShapes(*started), *dims, size);
    if (!shapes.ok()) return shapes.status();
    absl::StatusOr<std::vector<Tensor>> inputs = InputsOfShapes(request, *started, *shapes);
    if (!inputs.ok()) return inputs.status();
    const std::vector<TensorView> views = Views(*inputs);
    watch.Restart();
    absl::Status ran = started->session->Run(views).status();
    const double ms = watch.Lap();
    if (!ran.ok()) {
      return absl::Status(ran.code(), absl::StrCat("churn at size ", size, ": ", ran.message()));
    }
    calls.push_back({size, ms});
    total_ms += ms;
  }
  if (absl::Status status = watch.Check(); !status.ok()) return status;
  const SessionStats stats = started->session->stats();
  const double grown_mb = MemoryNow().at("peak_rss_mb").get<double>() - before_mb;
  return nlohmann::json{{"churn",
                         {{"input", request.churn.input},
                          {"axis", request.churn.axis},
                          {"calls", calls},
                          {"total_ms", total_ms},
                          {"grown_mb", grown_mb},
                          {"compiles", stats.compiles - before.compiles},
                          {"cache_hits", stats.cache_hits - before.cache_hits}}}};
}

absl::StatusOr<nlohmann::json> TakeSessions(const SampleRequest& request, const Subject& subject,
                                            int64_t main_ns) {
  absl::StatusOr<Started> started = Start(request, subject, main_ns, {});
  if (!started.ok()) return started.status();
  const double one_session_mb = ResidentMb();
  std::vector<Worker> workers(static_cast<size_t>(request.sessions));
  for (Worker& worker : workers) {
    absl::StatusOr<std::unique_ptr<Session>> session = AnotherSession(*started);
    if (!session.ok()) return session.status();
    worker.session = *std::move(session);
    absl::StatusOr<std::vector<Tensor>> outputs = worker.session->Run(Views(started->inputs[0]));
    if (!outputs.ok()) return outputs.status();
    worker.outputs = *std::move(outputs);
  }
  const double all_sessions_mb = ResidentMb();
  std::barrier together(static_cast<std::ptrdiff_t>(workers.size()) + 1);
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (Worker& worker : workers) {
    threads.emplace_back([&] {
      Repeater repeater(*worker.session, started->inputs, worker.outputs);
      together.arrive_and_wait();
      Stopwatch watch(subject.now_ns);
      while (worker.status.ok() && !stop) {
        watch.Restart();
        worker.status = repeater.Run();
        worker.samples_ms.push_back(watch.Lap());
      }
      worker.status.Update(watch.Check());
    });
  }
  together.arrive_and_wait();
  const int64_t begin_ns = subject.now_ns();
  std::this_thread::sleep_for(std::chrono::duration<double>(request.seconds));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const double passed_s = static_cast<double>(subject.now_ns() - begin_ns) / 1e9;
  std::vector<double> samples_ms;
  for (const Worker& worker : workers) {
    if (!worker.status.ok()) return worker.status;
    samples_ms.insert(samples_ms.end(), worker.samples_ms.begin(), worker.samples_ms.end());
  }
  return nlohmann::json{
      {"sessions",
       {{"count", request.sessions},
        {"throughput_per_s", passed_s > 0 ? static_cast<double>(samples_ms.size()) / passed_s : 0},
        {"mb_per_session", (all_sessions_mb - one_session_mb) / request.sessions},
        {"samples_ms", samples_ms}}}};
}

}  // namespace kairos
