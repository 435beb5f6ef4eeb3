// DeformConv: a convolution whose taps are moved by offsets that come as a tensor.
#include <array>

#include "reference/families.h"
#include "reference/sampling.h"

namespace kairos::reference {
namespace {

struct DeformConv {
  DeformConv(const KernelRequest& request, const Args& args)
      : args(args),
        attributes(request.node->attributes),
        src(args.input_type(0).shape),
        weights(args.input_type(1).shape),
        dst(args.output_type(0).shape),
        rank(src.size() - 2),
        kernel(weights.begin() + 2, weights.end()),
        out(dst.begin() + 2, dst.end()),
        strides(DenseStrides(absl::MakeConstSpan(src).subspan(2), Layout::kPlain)),
        read(ElementReader<double>(args.input_type(0).dtype)),
        taps(ElementCount(kernel)),
        points(ElementCount(out)),
        plane(ElementCount(absl::MakeConstSpan(src).subspan(2))),
        offset_groups(attributes.Int("offset_group", 1)) {}

  int64_t Attribute(absl::string_view name, size_t i, int64_t fallback) const {
    const absl::Span<const int64_t> values = attributes.Ints(name);
    return i < values.size() ? values[i] : fallback;
  }
  // The tap `k` at output position `at`, which is point `point` of image `n`.
  void Locate(int64_t n, int64_t group, int64_t tap, const Shape& k, const Shape& at, int64_t point,
              absl::Span<AxisTaps> axes) const {
    for (size_t d = 0; d < rank; ++d) {
      const int64_t base = at[d] * Attribute("strides", d, 1) - Attribute("pads", d, 0) +
                           k[d] * Attribute("dilations", d, 1);
      const int64_t channel =
          ((n * offset_groups + group) * taps + tap) * static_cast<int64_t>(rank) +
          static_cast<int64_t>(d);
      const double moved = read(args.raw_input(2), channel * points + point);
      axes[d] = LinearTaps(static_cast<double>(base) + moved, src[d + 2]);
    }
  }
  double Mask(int64_t n, int64_t group, int64_t tap, int64_t point) const {
    if (!args.has_input(4)) return 1;
    return read(args.raw_input(4), ((n * offset_groups + group) * taps + tap) * points + point);
  }

  const Args& args;
  const Attributes& attributes;
  const Shape &src, &weights, &dst;
  size_t rank;
  Shape kernel, out, strides;
  ReadElement<double> read;
  int64_t taps, points, plane, offset_groups;
};

double OutputAt(const DeformConv& conv, int64_t n, int64_t m, const Shape& at, int64_t point) {
  const int64_t group_inputs = conv.weights[1];
  const int64_t groups = conv.src[1] / group_inputs;
  const int64_t first = m / (conv.dst[1] / groups) * group_inputs;
  const int64_t offset_inputs = conv.src[1] / conv.offset_groups;
  double sum = conv.args.has_input(3) ? conv.read(conv.args.raw_input(3), m) : 0;
  std::array<AxisTaps, kMaxRank> axes;
  for (int64_t c = 0; c < group_inputs; ++c) {
    const int64_t channel = first + c, group = channel / offset_inputs;
    Shape k(conv.rank, 0);
    int64_t tap = 0;
    do {
      conv.Locate(n, group, tap, k, at, point, absl::MakeSpan(axes));
      const double value =
          Interpolate(conv.read, conv.args.raw_input(0), (n * conv.src[1] + channel) * conv.plane,
                      absl::MakeConstSpan(axes).first(conv.rank), conv.strides);
      const double weight =
          conv.read(conv.args.raw_input(1), (m * group_inputs + c) * conv.taps + tap);
      sum += weight * value * conv.Mask(n, group, tap, point);
      ++tap;
    } while (NextIndex(conv.kernel, &k));
  }
  return sum;
}

absl::Status RunDeformConv(const KernelRequest& request, const Args& args) {
  const DeformConv conv(request, args);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  if (ElementCount(conv.dst) == 0) return absl::OkStatus();
  ParallelRanges(args.pool(), conv.dst[0] * conv.dst[1], 1, [&](int64_t begin, int64_t end) {
    for (int64_t image = begin; image < end; ++image) {
      Shape at(conv.rank, 0);
      int64_t point = 0;
      do {
        write(args.raw_output(0), image * conv.points + point,
              OutputAt(conv, image / conv.dst[1], image % conv.dst[1], at, point));
        ++point;
      } while (NextIndex(conv.out, &at));
    }
  });
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {{.op = "DeformConv", .run = RunDeformConv}};

}  // namespace

absl::Span<const ReferenceOp> DeformConvOps() { return kRows; }

}  // namespace kairos::reference
