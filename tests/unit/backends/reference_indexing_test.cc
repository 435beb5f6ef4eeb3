#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

const std::string kMatrix = "float32[3,2]=1,2,3,4,5,6";
const std::pair<const char*, Attribute> kAxis1 = {"axis", int64_t{1}};

std::pair<const char*, Attribute> Reduction(const char* name) {
  return {"reduction", std::string(name)};
}

TEST_CASE("gathering reads where indices point to, negative ones from the end") {
  CheckRows({
      {"Gather", {kMatrix, "int64[2]=2,-3"}, {}, "float32[2,2]=5,6,1,2"},
      {"Gather", {kMatrix, "int32[]=1"}, {kAxis1}, "float32[3]=2,4,6"},
      {"Gather", {kMatrix, "int64[0]="}, {}, "float32[0,2]="},
      {"Gather", {"float32[0]=", "int64[0]="}, {}, "float32[0]="},
      {"GatherElements", {kMatrix, "int64[2,2]=0,-1,1,0"}, {}, "float32[2,2]=1,6,3,2"},
      {"GatherElements", {kMatrix, "int32[3,1]=1,0,1"}, {kAxis1}, "float32[3,1]=2,3,6"},
      {"GatherND", {kMatrix, "int64[2,2]=0,1,-1,0"}, {}, "float32[2]=2,5"},
      {"GatherND", {kMatrix, "int64[1,1]=1"}, {}, "float32[1,2]=3,4"},
      {"GatherND", {kMatrix, "int64[3,1]=1,0,1"}, {{"batch_dims", int64_t{1}}}, "float32[3]=2,3,6"},
  });
}

TEST_CASE("scattering writes where indices point to, and can combine") {
  CheckRows({
      {"ScatterElements",
       {kMatrix, "int64[1,2]=2,-3", "float32[1,2]=10,20"},
       {},
       "float32[3,2]=1,20,3,4,10,6"},
      {"ScatterElements",
       {"int32[4]=1,2,3,4", "int64[3]=1,1,0", "int32[3]=5,6,7"},
       {Reduction("add")},
       "int32[4]=8,13,3,4"},
      {"ScatterElements",
       {"int32[2]=1,2", "int64[2]=1,1", "int32[2]=3,4"},
       {Reduction("mul")},
       "int32[2]=1,24"},
      {"ScatterElements",
       {"float32[2]=1,2", "int64[2]=0,1", "float32[2]=nan,5"},
       {Reduction("min")},
       "float32[2]=nan,2"},
      {"ScatterND", {kMatrix, "int64[1,1]=-1", "float32[1,2]=8,9"}, {}, "float32[3,2]=1,2,3,4,8,9"},
      {"ScatterND",
       {kMatrix, "int64[2,2]=0,0,0,0", "float32[2]=7,3"},
       {Reduction("max")},
       "float32[3,2]=7,2,3,4,5,6"},
      {"ScatterND", {"bool[2]=0,1", "int64[1,1]=0", "bool[1]=1"}, {}, "bool[2]=1,1"},
      {"ScatterND",
       {"bool[2]=0,1", "int64[1,1]=0", "bool[1]=1"},
       {Reduction("add")},
       "UNIMPLEMENTED: ScatterND: no reduction add of bool"},
      {"ScatterElements", {kMatrix, "int64[0,2]=", "float32[0,2]="}, {}, kMatrix},
  });
}

TEST_CASE("an index that points outside is refused, naming it and what would do") {
  CheckRows({
      {"Gather",
       {kMatrix, "int64[2]=0,3"},
       {},
       "INVALID_ARGUMENT: Gather: index is out of range, got 3, expected -3 to 2"},
      {"Gather",
       {"float32[0]=", "int64[1]=0"},
       {},
       "INVALID_ARGUMENT: Gather: index is out of range, got 0, expected none: the extent is 0"},
      {"GatherElements",
       {kMatrix, "int32[1,1]=-3"},
       {kAxis1},
       "INVALID_ARGUMENT: GatherElements: index is out of range, got -3, expected -2 to 1"},
      {"GatherND",
       {kMatrix, "int64[1,2]=2,2"},
       {},
       "INVALID_ARGUMENT: GatherND: index is out of range, got 2, expected -2 to 1"},
      {"ScatterElements",
       {kMatrix, "int64[1,1]=-9223372036854775808", "float32[1,1]=0"},
       {},
       "INVALID_ARGUMENT: ScatterElements: index is out of range, got -9223372036854775808, "
       "expected -3 to 2"},
      {"ScatterND",
       {kMatrix, "int64[1,1]=3", "float32[1,2]=0,0"},
       {},
       "INVALID_ARGUMENT: ScatterND: index is out of range, got 3, expected -3 to 2"},
  });
}

TEST_CASE("OneHot marks indices in range and nothing else") {
  CheckRows({
      {"OneHot",
       {"int64[3]=1,-1,7", "int64[]=3", "float32[2]=0,5"},
       {},
       "float32[3,3]=0,5,0,0,0,5,0,0,0"},
      {"OneHot",
       {"int32[2]=0,1", "int64[]=2", "bool[2]=0,1"},
       {{"axis", int64_t{0}}},
       "bool[2,2]=1,0,0,1"},
      {"OneHot", {"float32[1]=1", "float32[]=2", "int8[2]=1,3"}, {}, "int8[1,2]=1,3"},
      {"OneHot", {"int64[1]=0", "int64[]=0", "float32[2]=0,1"}, {}, "float32[1,0]="},
  });
}

TEST_CASE("Trilu keeps one side of a diagonal") {
  const std::string square = "int32[2,2]=1,2,3,4";
  CheckRows({
      {"Trilu", {square}, {}, "int32[2,2]=1,2,0,4"},
      {"Trilu", {square}, {{"upper", int64_t{0}}}, "int32[2,2]=1,0,3,4"},
      {"Trilu", {square, "int64[]=1"}, {}, "int32[2,2]=0,2,0,0"},
      {"Trilu", {square, "int64[]=9223372036854775807"}, {}, "int32[2,2]=0,0,0,0"},
      {"Trilu", {square, "int64[]=-9223372036854775808"}, {}, square},
      {"Trilu", {"int32[2,0]="}, {}, "int32[2,0]="},
  });
}

}  // namespace
}  // namespace kairos::testing
