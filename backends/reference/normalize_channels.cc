#include <cmath>

#include "reference/normalization.h"
#include "reference/rows.h"
#include "reference/slices.h"
#include "reference/window.h"

namespace kairos::reference {
namespace {

// Input and output 0 as planes, and what happens to one of them: x * factor + shift.
struct Channels {
  Planes src, dst;
  RowMap map;

  explicit Channels(const Args& args)
      : src(PlanesOf(args.input_type(0))),
        dst(PlanesOf(args.output_type(0))),
        map(MakeRowMap(args.input_type(0).dtype, args.raw_input(0), args.output_type(0).dtype,
                       args.raw_output(0))) {}

  template <typename Body>
  void Read(int64_t n, int64_t c, Body&& body) const {
    ForEachPiece(map.read, map.src, src.offset(n, c), src.stride, src.count,
                 [&](const double* values, int64_t count, int64_t) { body(values, count); });
  }

  template <typename Function>
  void Map(int64_t n, int64_t c, Function&& function) const {
    map.Apply(src.offset(n, c), src.stride, dst.offset(n, c), dst.stride, src.count, function);
  }
};

// Element `i` of input `input`.
double InputAt(const Args& args, size_t input, int64_t i) {
  return ElementAt(args.input_type(input).dtype, args.raw_input(input), i);
}

// Subtracts the mean, divides by the deviation, then applies scale (input 1) and bias (input 2).
void NormalizePlane(const Args& args, const Channels& channels, const Moments& moments,
                    double epsilon, int64_t n, int64_t c) {
  const double factor = InputAt(args, 1, c) / std::sqrt(moments.variance + epsilon);
  const double bias = InputAt(args, 2, c);
  channels.Map(n, c, [&](double x) { return (x - moments.mean) * factor + bias; });
}

// Output `i` [C] at `c`: the running statistic of input `input`, moved towards `current`.
void UpdateRunning(const Args& args, size_t i, size_t input, int64_t c, double momentum,
                   double current) {
  if (!args.has_output(i)) return;
  const double updated = InputAt(args, input, c) * momentum + current * (1 - momentum);
  RowWriter<double>(args.output_type(i).dtype)(args.raw_output(i), c, 1, 1, &updated);
}

// Moments per group of channels of one batch element, then scale and bias per channel.
absl::Status NormalizeGroups(const Args& args, double epsilon, int64_t groups) {
  const Channels channels(args);
  const int64_t group_channels = groups == 0 ? 0 : channels.src.channels / groups;
  ParallelRanges(args.pool(), channels.src.batch * groups, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t n = i / groups, first = i % groups * group_channels;
      const Moments moments = MomentsOf([&](auto&& body) {
        for (int64_t c = 0; c < group_channels; ++c) channels.Read(n, first + c, body);
      });
      for (int64_t c = 0; c < group_channels; ++c) {
        NormalizePlane(args, channels, moments, epsilon, n, first + c);
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace

absl::Status RunBatchNormalization(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const bool training = attributes.Int("training_mode", 0) != 0;
  const double epsilon = attributes.Float("epsilon", 1e-5f);
  const double momentum = attributes.Float("momentum", 0.9f);
  const Channels channels(args);
  ParallelRanges(args.pool(), channels.src.channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      Moments moments = {InputAt(args, 3, c), InputAt(args, 4, c)};
      if (training) {
        moments = MomentsOf([&](auto&& body) {
          for (int64_t n = 0; n < channels.src.batch; ++n) channels.Read(n, c, body);
        });
        UpdateRunning(args, 1, 3, c, momentum, moments.mean);
        UpdateRunning(args, 2, 4, c, momentum, moments.variance);
      }
      for (int64_t n = 0; n < channels.src.batch; ++n) {
        NormalizePlane(args, channels, moments, epsilon, n, c);
      }
    }
  });
  return absl::OkStatus();
}

absl::Status RunInstanceNormalization(const KernelRequest& request, const Args& args) {
  return NormalizeGroups(args, request.node->attributes.Float("epsilon", 1e-5f),
                         args.input_type(0).shape[1]);
}

absl::Status RunGroupNormalization(const KernelRequest& request, const Args& args) {
  return NormalizeGroups(args, request.node->attributes.Float("epsilon", 1e-5f),
                         request.node->attributes.Int("num_groups", 1));
}

absl::Status RunLrn(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const int64_t size = attributes.Int("size", 1);
  const double alpha = attributes.Float("alpha", 1e-4f) / static_cast<double>(size);
  const double beta = attributes.Float("beta", 0.75f);
  const double bias = attributes.Float("bias", 1.0f);
  const Channels channels(args);
  const Planes& src = channels.src;
  ParallelRanges(args.pool(), src.batch * src.channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t n = plane / src.channels, c = plane % src.channels;
      const int64_t first = std::max<int64_t>(0, c - (size - 1) / 2);
      const int64_t last = std::min(src.channels - 1, c + size / 2);
      int64_t position = 0;
      channels.Map(n, c, [&](double x) {
        double squares = 0;
        for (int64_t i = first; i <= last; ++i) {
          double neighbour;
          channels.map.read(channels.map.src, src.offset(n, i) + position * src.stride, 1, 1,
                            &neighbour);
          squares += neighbour * neighbour;
        }
        ++position;
        return x / std::pow(bias + alpha * squares, beta);
      });
    }
  });
  return absl::OkStatus();
}

}  // namespace kairos::reference
