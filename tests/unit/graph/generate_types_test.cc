#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("Constant has the type of the one attribute that holds its value") {
  CheckRows({
      {"Constant", {}, {{"value", MakeConstant<float>({2, 1}, {1, 2})}}, "float32[2,1]"},
      {"Constant", {}, {{"value_int", int64_t{3}}}, "int64[]"},
      {"Constant", {}, {{"value_ints", Ints{3, 4}}}, "int64[2]"},
      {"Constant", {}, {{"value_float", std::numeric_limits<float>::quiet_NaN()}}, "float32[]"},
      {"Constant", {}, {{"value_floats", Floats{}}}, "float32[0]"},
      {"Constant", {}, {}, "INVALID_ARGUMENT: got 0 attributes, expected one that holds the value"},
      {"Constant",
       {},
       {{"value_int", int64_t{3}}, {"value_float", 1.0f}},
       "INVALID_ARGUMENT: got 2 attributes, expected one that holds the value"},
      {"Constant",
       {},
       {{"value", kairos::Constant{{DType::kString, {2}}, nullptr, nullptr}}},
       "INVALID_ARGUMENT: attribute 'value': elements of string have no fixed size"},
  });
}

TEST_CASE("generators make their shape from values") {
  CheckRows({
      {"ConstantOfShape", {"int64[3]=4,0,2"}, {}, "float32[4,0,2]"},
      {"ConstantOfShape", {"int64[0]="}, {{"value", MakeConstant<int32_t>({1}, {7})}}, "int32[]"},
      {"ConstantOfShape",
       {"int64[1]=-4"},
       {},
       "INVALID_ARGUMENT: input 0 (shape) is [-4], expected no negative number"},
      {"ConstantOfShape",
       {"int64[1]=4"},
       {{"value", MakeConstant<int32_t>({2}, {7, 8})}},
       "INVALID_ARGUMENT: attribute 'value' has shape [2], expected one element"},
      {"EyeLike", {"int32[3,4]"}, {}, "int32[3,4]"},
      {"EyeLike", {"int32[3,4]"}, {{"dtype", int64_t{11}}}, "float64[3,4]"},
      {"EyeLike", {"int32[3]"}, {}, "INVALID_ARGUMENT: input 0 has shape [3], expected rank 2"},
      {"OneHot", {"int64[2,3]", "int64[]=10", "float32[2]"}, {}, "float32[2,3,10]"},
      {"OneHot", {"float32[2]", "float32[1]=10", "int8[2]"}, {{"axis", int64_t{0}}}, "int8[10,2]"},
      {"OneHot",
       {"int64[2]", "float16[]=0x4900", "bool[2]"},
       {{"axis", int64_t{-2}}},
       "bool[10,2]"},
      {"OneHot", {"int64[2]", "bfloat16[]=0x4120", "bool[2]"}, {}, "bool[2,10]"},
      {"OneHot",
       {"int64[2]", "int64[]=-1", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 1 (depth) is -1, expected 0 to 2^31 - 1"},
      {"OneHot",
       {"int64[2]", "float32[]=nan", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 1 (depth) is nan, expected 0 to 2^31 - 1"},
      {"OneHot",
       {"int64[2]", "int64[]", "float32[2]"},
       {},
       "FAILED_PRECONDITION: input 1 (depth) decides the output's shape but its value is not "
       "known"},
      {"OneHot",
       {"int64[2]", "int64[]=1", "float32[3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [3], expected [2] because it holds the off and the on "
       "value"},
      {"OneHot",
       {"int64[2]", "int64[]=1", "float32[2]"},
       {{"axis", int64_t{2}}},
       "INVALID_ARGUMENT: attribute 'axis' is 2, expected -2 to 1 because the rank is 2"},
  });
}

TEST_CASE("Range counts without overflow") {
  const std::string max = "9223372036854775807", min = "-9223372036854775808";
  const auto range = [](const std::string& dtype, const std::string& start,
                        const std::string& limit, const std::string& delta, const char* expected) {
    return InferCase{"Range",
                     {dtype + "[]=" + start, dtype + "[]=" + limit, dtype + "[]=" + delta},
                     {},
                     expected};
  };
  CheckRows({
      range("int64", "3", "9", "3", "int64[2]"),
      range("int64", "10", "4", "-2", "int64[3]"),
      range("int64", "10", "4", "-4", "int64[2]"),
      range("int64", "4", "10", "-2", "int64[0]"),
      range("int32", "5", "5", "1", "int32[0]"),
      range("float32", "1", "5", "2", "float32[2]"),
      range("float64", "0", "1", "0.3", "float64[4]"),
      range("int16", "0", "7", "2", "int16[4]"),
      range("int64", min, max, max, "int64[3]"),
      range("int64", max, min, min, "int64[2]"),
      range("int64", "0", "1", "0",
            "INVALID_ARGUMENT: input 2 (delta) is 0, expected another number"),
      range(
          "float32", "0", "1", "0",
          "INVALID_ARGUMENT: inputs are 0, 1 and 0, expected finite numbers and a delta other than "
          "0"),
      range("float32", "0", "inf", "1",
            "INVALID_ARGUMENT: inputs are 0, inf and 1, expected finite numbers and a delta other "
            "than 0"),
      range(
          "int64", min, max, "1",
          "RESOURCE_EXHAUSTED: output 0: element count overflows, shape [4611686018427387904] has "
          "a dimension over 2^31 - 1"),
      range(
          "float32", "0", "1e38", "1e-38",
          "RESOURCE_EXHAUSTED: output 0: element count overflows, shape [4611686018427387904] has "
          "a dimension over 2^31 - 1"),
      {"Range",
       {"int64[]=0", "int64[]", "int64[]=1"},
       {},
       "FAILED_PRECONDITION: input 1 (limit) decides the output's shape but its value is not "
       "known"},
      {"Range",
       {"int64[2]=0,0", "int64[]=1", "int64[]=1"},
       {},
       "INVALID_ARGUMENT: input 0 has shape [2], expected one element"},
  });
}

TEST_CASE("Shape and Size need no values") {
  CheckRows({
      {"Shape", {"float32[2,3,4]"}, {}, "int64[3]"},
      {"Shape", {"float32[]"}, {}, "int64[0]"},
      {"Shape", {"float32[2,3,4]"}, {{"start", int64_t{1}}}, "int64[2]"},
      {"Shape", {"float32[2,3,4]"}, {{"start", int64_t{-1}}, {"end", int64_t{99}}}, "int64[1]"},
      {"Shape", {"float32[2,3,4]"}, {{"start", int64_t{2}}, {"end", int64_t{-2}}}, "int64[0]"},
      {"Shape", {"float32[2]"}, {{"start", std::numeric_limits<int64_t>::min()}}, "int64[1]"},
      {"Size", {"bool[2,3]"}, {}, "int64[]"},
  });
}

}  // namespace
}  // namespace kairos::testing
