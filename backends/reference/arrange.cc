// CenterCropPad, Col2Im, MaxUnpool and ReverseSequence: elements of the input at other places.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "reference/element.h"
#include "reference/families.h"
#include "reference/indices.h"

namespace kairos::reference {
namespace {

absl::Status RunCenterCropPad(const KernelRequest&, const Args& args) {
  const TensorType &src = args.input_type(0), &dst = args.output_type(0);
  const Shape src_strides = StridesOfType(src), dst_strides = StridesOfType(dst);
  // The part that both have, and where it begins in each.
  Shape common = src.shape;
  int64_t src_offset = 0, dst_offset = 0;
  for (size_t d = 0; d < common.size(); ++d) {
    const int64_t from = src.shape[d], to = dst.shape[d];
    common[d] = std::min(from, to);
    if (from > to) src_offset += (from - to) / 2 * src_strides[d];
    if (from < to) dst_offset += (to - from) / 2 * dst_strides[d];
  }
  if (dst.byte_count() > 0) std::memset(args.raw_output(0), 0, dst.byte_count());
  return DispatchBytes(dst.dtype, [&]<typename T>() {
    CopyStrided(common, args.input<T>(0) + src_offset, src_strides, args.output<T>(0) + dst_offset,
                dst_strides);
  });
}

// How the blocks of Col2Im lie in the image.
struct Blocks {
  Blocks(const KernelRequest& request, const Args& args, const Shape& block) : block(block) {
    const Attributes& attributes = request.node->attributes;
    const Shape& dst = args.output_type(0).shape;
    image.assign(dst.begin() + 2, dst.end());
    const size_t axes = image.size();
    const auto at = [](absl::Span<const int64_t> values, size_t i, int64_t fallback) {
      return i < values.size() ? values[i] : fallback;
    };
    for (size_t d = 0; d < axes; ++d) {
      stride.push_back(at(attributes.Ints("strides"), d, 1));
      dilation.push_back(at(attributes.Ints("dilations"), d, 1));
      pad.push_back(at(attributes.Ints("pads"), d, 0));
      const int64_t room = image[d] + pad[d] + at(attributes.Ints("pads"), axes + d, 0) -
                           (block[d] - 1) * dilation[d] - 1;
      count.push_back(room / stride[d] + 1);
    }
  }
  // The block whose tap `k` lies on the image's element `at`; -1 if there is none.
  int64_t BlockAt(const Shape& at, const Shape& k) const {
    int64_t index = 0;
    for (size_t d = 0; d < image.size(); ++d) {
      const int64_t start = at[d] + pad[d] - k[d] * dilation[d];
      if (start < 0 || start % stride[d] != 0 || start / stride[d] >= count[d]) return -1;
      index = index * count[d] + start / stride[d];
    }
    return index;
  }

