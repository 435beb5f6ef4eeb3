// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss: the second takes the logarithm of a
// softmax over the classes first.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"

#include "reference/element.h"
#include "reference/families.h"
#include "reference/indices.h"

namespace kairos::reference {
namespace {

// The scores of one sample: `classes` elements from `offset`, `stride` apart.
struct Sample {
  int64_t offset, stride, classes;
};

struct Loss {
  Loss(const KernelRequest& request, const Args& args)
      : args(args),
        read(ElementReader<double>(args.input_type(0).dtype)),
        write(ElementWriter<double>(args.output_type(0).dtype)),
        labels(args, 1),
        classes(args.input_type(0).shape[1]),
        reduction(request.node->attributes.String("reduction", "mean")) {
    if (request.node->attributes.Has("ignore_index")) {
      ignored = request.node->attributes.Int("ignore_index", 0);
    }
    const Shape& shape = args.input_type(0).shape;
    inner = ElementCount(absl::MakeConstSpan(shape).subspan(2));
  }

  Sample SampleAt(int64_t i) const {
    return {i / inner * classes * inner + i % inner, inner, classes};
  }
  double Weight(int64_t label) const {
    return args.has_input(2) ? read(args.raw_input(2), label) : 1;
  }

  const Args& args;
  ReadElement<double> read;
  WriteElement<double> write;
  Indices labels;
  int64_t classes, inner;
  std::optional<int64_t> ignored;
  absl::string_view reduction;
};

absl::Status CheckLabels(absl::string_view op, const Loss& loss) {
  for (int64_t i = 0; i < loss.labels.count(); ++i) {
    const int64_t label = loss.labels[i];
    if ((label >= 0 && label < loss.classes) || label == loss.ignored) continue;
    return absl::InvalidArgumentError(absl::StrCat(op, ": label is out of range, got ", label,
                                                   ", expected 0 to ", loss.classes - 1));
  }
  return absl::OkStatus();
}

// `log_probability(sample, label)` is called for the samples that count.
template <typename LogProbability>
absl::Status Run(absl::string_view op, const Loss& loss, LogProbability&& log_probability) {
  absl::Status status = CheckLabels(op, loss);
  if (!status.ok()) return status;
  double sum = 0, weights = 0;
  for (int64_t i = 0; i < loss.labels.count(); ++i) {
    const int64_t label = loss.labels[i];
    double value = 0;
    if (label != loss.ignored) {
      const double weight = loss.Weight(label);
      value = -weight * log_probability(loss.SampleAt(i), label);
      weights += weight;
    }
    if (loss.reduction == "none") loss.write(loss.args.raw_output(0), i, value);
    sum += value;
  }
  if (loss.reduction == "mean") sum /= weights;
  if (loss.reduction != "none") loss.write(loss.args.raw_output(0), 0, sum);
  return absl::OkStatus();
}

absl::Status RunNegativeLogLikelihood(const KernelRequest& request, const Args& args) {
  const Loss loss(request, args);
  return Run(request.node->op, loss, [&](const Sample& sample, int64_t label) {
    return loss.read(args.raw_input(0), sample.offset + label * sample.stride);
  });
}

// The logarithm of the sum of the exponentials, scaled by the largest so that none overflows.
double LogSumExp(const Loss& loss, const Sample& sample) {
  const auto score = [&](int64_t c) {
    return loss.read(loss.args.raw_input(0), sample.offset + c * sample.stride);
  };
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t c = 0; c < sample.classes; ++c) largest = std::max(largest, score(c));
  double sum = 0;
  for (int64_t c = 0; c < sample.classes; ++c) sum += std::exp(score(c) - largest);
  return largest + std::log(sum);
}

absl::Status RunSoftmaxCrossEntropy(const KernelRequest& request, const Args& args) {
  const Loss loss(request, args);
  if (args.has_output(1)) {
    for (int64_t i = 0; i < loss.labels.count(); ++i) {
      const Sample sample = loss.SampleAt(i);
      const double total = LogSumExp(loss, sample);
      for (int64_t c = 0; c < sample.classes; ++c) {
        const int64_t at = sample.offset + c * sample.stride;
        loss.write(args.raw_output(1), at, loss.read(args.raw_input(0), at) - total);
      }
    }
  }
  return Run(request.node->op, loss, [&](const Sample& sample, int64_t label) {
    return loss.read(args.raw_input(0), sample.offset + label * sample.stride) -
           LogSumExp(loss, sample);
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "NegativeLogLikelihoodLoss", .run = RunNegativeLogLikelihood},
    {.op = "SoftmaxCrossEntropyLoss", .run = RunSoftmaxCrossEntropy},
};

}  // namespace

absl::Span<const ReferenceOp> LossOps() { return kRows; }

}  // namespace kairos::reference
