// Bad model files and the exact message for each.

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "schemas/model_generated.h"
#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

using Builder = flatbuffers::FlatBufferBuilder;
using Codes = absl::StatusCode;
template <typename T>
using Offsets = std::vector<flatbuffers::Offset<T>>;

absl::Status LoadStatus(absl::string_view bytes) {
  const AlignedBytes aligned(bytes);
  return Model::FromBytes(aligned.span()).status();
}

// A file with this FlatBuffer and `area` behind it at the next multiple of 64, which is segment 0.
struct Parts {
  uint32_t format_version = 1;
  uint32_t opset = kOpset;
  bool has_graph = true;
  Offsets<fb::Value> values;
  Offsets<fb::Node> nodes;
  std::vector<fb::Segment> segments = {{0, 64, 0}};
  uint64_t base = 4096;
  std::string area = std::string(64, 'w');
};

std::string FileOf(const std::function<void(Builder&, Parts&)>& make) {
  Builder builder;
  Parts parts;
  make(builder, parts);
  const auto values = builder.CreateVector(parts.values);
  const auto nodes = builder.CreateVector(parts.nodes);
  const auto graph = fb::CreateGraph(builder, 0, values, nodes);
  const auto segments = builder.CreateVectorOfStructs(parts.segments);
  builder.Finish(fb::CreateModel(builder, parts.format_version, parts.opset, 0,
                                 parts.has_graph ? graph : flatbuffers::Offset<fb::Graph>(),
                                 parts.base, segments),
                 "KAI1");
  std::string file(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  file.resize(4096);
  return file + parts.area;
}

flatbuffers::Offset<fb::Value> WeightOf(Builder& b, uint8_t dtype, const Ints& shape,
                                        uint32_t segment = 0) {
  const auto dims = b.CreateVector(shape);
  const auto tensor = fb::CreateTensorData(b, dtype, dims, segment);
  return fb::CreateValue(b, b.CreateString("w"), dtype, false, 0, tensor);
}

struct Case {
  const char* what;
  std::function<void(Builder&, Parts&)> make;
  Codes code;
  std::string message;
};

void CheckCases(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const absl::Status status = LoadStatus(FileOf(c.make));
    CHECK(status.code() == c.code);
    CHECK(std::string(status.message()) == c.message);
  }
}

TEST_CASE("what is no model file is refused, naming what was found") {
  struct Bytes {
    std::string bytes;
    std::string message;
  };
  const Bytes cases[] = {
      {"", "model: not a model, got 0 bytes, expected at least 16"},
      {"KAI", "model: not a model, got 3 bytes, expected at least 16"},
      {std::string("\0\0\0\0KAI1", 8), "model: not a model, got 8 bytes, expected at least 16"},
      {"#!/bin/sh\necho no model",
       "model: not a model file, got identifier 'in/s', expected 'KAI1'"},
      {std::string("\x10\0\0\0\x7f\n'\"ABCDEFGHIJ", 18),
       "model: not a model file, got identifier '\\177\\n\\'\\\"', expected 'KAI1'"},
      {std::string("\x08\x08\x12\x07pytorch\x1a\x05"
                   "1.9:\xff",
                   18),
       "model: not a model file, looks like ONNX, expected identifier 'KAI1'; convert it with "
       "rtconvert"},
      {std::string("\xff\xff\xff\x7fKAI1\0\0\0\0\0\0\0\0", 16),
       "model: structure check failed, got 16 bytes; truncated or corrupt"},
  };
  for (const Bytes& c : cases) {
    const absl::Status status = LoadStatus(c.bytes);
    CHECK(status.code() == Codes::kDataLoss);
    CHECK(std::string(status.message()) == c.message);
  }
}

TEST_CASE("a file's path stands before the message") {
  const TempDir dir;
  WriteFile(dir.File("empty.kai"), "");
  CHECK(std::string(Model::Load(dir.File("empty.kai")).status().message()) ==
        dir.File("empty.kai") + ": not a model, got 0 bytes, expected at least 16");
}

TEST_CASE("versions that this library does not know are refused, naming those it does") {
  CheckCases({
      {"version 0", [](Builder&, Parts& p) { p.format_version = 0; }, Codes::kUnimplemented,
       "model: format version 0 is not known, expected 1 to 2; convert the model again or update "
       "Kairos"},
      {"next version", [](Builder&, Parts& p) { p.format_version = 3; }, Codes::kUnimplemented,
       "model: format version 3 is not known, expected 1 to 2; convert the model again or update "
       "Kairos"},
      {"opset", [](Builder&, Parts& p) { p.opset = 23; }, Codes::kUnimplemented,
       "model: opset 23 is not supported, expected 22; convert the model again"},
  });
}

