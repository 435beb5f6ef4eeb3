#include "rtbench/options.h"

#include "common/bucket_arg.h"
#include "common/cli.h"
#include "common/engine.h"
#include "kairos/policies.h"

namespace kairos {

namespace {

void AddPeerOptions(CLI::App& app, Options* options) {
  app.add_option("--peers", options->peers,
                 "other runtimes to compare with: onnxruntime, openvino, torch, torch_compile")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--onnx", options->onnx,
                 "for --peers: the ONNX file of each MODEL, comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("F.onnx");
  app.add_option("--python", options->python, "for --peers: the Python that has them")
      ->capture_default_str();
}

}  // namespace

void AddOutputOptions(CLI::App& app, Options* options) {
  app.add_option("--json", options->json_path, "write all figures and samples")->type_name("F");
  app.add_option("--html", options->html_path, "write a page with charts, one file")
      ->type_name("F");
  app.add_option("--svg", options->svg_path, "write one picture of starts, latencies and memory")
      ->type_name("F");
}

void AddOptions(CLI::App& app, Options* options) {
  for (absl::string_view name : PolicyNames()) {
    if (name != "auto") options->policies.emplace_back(name);  // one of the others, by choice
  }
  SampleRequest& sample = options->sample;
  app.add_option("MODEL", options->models, "model files (.kai)")->required();
  app.add_option("--policies", options->policies, "comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  AddShapeOption(app, &options->shapes, "input shapes; a row for each --shape");
  app.add_option("--batch", options->batches,
                 "sizes of the first dimension, comma-separated; a row each")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--threads", options->threads, "threads, comma-separated; a row each")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 1024));
  app.add_option("--backend", sample.engine.backend,
                 "use only this backend (and the reference one)");
  app.add_option("--cache", sample.engine.cache,
                 "keep what is compiled in this directory for the next process")
      ->type_name("DIR");
  app.add_flag("--strict", sample.engine.strict, "with aot: fail where the plan does not fit");
  app.add_option("--input", sample.inputs, "an input from a file instead of random values")
      ->allow_extra_args(false)
      ->type_name("NAME=F.npy");
  AddBucketOption(app, &sample.buckets);
  app.add_option("--seconds", sample.seconds, "steady running time per row, all processes together")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--repeats", options->repeats, "fresh processes per row")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_option("--warmup", sample.warmup_runs, "runs after the first that make the warm-up curve")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  app.add_option("--min-runs", sample.min_runs, "steady runs per process, at least")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  app.add_option("--budget", options->budget_s, "stop repeating after so many seconds")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--churn", options->churn, "calls at random sizes of one dimension")
      ->type_name("NAME.AXIS=LOW..HIGH");
  app.add_option("--churn-calls", sample.churn_calls, "how many of them")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  app.add_option("--sessions", sample.sessions, "also run so many sessions at once")
      ->check(CLI::Range(1, 256));
  app.add_flag("--parity", options->parity,
               "compare each policy with the reference, tensor by tensor");
  app.add_option("--tolerance", sample.tolerance,
                 "of --parity, relative to a tensor's largest value")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--experiment", options->experiment,
                 "warmup: start, then the mean of the next ten")
      ->check(CLI::IsMember({"warmup"}));
  app.add_option("--trace", options->trace_path, "write a trace of one start of each row")
      ->type_name("F.json");
  AddPeerOptions(app, options);
  AddOutputOptions(app, options);
}

}  // namespace kairos
