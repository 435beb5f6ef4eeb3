#include "onednn/fingerprint.h"

#include <cstdlib>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "oneapi/dnnl/dnnl.h"
#include "oneapi/dnnl/dnnl_debug.h"

#include "onednn/probes.h"

// What the build system knows of the library besides its version.
#ifndef KAIROS_ONEDNN_BUILD_ID
#define KAIROS_ONEDNN_BUILD_ID "unknown"
#endif

namespace kairos::onednn {
namespace {

// Variables that change which kernels the library chooses, each with either prefix.
constexpr const char* kOverrides[] = {"MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE"};

std::string CacheBytes(int name) {
  const long bytes = sysconf(name);
  return bytes > 0 ? absl::StrCat(bytes) : "unknown";
}

std::string Overrides() {
  std::string set;
  for (const char* prefix : {"ONEDNN_", "DNNL_"}) {
    for (const char* override_name : kOverrides) {
      const std::string name = absl::StrCat(prefix, override_name);
      const char* value = std::getenv(name.c_str());
      if (value != nullptr) absl::StrAppend(&set, set.empty() ? "" : ",", name, "=", value);
    }
  }
  return set.empty() ? "none" : set;
}

}  // namespace

Fingerprint MachineFingerprint() {
  const dnnl_version_t* version = dnnl_version();
  return {
      {"version", absl::StrCat(version->major, ".", version->minor, ".", version->patch)},
      {"hash", version->hash},
      {"build", KAIROS_ONEDNN_BUILD_ID},
      {"isa", dnnl_cpu_isa2str(dnnl_get_effective_cpu_isa())},
      {"isa_hints", dnnl_cpu_isa_hints2str(dnnl_get_cpu_isa_hints())},
      {"cpu", CpuModel()},
#ifdef _SC_LEVEL1_DCACHE_SIZE
      {"l1_bytes", CacheBytes(_SC_LEVEL1_DCACHE_SIZE)},
      {"l2_bytes", CacheBytes(_SC_LEVEL2_CACHE_SIZE)},
      {"l3_bytes", CacheBytes(_SC_LEVEL3_CACHE_SIZE)},
#endif
      {"overrides", Overrides()},
  };
}

}  // namespace kairos::onednn
