#include "rtbench/agreement.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "common/element.h"
#include "common/file_io.h"

namespace kairos {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 31;

std::vector<double> Doubles(const std::string& bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

}  // namespace

absl::Status WriteOutputs(const std::string& path, const std::vector<Tensor>& outputs) {
  std::vector<double> values;
  for (const Tensor& output : outputs) {
    if (output.dtype() == DType::kString) continue;
    const TensorView view = output.view();
    const auto count = static_cast<size_t>(ElementCount(view.shape));
    for (size_t i = 0; i < count; ++i) values.push_back(ElementAt(view, i));
  }
  const absl::string_view bytes(reinterpret_cast<const char*>(values.data()),
                                values.size() * sizeof(double));
  return WriteFile(path, absl::MakeConstSpan(&bytes, 1));
}

absl::StatusOr<Agreement> CompareOutputs(const std::string& path_a, const std::string& path_b) {
  absl::StatusOr<std::string> a = ReadFile(path_a, kMaxBytes);
  if (!a.ok()) return a.status();
  absl::StatusOr<std::string> b = ReadFile(path_b, kMaxBytes);
  if (!b.ok()) return b.status();
  if (a->size() != b->size()) {
    return absl::DataLossError(absl::StrCat("outputs: got ", b->size() / sizeof(double),
                                            " values, expected ", a->size() / sizeof(double)));
  }
  Agreement agreement;
  agreement.same_bits = *a == *b;
  const std::vector<double> x = Doubles(*a), y = Doubles(*b);
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(y[i])) ++agreement.nan_count;
    const double size = std::fabs(x[i]);
    if (std::isfinite(size)) agreement.scale = std::max(agreement.scale, size);
    const bool same = x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]));
    const double diff = same ? 0.0 : std::fabs(x[i] - y[i]);
    agreement.max_abs_diff = std::max(agreement.max_abs_diff, std::isnan(diff) ? HUGE_VAL : diff);
  }
  return agreement;
}

}  // namespace kairos
