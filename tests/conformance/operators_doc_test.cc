// runtime/graph/OPERATORS.md says what this tree has: it is written by this test when
// KAIROS_UPDATE_DOCS is set, and compared otherwise. The column of oneDNN is compared in builds
// that have it.
#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "graph/dtype_rule.h"
#include "graph/op_table.h"
#include "reference/families.h"
#include "rtconvert/upgrade.h"
#ifdef KAIROS_WITH_ONEDNN
#include "onednn/kernel_table.h"
#endif

namespace kairos {
namespace {

constexpr absl::string_view kHeader =
    "# Operators\n\n"
    "Written by `KAIROS_UPDATE_DOCS=1 build/tests/operators_doc_tests` from the operator table, "
    "the "
    "importer's table of\nupgrades and the tables of kernels. Do not edit.\n\n"
    "Nodes have the form of opset 22. **Inputs**: a letter for each, the last one for all further "
    "ones; inputs with\nthe same capital letter have the same type. **Input 0**: the element types "
    "that the reference backend takes there\n(of the output where there is no input); *the "
    "executor* "
    "runs control flow, sequences and what has a shape that\ndepends on data itself. **Older "
    "forms**: the opsets at which the form changed and that the importer\nupgrades from; where "
    "there "
    "is none, the form has been the same since the operator came, but for element types and\n"
    "attributes with neutral defaults. **oneDNN**: who has a kernel besides the reference, "
    "oneDNN's library or our own\nvector code, for float32 and common forms.\n\n";

std::string Row(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

std::string Legend() {
  std::string text = "| Letter | Types |\n|---|---|\n";
  for (char letter = 'A'; letter <= 'Z'; ++letter) {
    if (DTypesOf(letter) == "nothing") continue;
    absl::StrAppend(&text, Row({std::string(1, letter), std::string(DTypesOf(letter))}));
  }
  return text;
}

bool IsOfExecutor(const OpInfo& info) { return info.kind != OpKind::kKernel; }

std::string InputsOf(const OpInfo& info) {
  if (info.max_inputs == 0 || IsOfExecutor(info)) return "";
  std::vector<std::string> letters;
  const size_t count =
      info.max_inputs < 0 ? info.input_types.size() : static_cast<size_t>(info.max_inputs);
  for (size_t i = 0; i < count; ++i) {
    letters.emplace_back(1, info.input_types[std::min(i, info.input_types.size() - 1)]);
  }
  if (info.max_inputs < 0) letters.emplace_back("...");
  return absl::StrJoin(letters, " ");
}

std::string TypesOf(const OpInfo& info) {
  if (IsOfExecutor(info)) return "*the executor*";
  const reference::ReferenceOp* op = reference::FindReferenceOp(info.domain, info.op);
  if (op == nullptr) return "";
  std::vector<std::string> names;
  for (int number = 0; number < 32; ++number) {
    const auto dtype = static_cast<DType>(number);
    const bool fits = info.max_inputs == 0 ? reference::Contains(op->output_types, dtype)
                                           : DTypeFits(info.input_types[0], dtype) &&
                                                 reference::Contains(op->input_types, dtype);
    if (fits && DTypeSize(dtype) > 0) names.push_back(DTypeName(dtype));
  }
  return absl::StrJoin(names, " ");
}

std::string UpgradesOf(absl::string_view op) {
  std::vector<int> opsets;
  for (const UpgradeRow& row : UpgradeRows()) {
    if (row.op == op) opsets.push_back(row.opset);
  }
  return absl::StrJoin(opsets, ", ");
}

std::string OneDnnOf([[maybe_unused]] const OpInfo& info) {
  std::vector<std::string> tables;
#ifdef KAIROS_WITH_ONEDNN
  const auto has = [&](absl::Span<const onednn::KernelMaker> makers) {
    for (const onednn::KernelMaker& maker : makers) {
      if (maker.op == info.op && maker.domain == info.domain) return true;
    }
    return false;
  };
  if (has(onednn::LibraryKernels())) tables.emplace_back("library");
  if (has(onednn::OwnKernels())) tables.emplace_back("own");
#endif
  return absl::StrJoin(tables, ", ");
}

std::string Document() {
  std::string text = absl::StrCat(kHeader, Legend(), "\n");
  absl::StrAppend(&text, "| Operator | Inputs | Input 0 | Older forms | oneDNN |\n",
                  "|---|---|---|---|---|\n");
  for (const OpInfo& info : AllOps()) {
    const std::string domain = info.domain.empty() ? "" : absl::StrCat(info.domain, ".");
    absl::StrAppend(&text, Row({absl::StrCat(domain, info.op), InputsOf(info), TypesOf(info),
                                info.domain.empty() ? UpgradesOf(info.op) : "", OneDnnOf(info)}));
  }
  absl::StrAppend(&text,
                  "\nOperators that the importer replaces: Constant (a value of the graph), ",
                  "Scatter (by ScatterElements) and\nUpsample (by Resize).\n");
  return text;
}

// Lines without their last cell.
std::string WithoutLastColumn(absl::string_view text) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t end = line.size() < 3 ? absl::string_view::npos : line.rfind('|', line.size() - 2);
    lines.emplace_back(line.substr(0, end));
  }
  return absl::StrJoin(lines, "\n");
}

TEST_CASE("the table of operators is up to date") {
  const std::string document = Document();
  if (std::getenv("KAIROS_UPDATE_DOCS") != nullptr) {
    std::ofstream(KAIROS_OPERATORS_MD, std::ios::binary) << document;
  }
  std::ifstream file(KAIROS_OPERATORS_MD, std::ios::binary);
  const std::string written((std::istreambuf_iterator<char>(file)), {});
#ifdef KAIROS_WITH_ONEDNN
  CHECK_EQ(written, document);
#else
  CHECK_EQ(WithoutLastColumn(written), WithoutLastColumn(document));
#endif
}

}  // namespace
}  // namespace kairos
