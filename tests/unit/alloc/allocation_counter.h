// Counts what a program allocates with the global allocation functions, which linking
// allocation_counter.cc replaces. What oneDNN allocates inside a call of dnnl_primitive_execute (a
// map of the arguments) is not counted where the linker can wrap that function.
#ifndef KAIROS_TESTS_UNIT_ALLOC_ALLOCATION_COUNTER_H_
#define KAIROS_TESTS_UNIT_ALLOC_ALLOCATION_COUNTER_H_

#include <atomic>

namespace kairos::testing {

extern std::atomic<long> allocations;

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_ALLOC_ALLOCATION_COUNTER_H_
