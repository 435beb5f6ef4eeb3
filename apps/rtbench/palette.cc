#include "rtbench/palette.h"

#include <array>
#include <cstddef>

namespace kairos {

std::map<std::string, std::string> ColoursOf(const nlohmann::json& rows) {
  // Cool for policies, warm for peers.
  constexpr std::array<const char*, 6> kPolicies = {"#7c8aa5", "#3b82f6", "#0fa47f",
                                                    "#8b5cf6", "#06a6c4", "#5468d4"};
  constexpr std::array<const char*, 4> kPeers = {"#e58a1f", "#d9534f", "#c2569a", "#a68a2d"};
  std::map<std::string, std::string> colours;
  size_t policies = 0, peers = 0;
  for (const nlohmann::json& row : rows) {
    const std::string name = row.at("policy");
    if (colours.contains(name)) continue;
    colours[name] = row.value("is_peer", false) ? kPeers[peers++ % kPeers.size()]
                                                : kPolicies[policies++ % kPolicies.size()];
  }
  return colours;
}

}  // namespace kairos
