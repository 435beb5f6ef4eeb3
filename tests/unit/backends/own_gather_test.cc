// Our own gathers against the reference; indices are data and may hold anything.
#include <doctest/doctest.h>

#include "support/own_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("gathered rows agree with the reference along each axis") {
  for (int64_t axis : {0, 1, 2, -1}) {
    for (DType dtype : {DType::kUint8, DType::kFloat16, DType::kFloat32, DType::kInt64}) {
      CAPTURE(axis);
      OwnCase c("Gather", {{"axis", axis}});
      c.Input({5, 6, 7}, dtype).Values<int64_t>({2, 3}, {0, 4, -5, -1, 1, 1});
      CHECK(c.Compare() == "");
    }
  }
  CHECK(OwnCase("Gather")
            .Input({50, 3000})
            .Values<int32_t>({9}, {0, 3, 7, -50, 49, 1, 1, 2, 2})
            .Compare() == "");
  CHECK(OwnCase("Gather").Input({5, 6}).Values<int64_t>({}, {3}).Post("Relu").Compare() == "");
  CHECK(OwnCase("Gather").Input({0, 6}).Values<int64_t>({0}, {}).Compare() == "");
}

TEST_CASE("single elements agree with the reference along each axis") {
  for (int64_t axis : {0, 1, -1}) {
    CAPTURE(axis);
    OwnCase c("GatherElements", {{"axis", axis}});
    c.Input({3, 4, 5}, DType::kInt64)
        .Values<int64_t>({2, 2, 3}, {0, 1, 2, -1, -2, -3, 0, 0, 1, 2, 2, -3});
    CHECK(c.Compare() == "");
  }
}

TEST_CASE("tuples of indices agree with the reference, batched or not") {
  OwnCase elements("GatherND");
  CHECK(elements.Input({3, 4}).Values<int64_t>({3, 2}, {0, 3, -1, -4, 2, 2}).Compare() == "");
  OwnCase rows("GatherND");
  CHECK(rows.Input({3, 4, 5}).Values<int64_t>({2, 1, 1}, {2, -3}).Compare() == "");
  OwnCase batched("GatherND", {{"batch_dims", int64_t{1}}});
  CHECK(batched.Input({2, 3, 4}).Values<int64_t>({2, 2, 1}, {0, 2, -1, 1}).Compare() == "");
}

struct BadRow {
  const char* op;
  Shape data, shape;
  Ints indices;
  const char* message;
};

TEST_CASE("an index out of range is refused before anything is written") {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  const BadRow rows[] = {
      {"Gather", {5, 2}, {3}, {0, 5, 1}, "Gather: index is out of range, got 5, expected -5 to 4"},
      {"Gather",
       {5, 2},
       {2},
       {lowest, 0},
       "Gather: index is out of range, got -9223372036854775808, expected -5 to 4"},
      {"Gather",
       {0, 2},
       {1},
       {0},
       "Gather: index is out of range, got 0, expected none: the extent is 0"},
      {"GatherElements",
       {2, 3},
       {1, 3},
       {0, -3, 0},
       "GatherElements: index is out of range, got -3, expected -2 to 1"},
      {"GatherND",
       {2, 3},
       {1, 2},
       {1, 3},
       "GatherND: index is out of range, got 3, expected -3 to 2"},
  };
  for (const BadRow& row : rows) {
    OwnCase c(row.op);
    c.Input(row.data).Values<int64_t>(row.shape, row.indices);
    CHECK(c.RunOwn(2).status() == absl::InvalidArgumentError(row.message));
  }
}

}  // namespace
}  // namespace kairos::testing
