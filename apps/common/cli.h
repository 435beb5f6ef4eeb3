// The frame of every command line tool: parse, run, report. Exit status 0: done; 1: failed, one
// line "TOOL: message" on stderr; 2: wrong usage, likewise.
#ifndef KAIROS_APPS_COMMON_CLI_H_
#define KAIROS_APPS_COMMON_CLI_H_

#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/shape_arg.h"

namespace kairos {

inline void PrintToolError(absl::string_view tool, absl::string_view message) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(tool.size()), tool.data(),
               static_cast<int>(message.size()), message.data());
}

// Adds `--shape NAME=SHAPE[,NAME=SHAPE]`, repeatable; one entry of `*shapes` for each time it is
// given.
inline CLI::Option* AddShapeOption(CLI::App& app, std::vector<std::vector<NamedShape>>* shapes,
                                   const std::string& help) {
  return app
      .add_option_function<std::vector<std::string>>(
          "--shape",
          [shapes](const std::vector<std::string>& texts) {
            shapes->clear();
            for (const std::string& text : texts) {
              absl::StatusOr<std::vector<NamedShape>> parsed = ParseShapeArg(text);
              if (!parsed.ok()) throw CLI::ValidationError(std::string(parsed.status().message()));
              shapes->push_back(*std::move(parsed));
            }
          },
          help)
      ->type_name("NAME=SHAPE[,NAME=SHAPE]")
      ->type_size(1)
      ->allow_extra_args(false);
}

// `app` has the tool's options and its name; `body` does the work after they are parsed.
inline int RunTool(CLI::App& app, int argc, char** argv, absl::FunctionRef<absl::Status()> body) {
  const std::string tool = app.get_name();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    PrintToolError(tool, std::string(error.what()) + "; see " + tool + " --help");
    return 2;
  }
  const absl::Status status = body();
  if (status.ok()) return 0;
  PrintToolError(tool, status.message());
  return 1;
}

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_CLI_H_
