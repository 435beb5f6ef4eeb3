// rtconvert: an ONNX model into a Kairos model file.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "common/cli.h"
#include "kairos/model.h"
#include "rtconvert/importer.h"
#include "rtconvert/refit.h"

namespace kairos {
namespace {

struct Arguments {
  std::string input, output, refit;
  std::vector<std::vector<NamedShape>> shapes;
  bool check = false;
};

absl::Status Check(const Arguments& arguments, const ImportOptions& options) {
  std::vector<std::string> problems;
  const absl::Status status = ImportOnnx(arguments.input, options, &problems).status();
  for (const std::string& problem : problems) std::printf("%s\n", problem.c_str());
  if (problems.empty()) return status;
  return absl::UnimplementedError(
      absl::StrCat(arguments.input, ": ", problems.size(), " things are not supported"));
}

absl::Status Convert(const Arguments& arguments) {
  ImportOptions options;
  for (const std::vector<NamedShape>& shapes : arguments.shapes) {
    options.shapes.insert(options.shapes.end(), shapes.begin(), shapes.end());
  }
  if (arguments.check) return Check(arguments, options);
  absl::StatusOr<Graph> graph = ImportOnnx(arguments.input, options, nullptr);
  if (!graph.ok()) return graph.status();
  if (!arguments.refit.empty()) {
    return RefitModel(arguments.refit, *std::move(graph), arguments.output);
  }
  return SaveModel(*graph, {}, arguments.output);
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  kairos::Arguments arguments;
  CLI::App app("Converts an ONNX model (opset 1 to 24) into a Kairos model file.", "rtconvert");
  app.add_option("IN.onnx", arguments.input, "the model to read")->required();
  app.add_option("OUT.kai", arguments.output, "the file to write; not with --check");
  kairos::AddShapeOption(app, &arguments.shapes, "sizes for the dimensions of an input");
  app.add_flag("--check", arguments.check,
               "list everything in the model that is not supported, and write nothing");
  app.add_option("--refit", arguments.refit,
                 "a model with plans that IN.onnx has new weights for: OUT.kai gets its plans with "
                 "these weights, and nothing is compiled")
      ->type_name("OLD.kai")
      ->excludes("--check");
  app.callback([&] {
    if (arguments.output.empty() && !arguments.check) throw CLI::RequiredError("OUT.kai");
  });
  return kairos::RunTool(app, argc, argv, [&] { return kairos::Convert(arguments); });
}
