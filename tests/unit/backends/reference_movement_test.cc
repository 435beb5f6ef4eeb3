#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

const std::string kMatrix = "float32[2,3]=1,2,3,4,5,6";

TEST_CASE("operators that keep the bytes keep them") {
  CheckRows({
      {"Identity", {"bool[2]=1,0"}, {}, "bool[2]=1,0"},
      {"Reshape", {kMatrix, "int64[2]=3,-1"}, {}, "float32[3,2]=1,2,3,4,5,6"},
      {"Reshape", {"float32[0,3]=", "int64[2]=0,1"}, {{"allowzero", int64_t{1}}}, "float32[0,1]="},
      {"Flatten", {"int8[1,2,2]=1,2,3,4"}, {{"axis", int64_t{2}}}, "int8[2,2]=1,2,3,4"},
      {"Squeeze", {"float32[1,2,1]=1,2", "int64[1]=0"}, {}, "float32[2,1]=1,2"},
      {"Unsqueeze", {"float32[2]=1,2", "int64[1]=-1"}, {}, "float32[2,1]=1,2"},
      {"Dropout", {"float32[2]=1,2"}, {}, "float32[2]=1,2 bool[2]=1,1", 2},
      {"Dropout",
       {"float32[2]=1,2", "float32[]=0.5", "bool[]=1"},
       {},
       "UNIMPLEMENTED: Dropout: training_mode is true, expected false; run the graph for "
       "inference"},
  });
}

TEST_CASE("Transpose and Reorder move elements to where their indices say") {
  CheckRows({
      {"Transpose", {kMatrix}, {}, "float32[3,2]=1,4,2,5,3,6"},
      {"Transpose", {"int64[1,2,2]=1,2,3,4"}, {{"perm", Ints{2, 0, 1}}}, "int64[2,1,2]=1,3,2,4"},
      {"Transpose", {"float32[]=7"}, {}, "float32[]=7"},
      {"Transpose", {"float32[2,0]="}, {}, "float32[0,2]="},
      {"kairos.Reorder",
       {"float32[1,2,1,2]=1,2,3,4"},
       {{"to", int64_t{1}}},
       "float32[1,2,1,2]=1,2,3,4"},
      {"kairos.Reorder",
       {"float32[1,2,1,2]=1,2,3,4"},
       {{"to", int64_t{0}}},
       "float32[1,2,1,2]=1,2,3,4",
       1,
       {},
       Layout::kChannelsLast},
  });
}

TEST_CASE("Concat and Split are each other's inverse, in both layouts") {
  CheckRows({
      {"Concat",
       {"float32[1,2]=1,2", "float32[2,2]=3,4,5,6"},
       {{"axis", int64_t{0}}},
       "float32[3,2]=1,2,3,4,5,6"},
      {"Concat",
       {"float32[2,1]=1,2", "float32[2,0]=", "float32[2,2]=3,4,5,6"},
       {{"axis", int64_t{-1}}},
       "float32[2,3]=1,3,4,2,5,6"},
      {"Concat",
       {"float32[1,1,1,2]=1,2", "float32[1,2,1,2]=3,4,5,6"},
       {{"axis", int64_t{1}}},
       "float32[1,3,1,2]=1,2,3,4,5,6",
       1,
       {},
       Layout::kChannelsLast},
      {"Split",
       {kMatrix, "int64[2]=1,2"},
       {{"axis", int64_t{1}}},
       "float32[2,1]=1,4 float32[2,2]=2,3,5,6",
       2},
      {"Split",
       {"int32[5]=1,2,3,4,5"},
       {{"num_outputs", int64_t{3}}},
       "int32[2]=1,2 int32[2]=3,4 int32[1]=5",
       3},
  });
}

TEST_CASE("Slice clamps as numpy does and takes any step") {
  CheckRows({
      {"Slice", {kMatrix, "int64[2]=0,1", "int64[2]=1,1000"}, {}, "float32[1,2]=2,3"},
      {"Slice",
       {"int32[5]=0,1,2,3,4", "int64[1]=-1", "int64[1]=-1000", "int64[1]=0", "int64[1]=-2"},
       {},
       "int32[3]=4,2,0"},
      {"Slice", {"int32[5]=0,1,2,3,4", "int64[1]=3", "int64[1]=1"}, {}, "int32[0]="},
      {"Slice",
       {"int32[5]=0,1,2,3,4", "int64[1]=1", "int64[1]=9223372036854775807", "int64[1]=0",
        "int64[1]=9223372036854775807"},
       {},
       "int32[1]=1"},
      {"Slice",
       {"int32[5]=0,1,2,3,4", "int64[1]=9223372036854775807", "int64[1]=-9223372036854775808",
        "int64[1]=-1", "int64[1]=-9223372036854775808"},
       {},
       "int32[1]=4"},
      {"Slice",
       {"bool[2,2]=1,0,0,1", "int32[1]=1", "int32[1]=2", "int32[1]=-1"},
       {},
       "bool[2,1]=0,1"},
      {"Slice",
       {"int32[0]=", "int64[1]=0", "int64[1]=5", "int64[1]=0", "int64[1]=-1"},
       {},
       "int32[0]="},
  });
}

