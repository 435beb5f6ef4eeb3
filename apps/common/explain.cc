#include "common/explain.h"

#include <cstdio>
#include <string>

namespace kairos {
namespace {

void PrintSteps(const Session& session) {
  std::printf("\n%-36s %-18s %-44s %9s %s\n", "node", "op", "kernel", "made [us]", "source");
  for (const StepInfo& step : session.Explain()) {
    std::string op = step.fused.empty() ? step.op : step.op + "+" + step.fused;
    if (step.turns > 1) op += " x" + std::to_string(step.turns);
    std::printf("%-36s %-18s %-44s %9.1f %s%s%s%s\n", step.node.c_str(), op.c_str(),
                step.kernel.c_str(), static_cast<double>(step.made_ns) / 1e3,
                std::string(KernelSourceName(step.source)).c_str(),
                step.provisional ? ", provisional" : "", step.reason.empty() ? "" : ": ",
                step.reason.c_str());
    if (!step.rejected.empty()) std::printf("    not %s\n", step.rejected.c_str());
  }
}

void PrintCounters(const SessionStats& stats) {
  std::printf(
      "\ncompiles %lld  plan hits %lld  disk hits %lld  cache hits %lld  fallbacks %lld  "
      "arena %.2f MB  packed %.2f MB\n",
      static_cast<long long>(stats.compiles), static_cast<long long>(stats.plan_hits),
      static_cast<long long>(stats.disk_hits), static_cast<long long>(stats.cache_hits),
      static_cast<long long>(stats.fallbacks), static_cast<double>(stats.arena_bytes) / 1e6,
      static_cast<double>(stats.packed_bytes) / 1e6);
  for (const std::string& reason : stats.fallback_reasons) {
    std::printf("fallback: %s\n", reason.c_str());
  }
}

void PrintCache(ProgramCache& cache) {
  cache.Flush();
  const ProgramCacheStats stats = cache.stats();
  std::printf("disk cache: hits %lld  misses %lld", static_cast<long long>(stats.hits),
              static_cast<long long>(stats.misses));
  for (const auto& [reason, count] : stats.misses_by_reason) {
    std::printf(" (%s %lld)", reason.c_str(), static_cast<long long>(count));
  }
  std::printf("  writes %lld  evictions %lld  read %.2f MB  written %.2f MB\n",
              static_cast<long long>(stats.writes), static_cast<long long>(stats.evictions),
              static_cast<double>(stats.bytes_read) / 1e6,
              static_cast<double>(stats.bytes_written) / 1e6);
  if (!stats.last_write_failure.empty()) {
    std::printf("disk cache: %lld not written: %s\n", static_cast<long long>(stats.write_failures),
                stats.last_write_failure.c_str());
  }
}

}  // namespace

void PrintExplanation(const Session& session, ProgramCache* cache) {
  PrintSteps(session);
  PrintCounters(session.stats());
  for (const RecordingInfo& recording : session.Recordings()) {
    std::printf("recorded in %.1f ms: %s: %s\n", static_cast<double>(recording.duration_ns) / 1e6,
                recording.signature.c_str(), recording.reason.c_str());
  }
  if (cache != nullptr) PrintCache(*cache);
}

}  // namespace kairos
