// Random numbers by position: number `i` of a stream is a function of the stream's key and i alone
// (Philox4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), so that
// results depend on neither threads nor order.
#ifndef KAIROS_BACKENDS_REFERENCE_RANDOM_H_
#define KAIROS_BACKENDS_REFERENCE_RANDOM_H_

#include <array>
#include <cmath>
#include <cstdint>

namespace kairos::reference {

class RandomStream {
 public:
  explicit RandomStream(uint64_t key) : key_(key) {}

  // In [0, 1), with 53 bits.
  double Uniform(int64_t i) const {
    const std::array<uint32_t, 4> bits = Block(i);
    return static_cast<double>((uint64_t{bits[0]} << 32 | bits[1]) >> 11) * 0x1p-53;
  }
  // Of mean 0 and deviation 1 (Box and Muller, 1958).
  double Normal(int64_t i) const {
    const std::array<uint32_t, 4> bits = Block(i);
    const double u = (static_cast<double>(bits[0]) + 0.5) * 0x1p-32;
    const double angle = static_cast<double>(bits[1]) * 0x1p-32 * 2 * M_PI;
    return std::sqrt(-2 * std::log(u)) * std::cos(angle);
  }

 private:
  std::array<uint32_t, 4> Block(int64_t i) const {
    const auto number = static_cast<uint64_t>(i);
    std::array<uint32_t, 4> x = {static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32),
                                 0, 0};
    auto low = static_cast<uint32_t>(key_), high = static_cast<uint32_t>(key_ >> 32);
    for (int round = 0; round < 10; ++round) {
      const uint64_t a = uint64_t{0xD2511F53} * x[0], b = uint64_t{0xCD9E8D57} * x[2];
      x = {static_cast<uint32_t>(b >> 32) ^ x[1] ^ low, static_cast<uint32_t>(b),
           static_cast<uint32_t>(a >> 32) ^ x[3] ^ high, static_cast<uint32_t>(a)};
      low += 0x9E3779B9;
      high += 0xBB67AE85;
    }
    return x;
  }

  uint64_t key_;
};

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_RANDOM_H_
