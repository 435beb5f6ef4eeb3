// What the user asked rtbench for.
#ifndef KAIROS_APPS_RTBENCH_OPTIONS_H_
#define KAIROS_APPS_RTBENCH_OPTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"

#include "rtbench/request.h"

namespace kairos {

struct Options {
  std::string program;  // this one, to start children from
  std::vector<std::string> models;
  std::vector<std::string> policies;
  std::vector<std::vector<NamedShape>> shapes;
  std::vector<int64_t> batches;  // empty: as the shapes say
  std::vector<int> threads;      // empty: the default
  int repeats = 5;               // processes per row and kind
  double budget_s = 0;           // 0: none
  SampleRequest sample;          // what all children have in common
  std::string churn;             // of ParseChurn; empty: none
  bool parity = false;
  std::string experiment;
  // What is known before anything is measured: models that cannot be, with the reason, and what
  // the report should warn of.
  std::map<std::string, std::string> refused;
  std::vector<std::string> warnings;
  // Other runtimes on the same models.
  std::vector<std::string> peers;
  std::vector<std::string> onnx;  // as models
  std::string python = "python3";
  // Where to leave the report, besides the table.
  std::string json_path, html_path, svg_path, trace_path;
};

// --json, --html and --svg.
void AddOutputOptions(CLI::App& app, Options* options);
void AddOptions(CLI::App& app, Options* options);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_OPTIONS_H_
