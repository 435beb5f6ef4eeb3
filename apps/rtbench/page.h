// The report as one web page that needs no network: data, style and the code that draws are in it.
#ifndef KAIROS_APPS_RTBENCH_PAGE_H_
#define KAIROS_APPS_RTBENCH_PAGE_H_

#include <string>

#include <nlohmann/json.hpp>

namespace kairos {

std::string MakePage(const nlohmann::json& report);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_PAGE_H_
