#include "onednn/probes.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "oneapi/dnnl/dnnl.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace kairos::onednn {
namespace {

constexpr int kOldestMajor = 3, kOldestMinor = 5;

absl::Status Unavailable(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat("onednn: ", what));
}

#if defined(__x86_64__)

CpuidResult NativeCpuid(uint32_t leaf, uint32_t subleaf) {
  CpuidResult r{};
  __get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]);
  return r;
}

std::string Vendor(Cpuid cpuid) {
  const CpuidResult r = cpuid(0, 0);
  const uint32_t words[3] = {r[1], r[3], r[2]};
  char text[sizeof(words)];
  std::memcpy(text, words, sizeof(words));
  return std::string(text, sizeof(words));
}

#endif

}  // namespace

absl::Status ProbeVersion(int major, int minor) {
  if (major == kOldestMajor && minor >= kOldestMinor) return absl::OkStatus();
  return Unavailable(absl::StrCat("library version, got ", major, ".", minor, ", expected ",
                                  kOldestMajor, ".", kOldestMinor, " or a newer ", kOldestMajor,
                                  ".x; run ./dev setup"));
}

#if defined(__x86_64__)

absl::Status ProbeExecutableMemory() {
  const auto bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* page = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    return Unavailable(absl::StrCat("cannot map a page: ", std::strerror(errno)));
  }
  constexpr unsigned char kReturn = 0xC3;
  std::memcpy(page, &kReturn, 1);
  absl::Status status;
  if (mprotect(page, bytes, PROT_READ | PROT_EXEC) != 0) {
    status = Unavailable(
        absl::StrCat("this process may not make memory executable: ", std::strerror(errno),
                     "; allow it, or go on with the reference backend"));
  } else {
    reinterpret_cast<void (*)()>(page)();
  }
  munmap(page, bytes);
  return status;
}

absl::Status ProbeTopology(Cpuid cpuid) {
  constexpr uint32_t kExtended = 0x80000000, kFeatures = 0x80000001, kCaches = 0x8000001D;
  constexpr uint32_t kTopologyLeaf = 0xB, kTopologyExtensions = 1u << 22, kCacheType = 0x1F;
  const std::string vendor = Vendor(cpuid);
  const bool amd = vendor == "AuthenticAMD";
  if (!amd && vendor != "GenuineIntel") return absl::OkStatus();
  const uint32_t basic = cpuid(0, 0)[0];
  if (basic < kTopologyLeaf) {
    return Unavailable(absl::StrCat("processor topology is hidden: highest CPUID leaf, got ", basic,
                                    ", expected 11 or more"));
  }
  if (!amd) return absl::OkStatus();
  const bool listed =
      cpuid(kExtended, 0)[0] >= kCaches && (cpuid(kFeatures, 0)[2] & kTopologyExtensions) != 0;
  if (!listed || (cpuid(kCaches, 0)[0] & kCacheType) == 0) {
    return Unavailable(
        "processor topology is hidden: CPUID has no 'topoext', so the threads that share a cache "
        "are not known; pass the host's CPU model to the virtual machine");
  }
  return absl::OkStatus();
}

std::string CpuModel() {
  const uint32_t signature = NativeCpuid(1, 0)[0];
  const uint32_t base_family = signature >> 8 & 0xF, base_model = signature >> 4 & 0xF;
  const uint32_t family = base_family == 0xF ? base_family + (signature >> 20 & 0xFF) : base_family;
  const bool extended = base_family == 6 || base_family == 0xF;
  const uint32_t model = extended ? (signature >> 16 & 0xF) << 4 | base_model : base_model;
  return absl::StrCat(Vendor(NativeCpuid), " family ", family, " model ", model);
}

absl::Status ProbeMachine() {
  if (absl::Status memory = ProbeExecutableMemory(); !memory.ok()) return memory;
  if (absl::Status topology = ProbeTopology(NativeCpuid); !topology.ok()) return topology;
  const dnnl_version_t* version = dnnl_version();
  return ProbeVersion(version->major, version->minor);
}

#else

absl::Status ProbeExecutableMemory() { return absl::OkStatus(); }
absl::Status ProbeTopology(Cpuid) { return absl::OkStatus(); }
std::string CpuModel() { return "unknown"; }

absl::Status ProbeMachine() {
  const dnnl_version_t* version = dnnl_version();
  return ProbeVersion(version->major, version->minor);
}

#endif

}  // namespace kairos::onednn
