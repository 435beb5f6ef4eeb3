#include <doctest/doctest.h>

#include "kairos/program_record.h"

namespace kairos {
namespace {

TEST_CASE("a signature prints as the command line takes shapes") {
  Signature signature;
  signature.inputs = {{DType::kFloat32, {1, 3, 48, 320}, Layout::kPlain},
                      {DType::kInt64, {}, Layout::kPlain}};
  CHECK(signature.ToString({"x", "n"}) == "x=float32[1,3,48,320],n=int64[]");
  CHECK(Signature().ToString({}).empty());
}

}  // namespace
}  // namespace kairos
