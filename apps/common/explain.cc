#include "common/explain.h"

#include <cstdio>
#include <string>

namespace kairos {

void PrintExplanation(const Session& session) {
  std::printf("\n%-36s %-18s %-44s %s\n", "node", "op", "kernel", "source");
  for (const StepInfo& step : session.Explain()) {
    const std::string op = step.fused.empty() ? step.op : step.op + "+" + step.fused;
    std::printf("%-36s %-18s %-44s %.*s%s%s\n", step.node.c_str(), op.c_str(), step.kernel.c_str(),
                static_cast<int>(KernelSourceName(step.source).size()),
                KernelSourceName(step.source).data(), step.reason.empty() ? "" : ": ",
                step.reason.c_str());
  }
  const SessionStats stats = session.stats();
  std::printf(
      "\ncompiles %lld  plan hits %lld  cache hits %lld  fallbacks %lld  arena %.2f MB  "
      "packed %.2f MB\n",
      static_cast<long long>(stats.compiles), static_cast<long long>(stats.plan_hits),
      static_cast<long long>(stats.cache_hits), static_cast<long long>(stats.fallbacks),
      static_cast<double>(stats.arena_bytes) / 1e6, static_cast<double>(stats.packed_bytes) / 1e6);
  for (const std::string& reason : stats.fallback_reasons) {
    std::printf("fallback: %s\n", reason.c_str());
  }
}

}  // namespace kairos
