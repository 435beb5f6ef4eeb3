#include "reference/convolve.h"

#include <algorithm>

namespace kairos::reference {
namespace {

constexpr int64_t kTileChannels = 8;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// What one task computes: up to kTileChannels output channels at up to kRowLength positions of x.
struct Tile {
  int64_t n, group, channel, channels;  // channel: within the group
  std::array<int64_t, kAxes> begin, end;
  double sums[kTileChannels][kRowLength];
};

Tile MakeTile(const Convolution& conv, const void* bias, int64_t index) {
  const auto take = [&index](int64_t count) {
    const int64_t i = index % count;
    index /= count;
    return i;
  };
  Tile tile;
  const int64_t x = take(CeilDiv(conv.window[2].out, kRowLength)) * kRowLength;
  const int64_t y = take(conv.window[1].out);
  const int64_t z = take(conv.window[0].out);
  tile.channel = take(CeilDiv(conv.group_outputs, kTileChannels)) * kTileChannels;
  tile.channels = std::min(kTileChannels, conv.group_outputs - tile.channel);
  tile.group = take(conv.groups);
  tile.n = index;
  tile.begin = {z, y, x};
  tile.end = {z + 1, y + 1, std::min(x + kRowLength, conv.window[2].out)};
  for (int64_t c = 0; c < tile.channels; ++c) {
    double start = 0;
    if (bias != nullptr) {
      conv.read_bias(bias, tile.group * conv.group_outputs + tile.channel + c, 1, 1, &start);
    }
    std::fill_n(tile.sums[c], kRowLength, start);
  }
  return tile;
}

// Adds what one tap of the kernel contributes, from every input channel of the group.
void AddTap(const Convolution& conv, const void* src, const void* weights,
            const std::array<Overlap, kAxes>& taps, int64_t tap, Tile& tile) {
  const Overlap& row = taps[2];
  int64_t offset = tile.n * conv.src.batch + tile.group * conv.group_inputs * conv.src.channel;
  for (int a = 0; a < kAxes; ++a) offset += taps[a].in_begin * conv.src.axes[a];
  const int64_t first_weights =
      tap + tile.channel * conv.weight_output_stride +
      tile.group * (conv.transposed ? conv.group_inputs * conv.weight_input_stride
                                    : conv.group_outputs * conv.weight_output_stride);
  double values[kRowLength];
  double factors[kTileChannels];
  double zeros[kTileChannels] = {};
  if (conv.weight_zeros != nullptr) {
    const int64_t channel = tile.group * conv.group_outputs + tile.channel;
    conv.read_weights(conv.weight_zeros, channel * conv.weight_zero_stride, conv.weight_zero_stride,
                      tile.channels, zeros);
  }
  for (int64_t c = 0; c < conv.group_inputs; ++c) {
    conv.read_src(src, offset + c * conv.src.channel, row.in_step * conv.src.axes[2], row.count,
                  values);
    conv.read_weights(weights, first_weights + c * conv.weight_input_stride,
                      conv.weight_output_stride, tile.channels, factors);
    for (int64_t i = 0; i < row.count; ++i) values[i] -= conv.src_zero;
    for (int64_t o = 0; o < tile.channels; ++o) {
      double* sums = tile.sums[o] + (row.out_begin - tile.begin[2]);
      const double factor = factors[o] - zeros[o];
      for (int64_t i = 0; i < row.count; ++i) sums[i * row.out_step] += factor * values[i];
    }
  }
}

void AddTaps(const Convolution& conv, const void* src, const void* weights, Tile& tile) {
  const auto overlap = conv.transposed ? TransposedTapOverlap : TapOverlap;
  const Window& window = conv.window;
  const auto at = [&](int axis, int64_t k) {
    return overlap(window[axis], k, tile.begin[axis], tile.end[axis]);
  };
  std::array<Overlap, kAxes> taps;
  int64_t tap = 0;
  for (int64_t z = 0; z < window[0].kernel; ++z) {
    taps[0] = at(0, z);
    for (int64_t y = 0; y < window[1].kernel; ++y) {
      taps[1] = at(1, y);
      for (int64_t x = 0; x < window[2].kernel; ++x, ++tap) {
        taps[2] = at(2, x);
        if (taps[0].count == 0 || taps[1].count == 0 || taps[2].count == 0) continue;
        AddTap(conv, src, weights, taps, tap, tile);
      }
    }
  }
}

void WriteTile(const Convolution& conv, Tile& tile, void* dst) {
  const int64_t channel = tile.group * conv.group_outputs + tile.channel;
  int64_t offset = tile.n * conv.dst.batch + channel * conv.dst.channel;
  for (int a = 0; a < kAxes; ++a) offset += tile.begin[a] * conv.dst.axes[a];
  const int64_t count = tile.end[2] - tile.begin[2];
  for (int64_t c = 0; c < tile.channels; ++c, offset += conv.dst.channel) {
    double* sums = tile.sums[c];
    for (int64_t i = 0; conv.requantization != nullptr && i < count; ++i) {
      sums[i] = (*conv.requantization)(sums[i], channel + c);
    }
    conv.write(dst, offset, conv.dst.axes[2], count, sums);
  }
}

// A pointwise convolution sees its spatial dimensions as one: long rows are faster.
void MergeAxes(Convolution& conv) {
  const auto pointwise = [](const WindowAxis& axis) {
    return axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0 && axis.in == axis.out;
  };
  if (!std::all_of(conv.window.begin(), conv.window.end(), pointwise)) return;
  int64_t count = 1;
  for (const WindowAxis& axis : conv.window) count *= axis.in;
  conv.window = Window();
  conv.window[2].in = conv.window[2].out = count;
}

}  // namespace

Convolution MakeConvolution(const Node& node, const TensorType& src, const TensorType& weights,
                            const TensorType& dst, bool transposed) {
  const absl::Span<const int64_t> kernel = absl::MakeConstSpan(weights.shape).subspan(2);
  Convolution conv;
  conv.transposed = transposed;
  conv.window =
      (transposed ? MakeTransposedWindow : MakeWindow)(node, src.shape, dst.shape, kernel);
  conv.batch = src.shape[0];
  conv.groups = node.attributes.Int("group", 1);
  conv.group_inputs = src.shape[1] / conv.groups;
  conv.group_outputs = dst.shape[1] / conv.groups;
  conv.src = StridesOf(src);
  conv.dst = StridesOf(dst);
  conv.read_src = RowReader<double>(src.dtype);
  conv.read_weights = RowReader<double>(weights.dtype);
  conv.read_bias = RowReader<double>(dst.dtype);
  conv.write = RowWriter<double>(dst.dtype);
  const int64_t taps = ElementCount(kernel);
  conv.weight_input_stride = transposed ? conv.group_outputs * taps : taps;
  conv.weight_output_stride = transposed ? taps : conv.group_inputs * taps;
  MergeAxes(conv);
  return conv;
}

void Convolve(const Convolution& conv, const void* src, const void* weights, const void* bias,
              void* dst, ThreadPool& pool) {
  const int64_t tiles = conv.batch * conv.groups * CeilDiv(conv.group_outputs, kTileChannels) *
                        conv.window[0].out * conv.window[1].out *
                        CeilDiv(conv.window[2].out, kRowLength);
  ParallelRanges(pool, tiles, 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      Tile tile = MakeTile(conv, bias, index);
      AddTaps(conv, src, weights, tile);
      WriteTile(conv, tile, dst);
    }
  });
}

}  // namespace kairos::reference
