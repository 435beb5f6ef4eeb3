#include "rtbench/runner.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "rtbench/child_process.h"
#include "rtbench/embedded.h"
#include "rtbench/subject.h"

namespace kairos {
namespace {

using nlohmann::json;

std::string FailureOf(const ChildResult& child) {
  absl::string_view reason = child.err;
  // A Python program's last line says what went wrong, ours is the only one.
  reason = absl::StripSuffix(reason, "\n");
  reason = reason.substr(reason.rfind('\n') + 1);
  absl::ConsumePrefix(&reason, "rtbench: ");
  if (child.exit_code > 128) {
    const int signal = child.exit_code - 128;
    return absl::StrCat("ended by signal ", signal, " (", strsignal(signal), ")");
  }
  if (reason.empty()) return absl::StrCat("ended with status ", child.exit_code);
  return std::string(reason);
}

absl::Status CheckValue(const std::string& name, const json& value) {
  if (value.is_null() && name != "unseen_ms" && name != "device_memory_mb") {
    return absl::InternalError(absl::StrCat("sample: '", name, "' is no number"));
  }
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return absl::InternalError(absl::StrCat("sample: '", name, "' is no finite number"));
  }
  if (value.is_number() && absl::EndsWith(name, "_ms") && value.get<double>() < 0) {
    return absl::InternalError(
        absl::StrCat("sample: '", name, "' is ", value.get<double>(), "; a clock stepped back"));
  }
  if (!value.is_structured()) return absl::OkStatus();
  for (const auto& [key, inner] : value.items()) {
    absl::Status checked = CheckValue(value.is_array() ? name : key, inner);
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

class CaseRunner {
 public:
  CaseRunner(const RunPlan& plan, const TakeSampleFn& take, std::vector<Case>* cases)
      : plan_(plan), take_(take), cases_(*cases) {
    const int per_case =
        2 * plan.repeats + (plan.churn ? 1 : 0) + (plan.sessions ? 1 : 0) + (plan.parity ? 1 : 0);
    progress_.total = per_case * static_cast<int>(cases_.size());
  }

  bool Run() {
    bool complete = true;
    for (int repeat = 0; repeat < plan_.repeats; ++repeat) {
      for (size_t i = 0; i < cases_.size(); ++i) {
        if (repeat > 0 && BudgetIsSpent()) {
          complete = false;
          continue;
        }
        Take(i, "cold", repeat);
        Take(i, "steady", repeat);
      }
    }
    for (size_t i = 0; i < cases_.size(); ++i) {
      if (plan_.churn) Take(i, "churn", 0);
      if (plan_.sessions) Take(i, "sessions", 0);
      if (plan_.parity) Take(i, "parity", 0);
    }
    return complete;
  }

 private:
  bool BudgetIsSpent() const { return plan_.budget_s > 0 && plan_.elapsed_s() > plan_.budget_s; }

  void Take(size_t index, const std::string& kind, int repeat) {
    Case& c = cases_[index];
    progress_.current = &c;
    progress_.kind = kind;
    if (plan_.on_progress) plan_.on_progress(progress_);
    ++progress_.done;
    const bool for_peers = kind == "steady" || kind == "churn";
    if (!c.error.empty() || (c.is_peer && !for_peers)) return;
    SampleRequest request = c.request;
    request.kind = kind;
    request.seconds = kind == "steady" ? plan_.seconds / plan_.repeats : plan_.seconds;
    const bool leaves_outputs = kind == "steady" && repeat == 0;
    if (!leaves_outputs) request.outputs_path.clear();
    if (kind == "cold" && repeat == 0 && !plan_.trace_directory.empty()) {
      request.trace_path = absl::StrCat(plan_.trace_directory, "/", index, ".trace");
      request.trace_id = static_cast<int>(index) + 1;
      request.trace_name = absl::StrCat(request.model, " ", request.engine.policy, " ",
                                        FormatShapeArg(request.shapes));
    }
    absl::StatusOr<json> sample = take_(request, c.is_peer);
    absl::Status status = sample.ok() ? CheckSample(*sample) : sample.status();
    if (!status.ok()) {
      c.error = std::string(status.message());
    } else if (kind == "cold") {
      c.cold.push_back(*std::move(sample));
    } else if (kind == "steady") {
      c.steady.push_back(*std::move(sample));
    } else {
      json& slot = kind == "churn" ? c.churn : kind == "sessions" ? c.sessions : c.parity;
      slot = sample->value(kind, json());
    }
  }

  const RunPlan& plan_;
  const TakeSampleFn& take_;
  std::vector<Case>& cases_;
  Progress progress_;
};

}  // namespace

absl::Status CheckSample(const json& sample) { return CheckValue("sample", sample); }

TakeSampleFn ChildSampler(const Options& options) {
  return [program = options.program, python = options.python](
             SampleRequest request, bool is_peer) -> absl::StatusOr<json> {
    request.spawned_ns = SteadyNowNs();
    const std::string text = ToJson(request).dump(-1, ' ', false, json::error_handler_t::replace);
    const std::vector<std::string> command =
        is_peer ? std::vector<std::string>{python, "-c", std::string(kPeerScript), text}
                : std::vector<std::string>{program, "--child", text};
    absl::StatusOr<ChildResult> child = RunChild(command);
    if (!child.ok()) return child.status();
    if (child->exit_code != 0) return absl::InternalError(FailureOf(*child));
    // Its last line: libraries of other runtimes may have something to say, too.
    const absl::string_view out = absl::StripSuffix(child->out, "\n");
    json parsed = json::parse(out.substr(out.rfind('\n') + 1), nullptr, false);
    if (parsed.is_discarded()) return absl::InternalError("child printed no JSON");
    return parsed;
  };
}

bool RunCases(const RunPlan& plan, const TakeSampleFn& take, std::vector<Case>* cases) {
  return CaseRunner(plan, take, cases).Run();
}

}  // namespace kairos
