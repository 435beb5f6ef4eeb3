#include "rtbench/agreement.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "common/file_io.h"

namespace kairos {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 31;

std::vector<float> Floats(const std::string& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace

absl::Status WriteOutputs(const std::string& path, const std::vector<Tensor>& outputs) {
  std::vector<absl::string_view> parts;
  for (const Tensor& output : outputs) {
    if (output.dtype() != DType::kFloat32) continue;
    parts.emplace_back(static_cast<const char*>(output.data()), output.byte_count());
  }
  return WriteFile(path, parts);
}

absl::StatusOr<Agreement> CompareOutputs(const std::string& path_a, const std::string& path_b) {
  absl::StatusOr<std::string> a = ReadFile(path_a, kMaxBytes);
  if (!a.ok()) return a.status();
  absl::StatusOr<std::string> b = ReadFile(path_b, kMaxBytes);
  if (!b.ok()) return b.status();
  if (a->size() != b->size()) {
    return absl::DataLossError(
        absl::StrCat("outputs: got ", b->size(), " bytes, expected ", a->size()));
  }
  Agreement agreement;
  agreement.same_bits = *a == *b;
  const std::vector<float> x = Floats(*a), y = Floats(*b);
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(y[i])) ++agreement.nan_count;
    agreement.scale = std::max<double>(agreement.scale, std::fabs(x[i]));
    const double diff = std::isnan(x[i]) && std::isnan(y[i]) ? 0.0 : std::fabs(double{x[i]} - y[i]);
    // A NaN on one side only is the largest difference there is.
    if (!(diff <= agreement.max_abs_diff)) agreement.max_abs_diff = diff;
  }
  return agreement;
}

}  // namespace kairos
