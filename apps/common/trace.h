// Events of a session as a Chrome trace, which chrome://tracing and Perfetto open ("Trace Event
// Format").
#ifndef KAIROS_APPS_COMMON_TRACE_H_
#define KAIROS_APPS_COMMON_TRACE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kairos/session.h"

namespace kairos {

class TraceWriter {
 public:
  void Add(const Event& event);
  absl::Status Write(const std::string& path) const;

 private:
  std::vector<std::string> lines_;
  int64_t origin_ns_ = -1;
};

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_TRACE_H_
