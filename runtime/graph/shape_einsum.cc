#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

absl::Status Malformed(const Node& node, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "attribute 'equation' is '", Printable(node.attributes.String("equation", "")), "', ", what));
}

// One term of the equation: labels, and after how many of them "..." stands.
struct Term {
  std::string labels;
  std::optional<size_t> ellipsis;
};

absl::StatusOr<Term> ParseTerm(const Node& node, absl::string_view text) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (absl::ascii_isalpha(static_cast<unsigned char>(text[i]))) {
      term.labels.push_back(text[i]);
    } else if (absl::StartsWith(text.substr(i), "...") && !term.ellipsis.has_value()) {
      term.ellipsis = term.labels.size();
      i += 2;
    } else {
      return Malformed(node, "expected letters and at most one '...' in a term");
    }
  }
  return term;
}

class Einsum {
 public:
  explicit Einsum(ShapeContext& context) : context_(context), node_(context.node) {
    sizes_.fill(-1);
  }

  absl::StatusOr<Shape> OutputShape() {
    const std::string equation =
        absl::StrReplaceAll(node_.attributes.String("equation", ""), {{" ", ""}});
    const std::vector<absl::string_view> sides = absl::StrSplit(equation, "->");
    if (sides.size() > 2) return Malformed(node_, "expected at most one '->'");
    KAIROS_RETURN_IF_ERROR(BindInputs(sides[0]));
    if (sides.size() == 1) return Assemble(ImpliedOutput());
    KAIROS_ASSIGN_OR_RETURN(const Term output, ParseTerm(node_, sides[1]));
    return Assemble(output);
  }

 private:
  int64_t& size(char label) { return sizes_[static_cast<unsigned char>(label)]; }
  int& uses(char label) { return uses_[static_cast<unsigned char>(label)]; }

  absl::Status BindInputs(absl::string_view side) {
    const std::vector<absl::string_view> texts = absl::StrSplit(side, ',');
    if (texts.size() != context_.inputs.size()) {
      return Malformed(node_, absl::StrCat("got ", texts.size(), " terms, expected ",
                                           context_.inputs.size(), ", one per input"));
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      KAIROS_ASSIGN_OR_RETURN(const Term term, ParseTerm(node_, texts[i]));
      KAIROS_RETURN_IF_ERROR(BindInput(i, term));
    }
    return absl::OkStatus();
  }

  absl::Status BindInput(size_t input, const Term& term) {
    const absl::Span<const int64_t> shape = InputShape(context_, input);
    const size_t labels = term.labels.size();
    if (term.ellipsis.has_value() ? shape.size() < labels : shape.size() != labels) {
      return UnexpectedShape(context_, input,
                             absl::StrCat("rank ", labels, term.ellipsis ? " or more" : "",
                                          " because the equation gives it ", labels, " labels"));
    }
    const size_t hidden = shape.size() - labels;
    const size_t before = term.ellipsis.value_or(labels);
    for (size_t i = 0; i < labels; ++i) {
      KAIROS_RETURN_IF_ERROR(BindLabel(input, term.labels[i], shape[i < before ? i : i + hidden]));
    }
    if (Broadcast(hidden_, shape.subspan(before, hidden), &hidden_)) return absl::OkStatus();
    return UnexpectedShape(context_, input,
                           absl::StrCat("one whose '...' broadcasts with ", ShapeString(hidden_)));
  }

  absl::Status BindLabel(size_t input, char label, int64_t dim) {
    ++uses(label);
    if (size(label) == -1) size(label) = dim;
    if (size(label) == dim) return absl::OkStatus();
    return UnexpectedShape(
        context_, input,
        absl::StrCat(size(label), " for '", absl::string_view(&label, 1), "' as in its first use"));
  }

  // "..." and the labels that occur once, in alphabetical order.
  Term ImpliedOutput() {
    Term term;
    term.ellipsis = 0;
    for (size_t label = 0; label < uses_.size(); ++label) {
      if (uses_[label] == 1) term.labels.push_back(static_cast<char>(label));
    }
    return term;
  }

  absl::StatusOr<Shape> Assemble(const Term& term) {
    if (!term.ellipsis.has_value() && !hidden_.empty()) {
      return Malformed(node_, "expected '...' in the output as in the inputs");
    }
    Shape shape;
    for (char label : term.labels) {
      if (uses(label) < 1) {
        return Malformed(node_, "expected each label of the output in an input and only once");
      }
      uses(label) = 0;
      shape.push_back(size(label));
    }
    if (term.ellipsis.has_value()) {
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*term.ellipsis), hidden_.begin(),
                   hidden_.end());
    }
    return shape;
  }

  ShapeContext& context_;
  const Node& node_;
  std::array<int64_t, 128> sizes_;  // by label
  std::array<int, 128> uses_ = {};
  Shape hidden_;  // what "..." stands for
};

}  // namespace

absl::Status ShapeEinsum(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, Einsum(context).OutputShape());
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos
