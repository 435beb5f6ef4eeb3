#include "onnx_runner/runner.h"

#include <algorithm>
#include <memory>
#include <regex>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "kairos/compiler.h"
#include "kairos/model.h"
#include "kairos/policies.h"
#include "kairos/runtime.h"
#include "kairos/session.h"
#include "onnx_runner/compare.h"
#include "onnx_runner/test_case.h"
#include "rtconvert/importer.h"
#include "rtconvert/model_file.h"
#include "support/temp_dir.h"

namespace kairos::conformance {
namespace {

using onnx_format::ModelProto;
using onnx_format::TensorProto;
using ModelPtr = std::shared_ptr<const ModelProto>;

struct Environment {
  std::shared_ptr<Runtime> runtime;
  std::shared_ptr<const Policy> policy;
  bool fold = false;
  bool needs_plan = false;  // the policy runs from a plan: each case gets one
};

// The model with the values of its inputs, all but the first, as initializers, where they can be.
ModelPtr Folded(const ModelProto& model, const DataSet& data) {
  auto folded = std::make_shared<ModelProto>(model);
  onnx_format::GraphProto& graph = *folded->mutable_graph();
  const size_t count = std::min(data.inputs.size(), static_cast<size_t>(graph.input_size()));
  for (size_t i = 1; i < count; ++i) {
    const bool is_tensor = graph.input(static_cast<int>(i)).type().has_tensor_type() &&
                           data.inputs[i].tensors[0]->data_type() != TensorProto::STRING;
    if (!is_tensor) continue;
    onnx_format::TensorProto& initializer = *graph.add_initializer();
    initializer = *data.inputs[i].tensors[0];
    initializer.set_name(graph.input(static_cast<int>(i)).name());
  }
  return folded;
}

absl::StatusOr<std::shared_ptr<const Model>> MakeModel(const ModelPtr& proto) {
  absl::StatusOr<Graph> graph = ImportOnnxModel(proto, /*directory=*/"", {}, nullptr);
  if (!graph.ok()) return graph.status();
  return Model::FromGraph(*std::move(graph));
}

// The model from a file that has a plan for these inputs.
absl::StatusOr<std::shared_ptr<const Model>> WithPlan(const Environment& environment,
                                                      std::shared_ptr<const Model> model,
                                                      const std::vector<AnyValue>& inputs) {
  absl::StatusOr<Plan> plan =
      CompilePlanForValues(environment.runtime, model, absl::MakeConstSpan(&inputs, 1));
  if (!plan.ok()) return plan.status();
  const testing::TempDir directory;
  const std::string path = directory.File("planned.kai");
  absl::Status saved = SaveModel(model->graph(), PlansWith(*model, *std::move(plan)), path);
  if (!saved.ok()) return saved;
  return Model::Load(path);
}

// Values for the session's inputs, which are those of the file that are not weights.
absl::StatusOr<std::vector<AnyValue>> InputValues(const ModelProto& proto, const Model& model,
                                                  const DataSet& data) {
  std::vector<AnyValue> values;
  for (const std::string& name : model.input_names()) {
    const auto& infos = proto.graph().input();
    const auto info = std::find_if(infos.begin(), infos.end(),
                                   [&name](const auto& i) { return i.name() == name; });
    const auto index = static_cast<size_t>(info - infos.begin());
    if (index >= data.inputs.size()) {
      return absl::DataLossError(absl::StrCat("test data has no input ", index));
    }
    absl::StatusOr<AnyValue> value = ToValue(data.inputs[index]);
    if (!value.ok()) return value.status();
    values.push_back(*std::move(value));
  }
  return values;
}

absl::Status CheckOutputs(const std::vector<AnyValue>& got, const DataSet& data,
                          const Tolerance& tolerance) {
  if (got.size() != data.outputs.size()) {
    return absl::InternalError(absl::StrCat("wrong number of outputs, got ", got.size(),
                                            ", expected ", data.outputs.size()));
  }
  for (size_t i = 0; i < got.size(); ++i) {
    absl::StatusOr<AnyValue> want = ToValue(data.outputs[i]);
    if (!want.ok()) return want.status();
    const absl::Status status = CompareValues(got[i], *want, tolerance);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("output ", i, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status RunDataSet(const Environment& environment, const ModelPtr& proto, const DataSet& data,
                        const Tolerance& tolerance) {
  const ModelPtr used = environment.fold ? Folded(*proto, data) : proto;
  absl::StatusOr<std::shared_ptr<const Model>> model = MakeModel(used);
  if (!model.ok()) return model.status();
  absl::StatusOr<std::vector<AnyValue>> inputs = InputValues(*used, **model, data);
  if (!inputs.ok()) return inputs.status();
  if (environment.needs_plan) {
    model = WithPlan(environment, *std::move(model), *inputs);
    if (!model.ok()) return model.status();
  }
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(environment.runtime, *std::move(model), {.policy = environment.policy});
  if (!session.ok()) return session.status();
  // Twice: the second run replays what the first has recorded.
  for (int run = 0; run < 2; ++run) {
    absl::StatusOr<std::vector<AnyValue>> outputs = (*session)->RunValues(*inputs);
    if (!outputs.ok()) return outputs.status();
    if (absl::Status status = CheckOutputs(*outputs, data, tolerance); !status.ok()) return status;
  }
  const SessionStats stats = (*session)->stats();
  if (environment.needs_plan && stats.compiles > 0) {
    return absl::InternalError(
        absl::StrCat("the plan lacks ", stats.compiles, " kernels, expected none"));
  }
  return absl::OkStatus();
}

absl::Status RunCase(const Environment& environment, const TestCase& test) {
  absl::StatusOr<ModelPtr> proto = ReadModelFile(test.directory + "/model.onnx");
  if (!proto.ok()) return proto.status();
  // First, because the data of what is not supported may be no tensors.
  if (absl::Status status = ImportOnnxModel(*proto, "", {}, nullptr).status(); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::vector<DataSet>> sets = LoadDataSets(test, (*proto)->graph());
  if (!sets.ok()) return sets.status();
  if (sets->empty()) return absl::DataLossError("test has no data");
  absl::StatusOr<Tolerance> tolerance = LoadTolerance(test);
  if (!tolerance.ok()) return tolerance.status();
  for (const DataSet& data : *sets) {
    if (absl::Status status = RunDataSet(environment, *proto, data, *tolerance); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

CaseResult Judge(const TestCase& test, const absl::Status& status,
                 const Expectations& expectations) {
  const auto expected = expectations.failing.find(test.name);
  const bool expected_to_fail = expected != expectations.failing.end();
  if (status.ok() && expected_to_fail) {
    return {test.name, Outcome::kFailed,
            absl::StrCat("passes, but is expected to fail (", expected->second, ")")};
  }
  if (status.ok()) return {test.name, Outcome::kPassed, ""};
  if (absl::IsUnimplemented(status)) {
    return {test.name, Outcome::kSkipped, std::string(status.message())};
  }
  if (expected_to_fail) {
    return {test.name, Outcome::kSkipped, absl::StrCat("expected failure: ", expected->second)};
  }
  return {test.name, Outcome::kFailed, status.ToString()};
}

absl::StatusOr<Environment> MakeEnvironment(const RunOptions& options) {
  Environment environment;
  environment.fold = options.fold;
  absl::StatusOr<std::shared_ptr<const Policy>> policy = PolicyByName(options.policy);
  if (!policy.ok()) return policy.status();
  environment.policy = *std::move(policy);
  environment.needs_plan = options.policy == "aot";
  absl::StatusOr<std::shared_ptr<Runtime>> runtime =
      Runtime::Make({.threads = options.threads, .backend = options.backend});
  if (!runtime.ok()) return runtime.status();
  environment.runtime = *std::move(runtime);
  return environment;
}

absl::StatusOr<std::regex> ParseFilter(const std::string& filter) {
  try {
    return std::regex(filter);
  } catch (const std::regex_error& error) {
    return absl::InvalidArgumentError(absl::StrCat("filter '", filter, "': ", error.what()));
  }
}

}  // namespace

void Report::Add(CaseResult result) {
  if (result.outcome == Outcome::kPassed) ++passed;
  if (result.outcome == Outcome::kFailed) ++failed;
  if (result.outcome == Outcome::kSkipped) {
    ++skipped;
    ++skip_classes[result.reason.substr(0, result.reason.find(':'))];
  }
  results.push_back(std::move(result));
}

std::string Report::Summary() const {
  return absl::StrCat(passed, " passed, ", failed, " failed, ", skipped, " skipped");
}

absl::StatusOr<Report> RunConformance(const std::string& directory, const RunOptions& options,
                                      const std::function<void(const CaseResult&)>& on_result) {
  absl::StatusOr<std::regex> filter = ParseFilter(options.filter);
  if (!filter.ok()) return filter.status();
  absl::StatusOr<std::vector<TestCase>> cases = FindCases(directory);
  if (!cases.ok()) return cases.status();
  absl::StatusOr<Environment> environment = MakeEnvironment(options);
  if (!environment.ok()) return environment.status();
  Report report;
  for (const TestCase& test : *cases) {
    if (!std::regex_search(test.name, *filter)) continue;
    const auto skip = options.expectations.skipped.find(test.name);
    if (skip != options.expectations.skipped.end()) {
      report.Add({test.name, Outcome::kSkipped, skip->second});
    } else {
      report.Add(Judge(test, RunCase(*environment, test), options.expectations));
    }
    if (on_result) on_result(report.results.back());
  }
  return report;
}

}  // namespace kairos::conformance
