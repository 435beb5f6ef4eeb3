#include "rtinspect/memory.h"

#include <cstdio>
#include <string>
#include <utility>

#include "common/inputs.h"
#include "kairos/session.h"

namespace kairos {
namespace {

using nlohmann::json;

json Row(const MemoryPlan& memory, const std::string& shapes) {
  return {{"shapes", shapes},
          {"ready", memory.ready},
          {"weights_bytes", memory.weights_bytes},
          {"folded_bytes", memory.folded_bytes},
          {"packed_bytes", memory.packed_bytes},
          {"arena_bytes", memory.arena_bytes},
          {"scratch_bytes", memory.scratch_bytes},
          {"total_bytes", memory.total_bytes()},
          {"least_arena_bytes", memory.least_arena_bytes},
          {"naive_arena_bytes", memory.naive_arena_bytes}};
}

}  // namespace

absl::StatusOr<json> DescribeMemory(const EngineOptions& options, std::shared_ptr<Runtime> runtime,
                                    std::shared_ptr<const Model> model,
                                    std::vector<std::vector<NamedShape>> shapes) {
  SessionOptions session_options;
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options);
  if (!policy.ok()) return policy.status();
  session_options.policy = *std::move(policy);
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(std::move(runtime), model, std::move(session_options));
  if (!session.ok()) return session.status();
  if (shapes.empty()) shapes.emplace_back();
  json rows = json::array();
  for (const std::vector<NamedShape>& group : shapes) {
    absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(*model, group, {});
    if (!inputs.ok()) return inputs.status();
    const absl::StatusOr<MemoryPlan> memory = (*session)->PlanMemory(Views(*inputs));
    if (!memory.ok()) return memory.status();
    rows.push_back(Row(*memory, FormatShapeArg(group)));
  }
  return rows;
}

void PrintMemory(const json& rows) {
  static constexpr const char* kColumns[][2] = {
      {"weights", "weights_bytes"},         {"folded", "folded_bytes"},
      {"packed", "packed_bytes"},           {"arena", "arena_bytes"},
      {"scratch", "scratch_bytes"},         {"total", "total_bytes"},
      {"least arena", "least_arena_bytes"}, {"naive arena", "naive_arena_bytes"}};
  std::printf("\nmemory [MB]");
  for (const auto& [title, field] : kColumns) std::printf(" %11s", title);
  std::printf("  shapes\n");
  for (const json& row : rows) {
    std::printf("%-11s", row["ready"].get<bool>() ? "from plan" : "recorded");
    for (const auto& [title, field] : kColumns) {
      std::printf(" %11.2f", row[field].get<double>() / 1e6);
    }
    const std::string shapes = row["shapes"].get<std::string>();
    std::printf("  %s\n", shapes.empty() ? "as declared" : shapes.c_str());
  }
}

}  // namespace kairos
