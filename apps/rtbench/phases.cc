#include "rtbench/phases.h"

#include <algorithm>

namespace kairos {

Span SpanOf(const Event& event) {
  const bool thawed = event.source == KernelSource::kPlan || event.source == KernelSource::kDisk;
  absl::string_view phase = EventKindName(event.kind);
  if (event.kind == Event::Kind::kCompile && thawed) phase = "plan";
  if (event.kind == Event::Kind::kCopy) phase = "run";
  return {phase, event.start_ns, event.duration_ns};
}

void AddSelfTimes(std::vector<Span> spans, PhaseTimes* times) {
  // An inner span ends, and is told, first: of two that are alike the later one is around the
  // other.
  std::reverse(spans.begin(), spans.end());
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return a.start_ns != b.start_ns ? a.start_ns < b.start_ns : a.duration_ns > b.duration_ns;
  });
  std::vector<const Span*> open;  // each inside the one before
  for (const Span& span : spans) {
    while (!open.empty() && open.back()->start_ns + open.back()->duration_ns <= span.start_ns) {
      open.pop_back();
    }
    const double ms = static_cast<double>(span.duration_ns) / 1e6;
    if (!open.empty()) (*times)[std::string(open.back()->phase)] -= ms;
    (*times)[std::string(span.phase)] += ms;
    open.push_back(&span);
  }
}

void AddLoadTimes(absl::Span<const LoadPhase> phases, PhaseTimes* times) {
  for (const LoadPhase& phase : phases) {
    (*times)[std::string(phase.name)] += static_cast<double>(phase.duration_ns) / 1e6;
  }
}

void SetOther(double total_ms, PhaseTimes* times) {
  double known = 0;
  for (const auto& [phase, ms] : *times) known += ms;
  (*times)["other"] = std::max(0.0, total_ms - known);
}

}  // namespace kairos
