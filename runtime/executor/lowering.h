// Turns a specialised graph into slots and steps: memory layouts are assigned,
// layout changes inserted, views recognised, loops over a batch laid out. Kernels and offsets come
// later.
#ifndef KAIROS_RUNTIME_EXECUTOR_LOWERING_H_
#define KAIROS_RUNTIME_EXECUTOR_LOWERING_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"

#include "executor/analysis.h"
#include "executor/batch_loops.h"
#include "kairos/program_record.h"

namespace kairos {

struct Lowered {
  ProgramRecord record;  // without kernels, offsets and sizes
  // As record.slots: the slot whose bytes this one shares, transitively resolved; itself if none.
  std::vector<int32_t> root;
};

struct LoweringOptions {
  // The backend that would run a node, or null: a node of LayoutClass::kSpatial is laid out as the
  // first backend prefers that would run it so. Empty: everything is plain.
  std::function<const Backend*(const KernelRequest&)> would_run;
  BatchLoops loops;  // of the specialised graph; or empty: none
};

absl::StatusOr<Lowered> Lower(const SpecializedGraph& specialized, const LoweringOptions& options,
                              absl::Span<Backend* const> backends, ThreadPool& pool);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_LOWERING_H_
