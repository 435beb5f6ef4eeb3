// The options that all tools which run a model have in common, and what they make of them.
#ifndef KAIROS_APPS_COMMON_ENGINE_H_
#define KAIROS_APPS_COMMON_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

#include "kairos/model.h"
#include "kairos/policy.h"
#include "kairos/runtime.h"

namespace kairos {

struct EngineOptions {
  std::string policy = "auto";
  std::string backend;
  int threads = 0;
  std::string cache;  // directory; empty: none
  bool strict = false;
  std::vector<std::string> without_passes;  // of the policy
};

// --threads, --backend and --cache.
void AddRuntimeOptions(CLI::App& app, EngineOptions* options);
// --policy, --strict and --without-pass.
void AddPolicyOptions(CLI::App& app, EngineOptions* options);

RuntimeOptions ToRuntimeOptions(const EngineOptions& options);
// Both warn on stderr about a cache that is of no use: the tool does its work all the same.
absl::StatusOr<std::shared_ptr<Runtime>> MakeRuntime(const EngineOptions& options);
absl::StatusOr<std::shared_ptr<Runtime>> MakeRuntime(RuntimeOptions options);
absl::StatusOr<std::shared_ptr<const Policy>> MakePolicy(const EngineOptions& options);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_ENGINE_H_
