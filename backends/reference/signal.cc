// DFT, STFT and what is used with them: windows and the mel scale.
#include <algorithm>
#include <cmath>

#include "reference/element.h"
#include "reference/families.h"
#include "reference/fourier.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

using Signal = absl::Span<ComplexNumber>;

// In scratch: the roots, and the signal of one transform.
struct Workspace {
  Workspace(const Args& args, int64_t length)
      : roots(static_cast<ComplexNumber*>(args.scratch()), static_cast<size_t>(length)),
        signal(roots.data() + length, static_cast<size_t>(length)) {}

  Signal roots, signal;
};

// One row of complex or real numbers, `parts` elements each.
struct Numbers {
  const void* data;
  ReadElement<double> read;
  int64_t offset, stride, parts;

  ComplexNumber At(int64_t i) const {
    const int64_t at = offset + i * stride;
    return {read(data, at), parts == 2 ? read(data, at + 1) : 0};
  }
};

// The only element of an integer input; `fallback` when that is absent.
int64_t IntegerOf(const Args& args, size_t i, int64_t fallback) {
  if (!args.has_input(i)) return fallback;
  return ElementReader<int64_t>(args.input_type(i).dtype)(args.raw_input(i), 0);
}

// The axis of DFT, and the length of its transforms.
struct DftForm {
  DftForm(const KernelRequest& request, const Args& args) {
    const Shape& src = args.input_type(0).shape;
    const auto rank = static_cast<int64_t>(src.size());
    axis = IntegerOf(args, 2, -2);
    if (axis < 0) axis += rank;
    inverse = request.node->attributes.Int("inverse", 0) != 0;
    onesided = request.node->attributes.Int("onesided", 0) != 0;
    // Half of a spectrum does not say whether the signal's length is odd.
    length = onesided && !inverse ? IntegerOf(args, 1, src[static_cast<size_t>(axis)])
                                  : args.output_type(0).shape[static_cast<size_t>(axis)];
  }

  int64_t axis, length;
  bool inverse, onesided;
};

// No transform is longer, whatever its axis.
int64_t LongestTransform(const KernelRequest& request) {
  int64_t longest = 1;
  for (int64_t extent : request.inputs[0].type.shape) longest = std::max(longest, extent);
  for (int64_t extent : request.outputs[0].type.shape) longest = std::max(longest, 2 * extent);
  return longest;
}

size_t WorkspaceBytes(const KernelRequest& request) {
  return static_cast<size_t>(2 * LongestTransform(request)) * sizeof(ComplexNumber);
}

// Fills `signal` from `numbers`: zeros behind the end, and for the inverse of one half of a
// spectrum the other half, which mirrors it.
void ReadSignal(const Numbers& numbers, int64_t count, bool mirror, Signal signal) {
  const auto length = static_cast<int64_t>(signal.size());
  const int64_t given = std::min(count, mirror ? length / 2 + 1 : length);
  std::fill(signal.begin(), signal.end(), ComplexNumber());
  for (int64_t i = 0; i < given; ++i) signal[static_cast<size_t>(i)] = numbers.At(i);
  for (int64_t i = 1; mirror && 2 * i < length && i < given; ++i) {
    const ComplexNumber& x = signal[static_cast<size_t>(i)];
    signal[static_cast<size_t>(length - i)] = {x.real, -x.imaginary};
  }
}

absl::Status RunDft(const KernelRequest& request, const Args& args) {
  const DftForm form(request, args);
  const TensorType &src = args.input_type(0), &dst = args.output_type(0);
  const Workspace space(args, form.length);
  FillRoots(form.inverse, space.roots);
  const double scale = form.inverse ? 1 / static_cast<double>(form.length) : 1;
  const auto read = ElementReader<double>(src.dtype);
  const auto write = ElementWriter<double>(dst.dtype);
  const AxisView from = ViewAround(src.shape, form.axis), to = ViewAround(dst.shape, form.axis);
  // `inner` counts the parts of a number too.
  const int64_t src_parts = src.shape.back(), dst_parts = dst.shape.back();
  const int64_t inner = from.inner / src_parts;
  for (int64_t i = 0; i < from.outer * inner; ++i) {
    const int64_t outer = i / inner, at = i % inner;
    ReadSignal({args.raw_input(0), read, outer * from.extent * from.inner + at * src_parts,
                from.inner, src_parts},
               from.extent, form.onesided && form.inverse, space.signal);
    for (int64_t k = 0; k < to.extent; ++k) {
      const ComplexNumber value = Fourier(space.roots, space.signal, k);
      const int64_t offset = (outer * to.extent + k) * to.inner + at * dst_parts;
      write(args.raw_output(0), offset, value.real * scale);
      if (dst_parts == 2) write(args.raw_output(0), offset + 1, value.imaginary * scale);
    }
  }
  return absl::OkStatus();
}

