// Malformed ONNX files: each ends in a typed error that says what is wrong.
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "rtconvert/importer.h"
#include "support/temp_dir.h"
#include "unit/importer/model_proto.h"

namespace kairos {
namespace {

namespace fs = std::filesystem;
using testing::ModelProtoBuilder;
using testing::TempDir;
using testing::TensorProto;

std::string Write(const TempDir& dir, const std::string& name, const std::string& bytes) {
  testing::WriteFile(dir.File(name), bytes);
  return dir.File(name);
}

ModelProtoBuilder SmallModel() {
  ModelProtoBuilder m(13);
  m.Input("x", {2}).Floats("w", {2}, {1, 2});
  m.Node("Add", {"x", "w"}, {"y"}, {}, "sum");
  m.Output("y");
  return m;
}

absl::Status Import(const std::string& path) { return ImportOnnx(path, {}, nullptr).status(); }

TEST_CASE("a good file is imported") {
  const TempDir dir;
  CHECK(Import(Write(dir, "m.onnx", SmallModel().model().SerializeAsString())).ok());
}

TEST_CASE("files that are no ONNX models are refused") {
  const TempDir dir;
  const std::string missing = dir.File("missing.onnx");
  CHECK(Import(missing) ==
        absl::NotFoundError(absl::StrCat(missing, ": cannot open: No such file or directory")));
  CHECK(Import(dir.File("")) ==
        absl::InvalidArgumentError(absl::StrCat(dir.File(""), ": not a regular file")));
  const std::string empty = Write(dir, "empty.onnx", "");
  CHECK(Import(empty) ==
        absl::DataLossError(absl::StrCat(empty, ": not an ONNX model, it has no graph")));
  const std::string text = Write(dir, "text.onnx", "hello, this is no model");
  CHECK(Import(text) ==
        absl::DataLossError(absl::StrCat(text, ": not an ONNX model, or truncated, got 23 bytes")));
  const std::string big = Write(dir, "big.onnx", "");
  fs::resize_file(big, uintmax_t{1} << 31);
  CHECK(absl::IsResourceExhausted(Import(big)));
}

TEST_CASE("a file cut anywhere is refused or is a smaller model, and never more") {
  const TempDir dir;
  const std::string bytes = SmallModel().model().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const absl::Status status = Import(Write(dir, "cut.onnx", bytes.substr(0, size)));
    CHECK((status.ok() || absl::IsDataLoss(status)));
  }
}

TEST_CASE("a file with any bit flipped is imported or refused with a typed error") {
  const TempDir dir;
  const std::string bytes = SmallModel().model().SerializeAsString();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const absl::StatusCode code = Import(Write(dir, "flip.onnx", flipped)).code();
    CHECK((code == absl::StatusCode::kOk || code == absl::StatusCode::kDataLoss ||
           code == absl::StatusCode::kUnimplemented || code == absl::StatusCode::kInvalidArgument ||
           code == absl::StatusCode::kResourceExhausted));
  }
}

TEST_CASE("messages nested deeper than the limit are refused") {
  const TempDir dir;
  ModelProtoBuilder m = SmallModel();
  onnx_format::GraphProto* graph = &m.graph();
  for (int i = 0; i < 101; ++i) graph = graph->add_node()->add_attribute()->mutable_g();
  CHECK(absl::IsDataLoss(Import(Write(dir, "deep.onnx", m.model().SerializeAsString()))));
}