TEST_CASE("Expand and Tile repeat") {
  CheckRows({
      {"Expand", {"float32[2,1]=1,2", "int64[3]=2,1,2"}, {}, "float32[2,2,2]=1,1,2,2,1,1,2,2"},
      {"Expand", {"float32[]=5", "int64[1]=3"}, {}, "float32[3]=5,5,5"},
      {"Expand", {"float32[1]=5", "int64[1]=0"}, {}, "float32[0]="},
      {"Tile", {"int8[2,1]=1,2", "int64[2]=2,3"}, {}, "int8[4,3]=1,1,1,2,2,2,1,1,1,2,2,2"},
      {"Tile", {"int8[2]=1,2", "int64[1]=0"}, {}, "int8[0]="},
  });
}

TEST_CASE("DepthToSpace and SpaceToDepth rearrange blocks, in both layouts") {
  const std::string deep = "float32[1,8,1,1]=0,1,2,3,4,5,6,7";
  for (Layout layout : {Layout::kPlain, Layout::kChannelsLast}) {
    CheckRows({
        {"DepthToSpace",
         {deep},
         {{"blocksize", int64_t{2}}},
         "float32[1,2,2,2]=0,2,4,6,1,3,5,7",
         1,
         {},
         layout},
        {"DepthToSpace",
         {deep},
         {{"blocksize", int64_t{2}}, {"mode", std::string("CRD")}},
         "float32[1,2,2,2]=0,1,2,3,4,5,6,7",
         1,
         {},
         layout},
        {"SpaceToDepth",
         {"float32[1,2,2,2]=0,2,4,6,1,3,5,7"},
         {{"blocksize", int64_t{2}}},
         deep,
         1,
         {},
         layout},
    });
  }
}

TEST_CASE("Pad has four modes, and negative pads cut") {
  const std::string line = "int32[3]=1,2,3";
  const auto mode = [](const char* name) {
    return std::vector<std::pair<const char*, Attribute>>{{"mode", std::string(name)}};
  };
  CheckRows({
      {"Pad", {line, "int64[2]=1,2"}, {}, "int32[6]=0,1,2,3,0,0"},
      {"Pad", {line, "int64[2]=1,0", "int32[]=9"}, {}, "int32[4]=9,1,2,3"},
      {"Pad", {line, "int64[2]=-1,1"}, {}, "int32[3]=2,3,0"},
      {"Pad", {line, "int64[2]=2,1"}, mode("edge"), "int32[6]=1,1,1,2,3,3"},
      {"Pad", {line, "int64[2]=2,2"}, mode("reflect"), "int32[7]=3,2,1,2,3,2,1"},
      {"Pad", {line, "int64[2]=2,4"}, mode("wrap"), "int32[9]=2,3,1,2,3,1,2,3,1"},
      {"Pad",
       {"float32[2,2]=1,2,3,4", "int64[2]=1,0", "", "int64[1]=-1"},
       {},
       "float32[2,3]=0,1,2,0,3,4"},
      {"Pad", {"float32[0]=", "int64[2]=1,1", "float32[]=4"}, {}, "float32[2]=4,4"},
      {"Pad", {"float32[]=3", "int64[0]="}, {}, "float32[]=3"},
  });
}

TEST_CASE("tensors come from shapes, attributes and scalars") {
  const Constant seven = MakeConstant<int32_t>({1}, {7});
  CheckRows({
      {"Shape", {kMatrix}, {}, "int64[2]=2,3"},
      {"Shape", {kMatrix}, {{"start", int64_t{-1}}}, "int64[1]=3"},
      {"Shape", {kMatrix}, {{"start", int64_t{1}}, {"end", int64_t{0}}}, "int64[0]="},
      {"Size", {kMatrix}, {}, "int64[]=6"},
      {"Size", {"float32[0,3]="}, {}, "int64[]=0"},
      {"Constant", {}, {{"value", seven}}, "int32[1]=7"},
      {"Constant", {}, {{"value_floats", Floats{1, 2}}}, "float32[2]=1,2"},
      {"ConstantOfShape", {"int64[2]=1,2"}, {{"value", seven}}, "int32[1,2]=7,7"},
      {"ConstantOfShape", {"int64[0]="}, {}, "float32[]=0"},
      {"Range", {"int64[]=5", "int64[]=0", "int64[]=-2"}, {}, "int64[3]=5,3,1"},
      {"Range", {"float32[]=0", "float32[]=1", "float32[]=0.25"}, {}, "float32[4]=0,0.25,0.5,0.75"},
      {"Range", {"int32[]=3", "int32[]=3", "int32[]=1"}, {}, "int32[0]="},
      {"EyeLike", {"int32[2,3]=9,9,9,9,9,9"}, {{"k", int64_t{1}}}, "int32[2,3]=0,1,0,0,0,1"},
      {"EyeLike",
       {"int32[2,2]=9,9,9,9"},
       {{"k", int64_t{-1}}, {"dtype", int64_t{10}}},
       "float16[2,2]=0,0,1,0"},
      {"EyeLike", {"int32[1,1]=9"}, {{"k", INT64_MIN}}, "int32[1,1]=0"},
  });
}

}  // namespace
}  // namespace kairos::testing