TEST_CASE("absent fields are named with their parent") {
  CheckCases({
      {"graph", [](Builder&, Parts& p) { p.has_graph = false; }, Codes::kDataLoss,
       "model: no graph"},
      {"value", [](Builder& b, Parts& p) { p.values = {fb::CreateValue(b)}; }, Codes::kDataLoss,
       "model: value 0 '': no name"},
      {"node",
       [](Builder& b, Parts& p) { p.nodes = {fb::CreateNode(b, 0, 0, b.CreateString("n"))}; },
       Codes::kDataLoss, "model: node 0 'n': no op"},
      {"attribute",
       [](Builder& b, Parts& p) {
         const auto attributes = b.CreateVector(Offsets<fb::Attribute>{fb::CreateAttribute(b)});
         p.nodes = {fb::CreateNode(b, b.CreateString("Relu"), 0, 0, 0, 0, attributes)};
       },
       Codes::kDataLoss, "model: node 0 '': attribute 0: no name"},
      {"attribute's graph",
       [](Builder& b, Parts& p) {
         const auto attribute =
             fb::CreateAttribute(b, b.CreateString("body"), fb::AttributeKind::Graph);
         const auto attributes = b.CreateVector(Offsets<fb::Attribute>{attribute});
         p.nodes = {fb::CreateNode(b, b.CreateString("Loop"), 0, 0, 0, 0, attributes)};
       },
       Codes::kDataLoss, "model: node 0 '': attribute 0 'body': no graph"},
      {"attribute's tensor",
       [](Builder& b, Parts& p) {
         const auto attribute =
             fb::CreateAttribute(b, b.CreateString("value"), fb::AttributeKind::Tensor);
         const auto attributes = b.CreateVector(Offsets<fb::Attribute>{attribute});
         p.nodes = {fb::CreateNode(b, b.CreateString("Loop"), 0, 0, 0, 0, attributes)};
       },
       Codes::kDataLoss, "model: node 0 '': attribute 0 'value': no tensor"},
      {"post-op",
       [](Builder& b, Parts& p) {
         const auto post_ops = b.CreateVector(Offsets<fb::PostOp>{fb::CreatePostOp(b)});
         p.nodes = {fb::CreateNode(b, b.CreateString("Relu"), 0, 0, 0, 0, 0, post_ops)};
       },
       Codes::kDataLoss, "model: node 0 '': post-op 0: no op"},
  });
}

TEST_CASE("numbers that this library does not know are refused with the number") {
  CheckCases({
      {"dtype",
       [](Builder& b, Parts& p) { p.values = {fb::CreateValue(b, b.CreateString("x"), 255)}; },
       Codes::kUnimplemented, "model: value 0 'x': dtype 255 is not known"},
      {"weight's dtype", [](Builder& b, Parts& p) { p.values = {WeightOf(b, 17, {1})}; },
       Codes::kUnimplemented, "model: value 0 'w': dtype 17 is not known"},
      {"strings", [](Builder& b, Parts& p) { p.values = {WeightOf(b, 8, {1})}; },
       Codes::kUnimplemented, "model: value 0 'w': constants of string are not supported"},
      {"attribute kind",
       [](Builder& b, Parts& p) {
         const auto attribute =
             fb::CreateAttribute(b, b.CreateString("a"), static_cast<fb::AttributeKind>(255));
         const auto attributes = b.CreateVector(Offsets<fb::Attribute>{attribute});
         p.nodes = {fb::CreateNode(b, b.CreateString("Relu"), 0, 0, 0, 0, attributes)};
       },
       Codes::kUnimplemented, "model: node 0 '': attribute 0 'a': attribute kind 255 is not known"},
      {"too many attributes",
       [](Builder& b, Parts& p) {
         const auto attribute = fb::CreateAttribute(b, b.CreateString("a"));
         const auto attributes = b.CreateVector(Offsets<fb::Attribute>(65, attribute));
         p.nodes = {fb::CreateNode(b, b.CreateString("Relu"), 0, 0, 0, 0, attributes)};
       },
       Codes::kResourceExhausted, "model: node 0 '': got 65 attributes, expected at most 64"},
      {"attribute twice",
       [](Builder& b, Parts& p) {
         const auto attribute = fb::CreateAttribute(b, b.CreateString("a"));
         const auto attributes = b.CreateVector(Offsets<fb::Attribute>{attribute, attribute});
         p.nodes = {fb::CreateNode(b, b.CreateString("Relu"), 0, 0, 0, 0, attributes)};
       },
       Codes::kDataLoss, "model: node 0 '': attribute 1 'a': given twice"},
  });
}

