#include "rtconvert/tensor_reader.h"

#include <doctest/doctest.h>
#include <memory>
#include <string>

#include "unit/importer/model_proto.h"

namespace kairos {
namespace {

using onnx_format::TensorProto;
using testing::Elements;

TensorProto Tensor1D(TensorProto::DataType type, int64_t size) {
  TensorProto proto;
  proto.set_data_type(type);
  proto.add_dims(size);
  return proto;
}

absl::StatusOr<Constant> Read(const TensorProto& proto) {
  const auto shared = std::make_shared<TensorProto>(proto);
  return TensorReader(shared, "").Read(*shared);
}

TEST_CASE("every element type is read from its own field") {
  struct Row {
    TensorProto::DataType type;
    void (*fill)(TensorProto&);
    std::string bytes;
  };
  using namespace std::string_literals;
  const auto i32 = [](TensorProto& p) { p.add_int32_data(3); };
  const Row rows[] = {
      {TensorProto::FLOAT, [](TensorProto& p) { p.add_float_data(1); }, "\0\0\x80\x3f"s},
      {TensorProto::DOUBLE, [](TensorProto& p) { p.add_double_data(1); }, "\0\0\0\0\0\0\xf0\x3f"s},
      {TensorProto::INT64, [](TensorProto& p) { p.add_int64_data(-1); }, std::string(8, '\xff')},
      {TensorProto::UINT64, [](TensorProto& p) { p.add_uint64_data(~0ull); },
       std::string(8, '\xff')},
      {TensorProto::UINT32, [](TensorProto& p) { p.add_uint64_data(3); }, "\3\0\0\0"s},
      {TensorProto::INT32, i32, "\3\0\0\0"s},
      {TensorProto::INT16, i32, "\3\0"s},
      {TensorProto::UINT16, i32, "\3\0"s},
      {TensorProto::FLOAT16, i32, "\3\0"s},
      {TensorProto::BFLOAT16, i32, "\3\0"s},
      {TensorProto::INT8, i32, "\3"s},
      {TensorProto::UINT8, i32, "\3"s},
      {TensorProto::BOOL, [](TensorProto& p) { p.add_int32_data(1); }, "\1"s},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.type));
    TensorProto proto = Tensor1D(row.type, 1);
    row.fill(proto);
    const absl::StatusOr<Constant> typed = Read(proto);
    REQUIRE_MESSAGE(typed.ok(), typed.status());
    CHECK(typed->type == TensorType{static_cast<DType>(row.type), {1}});
    CHECK(std::string(static_cast<const char*>(typed->data), typed->type.byte_count()) ==
          row.bytes);

    TensorProto raw = Tensor1D(row.type, 1);
    raw.set_raw_data(row.bytes);
    const absl::StatusOr<Constant> same = Read(raw);
    REQUIRE_MESSAGE(same.ok(), same.status());
    CHECK(std::string(static_cast<const char*>(same->data), same->type.byte_count()) == row.bytes);
  }
}

TEST_CASE("a scalar and an empty tensor are read, and their data is never null") {
  TensorProto scalar;
  scalar.set_data_type(TensorProto::FLOAT);
  scalar.add_float_data(2);
  CHECK(Elements<float>(*Read(scalar)) == std::vector<float>{2});
  const absl::StatusOr<Constant> empty = Read(Tensor1D(TensorProto::FLOAT, 0));
  REQUIRE(empty.ok());
  CHECK(empty->data != nullptr);
  CHECK(empty->type.byte_count() == 0);
}

TEST_CASE("elements that disagree with the shape or the type are refused") {
  TensorProto few = Tensor1D(TensorProto::FLOAT, 2);
  few.add_float_data(1);
  CHECK(Read(few).status() == absl::DataLossError("wrong size, got 1 elements, expected 2"));

  TensorProto raw = Tensor1D(TensorProto::FLOAT, 2);
  raw.set_raw_data("1234567");
  CHECK(Read(raw).status() ==
        absl::DataLossError("wrong size, got 7 bytes for float32[2], expected 8"));

  TensorProto both = Tensor1D(TensorProto::FLOAT, 1);
  both.add_float_data(1);
  both.set_raw_data("1234");
  CHECK(Read(both).status() ==
        absl::DataLossError("elements in 2 encodings at once, expected one"));

  TensorProto wide = Tensor1D(TensorProto::UINT8, 1);
  wide.add_int32_data(256);
  CHECK(Read(wide).status() == absl::DataLossError("element out of range, got 256 in uint8"));

  TensorProto two = Tensor1D(TensorProto::BOOL, 1);
  two.set_raw_data("\2");
  CHECK(Read(two).status() == absl::DataLossError("element out of range in bool, expected 0 or 1"));
}

TEST_CASE("shapes that cannot be are refused before any memory is asked for") {
  CHECK_FALSE(Read(Tensor1D(TensorProto::FLOAT, -1)).ok());
  CHECK_FALSE(Read(Tensor1D(TensorProto::FLOAT, int64_t{1} << 62)).ok());
  CHECK(absl::IsDataLoss(Read(Tensor1D(TensorProto::FLOAT, 1 << 30)).status()));
  TensorProto hidden = Tensor1D(TensorProto::FLOAT, 0);
  hidden.add_dims(int64_t{1} << 62);
  hidden.add_dims(4);
  CHECK_FALSE(Read(hidden).ok());
  TensorProto deep = Tensor1D(TensorProto::FLOAT, 1);
  for (int i = 0; i < 8; ++i) deep.add_dims(1);
  CHECK(absl::IsResourceExhausted(Read(deep).status()));
}

TEST_CASE("element types that tensors do not have are named") {
  const auto of = [](int type) {
    TensorProto proto;
    proto.set_data_type(type);
    return Read(proto).status();
  };
  CHECK(of(TensorProto::STRING) == absl::UnimplementedError("type string: not supported"));
  CHECK(of(TensorProto::COMPLEX64) == absl::UnimplementedError("type complex64: not supported"));
  CHECK(of(TensorProto::INT4) == absl::UnimplementedError("type int4: not supported"));
  CHECK(of(255) == absl::UnimplementedError("type 255: not a known element type"));
  CHECK(of(-1) == absl::UnimplementedError("type -1: not a known element type"));
  CHECK(of(0) == absl::UnimplementedError("type 0: not a known element type"));
}

}  // namespace
}  // namespace kairos
