#include "common/npy_header.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace kairos {
namespace {

constexpr absl::string_view kMagic = "\x93NUMPY";
constexpr int64_t kMaxDim = (int64_t{1} << 31) - 1;

struct DescrRow {
  DType dtype;
  absl::string_view kind;  // the descriptor without its byte-order character
};
constexpr DescrRow kDescriptors[] = {
    {DType::kFloat32, "f4"},  {DType::kFloat64, "f8"}, {DType::kFloat16, "f2"},
    {DType::kInt8, "i1"},     {DType::kInt16, "i2"},   {DType::kInt32, "i4"},
    {DType::kInt64, "i8"},    {DType::kUint8, "u1"},   {DType::kUint16, "u2"},
    {DType::kUint32, "u4"},   {DType::kUint64, "u8"},  {DType::kBool, "b1"},
    {DType::kBFloat16, "V2"},
};

absl::Status Bad(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("npy header: ", what));
}

absl::StatusOr<DType> ParseDescriptor(absl::string_view descr) {
  const auto unsupported = absl::UnimplementedError(
      absl::StrCat("npy header: element type '", absl::CHexEscape(descr.substr(0, 32)),
                   "' is not supported, expected a little-endian number or bool; convert it with "
                   "numpy.astype"));
  if (descr.size() < 2) return unsupported;
  const char order = descr[0];
  const absl::string_view kind = descr.substr(1);
  for (const DescrRow& row : kDescriptors) {
    if (row.kind != kind) continue;
    const bool any_order = DTypeSize(row.dtype) == 1 || row.dtype == DType::kBFloat16;
    if (order == '<' || (any_order && order == '|')) return row.dtype;
  }
  return unsupported;
}

// Reads the dictionary literal, for example
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class DictParser {
 public:
  explicit DictParser(absl::string_view text) : rest_(text) {}

  absl::StatusOr<NpyHeader> Parse() {
    NpyHeader header;
    if (!Consume("{")) return Bad("no dictionary");
    while (!Consume("}")) {
      const std::optional<absl::string_view> key = String();
      if (!key || !Consume(":")) return Bad("malformed dictionary");
      if (absl::Status status = ParseValue(*key, &header); !status.ok()) return status;
      if (!Consume(",") && !absl::StartsWith(rest_, "}")) return Bad("malformed dictionary");
    }
    SkipSpace();
    if (!rest_.empty()) return Bad("text behind the dictionary");
    if (!has_descr_ || !has_order_ || !has_shape_) {
      return Bad("expected the keys 'descr', 'fortran_order' and 'shape'");
    }
    return header;
  }

 private:
  absl::Status ParseValue(absl::string_view key, NpyHeader* header) {
    if (key == "descr" && !std::exchange(has_descr_, true)) {
      const std::optional<absl::string_view> descr = String();
      if (!descr && absl::StartsWith(rest_, "[")) {
        return absl::UnimplementedError("npy header: structured types are not supported");
      }
      if (!descr) return Bad("'descr' is not a string");
      absl::StatusOr<DType> dtype = ParseDescriptor(*descr);
      if (!dtype.ok()) return dtype.status();
      header->dtype = *dtype;
      return absl::OkStatus();
    }
    if (key == "fortran_order" && !std::exchange(has_order_, true)) {
      header->fortran_order = Consume("True");
      if (header->fortran_order || Consume("False")) return absl::OkStatus();
      return Bad("'fortran_order' is neither True nor False");
    }
    if (key == "shape" && !std::exchange(has_shape_, true)) return ParseShape(&header->shape);
    return Bad(absl::StrCat("unexpected key '", absl::CHexEscape(key.substr(0, 32)), "'"));
  }

  absl::Status ParseShape(Shape* shape) {
    if (!Consume("(")) return Bad("'shape' is not a tuple");
    while (!Consume(")")) {
      const size_t digits = static_cast<size_t>(
          std::find_if_not(rest_.begin(), rest_.end(), absl::ascii_isdigit) - rest_.begin());
      int64_t dim = 0;
      if (digits == 0 || !absl::SimpleAtoi(rest_.substr(0, digits), &dim) || dim > kMaxDim) {
        return Bad("'shape' holds something that is not a size");
      }
      rest_.remove_prefix(digits);
      shape->push_back(dim);
      if (shape->size() > kMaxRank) return Bad(absl::StrCat("rank above ", kMaxRank));
      if (!Consume(",") && !absl::StartsWith(rest_, ")")) return Bad("'shape' is not a tuple");
      SkipSpace();
    }
    return absl::OkStatus();
  }

  void SkipSpace() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  bool Consume(absl::string_view token) {
    SkipSpace();
    const bool found = absl::ConsumePrefix(&rest_, token);
    SkipSpace();
    return found;
  }

  std::optional<absl::string_view> String() {
    SkipSpace();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return std::nullopt;
    const size_t end = rest_.find(rest_[0], 1);
    if (end == absl::string_view::npos) return std::nullopt;
    const absl::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  absl::string_view rest_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

}  // namespace

absl::StatusOr<NpyHeader> ParseNpyHeader(absl::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(bytes[i])); };
  if (bytes.size() < 10 || !absl::StartsWith(bytes, kMagic)) {
    return absl::DataLossError("not an .npy file");
  }
  const size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    return absl::UnimplementedError(absl::StrCat("npy header: version ", version, ".", byte(7),
                                                 " is not supported, expected 1 to 3"));
  }
  const size_t length_bytes = version == 1 ? 2 : 4;
  const size_t start = 8 + length_bytes;
  if (bytes.size() < start) return Bad("truncated");
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i) length |= byte(8 + i) << (8 * i);
  if (length > kMaxNpyHeaderBytes - start) {
    return Bad(absl::StrCat("too long, got ", length, " bytes"));
  }
  if (length > bytes.size() - start) return Bad("truncated");
  absl::StatusOr<NpyHeader> header = DictParser(bytes.substr(start, length)).Parse();
  if (header.ok()) header->data_offset = start + length;
  return header;
}

absl::StatusOr<std::string> FormatNpyHeader(DType dtype, absl::Span<const int64_t> shape) {
  const auto* row = std::find_if(std::begin(kDescriptors), std::end(kDescriptors),
                                 [&](const DescrRow& r) { return r.dtype == dtype; });
  if (row == std::end(kDescriptors)) {
    return absl::UnimplementedError(
        absl::StrCat(DTypeName(dtype), " has no element type in .npy files"));
  }
  const absl::string_view order = DTypeSize(dtype) == 1 ? "|" : "<";
  std::string dict =
      absl::StrCat("{'descr': '", order, row->kind, "', 'fortran_order': False, 'shape': (",
                   absl::StrJoin(shape, ", "), shape.size() == 1 ? ",), }" : "), }");
  // The data starts at a multiple of 64 bytes.
  const size_t unpadded = kMagic.size() + 4 + dict.size() + 1;
  dict.append((64 - unpadded % 64) % 64, ' ');
  dict.push_back('\n');
  std::string header(kMagic);
  header +=
      {'\1', '\0', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return header + dict;
}

}  // namespace kairos
