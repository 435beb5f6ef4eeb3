// GridSample, and AffineGrid, which makes its grids.
#include <algorithm>
#include <cmath>

#include "reference/families.h"
#include "reference/sampling.h"

namespace kairos::reference {
namespace {

enum class Mode { kNearest, kLinear, kCubic };
enum class Padding { kZeros, kBorder, kReflection };

// One axis of the input, and how coordinates map to its elements.
struct GridAxis {
  int64_t extent;
  Mode mode;
  Padding padding;
  bool align_corners;

  double low() const { return align_corners ? 0 : -0.5; }
  double high() const { return static_cast<double>(extent) - (align_corners ? 1 : 0.5); }

  // From [-1, 1] to indices.
  double Position(double normalized) const {
    const auto size = static_cast<double>(extent);
    return align_corners ? (normalized + 1) / 2 * (size - 1) : ((normalized + 1) * size - 1) / 2;
  }
  // Reflected at the borders until it lies between them.
  double Reflected(double x) const {
    const double range = high() - low();
    if (range <= 0) return low();
    if (x >= low() && x <= high()) return x;
    const double distance = x < low() ? low() - x : x - high();
    const double times = std::floor(distance / range);
    const double rest = distance - times * range;
    const bool from_low = (x < low()) == (std::fmod(times, 2) == 0);
    return from_low ? low() + rest : high() - rest;
  }
  int64_t Element(int64_t i) const {
    if (i >= 0 && i < extent) return i;
    if (padding == Padding::kZeros) return -1;
    const double inside =
        padding == Padding::kBorder ? static_cast<double>(i) : Reflected(static_cast<double>(i));
    return std::clamp<int64_t>(FloorToInt(inside), 0, extent - 1);
  }
  AxisTaps TapsAt(double normalized) const;
};

// Weights of the four elements around a fraction (Keys, 1981, with a = -0.75).
std::array<double, 4> CubicWeights(double t) {
  constexpr double kA = -0.75;
  const auto near = [](double x) { return ((kA + 2) * x - (kA + 3)) * x * x + 1; };
  const auto far = [](double x) { return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

AxisTaps GridAxis::TapsAt(double normalized) const {
  double x = Position(normalized);
  if (!std::isfinite(x)) x = -1e9;  // outside, on some side
  if (mode == Mode::kNearest) x = std::nearbyint(x);
  if (x < low() || x > high()) {
    if (padding == Padding::kReflection) x = Reflected(x);
  }
  const int64_t below = FloorToInt(x);
  const double fraction = x - static_cast<double>(below);
  AxisTaps taps;
  switch (mode) {
    case Mode::kNearest:
      taps.Add(Element(below), 1);
      break;
    case Mode::kLinear:
      taps.Add(Element(below), 1 - fraction);
      taps.Add(Element(below + 1), fraction);
      break;
    case Mode::kCubic: {
      const std::array<double, 4> weights = CubicWeights(fraction);
      for (int64_t k = 0; k < 4; ++k) {
        taps.Add(Element(below - 1 + k), weights[static_cast<size_t>(k)]);
      }
      break;
    }
  }
  return taps;
}

GridAxis MakeGridAxis(const Attributes& attributes) {
  const absl::string_view mode = attributes.String("mode", "linear");
  const absl::string_view padding = attributes.String("padding_mode", "zeros");
  return {
      .extent = 1,
      .mode = mode == "nearest" ? Mode::kNearest : (mode == "cubic" ? Mode::kCubic : Mode::kLinear),
      .padding = padding == "border"
                     ? Padding::kBorder
                     : (padding == "reflection" ? Padding::kReflection : Padding::kZeros),
      .align_corners = attributes.Int("align_corners", 0) != 0};
}

absl::Status RunGridSample(const KernelRequest& request, const Args& args) {
  const Shape &src = args.input_type(0).shape, &dst = args.output_type(0).shape;
  const size_t rank = src.size() - 2;
  const Shape strides = DenseStrides(absl::MakeConstSpan(src).subspan(2), Layout::kPlain);
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const auto read_grid = ElementReader<double>(args.input_type(1).dtype);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  const int64_t points = ElementCount(absl::MakeConstSpan(dst).subspan(2));
  const int64_t plane = ElementCount(absl::MakeConstSpan(src).subspan(2));
  const GridAxis form = MakeGridAxis(request.node->attributes);
  ParallelRanges(args.pool(), src[0] * points, 1, [&](int64_t begin, int64_t end) {
    GridAxis axis = form;
    std::array<AxisTaps, kMaxRank> taps;
    for (int64_t i = begin; i < end; ++i) {
      for (size_t d = 0; d < rank; ++d) {
        axis.extent = src[d + 2];
        // Coordinates come innermost axis first.
        const auto at = i * static_cast<int64_t>(rank) + static_cast<int64_t>(rank - 1 - d);
        taps[d] = axis.extent == 0 ? AxisTaps() : axis.TapsAt(read_grid(args.raw_input(1), at));
      }
      for (int64_t c = 0; c < src[1]; ++c) {
        const int64_t image = i / points * src[1] + c;
        write(args.raw_output(0), image * points + i % points,
              Interpolate(read, args.raw_input(0), image * plane,
                          absl::MakeConstSpan(taps).first(rank), strides));
      }
    }
  });
  return absl::OkStatus();
}

absl::Status RunAffineGrid(const KernelRequest& request, const Args& args) {
  const Shape& dst = args.output_type(0).shape;
  const bool align_corners = request.node->attributes.Int("align_corners", 0) != 0;
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  const auto axes = dst.size() - 2;
  const auto coordinate = [align_corners](int64_t i, int64_t extent) {
    const auto at = static_cast<double>(i), size = static_cast<double>(extent);
    if (!align_corners) return (2 * at + 1) / size - 1;
    return extent == 1 ? 0 : 2 * at / (size - 1) - 1;
  };
  const Shape positions(dst.begin(), dst.end() - 1);
  if (ElementCount(dst) == 0) return absl::OkStatus();
  Shape at(positions.size(), 0);
  int64_t out = 0;
  do {
    const int64_t matrix = at[0] * static_cast<int64_t>(axes * (axes + 1));
    for (size_t row = 0; row < axes; ++row) {
      const auto first = matrix + static_cast<int64_t>(row * (axes + 1));
      double sum = read(args.raw_input(0), first + static_cast<int64_t>(axes));
      for (size_t k = 0; k < axes; ++k) {
        const size_t d = axes - k;  // columns are for the innermost axis first
        sum += read(args.raw_input(0), first + static_cast<int64_t>(k)) *
               coordinate(at[d], positions[d]);
      }
      write(args.raw_output(0), out++, sum);
    }
  } while (NextIndex(positions, &at));
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {
    {.op = "AffineGrid", .run = RunAffineGrid},
    {.op = "GridSample", .run = RunGridSample},
};

}  // namespace

absl::Span<const ReferenceOp> GridOps() { return kRows; }

}  // namespace kairos::reference
