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

namespace kairos {
namespace {

using nlohmann::json;

struct Options {
  EngineOptions engine;
  std::string model;
  std::vector<std::vector<NamedShape>> shapes;
  bool plan = false, explain = false, check_plan = false, as_json = false;
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

const char* VerdictName(PlanCheck::Verdict verdict) {
  switch (verdict) {
    case PlanCheck::Verdict::kOk: return "ok";
    case PlanCheck::Verdict::kDegraded: return "degraded";
    case PlanCheck::Verdict::kIncompatible: return "incompatible";
  }
  return "unknown";
}

json CheckPlans(const Model& model, Runtime& runtime) {
  const PolicyContext context{&model, runtime.backends(), &runtime.kernel_cache(),
                              runtime.thread_pool().thread_count()};
  json checks = json::array();
  for (const Plan& plan : model.plans()) {
    const PlanCheck check = CheckPlan(plan, context);
    json row = {{"verdict", VerdictName(check.verdict)}};
    if (check.verdict != PlanCheck::Verdict::kOk) {
      row.update({{"field", check.field}, {"have", check.have}, {"want", check.want}});
    }
    checks.push_back(row);
  }
  return checks;
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

void PrintChecks(const json& checks) {
  for (size_t i = 0; i < checks.size(); ++i) {
    std::printf("\nplan %zu: %s", i, checks[i]["verdict"].get<std::string>().c_str());
    if (checks[i].contains("field")) {
      std::printf(": %s is %s here, %s in the plan", checks[i]["field"].get<std::string>().c_str(),
                  checks[i]["have"].get<std::string>().c_str(),
                  checks[i]["want"].get<std::string>().c_str());
    }
    std::printf("\n");
  }
}

// Prepares the model without running it and shows the kernels.
absl::Status Explain(const Options& options, std::shared_ptr<Runtime> runtime,
                     std::shared_ptr<const Model> model) {
  std::vector<NamedShape> shapes;
  for (const auto& group : options.shapes) shapes.insert(shapes.end(), group.begin(), group.end());
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(*model, shapes, {});
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
  if (options.check_plan || options.explain) {
    absl::StatusOr<std::shared_ptr<Runtime>> made = MakeRuntime(options.engine);
    if (!made.ok()) return made.status();
    runtime = *std::move(made);
  }
  if (options.check_plan) report["plan_checks"] = CheckPlans(**model, *runtime);
  if (options.as_json) {
    std::printf("%s\n", report.dump(2, ' ', false, json::error_handler_t::replace).c_str());
    return absl::OkStatus();
  }
  PrintModel(report);
  if (options.plan) PrintPlans(report["plan_details"]);
  if (options.check_plan) PrintChecks(report["plan_checks"]);
  return options.explain ? Explain(options, runtime, *model) : absl::OkStatus();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Shows what a model file holds.", "rtinspect");
  app.add_option("MODEL", options.model, "model file (.kai)")->required();
  app.add_flag("--plan", options.plan, "list the plans and their entries");
  app.add_flag("--check-plan", options.check_plan, "compare each plan with this machine");
  app.add_flag("--explain", options.explain, "prepare the model here and list its kernels");
  app.add_flag("--json", options.as_json, "print JSON (without --explain)");
  AddPolicyOptions(app, &options.engine);
  AddRuntimeOptions(app, &options.engine);
  kairos::AddShapeOption(app, &options.shapes, "with --explain: input shapes");
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Inspect(options); });
}
