// The report as one picture: start, latency and memory of every row.
#ifndef KAIROS_APPS_RTBENCH_PICTURE_H_
#define KAIROS_APPS_RTBENCH_PICTURE_H_

#include <string>

#include <nlohmann/json.hpp>

namespace kairos {

// An SVG file. Each model has its own scale; shorter bars are better in all three columns.
std::string DrawPicture(const nlohmann::json& report);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_PICTURE_H_
