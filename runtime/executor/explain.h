// Tells which kernels a Program runs, for Session::Explain().
#ifndef KAIROS_RUNTIME_EXECUTOR_EXPLAIN_H_
#define KAIROS_RUNTIME_EXECUTOR_EXPLAIN_H_

#include <vector>

#include "executor/program.h"
#include "kairos/session.h"

namespace kairos {

void AppendSteps(const Program& program, std::vector<StepInfo>* infos);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_EXPLAIN_H_
