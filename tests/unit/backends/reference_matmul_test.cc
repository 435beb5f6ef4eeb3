#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

Attribute Text(const char* value) { return std::string(value); }

TEST_CASE(
    "MatMul follows numpy: vectors, batches that broadcast, empty operands, integers that wrap") {
  CheckRows({
      {"MatMul",
       {"float32[2,3]=0,1,2,3,4,5", "float32[3,2]=0,1,2,3,4,5"},
       {},
       "float32[2,2]=10,13,28,40"},
      {"MatMul", {"float32[3]=0,1,2", "float32[3]=0,1,2"}, {}, "float32[]=5"},
      {"MatMul", {"float32[3]=0,1,2", "float32[3,2]=0,1,2,3,4,5"}, {}, "float32[2]=10,13"},
      {"MatMul", {"float32[2,3]=0,1,2,3,4,5", "float32[3]=0,1,2"}, {}, "float32[2]=5,14"},
      {"MatMul",
       {"float32[2,1,1,2]=0,1,2,3", "float32[3,2,1]=0,1,2,3,4,5"},
       {},
       "float32[2,3,1,1]=1,3,5,3,13,23"},
      {"MatMul",
       {"float32[2,2]=0,1,2,3", "float32[2,2,2]=0,1,2,3,4,5,6,7"},
       {},
       "float32[2,2,2]=2,3,6,11,6,7,26,31"},
      {"MatMul", {"float32[2]=0,1", "float32[2,2,1]=0,1,2,3"}, {}, "float32[2,1]=1,3"},
      {"MatMul", {"float32[2,0]=", "float32[0,3]="}, {}, "float32[2,3]=0,0,0,0,0,0"},
      {"MatMul", {"float32[0,2]=", "float32[2,3]=0,1,2,3,4,5"}, {}, "float32[0,3]="},
      {"MatMul", {"int32[1,2]=2147483647,2", "int32[2,1]=3,1"}, {}, "int32[1,1]=2147483647"},
      {"MatMul", {"int64[1,2]=4611686018427387904,1", "int64[2,1]=4,7"}, {}, "int64[1,1]=7"},
      {"MatMul", {"uint32[1,1]=4294967295", "uint32[1,1]=2"}, {}, "uint32[1,1]=4294967294"},
      {"MatMul",
       {"int64[1,1]=9007199254740993", "int64[1,1]=1"},
       {},
       "int64[1,1]=9007199254740992"},
      {"MatMul", {"float64[1,1]=1e+300", "float64[1,1]=1e-300"}, {}, "float64[1,1]=1"},
      {"MatMul",
       {"float32[1,3]=100000000,1,-100000000", "float32[3,1]=1,1,1"},
       {},
       "float32[1,1]=1"},
  });
}

TEST_CASE("Gemm transposes, scales and adds a broadcast matrix") {
  CheckRows({
      {"Gemm",
       {"float32[2,3]=0,1,2,3,4,5", "float32[3,2]=0,1,2,3,4,5"},
       {},
       "float32[2,2]=10,13,28,40"},
      {"Gemm",
       {"float32[3,2]=0,1,2,3,4,5", "float32[2,3]=0,1,2,3,4,5"},
       {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"alpha", 0.5f}},
       "float32[2,2]=5,14,6.5,20"},
      {"Gemm",
       {"float32[2,3]=0,1,2,3,4,5", "float32[3,2]=0,1,2,3,4,5", "float32[2]=10,20"},
       {{"beta", 2.0f}},
       "float32[2,2]=30,53,48,80"},
      {"Gemm",
       {"float32[2,3]=0,1,2,3,4,5", "float32[3,2]=0,1,2,3,4,5", "float32[2,1]=10,20"},
       {},
       "float32[2,2]=20,23,48,60"},
      {"Gemm",
       {"float32[2,3]=0,1,2,3,4,5", "float32[3,2]=0,1,2,3,4,5", "float32[]=5"},
       {{"alpha", 0.0f}},
       "float32[2,2]=5,5,5,5"},
      {"Gemm", {"float32[2,0]=", "float32[0,2]=", "float32[2]=1,2"}, {}, "float32[2,2]=1,2,1,2"},
      {"Gemm",
       {"int32[1,2]=0,1", "int32[2,1]=0,1", "int32[1]=-3"},
       {{"alpha", 2.0f}},
       "int32[1,1]=-1"},
  });
}

TEST_CASE("Einsum") {
  CheckRows({
      {"Einsum",
       {"float32[2,3]=0,1,2,3,4,5", "float32[3,2]=0,1,2,3,4,5"},
       {{"equation", Text("ij,jk->ik")}},
       "float32[2,2]=10,13,28,40"},
      {"Einsum",
       {"float32[2,2]=0,1,2,3", "float32[2,2]=0,1,2,3"},
       {{"equation", Text("ij,jk")}},
       "float32[2,2]=2,3,6,11"},
      {"Einsum",
       {"float32[3,3]=0,1,2,3,4,5,6,7,8"},
       {{"equation", Text("ii->i")}},
       "float32[3]=0,4,8"},
      {"Einsum", {"float32[3,3]=0,1,2,3,4,5,6,7,8"}, {{"equation", Text("ii")}}, "float32[]=12"},
      {"Einsum",
       {"float32[2]=1,2", "float32[3]=0,1,2"},
       {{"equation", Text("i,j->ji")}},
       "float32[3,2]=0,0,1,2,2,4"},
      {"Einsum",
       {"float32[1,2,3]=0,1,2,3,4,5"},
       {{"equation", Text("...ij->...ji")}},
       "float32[1,3,2]=0,3,1,4,2,5"},
      {"Einsum",
       {"float32[2,1,2]=0,1,2,3", "float32[3,2]=0,1,2,3,4,5"},
       {{"equation", Text("...i,...i->...")}},
       "float32[2,3]=1,3,5,3,13,23"},
      {"Einsum",
       {"float32[2,1,2]=0,1,2,3", "float32[2,2,1]=0,1,2,3"},
       {{"equation", Text("bij, bjk -> bik")}},
       "float32[2,1,1]=1,13"},
      {"Einsum",
       {"float32[2,2]=0,1,2,3", "float32[2,2]=0,1,2,3", "float32[2]=0,1"},
       {{"equation", Text("ij,jk,k->i")}},
       "float32[2]=3,11"},
      {"Einsum", {"float32[2,3]=0,1,2,3,4,5"}, {{"equation", Text("ij->")}}, "float32[]=15"},
      {"Einsum",
       {"float32[2,3]=0,1,2,3,4,5"},
       {{"equation", Text("bA")}},
       "float32[3,2]=0,3,1,4,2,5"},
      {"Einsum", {"float32[0]=", "float32[0]="}, {{"equation", Text("i,i")}}, "float32[]=0"},
      {"Einsum", {"float32[]=3", "float32[]=4"}, {{"equation", Text(",->")}}, "float32[]=12"},
      {"Einsum",
       {"float32[2,1,2]=0,1,2,3"},
       {{"equation", Text("i...->...i")}},
       "float32[1,2,2]=0,2,1,3"},
      {"Einsum",
       {"int64[2]=3037000500,2", "int64[2]=3037000500,5"},
       {{"equation", Text("i,i->")}},
       "int64[]=-9223372036709301606"},
  });
}

}  // namespace
}  // namespace kairos::testing
