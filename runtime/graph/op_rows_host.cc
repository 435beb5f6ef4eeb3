#include "graph/op_rows.h"

namespace kairos {
namespace {

constexpr AttributeSpec Body(absl::string_view name) {
  return {.name = name, .type = AttributeType::kGraph, .required = true};
}
constexpr AttributeSpec Strings(absl::string_view name) {
  return {.name = name, .type = AttributeType::kStrings};
}
constexpr AttributeSpec String(absl::string_view name) {
  return {.name = name, .type = AttributeType::kString};
}
constexpr AttributeSpec Floats(absl::string_view name) {
  return {.name = name, .type = AttributeType::kFloats};
}

// How many of the last inputs are values that the body captures.
constexpr AttributeSpec kCaptures = IntFrom("captures", 0);
constexpr AttributeSpec kIf[] = {Body("else_branch"), Body("then_branch")};
constexpr AttributeSpec kLoop[] = {Body("body"), kCaptures};
constexpr AttributeSpec kScan[] = {
    Body("body"),
    kCaptures,
    Required(IntFrom("num_scan_inputs", 1)),
    Ints("scan_input_axes"),
    IntsFrom("scan_input_directions", 0, 1),
    Ints("scan_output_axes"),
    IntsFrom("scan_output_directions", 0, 1),
};

constexpr AttributeSpec kAxis[] = {Int("axis")};
constexpr AttributeSpec kUnique[] = {Int("axis"), Flag("sorted")};
constexpr AttributeSpec kBoxes[] = {Flag("center_point_box")};
constexpr AttributeSpec kEmpty[] = {{.name = "dtype", .type = AttributeType::kDType}};
constexpr AttributeSpec kSplit[] = {Int("axis"), Flag("keepdims")};
constexpr AttributeSpec kConcat[] = {Required(Int("axis")), Flag("new_axis")};
constexpr AttributeSpec kNormalizer[] = {
    Choice("case_change_action", "LOWER|UPPER|NONE"),
    Flag("is_case_sensitive"),
    String("locale"),
    Strings("stopwords"),
};
constexpr AttributeSpec kVectorizer[] = {
    Required(IntFrom("max_gram_length", 1)),
    Required(IntFrom("max_skip_count", 0)),
    Required(IntFrom("min_gram_length", 1)),
    Required(Choice("mode", "TF|IDF|TFIDF")),
    Required(IntsFrom("ngram_counts", 0)),
    Required(IntsFrom("ngram_indexes", 0)),
    Ints("pool_int64s"),
    Strings("pool_strings"),
    Floats("weights"),
};

// A number of inputs without a limit, of which some may be absent.
constexpr int kAny = 1 << 30;

constexpr OpInfo Control(absl::string_view op, int min_inputs, int max_inputs,
                         absl::Span<const AttributeSpec> attributes) {
  return {.op = op,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .min_outputs = 0,
          .max_outputs = -1,
          .attributes = attributes,
          .kind = OpKind::kControl};
}

constexpr OpInfo Host(absl::string_view op, int min_inputs, int max_inputs,
                      absl::Span<const AttributeSpec> attributes = {}, int max_outputs = 1) {
  return {.op = op,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .max_outputs = max_outputs,
          .attributes = attributes,
          .kind = OpKind::kHost};
}

constexpr OpInfo kRows[] = {
    Control("If", 1, -1, kIf),
    Control("Loop", 0, kAny, kLoop),
    Control("Scan", 1, -1, kScan),
    Control("SequenceMap", 1, -1, kLoop),

    Host("Compress", 2, 2, kAxis),
    Host("NonMaxSuppression", 2, 5, kBoxes),
    Host("NonZero", 1, 1),
    Host("Unique", 1, 1, kUnique, 4),

    Host("ConcatFromSequence", 1, 1, kConcat),
    Host("SequenceAt", 2, 2),
    Host("SequenceConstruct", 1, -1),
    Host("SequenceEmpty", 0, 0, kEmpty),
    Host("SequenceErase", 1, 2),
    Host("SequenceInsert", 2, 3),
    Host("SequenceLength", 1, 1),
    Host("SplitToSequence", 1, 2, kSplit),

    Host("Optional", 0, 1),
    Host("OptionalGetElement", 1, 1),
    Host("OptionalHasElement", 0, 1),

    Host("StringNormalizer", 1, 1, kNormalizer),
    Host("TfIdfVectorizer", 1, 1, kVectorizer),
};

}  // namespace

absl::Span<const OpInfo> HostRows() { return kRows; }

}  // namespace kairos
