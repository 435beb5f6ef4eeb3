// Where the loops of a Program's steps begin and end.
#ifndef KAIROS_RUNTIME_MODEL_LOOP_RANGE_H_
#define KAIROS_RUNTIME_MODEL_LOOP_RANGE_H_

#include <cstddef>
#include <vector>

#include "kairos/program_record.h"

namespace kairos {

// Behind the last step of the loop that begins with this one; behind this one if it is in none.
inline size_t EndOfLoop(const std::vector<StepRecord>& steps, size_t begin) {
  size_t end = begin + 1;
  const int loop = steps[begin].loop;
  while (loop >= 0 && end < steps.size() && steps[end].loop == loop) ++end;
  return end;
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_LOOP_RANGE_H_
