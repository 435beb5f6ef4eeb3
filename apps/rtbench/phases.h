// Splits the time of a fresh process up to its first output into phases.
#ifndef KAIROS_APPS_RTBENCH_PHASES_H_
#define KAIROS_APPS_RTBENCH_PHASES_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/model.h"
#include "kairos/session.h"

namespace kairos {

// In the order in which they begin, with a title of up to 5 letters. "process": from the start of
// the process to main; "setup": backends and threads; "io", "verify": see LoadPhase; "plan":
// decoding plans and making Programs from them; "session": Session::Make; "record": shapes,
// lowering and placement; "wait": for another thread; "run": kernels of the first run; "other":
// what none of these explains.
struct Phase {
  absl::string_view name, title;
};
inline constexpr std::array<Phase, 13> kPhases = {{{"process", "proc"},
                                                   {"setup", "setup"},
                                                   {"io", "io"},
                                                   {"verify", "verif"},
                                                   {"plan", "plan"},
                                                   {"session", "sess"},
                                                   {"passes", "pass"},
                                                   {"record", "rec"},
                                                   {"compile", "comp"},
                                                   {"pack", "pack"},
                                                   {"wait", "wait"},
                                                   {"run", "run"},
                                                   {"other", "other"}}};

// An Event without its borrowed strings.
struct Span {
  absl::string_view phase;  // of kPhases
  int64_t start_ns = 0, duration_ns = 0;
};
Span SpanOf(const Event& event);

using PhaseTimes = std::map<std::string, double>;  // phase -> ms

// Adds to each phase the time of its spans that no span inside them takes. Spans of one thread, in
// the order in which they ended: any two are apart or nested.
void AddSelfTimes(std::vector<Span> spans, PhaseTimes* times);
void AddLoadTimes(absl::Span<const LoadPhase> phases, PhaseTimes* times);
// Sets "other" so that the phases add up to `total_ms`; never below 0.
void SetOther(double total_ms, PhaseTimes* times);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_PHASES_H_
