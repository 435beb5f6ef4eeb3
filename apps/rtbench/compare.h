// From ONNX files to a comparison with other runtimes, in one command.
#ifndef KAIROS_APPS_RTBENCH_COMPARE_H_
#define KAIROS_APPS_RTBENCH_COMPARE_H_

#include "absl/status/status.h"

#include "rtbench/options.h"

namespace kairos {

// `options.models` are ONNX files: converts each and compiles a plan for every combination of
// shapes and threads with the tools that lie beside this one, then measures. A model that cannot be
// converted fails in its rows; one without a plan is measured with a warning. kNotFound: no such
// tool.
absl::Status Compare(Options options);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_COMPARE_H_
