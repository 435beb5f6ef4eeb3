#include "onnx_runner/test_case.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "common/file_io.h"
#include "rtconvert/tensor_reader.h"

namespace kairos::conformance {
namespace {

namespace fs = std::filesystem;
using onnx_format::TensorProto;

constexpr size_t kMaxFileBytes = size_t{1} << 30;

using Declarations = google::protobuf::RepeatedPtrField<onnx_format::ValueInfoProto>;

void UseDeclaredType(const Declarations& declared, size_t index, TensorProto* tensor) {
  if (index >= static_cast<size_t>(declared.size())) return;
  const auto& type = declared.Get(static_cast<int>(index)).type().tensor_type();
  if (type.elem_type() == TensorProto::BFLOAT16 && tensor->data_type() == TensorProto::UINT16) {
    tensor->set_data_type(TensorProto::BFLOAT16);
  }
}

absl::StatusOr<TensorMessages> LoadTensors(const fs::path& directory, absl::string_view kind,
                                           const Declarations& declared) {
  TensorMessages tensors;
  for (;;) {
    const fs::path path = directory / absl::StrCat(kind, "_", tensors.size(), ".pb");
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return tensors;
    absl::StatusOr<std::string> bytes = ReadFile(path.string(), kMaxFileBytes);
    if (!bytes.ok()) return bytes.status();
    auto tensor = std::make_shared<TensorProto>();
    if (!tensor->ParseFromString(*bytes)) {
      return absl::DataLossError(absl::StrCat(path.string(), ": not a tensor"));
    }
    UseDeclaredType(declared, tensors.size(), tensor.get());
    tensors.push_back(std::move(tensor));
  }
}

std::vector<fs::path> SortedEntries(const fs::path& directory) {
  std::error_code ignored;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

absl::StatusOr<std::vector<TestCase>> FindCases(const std::string& directory) {
  std::error_code error;
  const fs::path root = fs::canonical(directory, error);
  if (error) return absl::NotFoundError(absl::StrCat(directory, ": ", error.message()));
  std::vector<TestCase> cases;
  const auto visit = [&](const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path / "model.onnx", ignored)) return;
    cases.push_back({(path.parent_path().filename() / path.filename()).string(), path.string()});
  };
  visit(root);
  for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
    if (entry.is_directory()) visit(entry.path());
  }
  std::sort(cases.begin(), cases.end(),
            [](const TestCase& a, const TestCase& b) { return a.name < b.name; });
  return cases;
}

absl::StatusOr<std::vector<DataSet>> LoadDataSets(const TestCase& test,
                                                  const onnx_format::GraphProto& graph) {
  std::vector<DataSet> sets;
  for (const fs::path& path : SortedEntries(test.directory)) {
    if (!absl::StartsWith(path.filename().string(), "test_data_set_")) continue;
    absl::StatusOr<TensorMessages> inputs = LoadTensors(path, "input", graph.input());
    if (!inputs.ok()) return inputs.status();
    absl::StatusOr<TensorMessages> outputs = LoadTensors(path, "output", graph.output());
    if (!outputs.ok()) return outputs.status();
    sets.push_back({*std::move(inputs), *std::move(outputs)});
  }
  return sets;
}

absl::StatusOr<Tolerance> LoadTolerance(const TestCase& test) {
  Tolerance tolerance;
  const fs::path path = fs::path(test.directory) / "data.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return tolerance;
  absl::StatusOr<std::string> text = ReadFile(path.string(), kMaxFileBytes);
  if (!text.ok()) return text.status();
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto read = [&json](const char* key, double* target) {
    const auto it = json.find(key);
    if (it == json.end()) return true;
    if (!it->is_number()) return false;
    *target = it->get<double>();
    return true;
  };
  if (!json.is_object() || !read("rtol", &tolerance.relative) ||
      !read("atol", &tolerance.absolute)) {
    return absl::DataLossError(absl::StrCat(path.string(), ": no tolerances"));
  }
  return tolerance;
}

absl::StatusOr<Constant> ToConstant(std::shared_ptr<const onnx_format::TensorProto> tensor) {
  return TensorReader(tensor, /*directory=*/"").Read(*tensor);
}

}  // namespace kairos::conformance
