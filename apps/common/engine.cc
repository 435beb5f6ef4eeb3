#include "common/engine.h"

#include <errno.h>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "common/cli.h"
#include "kairos/pass.h"
#include "kairos/policies.h"
#include "kairos/program_cache.h"

namespace kairos {

void AddRuntimeOptions(CLI::App& app, EngineOptions* options) {
  app.add_option("--threads", options->threads, "threads to use (default: all this process may)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--backend", options->backend, "use only this backend (and the reference one)");
  app.add_option("--cache", options->cache,
                 "keep what is compiled in this directory for the next run")
      ->type_name("DIR");
}

void AddPolicyOptions(CLI::App& app, EngineOptions* options) {
  const std::vector<std::string> names(PolicyNames().begin(), PolicyNames().end());
  app.add_option("--policy", options->policy, absl::StrJoin(names, ", "))
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  app.add_flag("--strict", options->strict,
               "with aot: fail where the plan does not fit, instead of compiling");
  const std::vector<std::string> passes(AllPasses().begin(), AllPasses().end());
  app.add_option("--without-pass", options->without_passes,
                 "leave out a pass (see rtinspect --passes); no plan is used then")
      ->check(CLI::IsMember(passes))
      ->type_name("NAME")
      ->type_size(1)
      ->allow_extra_args(false);
}

RuntimeOptions ToRuntimeOptions(const EngineOptions& options) {
  RuntimeOptions runtime;
  runtime.threads = options.threads;
  runtime.backend = options.backend;
  runtime.cache_directory = options.cache;
  return runtime;
}

absl::StatusOr<std::shared_ptr<Runtime>> MakeRuntime(const EngineOptions& options) {
  return MakeRuntime(ToRuntimeOptions(options));
}

absl::StatusOr<std::shared_ptr<Runtime>> MakeRuntime(RuntimeOptions options) {
  absl::StatusOr<std::shared_ptr<Runtime>> made = Runtime::Make(std::move(options));
  if (made.ok() && (*made)->program_cache() != nullptr) {
    const absl::Status usable = (*made)->program_cache()->status();
    if (!usable.ok()) PrintToolError(program_invocation_short_name, usable.message());
  }
  return made;
}

absl::StatusOr<std::shared_ptr<const Policy>> MakePolicy(const EngineOptions& options) {
  absl::StatusOr<std::shared_ptr<const Policy>> policy = PolicyByName(options.policy);
  if (!policy.ok()) return policy;
  if (options.policy == "aot" && options.strict) policy = NewAotPolicy({OnPlanMismatch::kError});
  return WithoutPasses(*std::move(policy), options.without_passes);
}

}  // namespace kairos