  Shape block, image, stride, dilation, pad, count;
};

absl::Status RunCol2Im(const KernelRequest& request, const Args& args) {
  absl::StatusOr<Shape> block = ReadInts(args, 2);
  if (!block.ok()) return block.status();
  const Blocks blocks(request, args, *block);
  const TensorType& dst = args.output_type(0);
  const int64_t taps = ElementCount(blocks.block), columns = args.input_type(0).shape[2];
  if (dst.element_count() == 0) return absl::OkStatus();
  return DispatchAll(dst.dtype, [&]<typename T>() {
    T* out = args.output<T>(0);
    for (int64_t image = 0; image < dst.shape[0] * dst.shape[1]; ++image) {
      const T* src = args.input<T>(0) + image * taps * columns;
      Shape at(blocks.image.size(), 0);
      do {
        Wide<T> sum{};
        Shape k(blocks.block.size(), 0);
        int64_t tap = 0;
        do {
          const int64_t column = blocks.BlockAt(at, k);
          if (column >= 0) sum += Widen(src[tap * columns + column]);
          ++tap;
        } while (NextIndex(blocks.block, &k));
        *out++ = Narrow<T>(sum);
      } while (NextIndex(blocks.image, &at));
    }
  });
}

// The shape that the indices count in: that of the pool's input, as far as the attributes tell.
Shape UnpooledShape(const KernelRequest& request, const Args& args) {
  const Attributes& attributes = request.node->attributes;
  const absl::Span<const int64_t> kernel = attributes.Ints("kernel_shape");
  const absl::Span<const int64_t> strides = attributes.Ints("strides");
  const absl::Span<const int64_t> pads = attributes.Ints("pads");
  Shape shape = args.input_type(0).shape;
  for (size_t i = 0; i < kernel.size(); ++i) {
    shape[i + 2] = (shape[i + 2] - 1) * (strides.empty() ? 1 : strides[i]) + kernel[i];
    if (!pads.empty()) shape[i + 2] -= pads[i] + pads[kernel.size() + i];
  }
  return shape;
}

absl::Status RunMaxUnpool(const KernelRequest& request, const Args& args) {
  const TensorType& dst = args.output_type(0);
  const Shape shape = UnpooledShape(request, args);
  const Shape strides = StridesOfType(dst);
  const int64_t count = args.input_type(0).element_count(), total = ElementCount(shape);
  const int64_t* indices = args.input<int64_t>(1);
  const auto offset_of = [&](int64_t index) {
    int64_t offset = 0;
    for (size_t d = shape.size(); d-- > 0; index /= shape[d]) {
      const int64_t at = index % shape[d];
      if (at >= dst.shape[d]) return int64_t{-1};
      offset += at * strides[d];
    }
    return offset;
  };
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] < 0 || indices[i] >= total) {
      return absl::InvalidArgumentError(absl::StrCat("MaxUnpool: index is out of range, got ",
                                                     indices[i], ", expected 0 to ", total - 1));
    }
    if (offset_of(indices[i]) >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("MaxUnpool: index ", indices[i],
                                                   " is outside of the output, expected one in ",
                                                   ShapeString(dst.shape)));
  }
  if (dst.byte_count() > 0) std::memset(args.raw_output(0), 0, dst.byte_count());
  return DispatchBytes(dst.dtype, [&]<typename T>() {
    for (int64_t i = 0; i < count; ++i) {
      args.output<T>(0)[offset_of(indices[i])] = args.input<T>(0)[i];
    }
  });
}

absl::Status RunReverseSequence(const KernelRequest& request, const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  const bool batch_first = request.node->attributes.Int("batch_axis", 1) == 0;
  const int64_t* lengths = args.input<int64_t>(1);
  const int64_t batch = shape[batch_first ? 0 : 1], steps = shape[batch_first ? 1 : 0];
  for (int64_t n = 0; n < batch; ++n) {
    if (lengths[n] >= 0 && lengths[n] <= steps) continue;
    return absl::InvalidArgumentError(absl::StrCat("ReverseSequence: length of sequence ", n,
                                                   " is out of range, got ", lengths[n],
                                                   ", expected 0 to ", steps));
  }
  const int64_t inner = ElementCount(absl::MakeConstSpan(shape).subspan(2));
  const auto row = [&](int64_t n, int64_t t) {
    return (batch_first ? n * steps + t : t * batch + n) * inner;
  };
  return DispatchBytes(args.input_type(0).dtype, [&]<typename T>() {
    for (int64_t n = 0; n < batch; ++n) {
      for (int64_t t = 0; t < steps; ++t) {
        const int64_t from = t < lengths[n] ? lengths[n] - 1 - t : t;
        std::copy_n(args.input<T>(0) + row(n, from), inner, args.output<T>(0) + row(n, t));
      }
    }
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "CenterCropPad", .run = RunCenterCropPad},
    {.op = "Col2Im", .run = RunCol2Im},
    {.op = "MaxUnpool", .run = RunMaxUnpool},
    {.op = "ReverseSequence", .run = RunReverseSequence},
};

}  // namespace

absl::Span<const ReferenceOp> ArrangeOps() { return kRows; }

}  // namespace kairos::reference
