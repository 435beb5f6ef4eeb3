// Operators on strings, and on n-grams.
#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"

#include "base/status_macros.h"
#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"
#include "graph/scalar_value.h"

namespace kairos {
namespace {

// Letters of ASCII; the bytes of others stay.
std::string WithCase(const std::string& text, absl::string_view action) {
  if (action == "LOWER") return absl::AsciiStrToLower(text);
  return action == "UPPER" ? absl::AsciiStrToUpper(text) : text;
}

// The pool's n-grams with the output element that each counts into.
using NGrams = std::map<std::vector<int64_t>, int64_t>;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("n-grams: ", what));
}

absl::StatusOr<NGrams> ReadPool(const Attributes& attributes) {
  const absl::Span<const int64_t> pool = attributes.Ints("pool_int64s");
  const absl::Span<const int64_t> starts = attributes.Ints("ngram_counts");
  const absl::Span<const int64_t> targets = attributes.Ints("ngram_indexes");
  NGrams ngrams;
  size_t number = 0;
  for (size_t n = 0; n < starts.size(); ++n) {
    const auto pool_size = static_cast<int64_t>(pool.size());
    const int64_t end = n + 1 < starts.size() ? starts[n + 1] : pool_size;
    const auto length = static_cast<int64_t>(n) + 1;
    if (starts[n] > end || end > pool_size || (end - starts[n]) % length != 0) {
      return Malformed("'ngram_counts' does not fit the pool");
    }
    for (int64_t at = starts[n]; at < end; at += length) {
      if (number >= targets.size()) return Malformed("'ngram_indexes' is shorter than the pool");
      const auto* first = pool.data() + at;
      ngrams[std::vector<int64_t>(first, first + length)] = targets[number++];
    }
  }
  if (number != targets.size()) return Malformed("'ngram_indexes' is longer than the pool");
  return ngrams;
}

struct Span {
  int64_t min_length, max_length, max_skip;
};

void CountRow(absl::Span<const int64_t> row, const NGrams& ngrams, const Span& span,
              float* counts) {
  const auto size = static_cast<int64_t>(row.size());
  for (int64_t length = span.min_length; length <= std::min(span.max_length, size); ++length) {
    // Skips make no difference to a single item.
    const int64_t skips = length == 1 ? 0 : std::min(span.max_skip, size);
    for (int64_t step = 1; step <= skips + 1; ++step) {
      for (int64_t start = 0; start + step * (length - 1) < size; ++start) {
        std::vector<int64_t> ngram;
        for (int64_t i = 0; i < length; ++i)
          ngram.push_back(row[static_cast<size_t>(start + i * step)]);
        const auto found = ngrams.find(ngram);
        if (found != ngrams.end()) counts[found->second] += 1;
      }
    }
  }
}

void ApplyMode(const Attributes& attributes, absl::Span<float> counts) {
  const absl::string_view mode = attributes.String("mode", "TF");
  if (mode == "TF") return;
  const absl::Span<const int64_t> targets = attributes.Ints("ngram_indexes");
  const absl::Span<const float> weights = attributes.Floats("weights");
  std::vector<float> weight_of(counts.size(), 1.0f);
  for (size_t i = 0; i < std::min(targets.size(), weights.size()); ++i) {
    weight_of[static_cast<size_t>(targets[i])] = weights[i];
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    if (mode == "IDF" && counts[i] > 0) counts[i] = 1;
    counts[i] *= weight_of[i];
  }
}

}  // namespace

HostResult HostStringNormalizer(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0, DType::kString));
  const Shape& shape = tensor->type.shape;
  if (shape.size() != 1 && (shape.size() != 2 || shape[0] != 1)) {
    return call.Unexpected(0, "shape [C] or [1, C]");
  }
  const Attributes& attributes = call.node.attributes;
  const bool exact = attributes.Int("is_case_sensitive", 0) != 0;
  std::vector<std::string> stopwords;
  if (const Attribute* found = attributes.Find("stopwords")) {
    stopwords = std::get<std::vector<std::string>>(*found);
  }
  const auto folded = [&](const std::string& word) {
    return exact ? word : WithCase(word, "LOWER");
  };
  for (std::string& word : stopwords) word = folded(word);
  std::vector<std::string> words;
  const auto* from = static_cast<const std::string*>(tensor->data);
  for (int64_t i = 0; i < tensor->type.element_count(); ++i) {
    if (std::find(stopwords.begin(), stopwords.end(), folded(from[i])) != stopwords.end()) continue;
    words.push_back(WithCase(from[i], attributes.String("case_change_action", "NONE")));
  }
  if (words.empty()) words.emplace_back();
  Shape made = shape;
  made.back() = static_cast<int64_t>(words.size());
  return One(NewStrings(std::move(made), std::move(words)));
}

HostResult HostTfIdfVectorizer(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0));
  const Shape& shape = tensor->type.shape;
  const DType dtype = tensor->type.dtype;
  if ((dtype != DType::kInt32 && dtype != DType::kInt64) || shape.empty() || shape.size() > 2) {
    return call.Unexpected(0, "int32 or int64 of shape [C] or [N, C]");
  }
  const Attributes& attributes = call.node.attributes;
  KAIROS_ASSIGN_OR_RETURN(const NGrams ngrams, ReadPool(attributes));
  const absl::Span<const int64_t> targets = attributes.Ints("ngram_indexes");
  const int64_t width = targets.empty() ? 0 : *std::max_element(targets.begin(), targets.end()) + 1;
  Shape made_shape = shape;
  made_shape.back() = width;
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewTensor({DType::kFloat32, made_shape}));
  auto* out = static_cast<float*>(NewData(made));
  std::fill_n(out, made.type.element_count(), 0.0f);
  const Span span{attributes.Int("min_gram_length", 1), attributes.Int("max_gram_length", 1),
                  attributes.Int("max_skip_count", 0)};
  const auto* bytes = static_cast<const std::byte*>(tensor->data);
  std::vector<int64_t> row(static_cast<size_t>(shape.back()));
  const int64_t rows = shape.size() == 2 ? shape[0] : 1;
  for (int64_t r = 0; r < rows; ++r, out += width) {
    for (int64_t& item : row) {
      item = ScalarAsInt(dtype, bytes);
      bytes += DTypeSize(dtype);
    }
    CountRow(row, ngrams, span, out);
    ApplyMode(attributes, {out, static_cast<size_t>(width)});
  }
  return One(std::move(made));
}

}  // namespace kairos
