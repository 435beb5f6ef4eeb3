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

using onnx_format::TypeProto;

const TypeProto& DeclaredType(const Declarations& declared, size_t index) {
  if (index >= static_cast<size_t>(declared.size())) return TypeProto::default_instance();
  return declared.Get(static_cast<int>(index)).type();
}

template <typename Message>
std::shared_ptr<Message> Parse(const std::string& bytes) {
  auto message = std::make_shared<Message>();
  return message->ParseFromString(bytes) ? message : nullptr;
}

void SetSequence(const std::shared_ptr<const onnx_format::SequenceProto>& sequence,
                 TestValue* value) {
  value->kind = AnyValue::Kind::kSequence;
  for (const TensorProto& tensor : sequence->tensor_values()) {
    value->tensors.emplace_back(sequence, &tensor);
  }
}

bool ParseValue(const std::string& bytes, const TypeProto& type, TestValue* value) {
  if (type.has_sequence_type()) {
    const auto sequence = Parse<onnx_format::SequenceProto>(bytes);
    if (sequence != nullptr) SetSequence(sequence, value);
    return sequence != nullptr;
  }
  if (type.has_optional_type()) {
    const auto optional = Parse<onnx_format::OptionalProto>(bytes);
    if (optional == nullptr) return false;
    if (optional->has_sequence_value()) {
      SetSequence({optional, &optional->sequence_value()}, value);
    } else if (optional->has_tensor_value()) {
      *value = {AnyValue::Kind::kTensor, {{optional, &optional->tensor_value()}}};
    }
    return true;
  }
  auto tensor = Parse<TensorProto>(bytes);
  if (tensor == nullptr) return false;
  if (type.tensor_type().elem_type() == TensorProto::BFLOAT16 &&
      tensor->data_type() == TensorProto::UINT16) {
    tensor->set_data_type(TensorProto::BFLOAT16);
  }
  *value = {AnyValue::Kind::kTensor, {std::move(tensor)}};
  return true;
}

absl::StatusOr<std::vector<TestValue>> LoadValues(const fs::path& directory, absl::string_view kind,
                                                  const Declarations& declared) {
  std::vector<TestValue> values;
  for (;;) {
    const fs::path path = directory / absl::StrCat(kind, "_", values.size(), ".pb");
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return values;
    absl::StatusOr<std::string> bytes = ReadFile(path.string(), kMaxFileBytes);
    if (!bytes.ok()) return bytes.status();
    TestValue value;
    if (!ParseValue(*bytes, DeclaredType(declared, values.size()), &value)) {
      return absl::DataLossError(absl::StrCat(path.string(), ": not a value of the declared type"));
    }
    values.push_back(std::move(value));
  }
}

absl::StatusOr<Constant> ToConstant(std::shared_ptr<const TensorProto> tensor) {
  if (tensor->data_type() != TensorProto::STRING) {
    return TensorReader(tensor, /*directory=*/"").Read(*tensor);
  }
  auto strings = std::make_shared<std::vector<std::string>>(tensor->string_data().begin(),
                                                            tensor->string_data().end());
  TensorType type{DType::kString, Shape(tensor->dims().begin(), tensor->dims().end())};
  if (type.element_count() != tensor->string_data_size()) {
    return absl::DataLossError("tensor of strings has another number of elements than its shape");
  }
  strings->reserve(1);
  const void* data = strings->data();
  return Constant{std::move(type), data, std::move(strings)};
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
    absl::StatusOr<std::vector<TestValue>> inputs = LoadValues(path, "input", graph.input());
    if (!inputs.ok()) return inputs.status();
    absl::StatusOr<std::vector<TestValue>> outputs = LoadValues(path, "output", graph.output());
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

absl::StatusOr<AnyValue> ToValue(const TestValue& value) {
  std::vector<Constant> tensors;
  for (const auto& message : value.tensors) {
    absl::StatusOr<Constant> tensor = ToConstant(message);
    if (!tensor.ok()) return tensor.status();
    tensors.push_back(*std::move(tensor));
  }
  if (value.kind == AnyValue::Kind::kNone) return AnyValue();
  if (value.kind == AnyValue::Kind::kSequence) return AnyValue(std::move(tensors));
  return AnyValue(std::move(tensors[0]));
}

}  // namespace kairos::conformance
