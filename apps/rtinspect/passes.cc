#include "rtinspect/passes.h"

#include <cstdio>
#include <string>
#include <utility>

#include "common/inputs.h"
#include "kairos/optimized_graph.h"
#include "kairos/policy.h"
#include "rtinspect/graph_text.h"

namespace kairos {
namespace {

using nlohmann::json;

void PrintGraph(const char* title, const json& lines) {
  std::printf("\n%s: %zu nodes\n", title, lines.size());
  for (const json& line : lines) std::printf("  %s\n", line.get<std::string>().c_str());
}

}  // namespace

absl::StatusOr<json> DescribePasses(const EngineOptions& options, Runtime& runtime,
                                    const Model& model, const std::vector<NamedShape>& shapes) {
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options);
  if (!policy.ok()) return policy.status();
  const std::vector<std::string> passes = (*policy)->passes();
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(model, shapes, {});
  std::vector<TensorView> views;
  if (inputs.ok()) {
    views = Views(*inputs);
  } else if (!shapes.empty()) {
    return inputs.status();
  }
  absl::StatusOr<OptimizedGraph> optimized = OptimizeGraph(runtime, model, passes, views);
  if (!optimized.ok()) return optimized.status();
  json counts = json::array(), changes = json::array();
  for (const std::string& pass : passes) {
    int count = 0;
    for (const PassChange& change : optimized->changes) count += change.pass == pass;
    counts.push_back({{"pass", pass}, {"changes", count}});
  }
  for (const PassChange& change : optimized->changes) {
    changes.push_back({{"pass", change.pass}, {"what", change.what}});
  }
  return json{{"before", GraphText(model.graph())},
              {"after", GraphText(optimized->graph)},
              {"passes", std::move(counts)},
              {"changes", std::move(changes)},
              {"shaped", optimized->shaped}};
}

void PrintPasses(const json& description) {
  PrintGraph("graph before", description["before"]);
  std::printf("\n");
  for (const json& pass : description["passes"]) {
    std::printf("%-24s %d changes\n", pass["pass"].get<std::string>().c_str(),
                pass["changes"].get<int>());
    for (const json& change : description["changes"]) {
      if (change["pass"] != pass["pass"]) continue;
      std::printf("  %s\n", change["what"].get<std::string>().c_str());
    }
  }
  if (!description["shaped"].get<bool>()) {
    std::printf("passes that need shapes did not run; give --shape where the model runs as one\n");
  }
  PrintGraph("graph after", description["after"]);
}

}  // namespace kairos
