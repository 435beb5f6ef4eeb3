// Prints which kernels a session runs and where they came from.
#ifndef KAIROS_APPS_COMMON_EXPLAIN_H_
#define KAIROS_APPS_COMMON_EXPLAIN_H_

#include "kairos/program_cache.h"
#include "kairos/session.h"

namespace kairos {

// A table of the steps that ran, or were prepared, last, then the session's counters, why it
// recorded, and what the cache on disk did. `cache` may be null.
void PrintExplanation(const Session& session, ProgramCache* cache);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_EXPLAIN_H_
