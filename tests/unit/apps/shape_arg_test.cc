#include "common/shape_arg.h"

#include <doctest/doctest.h>

namespace kairos {
namespace {

TEST_CASE("shapes are read from the command line") {
  const auto shapes = ParseShapeArg("x=1x3x224x224,ids=8x128,s=");
  REQUIRE_MESSAGE(shapes.ok(), shapes.status());
  REQUIRE(shapes->size() == 3);
  CHECK((*shapes)[0].name == "x");
  CHECK((*shapes)[0].shape == Shape{1, 3, 224, 224});
  CHECK((*shapes)[1].shape == Shape{8, 128});
  CHECK((*shapes)[2].shape.empty());
  CHECK(FormatShapeArg(*shapes) == "x=1x3x224x224,ids=8x128,s=");
}

TEST_CASE("a name may hold an equals sign") {
  CHECK(ParseShapeArg("a=b=2")->front().name == "a=b");
}

TEST_CASE("malformed shapes are refused, quoting the part at fault") {
  for (const char* text :
       {"", "x", "=1", "x=1x", "x=x1", "x=-1", "x=+1", "x= 1", "x=1,", "x=1X2", "x=2147483648",
        "x=1x1x1x1x1x1x1x1x1", "x=1,x=2", "x=99999999999999999999"}) {
    CAPTURE(text);
    CHECK(absl::IsInvalidArgument(ParseShapeArg(text).status()));
  }
  CHECK(ParseShapeArg("x=1x3,y=2xq").status() ==
        absl::InvalidArgumentError(
            "shape 'y=2xq': 'q' is not a size, expected NAME=DIMxDIM... such as x=1x3x224x224"));
}

}  // namespace
}  // namespace kairos
