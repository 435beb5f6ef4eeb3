// What this process takes, as the system and the allocator say.
#ifndef KAIROS_TESTS_ENDURANCE_PROCESS_MEMORY_H_
#define KAIROS_TESTS_ENDURANCE_PROCESS_MEMORY_H_

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <malloc.h>
#include <unistd.h>
#include <vector>

namespace kairos::testing {

// In MB of 10^6 bytes.
inline double ResidentMb() {
  std::ifstream file("/proc/self/statm");
  double pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// Bytes that were allocated and not freed, in MB of 10^6 bytes.
inline double HeapMb() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1e6;
}

inline size_t MappedRegions() {
  std::ifstream file("/proc/self/maps");
  return static_cast<size_t>(
      std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'));
}

// The slope of the line that fits best.
inline double Slope(const std::vector<double>& x, const std::vector<double>& y) {
  double mean_x = 0, mean_y = 0, xy = 0, xx = 0;
  const auto n = static_cast<double>(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return xx > 0 ? xy / xx : 0;
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_ENDURANCE_PROCESS_MEMORY_H_
