// Adagrad, Adam and Momentum of the domain ai.onnx.preview.training. Each updates any number of
// tensors, element by element.
#include <cmath>

#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

constexpr absl::string_view kTrainingDomain = "ai.onnx.preview.training";

// One element of a tensor, with its gradient and what the optimiser remembers of it.
struct Element {
  double x, gradient, state[2];
};

// Calls step(Element&) for each element of each tensor; inputs and outputs as the op table's row
// has them.
template <size_t kStates, typename Step>
absl::Status UpdateAll(const KernelRequest& request, const Args& args, Step&& step) {
  const size_t tensors = request.outputs.size() / (1 + kStates);
  for (size_t t = 0; t < tensors; ++t) {
    const TensorType& type = args.input_type(2 + t);
    const auto read = ElementReader<double>(type.dtype);
    const auto write = ElementWriter<double>(type.dtype);
    const auto input = [&](size_t kind) { return args.raw_input(2 + kind * tensors + t); };
    const auto output = [&](size_t kind) { return args.raw_output(kind * tensors + t); };
    for (int64_t i = 0; i < type.element_count(); ++i) {
      Element element = {read(input(0), i), read(input(1), i), {}};
      for (size_t s = 0; s < kStates; ++s) element.state[s] = read(input(2 + s), i);
      step(element);
      if (output(0) != nullptr) write(output(0), i, element.x);
      for (size_t s = 0; s < kStates; ++s) {
        if (output(1 + s) != nullptr) write(output(1 + s), i, element.state[s]);
      }
    }
  }
  return absl::OkStatus();
}

double Rate(const Args& args) {
  return ElementReader<double>(args.input_type(0).dtype)(args.raw_input(0), 0);
}
double StepNumber(const Args& args) { return static_cast<double>(*args.input<int64_t>(1)); }

absl::Status RunAdagrad(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const double norm = attributes.Float("norm_coefficient", 0);
  const double epsilon = attributes.Float("epsilon", 1e-6f);
  const double rate = Rate(args) / (1 + StepNumber(args) * attributes.Float("decay_factor", 0));
  return UpdateAll<1>(request, args, [=](Element& e) {
    const double gradient = norm * e.x + e.gradient;
    e.state[0] += gradient * gradient;
    e.x -= rate * gradient / (std::sqrt(e.state[0]) + epsilon);
  });
}

absl::Status RunAdam(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const double norm = attributes.Float("norm_coefficient", 0);
  const double norm_post = attributes.Float("norm_coefficient_post", 0);
  const double alpha = attributes.Float("alpha", 0.9f), beta = attributes.Float("beta", 0.999f);
  const double epsilon = attributes.Float("epsilon", 1e-6f);
  const double t = StepNumber(args);
  double rate = Rate(args);
  if (t > 0) rate *= std::sqrt(1 - std::pow(beta, t)) / (1 - std::pow(alpha, t));
  return UpdateAll<2>(request, args, [=](Element& e) {
    const double gradient = norm * e.x + e.gradient;
    e.state[0] = alpha * e.state[0] + (1 - alpha) * gradient;
    e.state[1] = beta * e.state[1] + (1 - beta) * gradient * gradient;
    e.x -= rate * e.state[0] / (std::sqrt(e.state[1]) + epsilon);
    e.x *= 1 - norm_post;
  });
}

absl::Status RunMomentum(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const double norm = attributes.Float("norm_coefficient", 0);
  const double alpha = attributes.Float("alpha", 0);
  const double beta = StepNumber(args) > 0 ? attributes.Float("beta", 1) : 1;
  const bool nesterov = attributes.String("mode", "") == "nesterov";
  const double rate = Rate(args);
  return UpdateAll<1>(request, args, [=](Element& e) {
    const double gradient = norm * e.x + e.gradient;
    e.state[0] = alpha * e.state[0] + beta * gradient;
    e.x -= rate * (nesterov ? gradient + alpha * e.state[0] : e.state[0]);
  });
}

constexpr ReferenceOp kRows[] = {
    {.domain = kTrainingDomain, .op = "Adagrad", .run = RunAdagrad},
    {.domain = kTrainingDomain, .op = "Adam", .run = RunAdam},
    {.domain = kTrainingDomain, .op = "Momentum", .run = RunMomentum},
};

}  // namespace

absl::Span<const ReferenceOp> OptimizerOps() { return kRows; }

}  // namespace kairos::reference
