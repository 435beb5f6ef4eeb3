#include "rtdiff/parity.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "kairos/policies.h"

namespace kairos {
namespace {

absl::StatusOr<std::vector<Tensor>> RunTapped(const Side& side, absl::Span<const TensorView> inputs,
                                              std::vector<std::string> taps) {
  SessionOptions options;
  options.policy = side.policy;
  options.taps = std::move(taps);
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(side.runtime, side.model, std::move(options));
  if (!session.ok()) return session.status();
  return (*session)->Run(inputs);
}

// Names of values that nodes of both models compute, with the node, in order.
std::vector<std::pair<std::string, std::string>> ComparableValues(const Graph& graph,
                                                                  const Graph& other) {
  std::vector<std::string> known;
  for (const Node& node : other.nodes) {
    for (ValueId id : node.outputs) {
      if (id != kNoValue) known.push_back(other.value(id).name);
    }
  }
  std::sort(known.begin(), known.end());
  std::vector<std::pair<std::string, std::string>> values;
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.outputs) {
      if (id == kNoValue || graph.value(id).name.empty()) continue;
      const std::string& name = graph.value(id).name;
      if (std::binary_search(known.begin(), known.end(), name))
        values.emplace_back(name, node.name);
    }
  }
  return values;
}

absl::StatusOr<std::vector<TensorDiff>> DiffAll(absl::Span<const std::string> names,
                                                const std::vector<Tensor>& want,
                                                const std::vector<Tensor>& got, double tolerance) {
  if (want.size() != got.size() || want.size() != names.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("outputs: got ", got.size(), ", expected ", want.size()));
  }
  std::vector<TensorDiff> diffs;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StatusOr<TensorDiff> diff =
        DiffTensors(names[i], want[i].view(), got[i].view(), tolerance);
    if (!diff.ok()) return diff.status();
    diffs.push_back(*std::move(diff));
  }
  return diffs;
}

bool AnyOver(const std::vector<TensorDiff>& diffs) {
  return std::any_of(diffs.begin(), diffs.end(), [](const TensorDiff& d) { return d.over; });
}

absl::Status CompareValues(const Side& want, const Side& got, absl::Span<const TensorView> inputs,
                           double tolerance, Parity* parity) {
  const auto values = ComparableValues(want.model->graph(), got.model->graph());
  std::vector<std::string> names = want.model->output_names(), taps;
  const size_t output_count = names.size();
  for (const auto& [value, node] : values) taps.push_back(value);
  names.insert(names.end(), taps.begin(), taps.end());
  absl::StatusOr<std::vector<Tensor>> a = RunTapped(want, inputs, taps);
  if (!a.ok()) return a.status();
  absl::StatusOr<std::vector<Tensor>> b = RunTapped(got, inputs, taps);
  if (!b.ok()) return b.status();
  absl::StatusOr<std::vector<TensorDiff>> diffs = DiffAll(names, *a, *b, tolerance);
  if (!diffs.ok()) return diffs.status();
  parity->values.assign(diffs->begin() + static_cast<std::ptrdiff_t>(output_count), diffs->end());
  for (size_t i = 0; i < parity->values.size(); ++i) {
    if (!parity->values[i].over) continue;
    parity->first_over = values[i].second;
    break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Side> ReferenceSide(std::shared_ptr<const Model> model, int threads) {
  RuntimeOptions options;
  options.backend = "reference";
  options.threads = threads;
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = Runtime::Make(std::move(options));
  if (!runtime.ok()) return runtime.status();
  return Side{*std::move(runtime), std::move(model), NewEagerPolicy()};
}

absl::StatusOr<Parity> CompareSides(const Side& want, const Side& got,
                                    absl::Span<const TensorView> inputs,
                                    const ParityOptions& options) {
  Parity parity;
  absl::StatusOr<std::vector<Tensor>> a = RunTapped(want, inputs, {});
  if (!a.ok()) return a.status();
  absl::StatusOr<std::vector<Tensor>> b = RunTapped(got, inputs, {});
  if (!b.ok()) return b.status();
  const std::vector<std::string> names = want.model->output_names();
  absl::StatusOr<std::vector<TensorDiff>> outputs = DiffAll(names, *a, *b, options.tolerance);
  if (!outputs.ok()) return outputs.status();
  parity.outputs = *std::move(outputs);
  if (options.every_value) {
    absl::Status compared = CompareValues(want, got, inputs, options.tolerance, &parity);
    if (!compared.ok()) return compared;
  }
  if (AnyOver(parity.outputs)) {
    absl::StatusOr<Culprit> culprit =
        FindCulprit(got, inputs, [&](const std::vector<Tensor>& outputs) {
          absl::StatusOr<std::vector<TensorDiff>> diffs =
              DiffAll(names, *a, outputs, options.tolerance);
          return !diffs.ok() || AnyOver(*diffs);
        });
    if (!culprit.ok()) return culprit.status();
    parity.culprit = *std::move(culprit);
  }
  parity.ok = !AnyOver(parity.outputs) && !AnyOver(parity.values);
  return parity;
}

nlohmann::json ToJson(const Parity& parity) {
  nlohmann::json json = {{"ok", parity.ok},
                         {"verdict", Verdict(parity)},
                         {"first_over", parity.first_over},
                         {"outputs", nlohmann::json::array()},
                         {"values", nlohmann::json::array()}};
  for (const TensorDiff& diff : parity.outputs) json["outputs"].push_back(ToJson(diff));
  for (const TensorDiff& diff : parity.values) json["values"].push_back(ToJson(diff));
  if (parity.culprit.has_value()) {
    json["culprit"] = {{"node", parity.culprit->node},
                       {"op", parity.culprit->op},
                       {"kernel", parity.culprit->kernel},
                       {"fused", parity.culprit->fused},
                       {"probes", parity.culprit->probes}};
  }
  return json;
}

std::string Verdict(const Parity& parity) {
  if (parity.ok) return "within tolerance";
  std::string text;
  if (parity.culprit.has_value() && !parity.culprit->node.empty()) {
    absl::StrAppend(&text, "outputs are over tolerance from node '", parity.culprit->node, "' (",
                    parity.culprit->op, parity.culprit->fused.empty() ? "" : "+",
                    parity.culprit->fused, ") on, kernel ", parity.culprit->kernel);
  } else if (parity.culprit.has_value()) {
    absl::StrAppend(&text,
                    "outputs are over tolerance with reference kernels too: a pass or the plan");
  }
  if (!parity.first_over.empty()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", "first value over tolerance comes from node '",
                    parity.first_over, "'");
  }
  return text;
}

}  // namespace kairos