TEST_CASE("graphs that cannot run are refused, naming the node") {
  SUBCASE("cycle") {
    ModelProtoBuilder m(13);
    m.Node("Relu", {"b"}, {"a"}, {}, "first");
    m.Node("Relu", {"a"}, {"b"}, {}, "second");
    m.Node("Relu", {"b"}, {"y"}, {}, "behind");
    m.Output("y");
    CHECK(m.Import().status() ==
          absl::DataLossError("graph has a cycle of 2 nodes: node #1 'second' (Relu) <- "
                              "node #0 'first' (Relu)"));
  }
  SUBCASE("a node that needs itself") {
    ModelProtoBuilder m(13);
    m.Node("Relu", {"a"}, {"a"}, {}, "self");
    CHECK(m.Import().status() ==
          absl::DataLossError("graph has a cycle of 1 nodes: node #0 'self' (Relu)"));
  }
  SUBCASE("input that nothing produces") {
    ModelProtoBuilder m = SmallModel();
    m.Node("Add", {"y", "nowhere"}, {"z"}, {}, "lost");
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 'lost' (Add): input 1 'nowhere' is never produced"));
  }
  SUBCASE("output that nothing produces") {
    ModelProtoBuilder m = SmallModel();
    m.Output("nowhere");
    CHECK(m.Import().status() ==
          absl::DataLossError("output 'nowhere': value 'nowhere' is never produced"));
  }
  SUBCASE("two producers") {
    ModelProtoBuilder m = SmallModel();
    m.Node("Relu", {"x"}, {"y"}, {}, "again");
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 'again' (Relu): output 'y' is produced twice, also by "
                              "node #0 'sum' (Add)"));
  }
  SUBCASE("an initializer that a node produces too") {
    ModelProtoBuilder m = SmallModel();
    m.Node("Relu", {"x"}, {"w"}, {}, "again");
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 'again' (Relu): output 'w' is produced twice, also by "
                              "an input or initializer"));
  }
  SUBCASE("two initializers of one name") {
    ModelProtoBuilder m = SmallModel();
    m.Floats("w", {1}, {1});
    CHECK(m.Import().status() == absl::DataLossError("initializer 'w': name given twice"));
  }
  SUBCASE("two inputs of one name, and one of none") {
    ModelProtoBuilder m = SmallModel();
    CHECK(m.Input("x", {2}).Import().status() ==
          absl::DataLossError("input 'x': name given twice"));
    ModelProtoBuilder nameless(13);
    CHECK(nameless.Input("", {2}).Import().status() == absl::DataLossError("input '': no name"));
    CHECK(SmallModel().Output("").Import().status() == absl::DataLossError("output '': no name"));
  }
}

TEST_CASE("malformed nodes and weights are refused, naming them") {
  SUBCASE("weights of the wrong size") {
    ModelProtoBuilder m(13);
    m.Floats("w", {3}, {1, 2});
    CHECK(m.Import().status() ==
          absl::DataLossError("initializer 'w': wrong size, got 2 elements, expected 3"));
  }
  SUBCASE("an attribute given twice") {
    ModelProtoBuilder m = SmallModel();
    m.Node("Softmax", {"y"}, {"z"}, {{"axis", 0}, {"axis", 1}}, "s");
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 's' (Softmax): attribute 'axis' of Softmax: given twice"));
  }
  SUBCASE("an attribute without value") {
    ModelProtoBuilder m = SmallModel();
    m.Node("Softmax", {"y"}, {"z"}).add_attribute()->set_name("axis");
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 (Softmax): attribute 'axis' of Softmax: no value"));
  }
  SUBCASE("an attribute that refers to a function's") {
    ModelProtoBuilder m = SmallModel();
    auto& attribute = *m.Node("Softmax", {"y"}, {"z"}).add_attribute();
    attribute.set_name("axis");
    attribute.set_ref_attr_name("a");
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 (Softmax): attribute 'axis' of Softmax: a reference, which "
                              "only functions have"));
  }
  SUBCASE("a constant without value") {
    ModelProtoBuilder m = SmallModel();
    m.Node("Constant", {}, {"c"});
    CHECK(m.Import().status() ==
          absl::DataLossError("node #1 (Constant): expected one attribute and one output"));
  }
  SUBCASE("no opset for the default domain") {
    ModelProtoBuilder m = SmallModel();
    m.model().mutable_opset_import(0)->set_domain("com.example");
    CHECK(m.Import().status() ==
          absl::DataLossError(
              "node #0 'sum' (Add): the model imports no opset of the default domain"));
  }
}

TEST_CASE("names from a file are escaped and cut in messages") {
  ModelProtoBuilder m(13);
  m.Floats(std::string(100, 'a'), {3}, {1});
  CHECK(m.Import().status().message() ==
        absl::StrCat("initializer '", std::string(64, 'a'),
                     "...': wrong size, got 1 elements, expected 3"));
  ModelProtoBuilder escaped(13);
  escaped.Floats("a\nb\x1b", {3}, {1});
  CHECK(absl::StrContains(escaped.Import().status().message(), "'a\\nb\\x1b'"));
}

struct ExternalCase {
  std::string location, offset, length, message;
};

