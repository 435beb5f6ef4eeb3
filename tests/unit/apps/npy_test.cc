#include "common/npy.h"

#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

using std::string_literals::operator""s;

std::string NewPath() {
  std::string name = (std::filesystem::temp_directory_path() / "kairos_npy_XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  REQUIRE(descriptor >= 0);
  return name;
}

std::string File(const std::string& header, const std::string& data, char version = 1) {
  std::string length{static_cast<char>(header.size() & 0xff),
                     static_cast<char>(header.size() >> 8)};
  if (version > 1) length += "\0\0"s;
  return absl::StrCat("\x93NUMPY", std::string{version, '\0'}, length, header, data);
}

std::string Header(const std::string& descr, const std::string& shape,
                   const char* order = "False") {
  return absl::StrCat("{'descr': '", descr, "', 'fortran_order': ", order, ", 'shape': ", shape,
                      ", }");
}

absl::StatusOr<Tensor> Parse(const std::string& bytes) { return ParseNpy("f.npy", bytes); }

TEST_CASE("tensors of every element type come back from a file as they were written") {
  const DType dtypes[] = {DType::kFloat32, DType::kUint8,   DType::kInt8,   DType::kUint16,
                          DType::kInt16,   DType::kInt32,   DType::kInt64,  DType::kBool,
                          DType::kFloat16, DType::kFloat64, DType::kUint32, DType::kUint64,
                          DType::kBFloat16};
  const std::string path = NewPath();
  for (DType dtype : dtypes) {
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{0, 4}}) {
      CAPTURE(DTypeName(dtype));
      CAPTURE(ShapeString(shape));
      absl::StatusOr<Tensor> written = Tensor::Make(dtype, shape);
      REQUIRE(written.ok());
      for (size_t i = 0; i < written->byte_count(); ++i) {
        written->as<uint8_t>()[i] = static_cast<uint8_t>(dtype == DType::kBool ? i % 2 : i + 1);
      }
      REQUIRE(WriteNpy(path, written->view()).ok());
      const absl::StatusOr<Tensor> read = ReadNpy(path);
      REQUIRE_MESSAGE(read.ok(), read.status());
      CHECK(read->dtype() == dtype);
      CHECK(read->shape() == shape);
      CHECK(read->as<uint8_t>() == written->as<uint8_t>());
    }
  }
  std::filesystem::remove(path);
}

TEST_CASE("data in a written file starts at a multiple of 64 bytes") {
  const std::string path = NewPath();
  const absl::StatusOr<Tensor> tensor = Tensor::Make(DType::kFloat32, {1, 3, 224, 224});
  REQUIRE(WriteNpy(path, tensor->view()).ok());
  CHECK((std::filesystem::file_size(path) - tensor->byte_count()) % 64 == 0);
  std::filesystem::remove(path);
}

TEST_CASE("headers of versions 1 to 3 are read, in any layout of the dictionary") {
  const std::string data("\1\2", 2);
  for (char version : {'\1', '\2', '\3'}) {
    CHECK(Parse(File(Header("|u1", "(2,)"), data, version)).ok());
  }
  CHECK(Parse(File("{\"shape\":(2),\"fortran_order\":False,\"descr\":\"<u1\"}  \n", data)).ok());
  CHECK(Parse(File(Header("<u2", "()"), data)).ok());
}

TEST_CASE("Fortran order is transposed") {
  const absl::StatusOr<Tensor> tensor =
      Parse(File(Header("|u1", "(2, 3)", "True"), "\1\2\3\4\5\6"));
  REQUIRE_MESSAGE(tensor.ok(), tensor.status());
  const std::vector<uint8_t> want = {1, 3, 5, 2, 4, 6};
  CHECK(tensor->as<uint8_t>() == absl::MakeConstSpan(want));
}

TEST_CASE("element types that tensors do not have are refused, naming them") {
  for (const char* descr : {">f4", "=f4", "<c8", "<U3", "|O", "<M8[ns]", "f4", "", "<", "|i4"}) {
    CAPTURE(descr);
    const absl::Status status = Parse(File(Header(descr, "()"), "1234")).status();
    CHECK(absl::IsUnimplemented(status));
    CHECK(absl::StrContains(status.message(), absl::StrCat("'", descr, "'")));
  }
  CHECK(absl::IsUnimplemented(
      Parse(File("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "1234"))
          .status()));
}

TEST_CASE("files that are malformed are refused") {
  const std::string good = Header("<f4", "(2,)");
  const std::string rows[] = {
      "",
      "\x93NUMPY",
      "PK\3\4 no numpy file",
      File(good, "1234567"),
      File(good, "123456789"),
      File("", ""),
      File("{}", ""),
      File("{'descr': '<f4', 'fortran_order': False}", "1234"),
      File("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'extra': 1}", "1234"),
      File("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", "1234"),
      File(good + "x", "12345678"),
      File("{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}", "1234"),
      File("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "1234"),
      File("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}", "1234"),
      File("{'descr': '<f4', 'fortran_order': False, 'shape': (1", "1234"),
      File("{'descr': '<f4", "1234"),
      File(Header("<f4", "(2147483648,)"), "1234"),
      File(Header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), "1234"),
      File(Header("|b1", "(1,)"), "\2"),
      "\x93NUMPY\1\0\xff\xff{'descr'"s,
  };
  for (const std::string& bytes : rows) {
    CAPTURE(absl::CHexEscape(bytes));
    CHECK(absl::IsDataLoss(Parse(bytes).status()));
  }
  CHECK(absl::IsUnimplemented(Parse("\x93NUMPY\4\0\0\0{}"s).status()));
  CHECK_FALSE(Parse(File(Header("<f4", "(2147483647, 2147483647, 2147483647)"), "")).ok());
}

TEST_CASE("a file cut anywhere is refused, in memory and on disk") {
  const std::string bytes = File(Header("<f4", "(2,)"), "12345678");
  const std::string path = NewPath();
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(absl::IsDataLoss(Parse(bytes.substr(0, size)).status()));
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    CHECK(absl::IsDataLoss(ReadNpy(path).status()));
  }
  std::filesystem::remove(path);
}

TEST_CASE("the message names the file and both lengths") {
  CHECK(Parse(File(Header("<f4", "(2,)"), "1234")).status() ==
        absl::DataLossError(
            "f.npy: data has the wrong length, got 4 bytes, expected 8 for float32[2]"));
  CHECK(ReadNpy("/no/such/file.npy").status() ==
        absl::NotFoundError("/no/such/file.npy: cannot open: No such file or directory"));
}

}  // namespace
}  // namespace kairos
