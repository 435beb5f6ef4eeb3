#include "infer_case.h"

namespace kairos::testing {
namespace {

TEST_CASE("unary operators keep shape and type, predicates give bool") {
  CheckRows({
      {"Abs", {"int8[2,3]"}, {}, "int8[2,3]"},
      {"Relu", {"float16[]"}, {}, "float16[]"},
      {"Neg", {"int64[0,3]"}, {}, "int64[0,3]"},
      {"Not", {"bool[4]"}, {}, "bool[4]"},
      {"BitwiseNot", {"uint16[4]"}, {}, "uint16[4]"},
      {"Gelu", {"float32[4]"}, {{"approximate", std::string("tanh")}}, "float32[4]"},
      {"LeakyRelu", {"bfloat16[4]"}, {{"alpha", 0.1f}}, "bfloat16[4]"},
      {"kairos.Swish", {"float32[4]"}, {{"alpha", 1.5f}}, "float32[4]"},
      {"IsNaN", {"float32[2,3]"}, {}, "bool[2,3]"},
      {"IsInf", {"float64[2]"}, {{"detect_negative", int64_t{0}}}, "bool[2]"},
      {"Cast", {"float32[2,3]"}, {{"to", int64_t{7}}}, "int64[2,3]"},
      {"CastLike", {"float32[2,3]", "bool[1]"}, {}, "bool[2,3]"},
      {"Dropout", {"float32[2,3]", "float32[]=0.5"}, {}, "float32[2,3] bool[2,3]", 2},
      {"Dropout", {"float32[2,3]", "", "bool[]=1"}, {}, "float32[2,3]"},
      {"Clip", {"int32[2,3]", "int32[]", "int32[]"}, {}, "int32[2,3]"},
      {"Clip", {"float32[2]", "", "float32[1]"}, {}, "float32[2]"},
      {"kairos.Reorder", {"float32[1,3,4,4]"}, {{"to", int64_t{1}}}, "float32[1,3,4,4]"},
  });
}

TEST_CASE("unary operators refuse types that they are not defined for") {
  CheckRows({
      {"Relu",
       {"uint8[2]"},
       {},
       "INVALID_ARGUMENT: input 0 has type uint8, expected floating point or a signed integer "
       "type"},
      {"Exp",
       {"int32[2]"},
       {},
       "INVALID_ARGUMENT: input 0 has type int32, expected floating point"},
      {"Not", {"float32[2]"}, {}, "INVALID_ARGUMENT: input 0 has type float32, expected bool"},
      {"Abs",
       {"string[2]"},
       {},
       "INVALID_ARGUMENT: input 0: elements of string have no fixed size"},
      {"Cast",
       {"float32[2]"},
       {{"to", int64_t{8}}},
       "INVALID_ARGUMENT: output 0: elements of string have no fixed size"},
      {"Cast",
       {"float32[2]"},
       {{"to", int64_t{255}}},
       "UNIMPLEMENTED: attribute 'to' is dtype 255, expected a type of numbers or bool"},
      {"Cast",
       {"float32[2]"},
       {{"to", int64_t{0}}},
       "UNIMPLEMENTED: attribute 'to' is undefined, expected a type of numbers or bool"},
      {"Clip",
       {"float32[2]", "float64[]"},
       {},
       "INVALID_ARGUMENT: input 1 has type float64, expected float32 because input 0 has it"},
      {"Clip",
       {"float32[2]", "", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [2], expected one element"},
      {"Dropout",
       {"float32[2]", "float32[0]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [0], expected one element"},
      {"kairos.Reorder",
       {"float32[1,3]"},
       {{"to", int64_t{1}}},
       "INVALID_ARGUMENT: input 0 has shape [1,3], expected rank 3 to 5"},
  });
}

TEST_CASE("binary and variadic operators broadcast") {
  CheckRows({
      {"Add", {"float32[2,3]", "float32[3]"}, {}, "float32[2,3]"},
      {"Add", {"float32[3]", "float32[2,1]"}, {}, "float32[2,3]"},
      {"Sub", {"int64[]", "int64[4,5]"}, {}, "int64[4,5]"},
      {"Mul", {"float32[1,0]", "float32[4,1]"}, {}, "float32[4,0]"},
      {"Pow", {"float32[2,3]", "int64[3]"}, {}, "float32[2,3]"},
      {"Mod", {"int32[2]", "int32[]"}, {}, "int32[2]"},
      {"Mod", {"float32[2]", "float32[]"}, {{"fmod", int64_t{1}}}, "float32[2]"},
      {"BitShift", {"uint8[2]", "uint8[2]"}, {{"direction", std::string("LEFT")}}, "uint8[2]"},
      {"BitwiseXor", {"int8[2]", "int8[2]"}, {}, "int8[2]"},
      {"And", {"bool[2,1]", "bool[3]"}, {}, "bool[2,3]"},
      {"Equal", {"bool[2]", "bool[2]"}, {}, "bool[2]"},
      {"LessOrEqual", {"float16[2,1]", "float16[1,4]"}, {}, "bool[2,4]"},
      {"PRelu", {"float32[1,4,8,8]", "float32[4,1,1]"}, {}, "float32[1,4,8,8]"},
      {"Max", {"int32[2,1]", "int32[1,3]", "int32[4,1,1]"}, {}, "int32[4,2,3]"},
      {"Mean", {"float32[2]"}, {}, "float32[2]"},
      {"Sum", {"float32[2]", "float32[1]", "float32[]"}, {}, "float32[2]"},
      {"Where", {"bool[2,1]", "float32[3]", "float32[]"}, {}, "float32[2,3]"},
  });
}

TEST_CASE("binary and variadic operators refuse shapes and types that do not go together") {
  CheckRows({
      {"Add",
       {"float32[2,3]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2], expected one that broadcasts with [2,3] of input "
       "0"},
      {"Max",
       {"int32[2]", "int32[1]", "int32[3]"},
       {},
       "INVALID_ARGUMENT: input 2 has shape [3], expected one that broadcasts with [2] of the "
       "inputs "
       "before it"},
      {"Add",
       {"float32[2]", "float16[2]"},
       {},
       "INVALID_ARGUMENT: input 1 has type float16, expected float32 because input 0 has it"},
      {"Add",
       {"bool[2]", "bool[2]"},
       {},
       "INVALID_ARGUMENT: input 0 has type bool, expected a type of numbers"},
      {"Where",
       {"bool[2]", "float32[2]", "int32[2]"},
       {},
       "INVALID_ARGUMENT: input 2 has type int32, expected float32 because input 1 has it"},
      {"Where",
       {"int64[2]", "float32[2]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 0 has type int64, expected bool"},
      {"PRelu",
       {"float32[4]", "float32[2,4]"},
       {},
       "INVALID_ARGUMENT: input 1 has shape [2,4], expected one that broadcasts to [4] of input 0"},
      {"Mod",
       {"float32[2]", "float32[2]"},
       {},
       "INVALID_ARGUMENT: attribute 'fmod' is 0, expected 1 because the inputs are float32"},
      {"Add",
       {"float32[2097152,1]", "float32[1,2097152]"},
       {},
       "RESOURCE_EXHAUSTED: output 0: element count overflows, shape [2097152,2097152] passes 2^40 "
       "elements"},
      {"Add", {"float32[2]"}, {}, "INVALID_ARGUMENT: got 1 inputs, expected 2"},
      {"Add", {"float32[2]", ""}, {}, "INVALID_ARGUMENT: input 1 is absent, expected a value"},
      {"Max",
       {"float32[2]", "", "float32[2]"},
       {},
       "INVALID_ARGUMENT: input 1 is absent, expected a value"},
      {"Sum", {}, {}, "INVALID_ARGUMENT: got 0 inputs, expected at least 1"},
  });
}

}  // namespace
}  // namespace kairos::testing
