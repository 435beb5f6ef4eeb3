#include <cmath>
#include <doctest/doctest.h>
#include <limits>

#include "reference/scalar.h"
#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

using reference::BFloat16;
using reference::Half;

Attribute To(DType dtype) { return static_cast<int64_t>(dtype); }

TEST_CASE("16-bit floating point rounds to nearest even and keeps subnormals, infinities and NaN") {
  CHECK_EQ(Half(1.0).bits, 0x3c00);
  CHECK_EQ(Half(65504.0).bits, 0x7bff);
  CHECK_EQ(Half(65519.99).bits, 0x7bff);
  CHECK_EQ(Half(65520.0).bits, 0x7c00);
  CHECK_EQ(Half(1 + 0x1p-11).bits, 0x3c00);
  CHECK_EQ(Half(1 + 0x3p-11).bits, 0x3c02);
  CHECK_EQ(Half(-0x1p-24).bits, 0x8001);
  CHECK_EQ(Half(0x1p-25).bits, 0x0000);
  CHECK_EQ(Half(0x1.8p-25).bits, 0x0001);
  CHECK_EQ(Half(0x1.ff8p-15).bits, 0x03ff);
  CHECK_EQ(Half(0x1.fffp-15).bits, 0x0400);
  CHECK_EQ(Half(0x1p-1074).bits, 0x0000);
  CHECK_EQ(BFloat16(1.0).bits, 0x3f80);
  CHECK_EQ(BFloat16(3.4e38).bits, 0x7f80);
  CHECK(std::isnan(Half(std::nan(""))));
  CHECK_EQ(double(Half(-std::numeric_limits<double>::infinity())),
           -std::numeric_limits<double>::infinity());
  for (int bits = 0; bits < 0x7c00; ++bits) {
    Half half;
    half.bits = static_cast<uint16_t>(bits);
    REQUIRE_EQ(Half(double{half}).bits, bits);
  }
}

TEST_CASE("Cast truncates, saturates, and takes NaN for 0") {
  CheckRows({
      {"Cast",
       {"float32[6]=1.9,-1.9,300,-300,nan,inf"},
       {{"to", To(DType::kInt8)}},
       "int8[6]=1,-1,127,-128,0,127"},
      {"Cast", {"float32[3]=-1,255.5,1e30"}, {{"to", To(DType::kUint8)}}, "uint8[3]=0,255,255"},
      {"Cast",
       {"float64[2]=1e30,-1e30"},
       {{"to", To(DType::kInt64)}},
       "int64[2]=9223372036854775807,-9223372036854775808"},
      {"Cast", {"int32[3]=300,-1,5"}, {{"to", To(DType::kUint8)}}, "uint8[3]=44,255,5"},
      {"Cast", {"float32[4]=0,-0,0.1,nan"}, {{"to", To(DType::kBool)}}, "bool[4]=0,0,1,1"},
      {"Cast", {"bool[2]=0,1"}, {{"to", To(DType::kFloat16)}}, "float16[2]=0,1"},
      {"Cast", {"float32[2]=65520,1e-8"}, {{"to", To(DType::kFloat16)}}, "float16[2]=inf,0"},
      {"Cast", {"float16[1]=0.1"}, {{"to", To(DType::kBFloat16)}}, "bfloat16[1]=0.1000977"},
      {"Cast", {"float32[0]="}, {{"to", To(DType::kInt32)}}, "int32[0]="},
      {"CastLike", {"int64[2]=1,2", "float32[0]="}, {}, "float32[2]=1,2"},
  });
}

TEST_CASE("Clip lets NaN through and prefers the upper bound") {
  CheckRows({
      {"Clip",
       {"float32[4]=-2,0,5,nan", "float32[]=-1", "float32[]=1"},
       {},
       "float32[4]=-1,0,1,nan"},
      {"Clip", {"float32[2]=-2,5", "", "float32[]=1"}, {}, "float32[2]=-2,1"},
      {"Clip", {"float32[2]=-2,5", "float32[]=1"}, {}, "float32[2]=1,5"},
      {"Clip", {"int8[3]=-128,0,127", "int8[]=2", "int8[]=1"}, {}, "int8[3]=1,1,1"},
      {"Clip", {"uint64[2]=3,9"}, {}, "uint64[2]=3,9"},
  });
}

TEST_CASE("Pow has the type of the base") {
  CheckRows({
      {"Pow", {"float32[3]=2,3,-8", "float32[3]=0.5,2,0.5"}, {}, "float32[3]=1.414214,9,nan"},
      {"Pow", {"int32[4]=2,-3,3,2", "int32[4]=10,3,0,-1"}, {}, "int32[4]=1024,-27,1,0"},
      {"Pow", {"int64[3]=-1,-1,1", "int64[3]=-3,-2,-5"}, {}, "int64[3]=-1,1,1"},
      {"Pow", {"int32[2]=2,9", "float32[2]=3,0.5"}, {}, "int32[2]=8,3"},
      {"Pow", {"float32[2,1]=2,3", "int64[2]=2,3"}, {}, "float32[2,2]=4,8,9,27"},
  });
}

TEST_CASE("Where broadcasts all three inputs") {
  CheckRows({
      {"Where",
       {"bool[2,1]=1,0", "float32[3]=1,2,3", "float32[]=9"},
       {},
       "float32[2,3]=1,2,3,9,9,9"},
      {"Where", {"bool[1]=1", "bool[2]=0,1", "bool[1]=1"}, {}, "bool[2]=0,1"},
      {"Where", {"bool[0]=", "int64[1]=1", "int64[1]=1"}, {}, "int64[0]="},
  });
}

TEST_CASE("quantisation rounds half to even and saturates, per tensor or per axis") {
  CheckRows({
      {"QuantizeLinear",
       {"float32[6]=0,1,3,5,1000,-1000", "float32[]=2", "uint8[]=128"},
       {},
       "uint8[6]=128,128,130,130,255,0"},
      {"QuantizeLinear", {"float32[2]=nan,inf", "float32[]=1", "int8[]=3"}, {}, "int8[2]=3,127"},
      {"QuantizeLinear",
       {"float32[2,2]=1,1,2,2", "float32[2]=1,0.5", "int8[2]=0,10"},
       {},
       "int8[2,2]=1,12,2,14"},
      {"QuantizeLinear",
       {"float32[2,2]=1,1,2,2", "float32[2]=1,0.5"},
       {{"axis", int64_t{0}}},
       "uint8[2,2]=1,1,4,4"},
      {"DequantizeLinear",
       {"uint8[2]=0,255", "float32[]=0.5", "uint8[]=128"},
       {},
       "float32[2]=-64,63.5"},
      {"DequantizeLinear", {"int32[2]=-2,3", "float32[]=0.25"}, {}, "float32[2]=-0.5,0.75"},
      {"DequantizeLinear",
       {"int8[1,2,2]=1,2,3,4", "float16[2]=1,10", "int8[2]=0,1"},
       {},
       "float16[1,2,2]=1,2,20,30"},
  });
}

}  // namespace
}  // namespace kairos::testing
