// Rows for tests of the reference kernels: an operator, its inputs, and what must come out. Tensors
// are written "float32[2]=1,nan" ("" for an absent input);
// several outputs are joined by blanks, and a refusal is its whole status,
// "INVALID_ARGUMENT: Gather: ...".
//
// Each row runs twice: with the values known that the op table says kernels are made for, and with
// none known. Output types come from the op table's shape functions.
#ifndef KAIROS_TESTS_UNIT_BACKENDS_REFERENCE_OP_H_
#define KAIROS_TESTS_UNIT_BACKENDS_REFERENCE_OP_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "graph/op_table.h"
#include "kairos/backend.h"
#include "reference/element.h"
#include "reference/strided.h"
#include "support/graph_builder.h"

namespace kairos::testing {

struct OpCase {
  std::string op;  // "kairos.Swish" is in that domain
  std::vector<std::string> inputs;
  std::vector<std::pair<const char*, Attribute>> attributes;
  std::string expected;
  int outputs = 1;
  std::vector<PostOp> post_ops = {};
  Layout layout = Layout::kPlain;  // of all inputs and outputs of output 0's rank
};

// A tensor in memory, in any layout, and its text, in row-major order whatever the layout.
struct TextTensor {
  TensorType type;
  std::vector<uint64_t> words;

  void Allocate() { words.assign(type.byte_count() / 8 + 1, 0xabababababababab); }
  template <typename Body>
  void ForEachIndex(Body&& body) const {
    reference::ForEachRow<1>(type.shape, {reference::StridesOfType(type)}, [&](const auto& row) {
      for (int64_t i = 0; i < row.count; ++i) body(row.offset[0] + i * row.stride[0]);
    });
  }
  std::string ElementText(int64_t i) const {
    if (reference::Contains(reference::kSignedTypes, type.dtype)) {
      return absl::StrCat(reference::ElementReader<int64_t>(type.dtype)(words.data(), i));
    }
    if (!reference::Contains(reference::kFloatTypes, type.dtype)) {
      return absl::StrCat(reference::ElementReader<uint64_t>(type.dtype)(words.data(), i));
    }
    const double value = reference::ElementReader<double>(type.dtype)(words.data(), i);
    return std::isnan(value) ? "nan" : absl::StrFormat("%.7g", value);
  }
  std::string ToText() const {
    std::string text = absl::StrCat(DTypeName(type.dtype), ShapeString(type.shape), "=");
    const char* separator = "";
    ForEachIndex([&](int64_t i) {
      absl::StrAppend(&text, separator, ElementText(i));
      separator = ",";
    });
    return text;
  }
};

inline TextTensor ParseTensor(const std::string& text, Layout layout, size_t layout_rank) {
  const size_t bracket = text.find('['), end = text.find(']');
  TextTensor tensor;
  for (int number = 0; number < 32; ++number) {
    const auto dtype = static_cast<DType>(number);
    if (DTypeName(dtype) == text.substr(0, bracket)) tensor.type.dtype = dtype;
  }
  for (auto dim :
       absl::StrSplit(text.substr(bracket + 1, end - bracket - 1), ',', absl::SkipEmpty())) {
    tensor.type.shape.push_back(std::atoll(std::string(dim).c_str()));
  }
  if (tensor.type.shape.size() == layout_rank) tensor.type.layout = layout;
  tensor.Allocate();
  std::vector<std::string> values = absl::StrSplit(text.substr(end + 2), ',', absl::SkipEmpty());
  REQUIRE(static_cast<int64_t>(values.size()) == tensor.type.element_count());
  const auto write = reference::ElementWriter<double>(tensor.type.dtype);
  size_t next = 0;
  tensor.ForEachIndex([&](int64_t i) {
    write(tensor.words.data(), i, std::strtod(values[next++].c_str(), nullptr));
  });
  return tensor;
}

class OpRun {
 public:
  explicit OpRun(const OpCase& row) : row_(row) {
    const size_t dot = row.op.rfind('.');
    if (dot != std::string::npos) node_.domain = row.op.substr(0, dot);
    node_.op = row.op.substr(dot == std::string::npos ? 0 : dot + 1);
    for (const auto& [name, value] : row.attributes) node_.attributes.Set(name, value);
    node_.post_ops = row.post_ops;
    for (const std::string& text : row.inputs) {
      node_.inputs.push_back(text.empty() ? kNoValue : static_cast<ValueId>(node_.inputs.size()));
      inputs_.push_back(text.empty() ? TextTensor() : ParseTensor(text, row.layout, LayoutRank()));
    }
    node_.outputs.assign(static_cast<size_t>(row.outputs), 100);
  }

