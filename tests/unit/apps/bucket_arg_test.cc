#include "common/bucket_arg.h"

#include <doctest/doctest.h>

namespace kairos {
namespace {

TEST_CASE("buckets are read from the command line") {
  const auto list = ParseBucketArg("x.0,a=b.1=1,8,32");
  REQUIRE_MESSAGE(list.ok(), list.status());
  CHECK(list->dims == std::vector<std::string>{"x.0", "a=b.1"});
  CHECK(list->sizes == std::vector<int64_t>{1, 8, 32});
  const auto multiples = ParseBucketArg("batch=x8");
  REQUIRE_MESSAGE(multiples.ok(), multiples.status());
  CHECK(multiples->multiple_of == 8);
  CHECK(multiples->sizes.empty());
  const auto all = ParseBucketArgs({"n=pow2", "m=4"});
  REQUIRE_MESSAGE(all.ok(), all.status());
  CHECK((*all)[0].powers_of_two);
  CHECK((*all)[1].dims == std::vector<std::string>{"m"});
}

TEST_CASE("malformed buckets are refused, quoting the text") {
  for (const char* text : {"", "x.0", "=8", "x.0=", "x.0=8,", "x.0=-8", "x.0=0", "x.0=x", "x.0=x0",
                           "x.0=pow3", ",x.0=8", "x.0=99999999999999999999"}) {
    CAPTURE(text);
    CHECK(absl::IsInvalidArgument(ParseBucketArg(text).status()));
  }
  CHECK(ParseBucketArgs({"n=2", "x.0=q"}).status().message() ==
        "bucket 'x.0=q': expected NAME.AXIS=SIZE,SIZE... or =xMULTIPLE or =pow2 such as x.0=1,8,32");
}

}  // namespace
}  // namespace kairos
