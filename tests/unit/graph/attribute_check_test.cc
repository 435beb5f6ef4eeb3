#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <vector>

#include "graph/check_attributes.h"
#include "kairos/graph.h"

namespace kairos {
namespace {

constexpr AttributeSpec kSpecs[] = {
    {.name = "graph", .type = AttributeType::kGraph},
    {.name = "tensor", .type = AttributeType::kTensor},
    {.name = "float", .type = AttributeType::kFloat},
    {.name = "floats", .type = AttributeType::kFloats},
    {.name = "any_float", .type = AttributeType::kFloat, .nan_allowed = true},
    {.name = "int", .type = AttributeType::kInt, .min_int = 1, .max_int = 3},
    {.name = "open", .type = AttributeType::kInt, .min_int = -1},
    {.name = "ints", .type = AttributeType::kInts, .min_int = 0, .max_int = 9},
    {.name = "string", .type = AttributeType::kString, .choices = "one|two"},
    {.name = "strings", .type = AttributeType::kStrings},
    {.name = "type", .type = AttributeType::kDType},
};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Row {
  const char* name;
  Attribute value;
  std::string expected;  // of the message; "" when fine
};

TEST_CASE("attributes have the type and the range of their row") {
  const std::vector<Row> rows = {
      {"int", int64_t{3}, ""},
      {"int", int64_t{4}, "attribute 'int' is 4, expected 1 to 3"},
      {"open", int64_t{-2}, "attribute 'open' is -2, expected at least -1"},
      {"int", 1.0f, "attribute 'int' is a float, expected an int"},
      {"int", std::vector<int64_t>{1}, "attribute 'int' is a list of ints, expected an int"},
      {"ints", std::vector<int64_t>{}, ""},
      {"ints", std::vector<int64_t>{0, 9, 10}, "attribute 'ints' has 10 at 2, expected 0 to 9"},
      {"float", kInfinity, ""},
      {"float", kNan, "attribute 'float' is nan, expected a number"},
      {"floats", std::vector<float>{1, kNan}, "attribute 'floats' is nan, expected a number"},
      {"any_float", kNan, ""},
      {"string", std::string("two"), ""},
      {"string", std::string("three\n"), "attribute 'string' is 'three\\n', expected one, two"},
      {"string", std::string(""), "attribute 'string' is '', expected one, two"},
      {"strings", std::vector<std::string>{"a"}, ""},
      {"strings", std::string("a"), "attribute 'strings' is a string, expected a list of strings"},
      {"floats", std::vector<std::string>{},
       "attribute 'floats' is a list of strings, expected a list of floats"},
      {"tensor", Constant{}, ""},
      {"tensor", std::make_shared<const Graph>(),
       "attribute 'tensor' is a graph, expected a tensor"},
      {"graph", Constant{}, "attribute 'graph' is a tensor, expected a graph"},
      {"type", int64_t{16}, ""},
      {"type", int64_t{14}, "attribute 'type' is dtype 14, expected a type of numbers or bool"},
      {"type", int64_t{-1}, "attribute 'type' is dtype -1, expected a type of numbers or bool"},
      {"other", int64_t{1}, "attribute 'other' is not one of this operator's"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Attributes attributes;
    attributes.Set(row.name, row.value);
    const absl::Status status = CheckAttributes(attributes, kSpecs);
    CHECK_EQ(std::string(status.message()), row.expected);
    CHECK_EQ(status.ok(), row.expected.empty());
  }
}

TEST_CASE("an attribute that is required must be there") {
  static constexpr AttributeSpec kRequired[] = {
      {.name = "axis", .type = AttributeType::kInt, .required = true}};
  CHECK_EQ(CheckAttributes({}, kRequired).message(),
           "attribute 'axis' is missing, expected an int");
  Attributes attributes;
  attributes.Set("axis", int64_t{0});
  CHECK(CheckAttributes(attributes, kRequired).ok());
}

TEST_CASE("a node has 64 attributes at most") {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (int i = 0; i < 65; ++i) names.push_back("a" + std::to_string(i));
    return names;
  }();
  std::vector<AttributeSpec> specs;
  for (const std::string& name : kNames)
    specs.push_back({.name = name, .type = AttributeType::kInt});
  Attributes attributes;
  for (size_t i = 0; i < 64; ++i) attributes.Set(kNames[i], int64_t{1});
  CHECK(CheckAttributes(attributes, specs).ok());
  attributes.Set(kNames[64], int64_t{1});
  CHECK_EQ(CheckAttributes(attributes, specs).ToString(),
           "RESOURCE_EXHAUSTED: got 65 attributes, expected at most 64");
}

}  // namespace
}  // namespace kairos
