// rtinspect: shows what a model file holds and how its plans fit this machine.
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "common/cli.h"
#include "common/engine.h"
#include "common/explain.h"
#include "common/inputs.h"
#include "kairos/policies.h"
#include "kairos/session.h"
#include "rtinspect/memory.h"
#include "rtinspect/passes.h"
#include "rtinspect/plan_checks.h"

namespace kairos {
namespace {

using nlohmann::json;

struct Options {
  EngineOptions engine;
  std::string model;
  std::vector<std::vector<NamedShape>> shapes;
  bool plan = false, explain = false, check_plan = false, passes = false, memory = false;
  bool as_json = false;
};

std::string Declared(const Value& value) {
  std::string text = value.kind == ValueKind::kSequence   ? "sequence of "
                     : value.kind == ValueKind::kOptional ? "optional "
                                                          : "";
  text += DTypeName(value.dtype);
  if (!value.dims.has_value()) return text + "[...]";
  text += "[";
  for (size_t i = 0; i < value.dims->size(); ++i) {
    const Dim& dim = (*value.dims)[i];
    absl::StrAppend(&text, i == 0 ? "" : ",",
                    dim.size >= 0 ? absl::StrCat(dim.size)
                                  : (dim.symbol.empty() ? "?" : dim.symbol));
  }
  return text + "]";
}

json CountOps(const Graph& graph) {
  json ops = json::object();
  for (const Node& node : graph.nodes) {
    const std::string op = node.domain.empty() ? node.op : node.domain + "." + node.op;
    ops[op] = ops.value(op, 0) + 1;
  }
  return ops;
}

uint64_t WeightBytes(const Graph& graph) {
  uint64_t bytes = 0;
  for (const Value& value : graph.values) {
    if (value.constant.has_value()) bytes += value.constant->type.byte_count();
  }
  return bytes;
}

// The graphs inside of the graph's nodes, each with its path, those inside of them behind it.
void DescribeBodies(const Graph& graph, const std::string& path, json* bodies) {
  for (const Node& node : graph.nodes) {
    for (const auto& [name, value] : node.attributes.entries()) {
      const auto* body = std::get_if<std::shared_ptr<const Graph>>(&value);
      if (body == nullptr) continue;
      const std::string inner = absl::StrCat(path, node.name, ".", name);
      bodies->push_back({{"path", inner},
                         {"op", node.op},
                         {"nodes", (*body)->nodes.size()},
                         {"ops", CountOps(**body)},
                         {"weight_bytes", WeightBytes(**body)}});
      DescribeBodies(**body, inner + "/", bodies);
    }
  }
}

json Describe(const Model& model) {
  const Graph& graph = model.graph();
  const json ops = CountOps(graph);
  const uint64_t weight_bytes = WeightBytes(graph);
  json bodies = json::array();
  DescribeBodies(graph, "", &bodies);
  json inputs = json::array(), outputs = json::array(), metadata = json::object();
  for (ValueId id : graph.inputs) {
    inputs.push_back({{"name", graph.value(id).name}, {"type", Declared(graph.value(id))}});
  }
  for (ValueId id : graph.outputs) {
    outputs.push_back({{"name", graph.value(id).name}, {"type", Declared(graph.value(id))}});
  }
  for (const auto& [key, value] : graph.metadata) metadata[key] = value.size();
  return {{"name", graph.name},
          {"nodes", graph.nodes.size()},
          {"ops", ops},
          {"weight_bytes", weight_bytes},
          {"inputs", inputs},
          {"outputs", outputs},
          {"metadata_bytes", metadata},
          {"plans", model.plans().size()},
          {"plan_problems", model.plan_problems()},
          {"subgraphs", bodies}};
}

json DescribePlans(const Model& model) {
  json plans = json::array();
  const std::vector<std::string> names = model.input_names(), no_names;
  for (const Plan& plan : model.plans()) {
    json programs = json::array();
    for (const ProgramRecord& program : plan.programs) {
      uint64_t packed = 0;
      for (const StepRecord& step : program.steps) {
        for (const PackedWeight& weight : step.packed) packed += weight.bytes.type.byte_count();
      }
      const bool is_part = !program.signature.region.empty();
      programs.push_back({{"signature", program.signature.ToString(is_part ? no_names : names)},
                          {"region", program.signature.region},
                          {"steps", program.steps.size()},
                          {"arena_bytes", program.arena_bytes},
                          {"scratch_bytes", program.scratch_bytes},
                          {"packed_bytes", packed}});
    }
    json fingerprint = json::object();
    for (const auto& [field, value] : plan.fingerprint) fingerprint[field] = value;
    plans.push_back({{"threads", plan.threads}, {"backends", plan.backend_order},
                     {"fingerprint", fingerprint}, {"programs", programs}});
  }
  return plans;
}

void PrintOps(const std::string& label, const json& ops) {
  std::printf("%-8s", label.c_str());
  for (const auto& [op, count] : ops.items()) std::printf(" %s:%d", op.c_str(), count.get<int>());
  std::printf("\n");
}

void PrintModel(const json& d) {
  std::printf("%s: %d nodes, %.2f MB of weights, %d plans\n",
              d["name"].get<std::string>().c_str(), d["nodes"].get<int>(),
              d["weight_bytes"].get<double>() / 1e6, d["plans"].get<int>());
  for (const char* kind : {"inputs", "outputs"}) {
    for (const json& value : d[kind]) {
      std::printf("%-8s %s %s\n", kind[0] == 'i' ? "input" : "output",
                  value["name"].get<std::string>().c_str(),
                  value["type"].get<std::string>().c_str());
    }
  }
  PrintOps("ops", d["ops"]);
  for (const json& body : d["subgraphs"]) {
    PrintOps("subgraph " + body["path"].get<std::string>(), body["ops"]);
  }
  for (const json& problem : d["plan_problems"]) {
    std::printf("left out %s\n", problem.get<std::string>().c_str());
  }
  for (const auto& [key, bytes] : d["metadata_bytes"].items()) {
    std::printf("metadata %s (%d bytes)\n", key.c_str(), bytes.get<int>());
  }
}

void PrintPlans(const json& plans) {
  for (size_t i = 0; i < plans.size(); ++i) {
    std::printf("\nplan %zu: %d threads, backends %s\n", i, plans[i]["threads"].get<int>(),
                plans[i]["backends"].get<std::string>().c_str());
    for (const auto& [field, value] : plans[i]["fingerprint"].items()) {
      std::printf("  %-28s %s\n", field.c_str(), value.get<std::string>().c_str());
    }
    for (const json& program : plans[i]["programs"]) {
      std::printf("  entry %s: %d steps, arena %.2f MB, scratch %.2f MB, packed weights %.2f MB\n",
                  program["signature"].get<std::string>().c_str(), program["steps"].get<int>(),
                  program["arena_bytes"].get<double>() / 1e6,
                  program["scratch_bytes"].get<double>() / 1e6,
                  program["packed_bytes"].get<double>() / 1e6);
    }
  }
}

// Of all --shape options together.
std::vector<NamedShape> AllShapes(const Options& options) {
  std::vector<NamedShape> shapes;
  for (const auto& group : options.shapes) shapes.insert(shapes.end(), group.begin(), group.end());
  return shapes;
}

// Prepares the model without running it and shows the kernels.
absl::Status Explain(const Options& options, std::shared_ptr<Runtime> runtime,
                     std::shared_ptr<const Model> model) {
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(*model, AllShapes(options), {});
  if (!inputs.ok()) return inputs.status();
  SessionOptions session_options;
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options.engine);
  if (!policy.ok()) return policy.status();
  session_options.policy = *policy;
  ProgramCache* cache = runtime->program_cache();  // which the session keeps alive
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(std::move(runtime), std::move(model), std::move(session_options));
  if (!session.ok()) return session.status();
  if (absl::Status status = (*session)->Prepare(Views(*inputs)); !status.ok()) return status;
  PrintExplanation(**session, cache);
  return absl::OkStatus();
}

absl::Status Inspect(const Options& options) {
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.model);
  if (!model.ok()) return model.status();
  json report = Describe(**model);
  if (options.plan) report["plan_details"] = DescribePlans(**model);
  std::shared_ptr<Runtime> runtime;
  if (options.check_plan || options.explain || options.passes || options.memory) {
    absl::StatusOr<std::shared_ptr<Runtime>> made = MakeRuntime(options.engine);
    if (!made.ok()) return made.status();
    runtime = *std::move(made);
  }
  if (options.check_plan) report["plan_checks"] = CheckPlans(**model, *runtime);
  if (options.passes) {
    absl::StatusOr<json> passes =
        DescribePasses(options.engine, *runtime, **model, AllShapes(options));
    if (!passes.ok()) return passes.status();
    report["passes"] = *std::move(passes);
  }
  if (options.memory) {
    absl::StatusOr<json> memory = DescribeMemory(options.engine, runtime, *model, options.shapes);
    if (!memory.ok()) return memory.status();
    report["memory"] = *std::move(memory);
  }
  if (options.as_json) {
    std::printf("%s\n", report.dump(2, ' ', false, json::error_handler_t::replace).c_str());
    return absl::OkStatus();
  }
  PrintModel(report);
  if (options.plan) PrintPlans(report["plan_details"]);
  if (options.check_plan) PrintPlanChecks(report["plan_checks"]);
  if (options.passes) PrintPasses(report["passes"]);
  if (options.memory) PrintMemory(report["memory"]);
  return options.explain ? Explain(options, runtime, *model) : absl::OkStatus();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Shows what a model file holds.", "rtinspect");
  app.add_option("MODEL", options.model, "model file (.kai)")->required();
  app.add_flag("--plan", options.plan, "list the plans and their entries");
  app.add_flag("--check-plan", options.check_plan,
               "compare each entry of each plan with this machine");
  app.add_flag("--passes", options.passes,
               "print the graph before and after the passes, and what each changed");
  app.add_flag("--memory", options.memory,
               "foresee the memory that a run takes; a row for each --shape");
  app.add_flag("--explain", options.explain, "prepare the model here and list its kernels");
  app.add_flag("--json", options.as_json, "print JSON (without --explain)");
  AddPolicyOptions(app, &options.engine);
  AddRuntimeOptions(app, &options.engine);
  kairos::AddShapeOption(app, &options.shapes,
                         "with --explain, --passes and --memory: input shapes");
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Inspect(options); });
}