absl::Status RunStft(const KernelRequest&, const Args& args) {
  const TensorType &src = args.input_type(0), &dst = args.output_type(0);
  const int64_t length =
      args.has_input(2) ? args.input_type(2).shape[0] : IntegerOf(args, 3, src.shape[1]);
  const Workspace space(args, length);
  FillRoots(false, space.roots);
  const auto read = ElementReader<double>(src.dtype);
  const auto write = ElementWriter<double>(dst.dtype);
  const int64_t step = IntegerOf(args, 1, 1);
  const int64_t parts = src.shape[2], frames = dst.shape[1], bins = dst.shape[2];
  for (int64_t i = 0; i < dst.shape[0] * frames; ++i) {
    const int64_t start = (i / frames * src.shape[1] + i % frames * step) * parts;
    ReadSignal({args.raw_input(0), read, start, parts, parts}, length, false, space.signal);
    for (int64_t k = 0; args.has_input(2) && k < length; ++k) {
      const double factor = read(args.raw_input(2), k);
      space.signal[static_cast<size_t>(k)].real *= factor;
      space.signal[static_cast<size_t>(k)].imaginary *= factor;
    }
    for (int64_t k = 0; k < bins; ++k) {
      const ComplexNumber value = Fourier(space.roots, space.signal, k);
      write(args.raw_output(0), (i * bins + k) * 2, value.real);
      write(args.raw_output(0), (i * bins + k) * 2 + 1, value.imaginary);
    }
  }
  return absl::OkStatus();
}

// A sum of cosines: a0 - a1 cos(x) + a2 cos(2 x).
absl::Status RunWindow(const KernelRequest& request, const Args& args, double a0, double a1,
                       double a2) {
  const int64_t size = args.output_type(0).shape[0];
  const bool periodic = request.node->attributes.Int("periodic", 1) != 0;
  const auto period = static_cast<double>(periodic ? size : size - 1);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  for (int64_t i = 0; i < size; ++i) {
    // A symmetric window of one element is its peak.
    const double x = period == 0 ? M_PI : 2 * M_PI * static_cast<double>(i) / period;
    write(args.raw_output(0), i, a0 - a1 * std::cos(x) + a2 * std::cos(2 * x));
  }
  return absl::OkStatus();
}

absl::Status RunBlackman(const KernelRequest& request, const Args& args) {
  return RunWindow(request, args, 0.42, 0.5, 0.08);
}
absl::Status RunHamming(const KernelRequest& request, const Args& args) {
  return RunWindow(request, args, 25.0 / 46, 21.0 / 46, 0);
}
absl::Status RunHann(const KernelRequest& request, const Args& args) {
  return RunWindow(request, args, 0.5, 0.5, 0);
}

double ToMel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double ToHertz(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

absl::Status RunMelWeightMatrix(const KernelRequest&, const Args& args) {
  const auto scalar = [&](size_t i) {
    return ElementAt(args.input_type(i).dtype, args.raw_input(i), 0);
  };
  const TensorType& dst = args.output_type(0);
  const int64_t bins = dst.shape[1], spectrum = dst.shape[0];
  const double length = scalar(1), rate = scalar(2), low = ToMel(scalar(3));
  const double step = (ToMel(scalar(4)) - low) / static_cast<double>(bins + 2);
  const auto write = ElementWriter<double>(dst.dtype);
  // The frequency where triangle `i` begins, as an index of the spectrum; the next two are where
  // it peaks and ends.
  const auto edge = [&](int64_t i) {
    return std::floor((length + 1) * ToHertz(low + static_cast<double>(i) * step) / rate);
  };
  for (int64_t m = 0; m < bins; ++m) {
    const double begin = edge(m), peak = edge(m + 1), end = edge(m + 2);
    for (int64_t k = 0; k < spectrum; ++k) {
      const auto at = static_cast<double>(k);
      double weight = 0;
      if (at == peak) {
        weight = 1;
      } else if (at >= begin && at < peak) {
        weight = (at - begin) / (peak - begin);
      } else if (at > peak && at < end) {
        weight = (end - at) / (end - peak);
      }
      write(args.raw_output(0), k * bins + m, weight);
    }
  }
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {
    {.op = "BlackmanWindow", .run = RunBlackman},
    {.op = "DFT", .run = RunDft, .scratch_bytes = WorkspaceBytes},
    {.op = "HammingWindow", .run = RunHamming},
    {.op = "HannWindow", .run = RunHann},
    {.op = "MelWeightMatrix", .run = RunMelWeightMatrix},
    {.op = "STFT", .run = RunStft, .scratch_bytes = WorkspaceBytes},
};

}  // namespace

absl::Span<const ReferenceOp> SignalOps() { return kRows; }

}  // namespace kairos::reference
