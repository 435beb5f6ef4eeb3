#include "graph/dtype_rule.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

constexpr uint32_t Set(std::initializer_list<DType> dtypes) {
  uint32_t set = 0;
  for (DType dtype : dtypes) set |= uint32_t{1} << static_cast<int>(dtype);
  return set;
}

constexpr uint32_t kFloats =
    Set({DType::kFloat16, DType::kFloat32, DType::kFloat64, DType::kBFloat16});
constexpr uint32_t kSigned = Set({DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64});
constexpr uint32_t kUnsigned = Set({DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64});
constexpr uint32_t kWide = Set({DType::kInt32, DType::kInt64, DType::kUint32, DType::kUint64});
constexpr uint32_t kNarrow = Set({DType::kInt8, DType::kUint8, DType::kInt16, DType::kUint16});

struct Letter {
  char letter;
  uint32_t set;
  absl::string_view names;
};
constexpr Letter kLetters[] = {
    {'A', kFloats | kSigned | kUnsigned | Set({DType::kBool}), "a type of fixed size"},
    {'B', Set({DType::kBool}), "bool"},
    {'D', kFloats | Set({DType::kInt32}), "floating point or int32"},
    {'E', Set({DType::kInt8, DType::kUint8}), "int8 or uint8"},
    {'F', kFloats, "floating point"},
    {'G', Set({DType::kInt8, DType::kUint8}), "int8 or uint8"},
    {'H', Set({DType::kFloat16, DType::kFloat32, DType::kBFloat16}),
     "float16, float32 or bfloat16"},
    {'I', kSigned | kUnsigned, "an integer type"},
    {'J', Set({DType::kInt32}), "int32"},
    {'K', kNarrow | Set({DType::kInt32}), "int8, uint8, int16, uint16 or int32"},
    {'L', Set({DType::kInt64}), "int64"},
    {'M', kFloats | kWide, "floating point or an integer type of 32 or 64 bits"},
    {'N', kFloats | kSigned | kUnsigned, "a type of numbers"},
    {'P', kFloats | Set({DType::kInt32, DType::kInt64}), "floating point, int32 or int64"},
    {'Q', kFloats | Set({DType::kInt8, DType::kUint8}), "floating point, int8 or uint8"},
    {'R', Set({DType::kFloat32, DType::kFloat64, DType::kInt16, DType::kInt32, DType::kInt64}),
     "float32, float64, int16, int32 or int64"},
    {'S', kFloats | kSigned, "floating point or a signed integer type"},
    {'U', kUnsigned, "an unsigned integer type"},
    {'V', Set({DType::kFloat32}), "float32"},
    {'W', Set({DType::kFloat32, DType::kFloat64}), "float32 or float64"},
    {'X', Set({DType::kInt32, DType::kInt64}), "int32 or int64"},
    {'Z', kNarrow, "int8, uint8, int16 or uint16"},
};

const Letter* FindLetter(char letter) {
  const char capital = absl::ascii_toupper(static_cast<unsigned char>(letter));
  const auto* row = std::find_if(std::begin(kLetters), std::end(kLetters),
                                 [=](const Letter& row) { return row.letter == capital; });
  return row == std::end(kLetters) ? nullptr : row;
}

char LetterOf(absl::string_view rule, size_t input) {
  return rule[std::min(input, rule.size() - 1)];
}

}  // namespace

bool DTypeFits(char letter, DType dtype) {
  const Letter* row = FindLetter(letter);
  const auto number = static_cast<uint32_t>(dtype);
  return row != nullptr && number < 32 && (row->set >> number & 1) != 0;
}

absl::string_view DTypesOf(char letter) {
  const Letter* row = FindLetter(letter);
  return row == nullptr ? "nothing" : row->names;
}

absl::Status CheckInputDTypes(absl::string_view rule, absl::Span<const Operand> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].present) continue;
    const char letter = LetterOf(rule, i);
    const DType dtype = inputs[i].type.dtype;
    if (!DTypeFits(letter, dtype)) {
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " has type ", DTypeName(dtype),
                                                     ", expected ", DTypesOf(letter)));
    }
    if (!absl::ascii_isupper(static_cast<unsigned char>(letter))) continue;
    for (size_t j = 0; j < i; ++j) {
      if (!inputs[j].present || LetterOf(rule, j) != letter) continue;
      if (inputs[j].type.dtype == dtype) break;
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " has type ", DTypeName(dtype),
                                                     ", expected ", DTypeName(inputs[j].type.dtype),
                                                     " because input ", j, " has it"));
    }
  }
  return absl::OkStatus();
}

}  // namespace kairos
