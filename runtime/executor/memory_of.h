// What a Program takes, added up.
#ifndef KAIROS_RUNTIME_EXECUTOR_MEMORY_OF_H_
#define KAIROS_RUNTIME_EXECUTOR_MEMORY_OF_H_

#include <cstdint>

#include "executor/program.h"
#include "kairos/graph.h"
#include "kairos/memory_plan.h"
#include "kairos/program_record.h"

namespace kairos {

// Of a Program whose record was ready: its weights are where the record says.
MemoryPlan MemoryOfReady(const Program& program);
// Of one that was recorded from `prepared`, which passes made of the model's graph. All weights of
// the model are read, be it for folding or packing.
MemoryPlan MemoryOfRecorded(const Program& program, const Graph& model, const Graph& prepared);

// The most bytes of the arena that hold a value which is still to be read, or are being written, in
// any step.
uint64_t LeastArenaBytes(const ProgramRecord& record);
// Of all values in the arena, each in a place of its own. Views of another value's bytes need none.
uint64_t NaiveArenaBytes(const ProgramRecord& record);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_MEMORY_OF_H_
