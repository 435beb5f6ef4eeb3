// Models with trained weights, which the set-up leaves in the folder KAIROS_MODELS.
#ifndef KAIROS_TESTS_SUPPORT_TRAINED_MODEL_H_
#define KAIROS_TESTS_SUPPORT_TRAINED_MODEL_H_

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "kairos/model.h"
#include "rtconvert/importer.h"
#include "support/run_graph.h"

namespace kairos::testing {

// The imported model; null, with a line that counts as a skip, when its file is not there.
inline std::shared_ptr<const Model> ImportTrained(const std::string& file) {
  const char* folder = std::getenv("KAIROS_MODELS");
  const std::string path = folder == nullptr ? "" : std::string(folder) + "/" + file;
  if (path.empty() || !std::filesystem::exists(path)) {
    std::printf("SKIP: %s is not there (KAIROS_MODELS)\n", file.c_str());
    return nullptr;
  }
  return NewModel(Unwrap(ImportOnnx(path, {}, nullptr)));
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_TRAINED_MODEL_H_
