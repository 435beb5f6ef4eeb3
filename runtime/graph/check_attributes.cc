#include "graph/check_attributes.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/dtype_rule.h"

namespace kairos {
namespace {

// In the order of AttributeType; the first eight are also the alternatives of Attribute.
constexpr absl::string_view kTypeNames[] = {
    "an int",           "a float",           "a string", "a list of ints",
    "a list of floats", "a list of strings", "a tensor", "a graph"};

size_t AlternativeOf(AttributeType type) {
  return type == AttributeType::kDType ? 0 : static_cast<size_t>(type);
}

template <typename... Parts>
absl::Status Refuse(absl::string_view name, const Parts&... parts) {
  return absl::InvalidArgumentError(
      absl::StrCat("attribute '", Printable(name), "' ", absl::StrCat(parts...)));
}

std::string RangeOf(const AttributeSpec& spec) {
  if (spec.max_int == INT64_MAX) return absl::StrCat("at least ", spec.min_int);
  return spec.min_int == spec.max_int ? absl::StrCat(spec.min_int)
                                      : absl::StrCat(spec.min_int, " to ", spec.max_int);
}

absl::Status CheckInts(const AttributeSpec& spec, absl::Span<const int64_t> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= spec.min_int && values[i] <= spec.max_int) continue;
    const bool listed = spec.type == AttributeType::kInts;
    return Refuse(
        spec.name,
        listed ? absl::StrCat("has ", values[i], " at ", i) : absl::StrCat("is ", values[i]),
        ", expected ", RangeOf(spec));
  }
  return absl::OkStatus();
}

absl::Status CheckDType(const AttributeSpec& spec, int64_t value) {
  // Of all operators, Cast alone makes strings; no kernel does.
  const bool string_fits = spec.name == "to" && value == static_cast<int64_t>(DType::kString);
  const bool fits =
      string_fits || (value >= 0 && value < 32 && DTypeFits('A', static_cast<DType>(value)));
  if (fits) return absl::OkStatus();
  const bool named = value >= 0 && value < 32;
  return absl::UnimplementedError(
      absl::StrCat("attribute '", spec.name, "' is ",
                   named ? DTypeName(static_cast<DType>(value)) : absl::StrCat("dtype ", value),
                   ", expected a type of numbers or bool"));
}

absl::Status CheckFloats(const AttributeSpec& spec, absl::Span<const float> values) {
  const bool has_nan =
      std::any_of(values.begin(), values.end(), [](float v) { return std::isnan(v); });
  if (!has_nan || spec.nan_allowed) return absl::OkStatus();
  return Refuse(spec.name, "is nan, expected a number");
}

absl::Status CheckChoice(const AttributeSpec& spec, absl::string_view value) {
  if (spec.choices.empty()) return absl::OkStatus();
  const std::vector<absl::string_view> choices = absl::StrSplit(spec.choices, '|');
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return absl::OkStatus();
  return Refuse(spec.name, "is '", Printable(value), "', expected ", absl::StrJoin(choices, ", "));
}

absl::Status CheckAttribute(const AttributeSpec& spec, const Attribute& value) {
  if (value.index() != AlternativeOf(spec.type)) {
    return Refuse(spec.name, "is ", kTypeNames[value.index()], ", expected ",
                  kTypeNames[AlternativeOf(spec.type)]);
  }
  switch (spec.type) {
    case AttributeType::kInt:
      return CheckInts(spec, {&std::get<int64_t>(value), 1});
    case AttributeType::kInts:
      return CheckInts(spec, std::get<std::vector<int64_t>>(value));
    case AttributeType::kDType:
      return CheckDType(spec, std::get<int64_t>(value));
    case AttributeType::kFloat:
      return CheckFloats(spec, {&std::get<float>(value), 1});
    case AttributeType::kFloats:
      return CheckFloats(spec, std::get<std::vector<float>>(value));
    case AttributeType::kString:
      return CheckChoice(spec, std::get<std::string>(value));
    case AttributeType::kStrings:
    case AttributeType::kTensor:
    case AttributeType::kGraph:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAttributes(const Attributes& attributes, absl::Span<const AttributeSpec> specs) {
  if (attributes.entries().size() > kMaxAttributes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "got ", attributes.entries().size(), " attributes, expected at most ", kMaxAttributes));
  }
  for (const Attributes::Entry& entry : attributes.entries()) {
    const std::string& name = entry.first;
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const AttributeSpec& spec) { return spec.name == name; });
    if (spec == specs.end()) return Refuse(name, "is not one of this operator's");
    KAIROS_RETURN_IF_ERROR(CheckAttribute(*spec, entry.second));
  }
  for (const AttributeSpec& spec : specs) {
    if (spec.required && !attributes.Has(spec.name)) {
      return Refuse(spec.name, "is missing, expected ", kTypeNames[AlternativeOf(spec.type)]);
    }
  }
  return absl::OkStatus();
}

}  // namespace kairos
