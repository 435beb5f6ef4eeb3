#include "common/inputs.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/npy.h"

namespace kairos {
namespace {

template <typename Entry>
const Entry* FindNamed(absl::Span<const Entry> entries, const std::string& name,
                       std::string Entry::* member) {
  auto it = std::find_if(entries.begin(), entries.end(),
                         [&](const Entry& entry) { return entry.*member == name; });
  return it == entries.end() ? nullptr : &*it;
}

absl::StatusOr<Shape> ShapeOf(const Value& input, const NamedShape* given) {
  if (given != nullptr) return given->shape;
  if (!input.dims.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "input '", input.name, "': declares no shape; give --shape ", input.name, "=..."));
  }
  Shape shape;
  for (size_t i = 0; i < input.dims->size(); ++i) {
    const Dim& dim = (*input.dims)[i];
    if (dim.size < 0 && i > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("input '", input.name, "': dimension ", i,
                       dim.symbol.empty() ? "" : absl::StrCat(" ('", dim.symbol, "')"),
                       " is not fixed; give --shape ", input.name, "=..."));
    }
    shape.push_back(dim.size < 0 ? 1 : dim.size);
  }
  return shape;
}

void FillRandom(Tensor* tensor, std::mt19937* random) {
  if (tensor->dtype() == DType::kFloat32) {
    for (float& v : tensor->as<float>()) {
      v = static_cast<float>((*random)() >> 8) * 0x1p-23f - 1.0f;
    }
  } else if (tensor->dtype() == DType::kFloat64) {
    for (double& v : tensor->as<double>()) v = (*random)() * 0x1p-31 - 1.0;
  } else if (tensor->dtype() == DType::kFloat16) {
    for (uint16_t& v : tensor->as<uint16_t>()) v = (*random)() & 1 ? 0x3800 : 0xB800;  // +-0.5
  } else if (tensor->dtype() == DType::kBFloat16) {
    for (uint16_t& v : tensor->as<uint16_t>()) v = (*random)() & 1 ? 0x3F00 : 0xBF00;  // +-0.5
  } else {
    // Little-endian 0 or 1 in every integer type and in bool.
    const size_t size = DTypeSize(tensor->dtype());
    auto* bytes = static_cast<uint8_t*>(tensor->data());
    for (size_t i = 0; i < tensor->byte_count(); i += size) bytes[i] = (*random)() & 1;
  }
}

absl::Status CheckNames(const Model& model, absl::Span<const NamedShape> shapes,
                        absl::Span<const NamedFile> files) {
  const std::vector<std::string> names = model.input_names();
  auto check = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("input '", name, "': unknown, expected ", absl::StrJoin(names, ", ")));
  };
  for (const NamedShape& shape : shapes) {
    if (absl::Status status = check(shape.name); !status.ok()) return status;
  }
  for (const NamedFile& file : files) {
    if (absl::Status status = check(file.first); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<NamedFile>> ParseNamedFiles(absl::Span<const std::string> texts) {
  std::vector<NamedFile> files;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return absl::InvalidArgumentError(absl::StrCat("'", text, "': expected NAME=FILE"));
    }
    files.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return files;
}

absl::StatusOr<std::vector<Tensor>> MakeInputs(const Model& model,
                                               absl::Span<const NamedShape> shapes,
                                               absl::Span<const NamedFile> files, uint32_t seed) {
  if (absl::Status status = CheckNames(model, shapes, files); !status.ok()) return status;
  std::vector<Tensor> inputs;
  std::mt19937 random(seed);
  for (ValueId id : model.graph().inputs) {
    const Value& input = model.graph().value(id);
    if (input.kind != ValueKind::kTensor || input.dtype == DType::kString) {
      return absl::UnimplementedError(absl::StrCat(
          "input '", input.name, "': is no tensor of numbers, which is all that files can give"));
    }
    if (const NamedFile* file = FindNamed(files, input.name, &NamedFile::first)) {
      absl::StatusOr<Tensor> tensor = ReadNpy(file->second);
      if (!tensor.ok()) return tensor.status();
      inputs.push_back(*std::move(tensor));
      continue;
    }
    absl::StatusOr<Shape> shape = ShapeOf(input, FindNamed(shapes, input.name, &NamedShape::name));
    if (!shape.ok()) return shape.status();
    absl::StatusOr<Tensor> tensor = Tensor::Make(input.dtype, *shape);
    if (!tensor.ok()) {
      return absl::Status(tensor.status().code(),
                          absl::StrCat("input '", input.name, "': ", tensor.status().message()));
    }
    FillRandom(&*tensor, &random);
    inputs.push_back(*std::move(tensor));
  }
  return inputs;
}

std::vector<TensorView> Views(absl::Span<const Tensor> tensors) {
  std::vector<TensorView> views;
  for (const Tensor& tensor : tensors) views.push_back(tensor.view());
  return views;
}

}  // namespace kairos
