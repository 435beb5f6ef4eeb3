// Random tensors. The same seed gives the same numbers on every run; without one it is 0.
#include "reference/random.h"

#include <cstring>

#include "reference/element.h"
#include "reference/families.h"

namespace kairos::reference {
namespace {

RandomStream StreamOf(const KernelRequest& request) {
  const float seed = request.node->attributes.Float("seed", 0);
  uint32_t bits;
  std::memcpy(&bits, &seed, sizeof(bits));
  return RandomStream(bits);
}

// Calls value(i) for each element of output 0.
template <typename Value>
absl::Status Fill(const Args& args, Value&& value) {
  const TensorType& dst = args.output_type(0);
  const auto write = ElementWriter<double>(dst.dtype);
  ParallelRanges(args.pool(), dst.element_count(), 1024, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) write(args.raw_output(0), i, value(i));
  });
  return absl::OkStatus();
}

absl::Status RunUniform(const KernelRequest& request, const Args& args) {
  const double low = request.node->attributes.Float("low", 0);
  const double high = request.node->attributes.Float("high", 1);
  const RandomStream stream = StreamOf(request);
  return Fill(args, [&](int64_t i) { return low + (high - low) * stream.Uniform(i); });
}

absl::Status RunNormal(const KernelRequest& request, const Args& args) {
  const double mean = request.node->attributes.Float("mean", 0);
  const double scale = request.node->attributes.Float("scale", 1);
  const RandomStream stream = StreamOf(request);
  return Fill(args, [&](int64_t i) { return mean + scale * stream.Normal(i); });
}

absl::Status RunBernoulli(const KernelRequest& request, const Args& args) {
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const RandomStream stream = StreamOf(request);
  return Fill(
      args, [&](int64_t i) { return stream.Uniform(i) < read(args.raw_input(0), i) ? 1.0 : 0.0; });
}

// The class at which the running sum of the probabilities passes a random part of the whole.
absl::Status RunMultinomial(const KernelRequest& request, const Args& args) {
  const int64_t classes = args.input_type(0).shape[1], samples = args.output_type(0).shape[1];
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const RandomStream stream = StreamOf(request);
  return Fill(args, [&](int64_t i) {
    const auto score = [&](int64_t c) {
      return read(args.raw_input(0), i / samples * classes + c);
    };
    double largest = score(0), total = 0;
    for (int64_t c = 1; c < classes; ++c) largest = std::fmax(largest, score(c));
    for (int64_t c = 0; c < classes; ++c) total += std::exp(score(c) - largest);
    double rest = stream.Uniform(i) * total;
    int64_t chosen = 0;
    for (; chosen < classes - 1; ++chosen) {
      rest -= std::exp(score(chosen) - largest);
      if (rest < 0) break;
    }
    return static_cast<double>(chosen);
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "Bernoulli", .run = RunBernoulli},   {.op = "Multinomial", .run = RunMultinomial},
    {.op = "RandomNormal", .run = RunNormal},   {.op = "RandomNormalLike", .run = RunNormal},
    {.op = "RandomUniform", .run = RunUniform}, {.op = "RandomUniformLike", .run = RunUniform},
};

}  // namespace

absl::Span<const ReferenceOp> RandomOps() { return kRows; }

}  // namespace kairos::reference
