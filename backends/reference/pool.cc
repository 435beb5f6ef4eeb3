#include <cmath>
#include <limits>

#include "reference/families.h"
#include "reference/rows.h"
#include "reference/window.h"

namespace kairos::reference {
namespace {

struct Pool {
  Window window;
  SpatialStrides src, dst;
  ReadRow<double> read = nullptr;
  WriteRow<double> write = nullptr;
};

// One position of the window in one plane.
struct Position {
  int64_t n = 0, c = 0;
  std::array<int64_t, kAxes> out = {0, 0, 0};

  int64_t OffsetIn(const SpatialStrides& strides) const {
    int64_t offset = n * strides.batch + c * strides.channel;
    for (int a = 0; a < kAxes; ++a) offset += out[a] * strides.axes[a];
    return offset;
  }
};

Pool MakePool(const Node& node, const Args& args) {
  const TensorType& src = args.input_type(0);
  const TensorType& dst = args.output_type(0);
  Pool pool;
  pool.window = MakeWindow(node, src.shape, dst.shape, node.attributes.Ints("kernel_shape"));
  pool.src = StridesOf(src);
  pool.dst = StridesOf(dst);
  pool.read = RowReader<double>(src.dtype);
  pool.write = RowWriter<double>(dst.dtype);
  return pool;
}

// Calls body(const Position&), whose result becomes the output there.
template <typename Body>
void ForEachPosition(const Pool& pool, const Args& args, Body&& body) {
  const Shape& dst = args.output_type(0).shape;
  ParallelRanges(args.pool(), dst[0] * dst[1], 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      Position position = {.n = plane / dst[1], .c = plane % dst[1]};
      auto& [z, y, x] = position.out;
      for (z = 0; z < pool.window[0].out; ++z) {
        for (y = 0; y < pool.window[1].out; ++y) {
          for (x = 0; x < pool.window[2].out; ++x) {
            const double result = body(static_cast<const Position&>(position));
            pool.write(args.raw_output(0), position.OffsetIn(pool.dst), 1, 1, &result);
          }
        }
      }
    }
  });
}

// Calls body(value, z, y, x) for each element of the input under the window, in row-major order.
template <typename Body>
void ForEachCovered(const Pool& pool, const void* src, const Position& position, Body&& body) {
  std::array<Covered, kAxes> covered;
  for (int a = 0; a < kAxes; ++a) covered[a] = CoveredBy(pool.window[a], position.out[a]);
  const auto& [cz, cy, cx] = covered;
  const SpatialStrides& strides = pool.src;
  double values[kRowLength];
  for (int64_t i = 0, z = cz.begin; i < cz.count; ++i, z += cz.step) {
    for (int64_t j = 0, y = cy.begin; j < cy.count; ++j, y += cy.step) {
      const int64_t row = position.n * strides.batch + position.c * strides.channel +
                          z * strides.axes[0] + y * strides.axes[1];
      for (int64_t done = 0; done < cx.count; done += kRowLength) {
        const int64_t count = std::min(kRowLength, cx.count - done);
        const int64_t x = cx.begin + done * cx.step;
        pool.read(src, row + x * strides.axes[2], cx.step * strides.axes[2], count, values);
        for (int64_t k = 0; k < count; ++k) body(values[k], z, y, x + k * cx.step);
      }
    }
  }
}

absl::Status RunMaxPool(const KernelRequest& request, const Args& args) {
  const Pool pool = MakePool(*request.node, args);
  const auto &az = pool.window[0], &ay = pool.window[1], &ax = pool.window[2];
  const bool column_major = request.node->attributes.Int("storage_order", 0) != 0;
  const int64_t channels = args.input_type(0).shape[1];
  const SpatialStrides indices =
      args.has_output(1) ? StridesOf(args.output_type(1)) : SpatialStrides();
  ForEachPosition(pool, args, [&](const Position& position) {
    double best = -std::numeric_limits<double>::infinity();
    int64_t index = -1;  // of the best element within its plane
    ForEachCovered(
        pool, args.raw_input(0), position, [&](double value, int64_t z, int64_t y, int64_t x) {
          if (index >= 0 && !(value > best) && !std::isnan(value)) return;
          best = value;
          index = column_major ? (x * ay.in + y) * az.in + z : (z * ay.in + y) * ax.in + x;
        });
    if (args.has_output(1)) {
      const int64_t plane = position.n * channels + position.c;
      args.output<int64_t>(1)[position.OffsetIn(indices)] =
          index < 0 ? -1 : plane * az.in * ay.in * ax.in + index;
    }
    return best;
  });
  return absl::OkStatus();
}

// Taps of the window at `out` that lie on the input or its padding. With ceil_mode the last windows
// reach further.
int64_t PaddedCount(const WindowAxis& axis, int64_t out) {
  const int64_t room = axis.in + axis.pad_end + axis.pad_begin - out * axis.stride;
  return std::min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
}

absl::Status RunAveragePool(const KernelRequest& request, const Args& args) {
  const Pool pool = MakePool(*request.node, args);
  const bool include_pad = request.node->attributes.Int("count_include_pad", 0) != 0;
  ForEachPosition(pool, args, [&](const Position& position) {
    double sum = 0;
    int64_t count = 0;
    ForEachCovered(pool, args.raw_input(0), position, [&](double value, int64_t, int64_t, int64_t) {
      sum += value;
      ++count;
    });
    if (include_pad) {
      count = 1;
      for (int a = 0; a < kAxes; ++a) count *= PaddedCount(pool.window[a], position.out[a]);
    }
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
  });
  return absl::OkStatus();
}

absl::Status RunLpPool(const KernelRequest& request, const Args& args) {
  const Pool pool = MakePool(*request.node, args);
  const auto p = static_cast<double>(request.node->attributes.Int("p", 2));
  ForEachPosition(pool, args, [&](const Position& position) {
    double sum = 0;
    ForEachCovered(pool, args.raw_input(0), position, [&](double value, int64_t, int64_t, int64_t) {
      sum += std::pow(std::abs(value), p);
    });
    return std::pow(sum, 1 / p);
  });
  return absl::OkStatus();
}

constexpr DTypeSet kMaxPoolTypes = kFloatTypes | MakeDTypeSet(DType::kInt8, DType::kUint8);

constexpr ReferenceOp kOps[] = {
    {.op = "MaxPool",
     .run = RunMaxPool,
     .input_types = kMaxPoolTypes,
     .supports = CheckSpatialRank},
    {.op = "AveragePool",
     .run = RunAveragePool,
     .input_types = kFloatTypes,
     .supports = CheckSpatialRank},
    {.op = "LpPool", .run = RunLpPool, .input_types = kFloatTypes, .supports = CheckSpatialRank},
};

}  // namespace

absl::Span<const ReferenceOp> PoolingOps() { return kOps; }

}  // namespace kairos::reference
