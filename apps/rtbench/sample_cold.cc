// A start in phases, with the cost of dispatch and the work of one run.
#include <thread>
#include <vector>

#include "common/inputs.h"
#include "rtbench/model_facts.h"
#include "rtbench/repeater.h"
#include "rtbench/sample.h"
#include "rtbench/start.h"
#include "rtbench/statistics.h"
#include "rtbench/usage.h"

namespace kairos {
namespace {

constexpr int kDispatchRuns = 5;

// Median over some runs of (time of the run - time inside kernels) / steps. The cost of watching,
// two readings of the clock per step, is in it.
absl::StatusOr<double> DispatchNs(Started& started, const Subject& subject,
                                  const std::vector<Span>& spans) {
  Repeater repeater(*started.session, started.inputs, started.outputs);
  std::vector<double> per_step;
  for (int i = 0; i < kDispatchRuns; ++i) {
    const size_t first = spans.size();
    const int64_t start_ns = subject.now_ns();
    if (absl::Status status = repeater.Run(); !status.ok()) return status;
    const int64_t end_ns = subject.now_ns();
    PhaseTimes times;
    AddSelfTimes({spans.begin() + static_cast<std::ptrdiff_t>(first), spans.end()}, &times);
    // Under a policy that keeps nothing, making kernels is no dispatch.
    double inside_ms = 0;
    for (const auto& [phase, ms] : times) inside_ms += ms;
    const double steps = static_cast<double>(started.session->Explain().size());
    const double outside_ns = static_cast<double>(end_ns - start_ns) - inside_ms * 1e6;
    if (steps > 0) per_step.push_back(outside_ns / steps);
  }
  return Median(per_step);
}

}  // namespace

absl::StatusOr<nlohmann::json> TakeCold(const SampleRequest& request, const Subject& subject,
                                        int64_t main_ns) {
  std::vector<Span> spans;
  const auto on_event = [&](const Event& event) {
    if (event.thread == std::this_thread::get_id()) spans.push_back(SpanOf(event));
    if (subject.tracing->trace != nullptr) subject.tracing->trace->Add(event);
  };
  absl::StatusOr<Started> started = Start(request, subject, main_ns, on_event);
  if (!started.ok()) return started.status();
  if (subject.tracing->trace != nullptr) subject.tracing->trace->AddLoad(*started->model);
  const double cpu_ms = CpuMs();
  PhaseTimes phases = started->stages;
  AddSelfTimes(spans, &phases);
  const double cold_ms = started->load_ms + started->first_ms;
  SetOther(cold_ms, &phases);
  if (request.spawned_ns > 0) {
    phases["process"] = static_cast<double>(main_ns - request.spawned_ns) / 1e6;
  }
  const SessionStats stats = started->session->stats();
  nlohmann::json sample = StartFigures(*started, stats);
  sample["phases_ms"] = phases;
  sample["cold_cpu_ms"] = cpu_ms;
  sample.update(MemoryNow());

  absl::StatusOr<double> dispatch_ns = DispatchNs(*started, subject, spans);
  if (!dispatch_ns.ok()) return dispatch_ns.status();
  sample["dispatch_ns"] = *dispatch_ns;
  std::vector<AnyValue> inputs;
  for (const TensorView& view : Views(started->inputs[0])) inputs.push_back(AnyValue::Of(view));
  absl::StatusOr<std::vector<ProgramRecord>> records = started->session->RecordAll(inputs);
  if (!records.ok()) return records.status();
  double flop = 0, traffic_bytes = 0;
  size_t operators = 0;
  for (const ProgramRecord& record : *records) {
    const Work work = WorkOf(record);
    flop += work.flop;
    traffic_bytes += work.traffic_bytes;
    operators += record.steps.size();
  }
  sample["gflop"] = flop / 1e9;
  sample["traffic_mb"] = traffic_bytes / 1e6;
  sample["operators"] = operators;
  return sample;
}

}  // namespace kairos
