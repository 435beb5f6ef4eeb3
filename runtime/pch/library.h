// What nearly every source of the library includes, compiled once; only builds with -Db_pch=true
// use it. A source must still include what it uses.
#ifndef KAIROS_RUNTIME_PCH_LIBRARY_H_
#define KAIROS_RUNTIME_PCH_LIBRARY_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

#endif  // KAIROS_RUNTIME_PCH_LIBRARY_H_