TEST_CASE("weights whose shape or bytes are wrong are refused") {
  constexpr int64_t kTwoTo31 = int64_t{1} << 31;
  const auto weight = [](Ints shape, uint32_t segment = 0) {
    return [shape, segment](Builder& b, Parts& p) { p.values = {WeightOf(b, 1, shape, segment)}; };
  };
  CheckCases({
      {"negative", weight({-1}), Codes::kDataLoss,
       "model: value 0 'w': shape [-1] has a negative dimension"},
      {"2^31", weight({kTwoTo31}), Codes::kDataLoss,
       "model: value 0 'w': element count overflows, shape [2147483648] has a dimension over "
       "2^31 - 1"},
      {"2^64 elements", weight({65536, 65536, 65536, 65536}), Codes::kDataLoss,
       "model: value 0 'w': element count overflows, shape [65536,65536,65536,65536] passes 2^40 "
       "elements"},
      {"zero hides nothing", weight({0, kTwoTo31 * kTwoTo31, 4}), Codes::kDataLoss,
       "model: value 0 'w': element count overflows, shape [0,4611686018427387904,4] has a "
       "dimension over 2^31 - 1"},
      {"rank 9", weight(Ints(9, 1)), Codes::kResourceExhausted,
       "model: value 0 'w': rank 9 exceeds the limit 8"},
      {"too long", weight({17}), Codes::kDataLoss,
       "model: value 0 'w': segment 0 has 64 bytes, expected 68 for float32[17]"},
      {"too short", weight({15}), Codes::kDataLoss,
       "model: value 0 'w': segment 0 has 64 bytes, expected 60 for float32[15]"},
      {"no segment", weight({16}, 1), Codes::kDataLoss,
       "model: value 0 'w': segment index is 1, expected one of 1 segments"},
      {"far index", weight({16}, ~0u), Codes::kDataLoss,
       "model: value 0 'w': segment index is 4294967295, expected one of 1 segments"},
      {"no dtype", [](Builder& b, Parts& p) { p.values = {WeightOf(b, 0, {1})}; }, Codes::kDataLoss,
       "model: value 0 'w': elements of undefined have no fixed size"},
  });
}

TEST_CASE("segments outside of the file or misaligned are refused") {
  const auto segment = [](uint64_t offset, uint64_t bytes) {
    return [offset, bytes](Builder&, Parts& p) { p.segments = {{offset, bytes, 0}}; };
  };
  CheckCases({
      {"one byte too long", segment(0, 65), Codes::kDataLoss,
       "model: segment 0: 65 bytes at offset 0 pass the end, got 64 bytes of segments; truncated "
       "or corrupt"},
      {"behind the end", segment(128, 0), Codes::kDataLoss,
       "model: segment 0: 0 bytes at offset 128 pass the end, got 64 bytes of segments; truncated "
       "or corrupt"},
      {"sum overflows", segment(64, ~uint64_t{0}), Codes::kDataLoss,
       "model: segment 0: 18446744073709551615 bytes at offset 64 pass the end, got 64 bytes of "
       "segments; truncated or corrupt"},
      {"misaligned", segment(32, 4), Codes::kDataLoss,
       "model: segment 0: offset 32 is not a multiple of 64"},
      {"base misaligned", [](Builder&, Parts& p) { p.base = 4100; }, Codes::kDataLoss,
       "model: segments_base is 4100, expected a multiple of 64 inside the file of 4160 bytes; "
       "truncated or corrupt"},
      {"base behind the end", [](Builder&, Parts& p) { p.base = 1 << 20; }, Codes::kDataLoss,
       "model: segments_base is 1048576, expected a multiple of 64 inside the file of 4160 bytes; "
       "truncated or corrupt"},
  });
}

TEST_CASE("graphs that make no sense are refused, naming node and value") {
  // x -> Relu -> y, with other indices.
  const auto relu = [](std::vector<int32_t> inputs, std::vector<int32_t> outputs,
                       const char* second_name) {
    return [=](Builder& b, Parts& p) {
      p.values = {WeightOf(b, 1, {16}), fb::CreateValue(b, b.CreateString(second_name), 1)};
      const auto in = b.CreateVector(inputs);
      const auto out = b.CreateVector(outputs);
      p.nodes = {fb::CreateNode(b, b.CreateString("Relu"), 0, b.CreateString("r"), in, out)};
    };
  };
  CheckCases({
      {"sound", relu({0}, {1}, "y"), Codes::kOk, ""},
      {"index = count", relu({2}, {1}, "y"), Codes::kDataLoss,
       "model: node 0 'r' (Relu): input 0 is value 2, expected an index below 2"},
      {"INT32_MIN", relu({INT32_MIN}, {1}, "y"), Codes::kDataLoss,
       "model: node 0 'r' (Relu): input 0 is value -2147483648, expected an index below 2"},
      {"output index", relu({0}, {7}, "y"), Codes::kDataLoss,
       "model: node 0 'r' (Relu): output 0 is value 7, expected an index below 2"},
      {"two producers", relu({0}, {0}, "y"), Codes::kDataLoss,
       "model: node 0 'r' (Relu): output 0 is value 0 'w', which is already of a constant, "
       "expected a single producer"},
      {"cycle", relu({1}, {1}, "y"), Codes::kDataLoss,
       "model: node 0 'r' (Relu): input 0 is value 1 'y', which it produces itself, expected nodes "
       "in topological order"},
      {"same name", relu({0}, {1}, "w"), Codes::kDataLoss,
       "model: node 0 'r' (Relu): value 0 'w' has the name of value 1, expected distinct ones"},
      {"dimension",
       [](Builder& b, Parts& p) {
         const auto dims = b.CreateVector(Offsets<fb::Dim>{fb::CreateDim(b, -2)});
         p.values = {fb::CreateValue(b, b.CreateString("x"), 1, true, dims)};
       },
       Codes::kDataLoss, "model: value 0 'x': a dimension is -2, expected -1 to 2^31 - 1"},
  });
}

