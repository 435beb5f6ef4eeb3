#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "kairos/kernel.h"
#include "tests/support/graph_builder.h"

namespace kairos::testing {
namespace {

// A Conv with a fused Add, which a test changes in one respect.
struct Request {
  Node node;
  std::vector<Operand> inputs, outputs;
  int threads = 2;
  bool deterministic = false;
  int64_t axes[2] = {2, 3};

  Request() {
    node.op = "Conv";
    node.name = "conv1";
    node.inputs = {0, 1, 2};
    node.outputs = {3};
    node.attributes.Set("pads", Ints{1, 1, 1, 1});
    node.attributes.Set("group", int64_t{1});
    node.post_ops = {{"Add", {}, 2, false}};
    inputs = {{true, {DType::kFloat32, {1, 3, 8, 8}, Layout::kPlain}, false, nullptr},
              {true, {DType::kFloat32, {4, 3, 3, 3}, Layout::kPlain}, true, nullptr},
              {true, {DType::kInt64, {2}, Layout::kPlain}, false, axes}};
    outputs = {{true, {DType::kFloat32, {1, 4, 8, 8}, Layout::kPlain}, false, nullptr}};
  }
  std::string Key() const {
    return CanonicalKey({&node, inputs, outputs, threads, deterministic});
  }
};

struct Case {
  const char* name;
  std::function<void(Request&)> edit;
};

TEST_CASE("whatever makes another kernel makes another key") {
  const Case kCases[] = {
      {"nothing", [](Request&) {}},
      {"op", [](Request& r) { r.node.op = "ConvTranspose"; }},
      {"domain", [](Request& r) { r.node.domain = "kairos"; }},
      {"attribute value", [](Request& r) { r.node.attributes.Set("pads", Ints{1, 1, 1, 0}); }},
      {"attribute type", [](Request& r) { r.node.attributes.Set("group", 1.0f); }},
      {"attribute absent", [](Request& r) { r.node.attributes.Erase("group"); }},
      {"attribute list", [](Request& r) { r.node.attributes.Set("pads", Ints{1, 1, 1}); }},
      {"no post-op", [](Request& r) { r.node.post_ops.clear(); }},
      {"post-op", [](Request& r) { r.node.post_ops[0].op = "Sub"; }},
      {"post-op order", [](Request& r) { r.node.post_ops[0].operand_first = true; }},
      {"post-op operand", [](Request& r) { r.node.post_ops[0].operand = 1; }},
      {"post-op attribute",
       [](Request& r) { r.node.post_ops[0].attributes.Set("alpha", 0.5f); }},
      {"input dtype", [](Request& r) { r.inputs[0].type.dtype = DType::kFloat16; }},
      {"input shape", [](Request& r) { r.inputs[0].type.shape = {1, 3, 88}; }},
      {"input layout", [](Request& r) { r.inputs[0].type.layout = Layout::kChannelsLast; }},
      {"input absent", [](Request& r) { r.inputs[2].present = false; }},
      {"input constant", [](Request& r) { r.inputs[0].constant = true; }},
      {"known bytes", [](Request& r) { r.axes[1] = 1; }},
      {"bytes not known", [](Request& r) { r.inputs[2].data = nullptr; }},
      {"output layout", [](Request& r) { r.outputs[0].type.layout = Layout::kChannelsLast; }},
      {"output absent", [](Request& r) { r.outputs[0].present = false; }},
      {"threads", [](Request& r) { r.threads = 1; }},
      {"deterministic", [](Request& r) { r.deterministic = true; }},
  };
  std::set<std::string> keys;
  for (const Case& test : kCases) {
    CAPTURE(test.name);
    Request request;
    test.edit(request);
    CHECK(keys.insert(request.Key()).second);
  }
}

TEST_CASE("names, value ids and addresses are not in the key") {
  const std::string key = Request().Key();
  Request other;
  other.node.name = "conv2";
  other.node.inputs = {7, 8, 9};
  other.node.outputs = {10};
  CHECK(other.Key() == key);
}

TEST_CASE("the order in which attributes were set is not in the key") {
  Request a, b;
  b.node.attributes = {};
  b.node.attributes.Set("group", int64_t{1});
  b.node.attributes.Set("pads", Ints{1, 1, 1, 1});
  CHECK(a.Key() == b.Key());
}

TEST_CASE("lists whose parts are joined differently have different keys") {
  Request a, b;
  a.node.attributes.Set("s", Strings{"ab", "c"});
  b.node.attributes.Set("s", Strings{"a", "bc"});
  CHECK(a.Key() != b.Key());
}

}  // namespace
}  // namespace kairos::testing
