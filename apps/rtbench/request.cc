#include "rtbench/request.h"

#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr int64_t kMaxSize = (int64_t{1} << 31) - 1;

// Calls visit(name in JSON, field) for all but the shapes, which travel as text.
template <typename Request, typename Visit>
void ForEachField(Request& request, const Visit& visit) {
  visit("kind", request.kind);
  visit("policy", request.engine.policy);
  visit("backend", request.engine.backend);
  visit("threads", request.engine.threads);
  visit("cache", request.engine.cache);
  visit("strict", request.engine.strict);
  visit("model", request.model);
  visit("onnx", request.onnx);
  visit("inputs", request.inputs);
  visit("buckets", request.buckets);
  visit("seconds", request.seconds);
  visit("min_runs", request.min_runs);
  visit("warmup_runs", request.warmup_runs);
  visit("churn_input", request.churn.input);
  visit("churn_axis", request.churn.axis);
  visit("churn_low", request.churn.low);
  visit("churn_high", request.churn.high);
  visit("churn_calls", request.churn_calls);
  visit("churn_dims", request.churn_dims);
  visit("sessions", request.sessions);
  visit("tolerance", request.tolerance);
  visit("outputs_path", request.outputs_path);
  visit("trace_path", request.trace_path);
  visit("trace_name", request.trace_name);
  visit("trace_id", request.trace_id);
  visit("spawned_ns", request.spawned_ns);
}

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

std::vector<int64_t> ChurnSizes(const Churn& churn, int calls) {
  std::minstd_rand random(5);
  const int64_t span = churn.high - churn.low + 1;
  std::vector<int64_t> sizes;
  for (int i = 0; i < calls; ++i) {
    sizes.push_back(churn.low + static_cast<int64_t>(random()) % span);
  }
  return sizes;
}

json ToJson(const SampleRequest& request) {
  json to = {{"shapes", request.shapes.empty() ? "" : FormatShapeArg(request.shapes)}};
  ForEachField(request, [&](const char* name, const auto& field) { to[name] = field; });
  return to;
}

absl::StatusOr<SampleRequest> RequestFromJson(absl::string_view text) {
  try {  // the JSON library throws on a field that is absent or of another type
    const json from = json::parse(text);
    SampleRequest request;
    ForEachField(request, [&](const char* name, auto& field) { from.at(name).get_to(field); });
    const auto shapes = from.at("shapes").get<std::string>();
    if (!shapes.empty()) {
      absl::StatusOr<std::vector<NamedShape>> parsed = ParseShapeArg(shapes);
      if (!parsed.ok()) return parsed.status();
      request.shapes = *std::move(parsed);
    }
    return request;
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("request: ", error.what()));
  }
}

}  // namespace kairos
