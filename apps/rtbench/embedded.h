// Files of this folder that the program carries in itself; embed.py makes their definitions.
#ifndef KAIROS_APPS_RTBENCH_EMBEDDED_H_
#define KAIROS_APPS_RTBENCH_EMBEDDED_H_

#include "absl/strings/string_view.h"

namespace kairos {

extern const absl::string_view kPageHtml, kPageStyle, kChartsScript, kPageScript, kPeerScript;

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_EMBEDDED_H_
