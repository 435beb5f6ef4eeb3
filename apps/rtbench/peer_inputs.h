// What other runtimes cannot find out about a model by themselves.
#ifndef KAIROS_APPS_RTBENCH_PEER_INPUTS_H_
#define KAIROS_APPS_RTBENCH_PEER_INPUTS_H_

#include <string>
#include <vector>

#include "rtbench/case.h"

namespace kairos {

// Leaves the inputs of the peers' cases in files, the same bytes that ours makes for itself, and
// says which dimensions churn. A case where that fails has the error.
void PreparePeers(const std::string& directory, bool churns, std::vector<Case>* cases);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_PEER_INPUTS_H_
