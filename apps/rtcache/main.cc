// rtcache: looks after a directory of compiled Programs (--cache of the other tools).
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "common/cli.h"
#include "kairos/program_cache.h"

namespace kairos {
namespace {

struct Options {
  std::string directory;
  bool json = false, all = false;
  uint64_t limit_mb = 0;
};

std::string Field(const CacheFileInfo& file, const std::string& wanted) {
  for (const auto& [field, value] : file.key) {
    if (field == wanted) return value;
  }
  return "";
}

void PrintJson(const std::vector<CacheFileInfo>& files) {
  nlohmann::json list = nlohmann::json::array();
  for (const CacheFileInfo& file : files) {
    nlohmann::json key = nlohmann::json::object();
    for (const auto& [field, value] : file.key) key[field] = value;
    list.push_back({{"name", file.name},
                    {"bytes", file.bytes},
                    {"age_s", file.age_seconds},
                    {"key", key},
                    {"problem", file.problem}});
  }
  // Names and keys of a damaged file may be no UTF-8.
  std::printf("%s\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void PrintTable(const std::vector<CacheFileInfo>& files) {
  std::printf("%-44s %12s %10s  %s\n", "file", "bytes", "age [s]", "what");
  uint64_t bytes = 0;
  for (const CacheFileInfo& file : files) {
    bytes += file.bytes;
    std::string what = file.problem.empty() ? "" : "PROBLEM: " + file.problem + "  ";
    if (!file.key.empty()) {
      what += "model " + Field(file, "model") + ", " + Field(file, "inputs") + ", " +
              Field(file, "threads") + " threads";
    }
    std::printf("%-44s %12llu %10lld  %s\n", file.name.c_str(),
                static_cast<unsigned long long>(file.bytes),
                static_cast<long long>(file.age_seconds), what.c_str());
  }
  std::printf("%zu files, %llu bytes\n", files.size(), static_cast<unsigned long long>(bytes));
}

absl::Status List(const Options& options, bool verify) {
  absl::StatusOr<std::vector<CacheFileInfo>> files = ListProgramCache(options.directory, verify);
  if (!files.ok()) return files.status();
  options.json ? PrintJson(*files) : PrintTable(*files);
  size_t problems = 0;
  for (const CacheFileInfo& file : *files) problems += file.problem.empty() ? 0 : 1;
  if (!verify || problems == 0) return absl::OkStatus();
  return absl::DataLossError(options.directory + ": " + std::to_string(problems) + " of " +
                             std::to_string(files->size()) + " files have a problem");
}

absl::Status Prune(const Options& options) {
  absl::StatusOr<int64_t> removed =
      PruneProgramCache(options.directory, options.all ? 0 : options.limit_mb * 1'000'000);
  if (!removed.ok()) return removed.status();
  if (options.json) {
    std::printf("%s\n", nlohmann::json{{"removed", *removed}}.dump().c_str());
  } else {
    std::printf("removed %lld files\n", static_cast<long long>(*removed));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Options options;
  CLI::App app("Looks after a directory of compiled Programs (--cache of the other tools).",
               "rtcache");
  app.require_subcommand(1);
  CLI::App* ls = app.add_subcommand("ls", "what is in it, and what for");
  CLI::App* verify =
      app.add_subcommand("verify", "the same with all checksums; exit 1 if one fails");
  CLI::App* prune = app.add_subcommand("prune", "remove what was used least recently");
  for (CLI::App* command : {ls, verify, prune}) {
    command->add_option("DIR", options.directory, "the directory")->required();
    command->add_flag("--json", options.json, "print JSON");
  }
  CLI::Option* limit =
      prune->add_option("--limit-mb", options.limit_mb, "megabytes to keep")
          ->check(CLI::Range(uint64_t{0}, std::numeric_limits<uint64_t>::max() / 1'000'000));
  prune->add_flag("--all", options.all, "keep nothing")->excludes(limit);
  return kairos::RunTool(app, argc, argv, [&]() -> absl::Status {
    if (prune->parsed()) {
      if (!options.all && limit->count() == 0) {
        return absl::InvalidArgumentError("prune: nothing to do; give --limit-mb or --all");
      }
      return kairos::Prune(options);
    }
    return kairos::List(options, verify->parsed());
  });
}
