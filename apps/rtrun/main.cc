// rtrun: runs a model once under a policy.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/bucket_arg.h"
#include "common/cli.h"
#include "common/engine.h"
#include "common/explain.h"
#include "common/inputs.h"
#include "common/npy.h"
#include "common/run_log.h"
#include "common/trace.h"
#include "kairos/session.h"

namespace kairos {
namespace {

struct Options {
  EngineOptions engine;
  std::string model, trace, log;
  std::vector<std::string> inputs, outputs, taps, buckets;
  std::vector<std::vector<NamedShape>> shapes;
  bool explain = false;
};

std::string Range(const Tensor& tensor) {
  if (tensor.dtype() != DType::kFloat32 || tensor.byte_count() == 0) return "";
  double low = INFINITY, high = -INFINITY, sum = 0;
  for (float v : tensor.as<float>()) {
    low = std::min<double>(low, v);
    high = std::max<double>(high, v);
    sum += v;
  }
  const double count = static_cast<double>(tensor.as<float>().size());
  return absl::StrCat("  min ", low, "  max ", high, "  mean ", sum / count);
}

absl::Status WriteNamed(const std::vector<std::string>& names, const std::vector<Tensor>& tensors,
                        const std::vector<NamedFile>& files) {
  for (const NamedFile& file : files) {
    auto it = std::find(names.begin(), names.end(), file.first);
    if (it == names.end()) {
      return absl::InvalidArgumentError(absl::StrCat("output '", file.first, "': unknown"));
    }
    absl::Status written =
        WriteNpy(file.second, tensors[static_cast<size_t>(it - names.begin())].view());
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  absl::StatusOr<std::vector<NamedFile>> inputs = ParseNamedFiles(options.inputs);
  if (!inputs.ok()) return inputs.status();
  absl::StatusOr<std::vector<NamedFile>> outputs = ParseNamedFiles(options.outputs);
  if (!outputs.ok()) return outputs.status();
  absl::StatusOr<std::vector<NamedFile>> taps = ParseNamedFiles(options.taps);
  if (!taps.ok()) return taps.status();
  Tracing tracing;
  EventTraceOptions trace_options;
  trace_options.process_name = options.model + " " + options.engine.policy;
  absl::StatusOr<std::shared_ptr<Runtime>> runtime =
      MakeTracedRuntime(options.engine, options.trace, trace_options, &tracing);
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(options.model);
  if (!model.ok()) return model.status();
  if (tracing.trace != nullptr) tracing.trace->AddLoad(**model);
  TracedPart making_inputs(tracing.trace.get(), "inputs");
  std::vector<NamedShape> shapes;
  for (const auto& group : options.shapes) shapes.insert(shapes.end(), group.begin(), group.end());
  absl::StatusOr<std::vector<Tensor>> tensors = MakeInputs(**model, shapes, *inputs);
  if (!tensors.ok()) return tensors.status();
  making_inputs.End();

  TracedPart making_session(tracing.trace.get(), "session");
  SessionOptions session_options;
  absl::StatusOr<std::shared_ptr<const Policy>> policy = MakePolicy(options.engine);
  if (!policy.ok()) return policy.status();
  session_options.policy = *policy;
  absl::StatusOr<std::vector<DimBuckets>> buckets = ParseBucketArgs(options.buckets);
  if (!buckets.ok()) return buckets.status();
  session_options.buckets = *std::move(buckets);
  for (const NamedFile& tap : *taps) session_options.taps.push_back(tap.first);
  session_options.time_runs = !options.log.empty();
  if (tracing.trace != nullptr) session_options.on_event = tracing.trace->Listener();
  std::vector<std::string> names = (*model)->output_names();
  names.insert(names.end(), session_options.taps.begin(), session_options.taps.end());
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Make(*runtime, *model, std::move(session_options));
  if (!session.ok()) return session.status();
  making_session.End();
  absl::StatusOr<std::vector<Tensor>> results = (*session)->Run(Views(*tensors));
  if (!results.ok()) return results.status();

  for (size_t i = 0; i < names.size(); ++i) {
    const Tensor& result = (*results)[i];
    std::printf("%s %s%s%s\n", names[i].c_str(), DTypeName(result.dtype()).c_str(),
                ShapeString(result.shape()).c_str(), Range(result).c_str());
  }
  if (!options.log.empty()) {
    absl::Status written = WriteRunLog(options.log, (*session)->run_log());
    if (!written.ok()) return written;
  }
  if (options.explain) PrintExplanation(**session, (*runtime)->program_cache());
  std::vector<NamedFile> files = *std::move(outputs);
  files.insert(files.end(), taps->begin(), taps->end());
  if (absl::Status written = WriteNamed(names, *results, files); !written.ok()) return written;
  return tracing.trace == nullptr ? absl::OkStatus() : tracing.trace->Finish();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Runs a model once and prints its outputs.", "rtrun");
  app.add_option("MODEL", options.model, "model file (.kai)")->required();
  AddPolicyOptions(app, &options.engine);
  app.add_option("--input", options.inputs, "input from a NumPy file")->type_name("NAME=F.npy");
  app.add_option("--output", options.outputs, "write an output")->type_name("NAME=F.npy");
  app.add_option("--tap", options.taps, "write any value of the graph")->type_name("NAME=F.npy");
  kairos::AddShapeOption(app, &options.shapes, "shape of an input that gets random values");
  kairos::AddBucketOption(app, &options.buckets);
  AddRuntimeOptions(app, &options.engine);
  app.add_option("--trace", options.trace, "write a Chrome trace (JSON)");
  app.add_option("--log", options.log, "write what ran, for rtcompile --from-trace (JSON)");
  app.add_flag("--explain", options.explain, "print which kernel ran each node, and why");
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Run(options); });
}
