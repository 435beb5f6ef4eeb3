// What this machine can do: measured, as nothing else compares across machines.
#ifndef KAIROS_APPS_RTBENCH_PEAK_H_
#define KAIROS_APPS_RTBENCH_PEAK_H_

#include "kairos/thread_pool.h"

namespace kairos {

struct Peak {
  double gflops = 0;    // f32 multiply-adds in registers, all threads, counted as two
  double copy_gbs = 0;  // copying memory that no cache holds: bytes read and written
};

// Takes about half a second. The best of several tries.
Peak MeasurePeak(ThreadPool& pool);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_PEAK_H_
