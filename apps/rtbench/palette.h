// One colour per policy or peer, the same in every picture.
#ifndef KAIROS_APPS_RTBENCH_PALETTE_H_
#define KAIROS_APPS_RTBENCH_PALETTE_H_

#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace kairos {

// By name, for all rows. Readable on white and on near-black.
std::map<std::string, std::string> ColoursOf(const nlohmann::json& rows);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_PALETTE_H_
