#include "rtbench/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "kairos/runtime.h"

namespace kairos {
namespace {

using nlohmann::json;

std::string CpuName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::string Outputs(const json& row) {
  if (row.at("compared_with") == row.at("policy")) return "-";
  if (row.at("same_bits").get<bool>()) return "same";
  const double scale = row.at("output_scale").get<double>();
  char text[32];
  std::snprintf(text, sizeof(text), "%.0e", row.at("max_abs_diff").get<double>() /
                                               (scale > 0 ? scale : 1.0));
  return text;
}

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - static_cast<double>(below));
}

json MergeSamples(const std::vector<json>& samples, const json& empty) {
  auto median = [&](const char* field) {
    std::vector<double> values;
    for (const json& sample : samples) values.push_back(sample.at(field).get<double>());
    return Quantile(std::move(values), 0.5);
  };
  std::vector<double> steady;
  for (const json& sample : samples) {
    for (const json& value : sample.at("samples_ms")) steady.push_back(value.get<double>());
  }
  json row;
  for (const char* field : {"load_ms", "first_ms", "cold_ms", "weights_mb", "arena_mb"}) {
    row[field] = median(field);
  }
  for (const char* field : {"threads", "compiles", "plan_hits", "cache_hits", "fallbacks"}) {
    row[field] = samples.front().at(field);
  }
  for (const char* field : {"peak_rss_mb", "steady_rss_mb"}) {
    row[field] = std::max(0.0, median(field) - empty.at(field).get<double>());
  }
  row["p50_ms"] = Quantile(steady, 0.5);
  row["p90_ms"] = Quantile(steady, 0.9);
  row["p99_ms"] = Quantile(steady, 0.99);
  row["min_ms"] = Quantile(steady, 0);
  row["runs"] = steady.size();
  row["samples_ms"] = std::move(steady);
  return row;
}

void PrintTable(const json& rows) {
  std::printf("  %-6s %7s %8s %8s %8s %8s %6s %5s %5s %7s %s\n", "policy", "load ms", "first ms", "cold ms", "p50 ms", "p90 ms", "compil", "plan", "fallb",
              "peakMB", "outputs");
  std::string last;
  for (const json& row : rows) {
    std::string label = row.at("model").get<std::string>();
    const std::string shapes = row.at("shapes").get<std::string>();
    if (!shapes.empty()) label += " " + shapes;
    if (label != last) std::printf("%s\n", label.c_str());
    last = label;
    std::printf("  %-6s", row.at("policy").get<std::string>().c_str());
    if (row.contains("error")) {
      std::printf(" %s\n", row.at("error").get<std::string>().c_str());
      continue;
    }
    std::printf(" %7.2f", row.at("load_ms").get<double>());
    for (const char* field : {"first_ms", "cold_ms", "p50_ms", "p90_ms"}) {
      std::printf(" %8.2f", row.at(field).get<double>());
    }
    std::printf(" %6d %5d %5d %7.1f %s\n", row.at("compiles").get<int>(),
                row.at("plan_hits").get<int>(), row.at("fallbacks").get<int>(),
                row.at("peak_rss_mb").get<double>(), Outputs(row).c_str());
  }
  std::printf("outputs: compared with the first policy of the same model and shapes; a difference is\n"
              "relative to the largest output, and comes from fusion or other kernels\n");
}

json Environment() {
  utsname system{};
  uname(&system);
  json environment = {{"date", Today()},
                      {"cpu", CpuName()},
                      {"machine", system.machine},
                      {"os", std::string(system.sysname) + " " + system.release},
                      {"cpu_threads", DefaultThreadCount()},
                      {"kairos", KAIROS_VERSION}};
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = Runtime::Make({.threads = 1});
  if (!runtime.ok()) return environment;
  for (const Backend* backend : (*runtime)->backends()) {
    json fields = json::object();
    for (const auto& [field, value] : backend->fingerprint()) fields[field] = value;
    environment["backends"][std::string(backend->name())] = fields;
  }
  return environment;
}

}  // namespace kairos
