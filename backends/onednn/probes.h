// What must be known before the library is touched: it crashes where executable memory is refused
// and on processors whose topology is hidden, and its interface changed before 3.5.
#ifndef KAIROS_BACKENDS_ONEDNN_PROBES_H_
#define KAIROS_BACKENDS_ONEDNN_PROBES_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace kairos::onednn {

// eax, ebx, ecx, edx of one CPUID leaf.
using CpuidResult = std::array<uint32_t, 4>;
using Cpuid = absl::FunctionRef<CpuidResult(uint32_t leaf, uint32_t subleaf)>;

// kUnavailable, with the reason and a remedy, when one of the probes below fails.
absl::Status ProbeMachine();

// Maps a page writable, then executable, as the library's code generator does, and calls into it.
absl::Status ProbeExecutableMemory();
// The library divides by the number of threads sharing a cache, which a hypervisor may hide.
absl::Status ProbeTopology(Cpuid cpuid);
absl::Status ProbeVersion(int major, int minor);

// "AuthenticAMD family 26 model 2", or "unknown".
std::string CpuModel();

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_PROBES_H_
