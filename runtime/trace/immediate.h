// Runs operators at once.
#ifndef KAIROS_RUNTIME_TRACE_IMMEDIATE_H_
#define KAIROS_RUNTIME_TRACE_IMMEDIATE_H_

#include <memory>

#include "kairos/runtime.h"
#include "trace/array_impl.h"

namespace kairos {

std::shared_ptr<Evaluator> NewImmediateEvaluator(std::shared_ptr<Runtime> runtime);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_TRACE_IMMEDIATE_H_
