// A start in phases, with the cost of dispatch and the work of one run.
#include <vector>

#include "common/inputs.h"
#include "rtbench/model_facts.h"
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
  std::vector<MutableTensorView> outputs;
  for (Tensor& output : started.outputs) outputs.push_back(output.mutable_view());
  const std::vector<TensorView> inputs = Views(started.inputs[0]);
  std::vector<double> per_step;
  for (int i = 0; i < kDispatchRuns; ++i) {
    const size_t first = spans.size();
    const int64_t start_ns = subject.now_ns();
    if (absl::Status status = started.session->Run(inputs, outputs); !status.ok()) return status;
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
    spans.push_back(SpanOf(event));
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
  absl::StatusOr<ProgramRecord> record = started->session->Record(Views(started->inputs[0]));
  if (!record.ok()) return record.status();
  const Work work = WorkOf(*record);
  sample["gflop"] = work.flop / 1e9;
  sample["traffic_mb"] = work.traffic_bytes / 1e6;
  sample["operators"] = record->steps.size();
  return sample;
}

}  // namespace kairos