TEST_CASE("long names are cut and made printable in messages") {
  CheckCases(
      {{"name",
        [](Builder& b, Parts& p) {
          const std::string name = "\x01\n" + std::string(100, 'n');
          p.values = {fb::CreateValue(b, b.CreateString(name), 255)};
        },
        Codes::kUnimplemented,
        "model: value 0 '\\001\\n" + std::string(62, 'n') + "...': dtype 255 is not known"}});
}

TEST_CASE("a small file cannot hold many tables by sharing them") {
  // 300 times the same node of 300 times the same attribute: 90,000 tables in 4 kB.
  const std::string file = FileOf([](Builder& b, Parts& p) {
    p.segments.clear();
    const auto ints = b.CreateVector(Ints(12, 7));
    const auto name = b.CreateString("a");
    Offsets<fb::Node> nodes;
    const auto attribute = fb::CreateAttribute(b, name, fb::AttributeKind::Ints, 0, 0, 0, ints);
    const auto attributes = b.CreateVector(Offsets<fb::Attribute>(300, attribute));
    const auto node = fb::CreateNode(b, name, 0, 0, 0, 0, attributes);
    p.nodes.assign(300, node);
  });
  const absl::Status status = LoadStatus(file);
  CHECK(status.code() == Codes::kDataLoss);
  CHECK(status.message() == "model: structure check failed, got 4160 bytes; truncated or corrupt");
}

TEST_CASE("subgraphs nested beyond any limit are refused by the structure check") {
  const std::string file = FileOf([](Builder& b, Parts& p) {
    const auto name = b.CreateString("If");
    flatbuffers::Offset<fb::Graph> graph;
    for (int i = 0; i < 30; ++i) {
      const auto attribute =
          fb::CreateAttribute(b, name, fb::AttributeKind::Graph, 0, 0, 0, 0, 0, 0, 0, graph);
      const auto attributes = b.CreateVector(Offsets<fb::Attribute>{attribute});
      const auto node = fb::CreateNode(b, name, 0, 0, 0, 0, attributes);
      graph = fb::CreateGraph(b, 0, 0, b.CreateVector(Offsets<fb::Node>{node}));
      if (i == 29) p.nodes = {node};
    }
  });
  CHECK(LoadError(file) == "model: structure check failed, got 4160 bytes; truncated or corrupt");
}

TEST_CASE("a vector that many places share is bounded by the bytes of the file") {
  Builder b;
  const auto ints = b.CreateVector(Ints(1 << 17, 7));  // 1 MiB
  const auto op = b.CreateString("Relu");
  Offsets<fb::Node> nodes;
  for (int i = 0; i < 100; ++i) {
    const auto attribute = fb::CreateAttribute(b, op, fb::AttributeKind::Ints, 0, 0, 0, ints);
    const auto attributes = b.CreateVector(Offsets<fb::Attribute>{attribute});
    nodes.push_back(fb::CreateNode(b, op, 0, 0, 0, 0, attributes));
  }
  const auto graph = fb::CreateGraph(b, 0, 0, b.CreateVector(nodes));
  b.Finish(fb::CreateModel(b, 1, kOpset, 0, graph), "KAI1");
  const absl::Status status =
      LoadStatus({reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()});
  CHECK(status.code() == Codes::kResourceExhausted);
  CHECK(status.message().find("decoded structure exceeds 16 times its bytes in the file") !=
        absl::string_view::npos);
}

TEST_CASE("a huge sparse file is refused at once") {
  const TempDir dir;
  const std::string path = dir.File("sparse.kai");
  std::ofstream(path, std::ios::binary) << "x";
  std::filesystem::resize_file(path, uint64_t{3} << 30);
  CHECK(std::string(Model::Load(path).status().message()) ==
        path + ": not a model file, got identifier '\\000\\000\\000\\000', expected 'KAI1'");
}

}  // namespace
}  // namespace kairos
