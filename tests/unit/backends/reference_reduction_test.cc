#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

using AttributeRows = std::vector<std::pair<const char*, Attribute>>;

const std::string kMatrix = "float32[2,3]=1,2,3,4,5,6";
const AttributeRows kFlat = {{"keepdims", int64_t{0}}};

TEST_CASE("reductions over some or all axes") {
  CheckRows({
      {"ReduceSum", {kMatrix, "int64[1]=1"}, {}, "float32[2,1]=6,15"},
      {"ReduceSum", {kMatrix, "int64[1]=-2"}, kFlat, "float32[3]=5,7,9"},
      {"ReduceSum", {kMatrix}, kFlat, "float32[]=21"},
      {"ReduceSum", {kMatrix}, {{"noop_with_empty_axes", int64_t{1}}}, kMatrix},
      {"ReduceSum", {"float32[]=5"}, {}, "float32[]=5"},
      {"ReduceMean", {kMatrix, "int64[2]=0,1"}, {}, "float32[1,1]=3.5"},
      {"ReduceProd", {kMatrix, "int64[1]=0"}, kFlat, "float32[3]=4,10,18"},
      {"ReduceMax", {kMatrix, "int64[1]=0"}, kFlat, "float32[3]=4,5,6"},
      {"ReduceMin", {kMatrix, "int64[1]=1"}, kFlat, "float32[2]=1,4"},
      {"ReduceL1", {"float32[3]=-1,2,-3"}, {}, "float32[1]=6"},
      {"ReduceL2", {"float32[2]=3,4"}, {}, "float32[1]=5"},
      {"ReduceSumSquare", {"float32[2]=3,4"}, {}, "float32[1]=25"},
      {"ReduceLogSum", {"float32[2]=1,1"}, {}, "float32[1]=0.6931472"},
      {"ReduceLogSumExp", {"float32[2]=1000,1000"}, {}, "float32[1]=1000.693"},
      {"ReduceLogSumExp", {"float32[2]=-inf,-inf"}, {}, "float32[1]=-inf"},
      {"ReduceLogSumExp", {"float32[2]=inf,0"}, {}, "float32[1]=inf"},
  });
}

TEST_CASE("nothing reduces to the neutral element") {
  CheckRows({
      {"ReduceSum", {"float32[2,0]=", "int64[1]=1"}, kFlat, "float32[2]=0,0"},
      {"ReduceProd", {"int32[0]="}, kFlat, "int32[]=1"},
      {"ReduceMax", {"float32[0]="}, kFlat, "float32[]=-inf"},
      {"ReduceMax", {"int8[0]="}, kFlat, "int8[]=-128"},
      {"ReduceMin", {"uint8[0]="}, kFlat, "uint8[]=255"},
      {"ReduceMin", {"bool[0]="}, kFlat, "bool[]=1"},
      {"ReduceMean", {"float32[0]="}, kFlat, "float32[]=nan"},
      {"ReduceLogSum", {"float32[0]="}, kFlat, "float32[]=-inf"},
      {"ReduceLogSumExp", {"float32[0]="}, kFlat, "float32[]=-inf"},
      {"ReduceSum", {"float32[0,2]=", "int64[1]=1"}, kFlat, "float32[0]="},
  });
}

TEST_CASE("reductions of other types accumulate wide, and NaN wins") {
  CheckRows({
      {"ReduceSum", {"int32[2]=2147483647,1"}, {}, "int32[1]=-2147483648"},
      {"ReduceMean", {"int32[2]=1,2"}, {}, "int32[1]=1"},
      {"ReduceSum", {"float16[3]=2048,1,1"}, {}, "float16[1]=2050"},
      {"ReduceSum", {"float32[3]=16777216,1,1"}, {}, "float32[1]=1.677722e+07"},
      {"ReduceSum", {"float32[3]=1e30,1,-1e30"}, {}, "float32[1]=0"},
      {"ReduceMax", {"float32[3]=1,nan,3"}, {}, "float32[1]=nan"},
      {"ReduceMin", {"float32[2]=nan,-inf"}, {}, "float32[1]=nan"},
      {"ReduceMax", {"bool[2]=0,1"}, {}, "bool[1]=1"},
      {"ReduceMax", {"uint64[2]=1,18446744073709551615"}, {}, "uint64[1]=18446744073709551615"},
  });
}

TEST_CASE("ArgMax and ArgMin find the first, or on demand the last") {
  const AttributeRows last = {{"select_last_index", int64_t{1}}, {"keepdims", int64_t{0}}};
  CheckRows({
      {"ArgMax", {"float32[2,3]=1,3,3,5,4,5"}, {{"axis", int64_t{1}}}, "int64[2,1]=1,0"},
      {"ArgMax", {"float32[3]=1,3,3"}, last, "int64[]=2"},
      {"ArgMin", {"int32[2,2]=1,2,0,2"}, kFlat, "int64[2]=1,0"},
      {"ArgMin", {"int32[2,2]=1,2,0,2"}, last, "int64[2]=1,1"},
      {"ArgMax", {"float32[3]=1,nan,nan"}, kFlat, "int64[]=1"},
      {"ArgMin", {"float32[0,2]="}, {{"axis", int64_t{1}}}, "int64[0,1]="},
  });
}

TEST_CASE("TopK sorts, and equal elements keep their order") {
  CheckRows({
      {"TopK", {"float32[4]=1,4,4,3", "int64[1]=3"}, {}, "float32[3]=4,4,3 int64[3]=1,2,3", 2},
      {"TopK",
       {"int32[2,2]=3,1,2,4", "int64[1]=1"},
       {{"largest", int64_t{0}}, {"axis", int64_t{0}}},
       "int32[1,2]=2,1 int64[1,2]=1,0",
       2},
      {"TopK", {"float32[3]=1,nan,2", "int64[1]=2"}, {}, "float32[2]=nan,2 int64[2]=1,2", 2},
      {"TopK",
       {"float32[3]=1,nan,2", "int64[1]=3"},
       {{"largest", int64_t{0}}},
       "float32[3]=1,2,nan int64[3]=0,2,1",
       2},
      {"TopK", {"float32[2]=1,2", "int64[1]=0"}, {}, "float32[0]= int64[0]=", 2},
  });
}

TEST_CASE("CumSum runs forwards or backwards, with or without the element itself") {
  const AttributeRows exclusive = {{"exclusive", int64_t{1}}};
  const AttributeRows both = {{"exclusive", int64_t{1}}, {"reverse", int64_t{1}}};
  CheckRows({
      {"CumSum", {"float32[3]=1,2,3", "int64[]=0"}, {}, "float32[3]=1,3,6"},
      {"CumSum", {"float32[3]=1,2,3", "int32[]=-1"}, exclusive, "float32[3]=0,1,3"},
      {"CumSum", {"int64[2,2]=1,2,3,4", "int64[]=0"}, both, "int64[2,2]=3,4,0,0"},
      {"CumSum", {"float32[0]=", "int64[]=0"}, {}, "float32[0]="},
  });
}

}  // namespace
}  // namespace kairos::testing
