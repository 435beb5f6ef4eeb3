#include "kairos/attribute.h"

#include <doctest/doctest.h>

namespace kairos {
namespace {

TEST_CASE("attributes are kept sorted by name and overwritten in place") {
  Attributes attributes;
  attributes.Set("pads", std::vector<int64_t>{1, 2});
  attributes.Set("axis", int64_t{3});
  attributes.Set("mode", std::string("edge"));
  attributes.Set("axis", int64_t{-1});
  REQUIRE(attributes.entries().size() == 3);
  CHECK(attributes.entries()[0].first == "axis");
  CHECK(attributes.entries()[1].first == "mode");
  CHECK(attributes.entries()[2].first == "pads");
  CHECK(attributes.Int("axis", 0) == -1);
}

TEST_CASE("getters give the fallback for what is absent, erased or of another type") {
  Attributes attributes;
  attributes.Set("axis", int64_t{3});
  attributes.Set("alpha", 0.5f);
  attributes.Set("mode", std::string("edge"));
  attributes.Set("scales", std::vector<float>{1, 2});
  Constant constant;
  constant.type.dtype = DType::kFloat32;
  attributes.Set("value", constant);
  CHECK(attributes.Float("alpha", 1) == 0.5f);
  CHECK(attributes.String("mode", "") == "edge");
  CHECK(attributes.Floats("scales").size() == 2);
  REQUIRE(attributes.Tensor("value") != nullptr);
  CHECK(attributes.Tensor("value")->type.dtype == DType::kFloat32);

  CHECK(attributes.Int("alpha", 7) == 7);
  CHECK(attributes.Float("axis", 7) == 7);
  CHECK(attributes.String("axis", "none") == "none");
  CHECK(attributes.Ints("scales").empty());
  CHECK(attributes.Floats("axis").empty());
  CHECK(attributes.Tensor("axis") == nullptr);
  attributes.Erase("axis");
  attributes.Erase("never there");
  CHECK_FALSE(attributes.Has("axis"));
  CHECK(attributes.Int("axis", 9) == 9);
}

TEST_CASE("copies share their entries until one of them changes") {
  Attributes one;
  one.Set("axis", int64_t{3});
  Attributes two = one;
  CHECK(two.entries().data() == one.entries().data());
  two.Set("axis", int64_t{4});
  CHECK(one.Int("axis", 0) == 3);
  CHECK(two.Int("axis", 0) == 4);

  Attributes three = one;
  three.Erase("mode");
  CHECK(three.entries().data() == one.entries().data());
  three.Erase("axis");
  CHECK(one.Has("axis"));
  CHECK(three.entries().empty());
  // An attribute that is given to its own map.
  two = one;
  two.Set("other", one.entries()[0].second);
  CHECK(two.Int("other", 0) == 3);
}

}  // namespace
}  // namespace kairos