// A model whose weights are two floats in another file.
absl::Status ImportExternal(const TempDir& dir, const ExternalCase& row) {
  ModelProtoBuilder m(13);
  TensorProto& w = m.Initializer("w", TensorProto::FLOAT, {2});
  w.set_data_location(TensorProto::EXTERNAL);
  const auto add = [&w](const char* key, const std::string& value) {
    if (value.empty()) return;
    auto& entry = *w.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", row.location);
  add("offset", row.offset);
  add("length", row.length);
  m.Output("w");
  return Import(Write(dir, "m.onnx", m.model().SerializeAsString()));
}

TEST_CASE("weights in a file beside the model are read") {
  const TempDir dir;
  fs::create_directory(dir.File("sub"));
  Write(dir, "w.bin", "0123456789abcdef");
  Write(dir, "sub/w.bin", "01234567");
  for (const ExternalCase& row : std::vector<ExternalCase>{
           {"w.bin", "8", "8"}, {"w.bin", "", ""}, {"./w.bin", "8", ""}, {"sub/w.bin", "0", "8"}}) {
    CAPTURE(row.location);
    CHECK(ImportExternal(dir, row) == absl::OkStatus());
  }
}

TEST_CASE("paths and ranges that lead out of the model's directory or file are refused") {
  const TempDir dir;
  fs::create_directory(dir.File("sub"));
  Write(dir, "w.bin", "01234567");
  Write(dir, "linked.bin", "01234567");
  fs::create_hard_link(dir.File("linked.bin"), dir.File("hard.bin"));
  fs::create_symlink(dir.File("w.bin"), dir.File("soft.bin"));
  fs::create_directory_symlink(dir.File("sub"), dir.File("soft_dir"));
  Write(dir, "sub/w.bin", "01234567");
  REQUIRE(mkfifo((dir.File("fifo")).c_str(), 0600) == 0);
  const ExternalCase rows[] = {
      {"/etc/passwd", "", "", "'/etc/passwd': absolute path, expected a relative one"},
      {"../w.bin", "", "", "'../w.bin': path with '..'"},
      {"sub/../w.bin", "", "", "'sub/../w.bin': path with '..'"},
      {"sub//w.bin", "", "", "'sub//w.bin': path with an empty component"},
      {std::string("w.bin\0x", 7), "", "", "'w.bin\\x00x': path holds a zero byte"},
      {"", "", "", "'': no path"},
      {".", "", "", "'.': path names no file"},
      {"soft.bin", "", "", "'soft.bin': a symbolic link, expected a regular file"},
      {"soft_dir/w.bin", "", "", "'soft_dir/w.bin': path through something that is no directory"},
      {"hard.bin", "", "", "'hard.bin': a file with several hard links"},
      {"fifo", "", "", "'fifo': not a regular file"},
      {"sub", "", "", "'sub': not a regular file"},
      {"missing.bin", "", "", "'missing.bin': cannot open: No such file or directory"},
      {"w.bin", "1", "",
       "'w.bin': range outside of the file, got offset 1 and 8 bytes in a file of 8"},
      {"w.bin", "9", "",
       "'w.bin': range outside of the file, got offset 9 and 8 bytes in a file of 8"},
      {"w.bin", "0", "9", "'w.bin': length does not fit the tensor, got 9, expected 8"},
  };
  for (const ExternalCase& row : rows) {
    CAPTURE(row.location);
    const absl::Status status = ImportExternal(dir, row);
    CHECK(status.message() ==
          absl::StrCat(dir.File("m.onnx"), ": initializer 'w': external data ", row.message));
  }
}

TEST_CASE("offsets and lengths are decimal digits and nothing else") {
  const TempDir dir;
  Write(dir, "w.bin", "01234567");
  for (const char* number : {"-1", "+0", " 0", "0 ", "1e3", "0x0", "99999999999999999999"}) {
    CAPTURE(number);
    CHECK(absl::IsDataLoss(ImportExternal(dir, {"w.bin", number, ""})));
    CHECK(absl::IsDataLoss(ImportExternal(dir, {"w.bin", "", number})));
  }
}

TEST_CASE("a model in memory has no external data") {
  ModelProtoBuilder m(13);
  m.Initializer("w", TensorProto::FLOAT, {2}).set_data_location(TensorProto::EXTERNAL);
  m.graph().mutable_initializer(0)->add_external_data()->set_key("location");
  m.graph().mutable_initializer(0)->mutable_external_data(0)->set_value("w.bin");
  CHECK(
      m.Import().status() ==
      absl::DataLossError("initializer 'w': external data 'w.bin': a model in memory needs a base "
                          "directory"));
}

}  // namespace
}  // namespace kairos
