// Prints which kernels a session runs and where they came from.
#ifndef KAIROS_APPS_COMMON_EXPLAIN_H_
#define KAIROS_APPS_COMMON_EXPLAIN_H_

#include "kairos/session.h"

namespace kairos {

// A table of the steps that ran last, then the session's counters.
void PrintExplanation(const Session& session);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_EXPLAIN_H_