  // The outputs' text, or the status that came instead.
  std::string Run(bool values_known) {
    absl::Status status = RunOrRefuse(values_known);
    if (!status.ok()) {
      return absl::StrCat(absl::StatusCodeToString(status.code()), ": ",
                          absl::string_view(status.message().data(), status.message().size()));
    }
    std::string text;
    for (const TextTensor& output : outputs_) {
      absl::StrAppend(&text, text.empty() ? "" : " ", output.ToText());
    }
    return text;
  }

 private:
  size_t LayoutRank() const {
    if (row_.layout == Layout::kPlain) return SIZE_MAX;
    return static_cast<size_t>(std::count(
               row_.inputs[0].begin(),
               row_.inputs[0].begin() + static_cast<long>(row_.inputs[0].find(']')), ',')) +
           1;
  }
  absl::Status RunOrRefuse(bool values_known) {
    const OpInfo* info = FindOp(node_.domain, node_.op);
    REQUIRE(info != nullptr);
    std::vector<Operand> in, out;
    std::vector<const void*> in_data;
    for (const TextTensor& input : inputs_) {
      const bool present = input.type.dtype != DType::kUndefined;
      in_data.push_back(present ? input.words.data() : nullptr);
      in.push_back({present, input.type, false, in_data.back()});
    }
    std::vector<TensorType> types;
    absl::Status status =
        InferTypes(node_, absl::MakeConstSpan(in).subspan(0, node_.base_input_count()), &types);
    if (!status.ok()) return status;
    std::vector<void*> out_data;
    outputs_.clear();
    for (TensorType& type : types) {
      if (type.shape.size() == LayoutRank()) type.layout = row_.layout;
      if (node_.op == "Reorder") type.layout = static_cast<Layout>(node_.attributes.Int("to", 0));
      outputs_.push_back({type, {}});
      outputs_.back().Allocate();
      out.push_back({true, type});
    }
    for (TextTensor& output : outputs_) out_data.push_back(output.words.data());
    for (size_t i = 0; i < in.size(); ++i) {
      if (!values_known || (info->value_inputs >> i & 1) == 0) in[i].data = nullptr;
    }
    std::unique_ptr<Backend> backend = NewReferenceBackend();
    auto kernel = backend->Specialize({&node_, in, out, 1, true});
    if (!kernel.ok()) return kernel.status();
    std::vector<uint64_t> scratch((*kernel)->scratch_bytes() / 8 + 1);
    std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
    return (*kernel)->Run({in_data.data(), out_data.data(), scratch.data(), pool.get()}, nullptr);
  }

  const OpCase& row_;
  Node node_;
  std::vector<TextTensor> inputs_, outputs_;
};

inline void CheckRows(const std::vector<OpCase>& rows) {
  for (const OpCase& row : rows) {
    std::string inputs;
    for (const std::string& input : row.inputs) inputs += " '" + input + "'";
    CAPTURE(row.op);
    CAPTURE(inputs);
    CHECK_EQ(OpRun(row).Run(/*values_known=*/true), row.expected);
    CHECK_EQ(OpRun(row).Run(/*values_known=*/false), row.expected);
  }
}

// Values of `text`, from its '=' on.
inline std::vector<double> ValuesOf(absl::string_view text) {
  std::vector<double> values;
  for (absl::string_view value :
       absl::StrSplit(text.substr(text.find('=') + 1), ',', absl::SkipEmpty())) {
    values.push_back(std::strtod(std::string(value).c_str(), nullptr));
  }
  return values;
}

// As CheckRows, for expectations that others computed in single precision: types must be equal,
// values within 1e-5.
inline void CheckRowsNearly(const std::vector<OpCase>& rows) {
  for (const OpCase& row : rows) {
    CAPTURE(row.op);
    for (bool values_known : {true, false}) {
      const std::string result = OpRun(row).Run(values_known);
      CAPTURE(result);
      const std::vector<std::string> got = absl::StrSplit(result, ' ');
      const std::vector<std::string> want = absl::StrSplit(row.expected, ' ');
      REQUIRE_EQ(got.size(), want.size());
      for (size_t i = 0; i < got.size(); ++i) {
        REQUIRE_EQ(got[i].substr(0, got[i].find('=')), want[i].substr(0, want[i].find('=')));
        const std::vector<double> a = ValuesOf(got[i]), b = ValuesOf(want[i]);
        REQUIRE_EQ(a.size(), b.size());
        for (size_t k = 0; k < a.size(); ++k) {
          CAPTURE(k);
          CHECK(std::abs(a[k] - b[k]) <= 1e-5 * (1 + std::abs(b[k])));
        }
      }
    }
  }
}

// The rows as they are, and with Layout::kChannelsLast.
inline void CheckInBothLayouts(std::vector<OpCase> rows) {
  CheckRows(rows);
  for (OpCase& row : rows) row.layout = Layout::kChannelsLast;
  CheckRows(rows);
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_BACKENDS_REFERENCE_OP_H_
