// Whether two graphs say the same, contents of constants included.
#ifndef KAIROS_TESTS_SUPPORT_GRAPH_EQUAL_H_
#define KAIROS_TESTS_SUPPORT_GRAPH_EQUAL_H_

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "kairos/graph.h"

namespace kairos::testing {

inline bool Equal(const Graph& a, const Graph& b);

inline bool Equal(const Constant& a, const Constant& b) {
  return a.type == b.type &&
         (a.type.byte_count() == 0 || std::memcmp(a.data, b.data, a.type.byte_count()) == 0);
}

inline bool Equal(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&b](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        const T& other = std::get<T>(b);
        if constexpr (std::is_same_v<T, Constant>) {
          return Equal(value, other);
        } else if constexpr (std::is_same_v<T, std::shared_ptr<const Graph>>) {
          return Equal(*value, *other);
        } else {
          return value == other;
        }
      },
      a);
}

inline bool Equal(const Attributes& a, const Attributes& b) {
  return std::equal(
      a.entries().begin(), a.entries().end(), b.entries().begin(), b.entries().end(),
      [](const auto& x, const auto& y) { return x.first == y.first && Equal(x.second, y.second); });
}

inline bool Equal(const PostOp& a, const PostOp& b) {
  return a.op == b.op && a.operand == b.operand && a.operand_first == b.operand_first &&
         Equal(a.attributes, b.attributes);
}

inline bool Equal(const Node& a, const Node& b) {
  return a.op == b.op && a.domain == b.domain && a.name == b.name && a.inputs == b.inputs &&
         a.outputs == b.outputs && Equal(a.attributes, b.attributes) &&
         std::equal(a.post_ops.begin(), a.post_ops.end(), b.post_ops.begin(), b.post_ops.end(),
                    [](const PostOp& x, const PostOp& y) { return Equal(x, y); });
}

inline bool Equal(const Value& a, const Value& b) {
  return a.name == b.name && a.dtype == b.dtype && a.dims == b.dims &&
         a.constant.has_value() == b.constant.has_value() &&
         (!a.constant.has_value() || Equal(*a.constant, *b.constant));
}

inline bool Equal(const Graph& a, const Graph& b) {
  return a.name == b.name && a.inputs == b.inputs && a.outputs == b.outputs &&
         a.metadata == b.metadata &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                    [](const Value& x, const Value& y) { return Equal(x, y); }) &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                    [](const Node& x, const Node& y) { return Equal(x, y); });
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_GRAPH_EQUAL_H_
