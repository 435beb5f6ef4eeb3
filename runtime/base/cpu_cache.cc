#include "base/cpu_cache.h"

#include <initializer_list>
#include <unistd.h>

namespace kairos {

uint64_t LastLevelCacheBytes() {
#if defined(_SC_LEVEL3_CACHE_SIZE) && defined(_SC_LEVEL2_CACHE_SIZE)
  for (int name : {_SC_LEVEL3_CACHE_SIZE, _SC_LEVEL2_CACHE_SIZE}) {
    const long bytes = sysconf(name);  // 0 or -1 where it cannot tell
    if (bytes > 0) return static_cast<uint64_t>(bytes);
  }
#endif
  return 0;
}

}  // namespace kairos
