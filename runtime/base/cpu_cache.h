// How much of a working set the processor keeps close.
#ifndef KAIROS_RUNTIME_BASE_CPU_CACHE_H_
#define KAIROS_RUNTIME_BASE_CPU_CACHE_H_

#include <cstdint>

namespace kairos {

// Bytes of the largest cache of a CPU, which may be shared with others; 0 when not known.
uint64_t LastLevelCacheBytes();

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_CPU_CACHE_H_
