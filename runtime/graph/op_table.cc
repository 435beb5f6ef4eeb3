#include "graph/op_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "graph/op_rows.h"

namespace kairos {
namespace {

std::pair<absl::string_view, absl::string_view> KeyOf(const OpInfo& row) {
  return {row.domain, row.op};
}

std::vector<OpInfo> SortedRows() {
  std::vector<OpInfo> rows;
  for (absl::Span<const OpInfo> family :
       {ElementwiseRows(), SpatialRows(), ReductionRows(), TensorRows(), LossRows(),
        RecurrentRows(), QuantizedRows(), SignalRows(), SampleRows(), ArrangeRows(), RandomRows(),
        OptimizerRows(), HostRows()}) {
    rows.insert(rows.end(), family.begin(), family.end());
  }
  std::sort(rows.begin(), rows.end(),
            [](const OpInfo& a, const OpInfo& b) { return KeyOf(a) < KeyOf(b); });
  return rows;
}

}  // namespace

absl::Span<const OpInfo> AllOps() {
  // Never destroyed: threads may still look at it while the process ends.
  static const auto* const kTable = new std::vector<OpInfo>(SortedRows());
  return *kTable;
}

const OpInfo* FindOp(absl::string_view domain, absl::string_view op) {
  const absl::Span<const OpInfo> rows = AllOps();
  const std::pair key(domain, op);
  const auto row = std::lower_bound(rows.begin(), rows.end(), key,
                                    [](const OpInfo& a, const auto& b) { return KeyOf(a) < b; });
  return row != rows.end() && KeyOf(*row) == key ? &*row : nullptr;
}

bool IsView(const Node& node) {
  return node.post_ops.empty() && FindOp(node.domain, node.op)->is_view;
}

std::vector<std::string> SupportedOps() {
  std::vector<std::string> names;
  for (const OpInfo& row : AllOps()) {
    names.push_back(row.domain.empty() ? std::string(row.op)
                                       : absl::StrCat(row.domain, ".", row.op));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string NodeLabel(const Node& node) {
  return absl::StrCat("node '", Printable(node.name), "' (", Printable(node.op), ")");
}

}  // namespace kairos
