// The discrete Fourier transform of one signal, by its definition.
#ifndef KAIROS_BACKENDS_REFERENCE_FOURIER_H_
#define KAIROS_BACKENDS_REFERENCE_FOURIER_H_

#include <cmath>
#include <cstdint>

#include "absl/types/span.h"

namespace kairos::reference {

struct ComplexNumber {
  double real = 0, imaginary = 0;
};

// roots[k] = exp(sign * 2 pi i k / n) for all k < n, the table that Fourier() reads.
inline void FillRoots(bool inverse, absl::Span<ComplexNumber> roots) {
  const double step = (inverse ? 2 : -2) * M_PI / static_cast<double>(roots.size());
  for (size_t k = 0; k < roots.size(); ++k) {
    const double angle = step * static_cast<double>(k);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
}

// Element `k` of the transform of `signal`, which has as many elements as there are roots. Not
// scaled.
inline ComplexNumber Fourier(absl::Span<const ComplexNumber> roots,
                             absl::Span<const ComplexNumber> signal, int64_t k) {
  const size_t n = roots.size(), step = static_cast<size_t>(k) % n;
  ComplexNumber sum;
  size_t at = 0;
  for (const ComplexNumber& x : signal) {
    const ComplexNumber& w = roots[at];
    sum.real += x.real * w.real - x.imaginary * w.imaginary;
    sum.imaginary += x.real * w.imaginary + x.imaginary * w.real;
    at += step;
    if (at >= n) at -= n;
  }
  return sum;
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_FOURIER_H_
