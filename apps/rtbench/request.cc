#include "rtbench/request.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr int64_t kMaxSize = (int64_t{1} << 31) - 1;

}  // namespace

absl::StatusOr<Churn> ParseChurn(absl::string_view text) {
  const auto refuse = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("churn '", text, "': expected NAME.AXIS=LOW..HIGH such as x.3=64..1600"));
  };
  const size_t equals = text.rfind('=');
  if (equals == absl::string_view::npos) return refuse();
  const size_t dot = text.substr(0, equals).rfind('.');
  const size_t dots = text.find("..", equals);
  if (dot == absl::string_view::npos || dot == 0 || dots == absl::string_view::npos) {
    return refuse();
  }
  Churn churn;
  churn.input = std::string(text.substr(0, dot));
  const bool numbers = absl::SimpleAtoi(text.substr(dot + 1, equals - dot - 1), &churn.axis) &&
                       absl::SimpleAtoi(text.substr(equals + 1, dots - equals - 1), &churn.low) &&
                       absl::SimpleAtoi(text.substr(dots + 2), &churn.high);
  const bool sound = numbers && churn.axis >= 0 && churn.axis < kMaxRank && churn.low >= 1 &&
                     churn.low <= churn.high && churn.high <= kMaxSize;
  if (!sound) return refuse();
  return churn;
}

json ToJson(const SampleRequest& request) {
  const EngineOptions& engine = request.engine;
  return {{"kind", request.kind},
          {"policy", engine.policy},
          {"backend", engine.backend},
          {"threads", engine.threads},
          {"cache", engine.cache},
          {"strict", engine.strict},
          {"model", request.model},
          {"onnx", request.onnx},
          {"shapes", request.shapes.empty() ? "" : FormatShapeArg(request.shapes)},
          {"inputs", request.inputs},
          {"seconds", request.seconds},
          {"min_runs", request.min_runs},
          {"warmup_runs", request.warmup_runs},
          {"churn_input", request.churn.input},
          {"churn_axis", request.churn.axis},
          {"churn_low", request.churn.low},
          {"churn_high", request.churn.high},
          {"churn_calls", request.churn_calls},
          {"sessions", request.sessions},
          {"tolerance", request.tolerance},
          {"outputs_path", request.outputs_path},
          {"trace_path", request.trace_path},
          {"trace_name", request.trace_name},
          {"trace_id", request.trace_id},
          {"spawned_ns", request.spawned_ns}};
}

absl::StatusOr<SampleRequest> RequestFromJson(absl::string_view text) {
  try {  // the JSON library throws on a field that is absent or of another type
    const json from = json::parse(text);
    SampleRequest request;
    from.at("kind").get_to(request.kind);
    from.at("policy").get_to(request.engine.policy);
    from.at("backend").get_to(request.engine.backend);
    from.at("threads").get_to(request.engine.threads);
    from.at("cache").get_to(request.engine.cache);
    from.at("strict").get_to(request.engine.strict);
    from.at("model").get_to(request.model);
    from.at("onnx").get_to(request.onnx);
    const auto shapes = from.at("shapes").get<std::string>();
    if (!shapes.empty()) {
      absl::StatusOr<std::vector<NamedShape>> parsed = ParseShapeArg(shapes);
      if (!parsed.ok()) return parsed.status();
      request.shapes = *std::move(parsed);
    }
    from.at("inputs").get_to(request.inputs);
    from.at("seconds").get_to(request.seconds);
    from.at("min_runs").get_to(request.min_runs);
    from.at("warmup_runs").get_to(request.warmup_runs);
    from.at("churn_input").get_to(request.churn.input);
    from.at("churn_axis").get_to(request.churn.axis);
    from.at("churn_low").get_to(request.churn.low);
    from.at("churn_high").get_to(request.churn.high);
    from.at("churn_calls").get_to(request.churn_calls);
    from.at("sessions").get_to(request.sessions);
    from.at("tolerance").get_to(request.tolerance);
    from.at("outputs_path").get_to(request.outputs_path);
    from.at("trace_path").get_to(request.trace_path);
    from.at("trace_name").get_to(request.trace_name);
    from.at("trace_id").get_to(request.trace_id);
    from.at("spawned_ns").get_to(request.spawned_ns);
    return request;
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("request: ", error.what()));
  }
}

}  // namespace kairos
