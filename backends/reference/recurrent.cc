#include "reference/recurrent.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"

namespace kairos::reference {
namespace {

struct ActivationRow {
  absl::string_view name;
  double (*function)(double x, double alpha, double beta);
  // The defaults; a function takes the next element of a list only when it has such a parameter.
  bool has_alpha = false, has_beta = false;
  double alpha = 0, beta = 0;
};

constexpr ActivationRow kActivations[] = {
    {"Affine", [](double x, double a, double b) { return a * x + b; }, true, true, 1, 0},
    {"Elu", [](double x, double a, double) { return x >= 0 ? x : a * std::expm1(x); }, true, false,
     1},
    {"HardSigmoid", [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); },
     true, true, double{0.2f}, 0.5},
    {"LeakyRelu", [](double x, double a, double) { return x >= 0 ? x : a * x; }, true, false,
     double{0.01f}},
    {"Relu", [](double x, double, double) { return std::max(0.0, x); }},
    {"ScaledTanh", [](double x, double a, double b) { return a * std::tanh(b * x); }, true, true, 1,
     1},
    {"Sigmoid", [](double x, double, double) { return 1 / (1 + std::exp(-x)); }},
    {"Softplus", [](double x, double,
                    double) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }},
    {"Softsign", [](double x, double, double) { return x / (1 + std::abs(x)); }},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"ThresholdedRelu", [](double x, double a, double) { return x >= a ? x : 0; }, true, false, 1},
};

// Hands out the elements of a list of floats, one after the other.
class Parameters {
 public:
  explicit Parameters(absl::Span<const float> values) : values_(values) {}
  double Next(bool wanted, double fallback) {
    if (!wanted || next_ >= values_.size()) return fallback;
    return values_[next_++];
  }

 private:
  absl::Span<const float> values_;
  size_t next_ = 0;
};

}  // namespace

Recurrent MakeRecurrent(const KernelRequest& request, int64_t gates,
                        absl::Span<const absl::string_view> defaults) {
  const Attributes& attributes = request.node->attributes;
  Recurrent cell;
  const Shape& src = request.inputs[0].type.shape;
  cell.batch_first = attributes.Int("layout", 0) != 0;
  cell.steps = src[cell.batch_first ? 1 : 0];
  cell.batch = src[cell.batch_first ? 0 : 1];
  cell.inputs = src[2];
  cell.directions = request.inputs[2].type.shape[0];
  cell.hidden = request.inputs[2].type.shape[2];
  cell.gates = gates;
  cell.clip = attributes.Float("clip", 0);
  cell.first_is_reverse = attributes.String("direction", "forward") == "reverse";
  std::vector<absl::string_view> names;
  if (const Attribute* given = attributes.Find("activations")) {
    const auto& strings = std::get<std::vector<std::string>>(*given);
    names.assign(strings.begin(), strings.end());
  } else {
    for (int64_t d = 0; d < cell.directions; ++d) {
      names.insert(names.end(), defaults.begin(), defaults.end());
    }
  }
  Parameters alphas(attributes.Floats("activation_alpha"));
  Parameters betas(attributes.Floats("activation_beta"));
  for (size_t i = 0; i < names.size(); ++i) {
    const ActivationRow& row = *std::find_if(
        std::begin(kActivations), std::end(kActivations),
        [&](const ActivationRow& r) { return absl::EqualsIgnoreCase(r.name, names[i]); });
    cell.activations[i / defaults.size()][i % defaults.size()] = {
        row.function, alphas.Next(row.has_alpha, row.alpha), betas.Next(row.has_beta, row.beta)};
  }
  return cell;
}

}  // namespace kairos::reference
