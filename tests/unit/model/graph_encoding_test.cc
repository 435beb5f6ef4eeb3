#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <memory>
#include <string>

#include "base/aligned_buffer.h"
#include "model/decode.h"
#include "model/encode.h"
#include "model/segment_table.h"
#include "tests/support/graph_builder.h"
#include "tests/support/graph_equal.h"
#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

// Through the encoder and the decoder, without the checks of operators.
absl::StatusOr<Graph> RoundTrip(const Graph& graph) {
  SegmentWriter writer;
  Encoder encoder(writer);
  absl::StatusOr<flatbuffers::Offset<fb::Graph>> encoded = encoder.EncodeGraph(graph);
  if (!encoded.ok()) return encoded.status();
  flatbuffers::FlatBufferBuilder& builder = encoder.builder();
  const auto segments = builder.CreateVectorOfStructs(writer.segments());
  builder.Finish(fb::CreateModel(builder, 1, kOpset, 0, *encoded, 0, segments));

  std::vector<absl::Span<const std::byte>> parts;
  writer.AppendTo(&parts);
  std::string area;
  for (const auto& part : parts)
    area.append(reinterpret_cast<const char*>(part.data()), part.size());
  const auto file = std::make_shared<AlignedBytes>(area);
  absl::StatusOr<SegmentTable> table = SegmentTable::Make(
      file->span(), file, *flatbuffers::GetRoot<fb::Model>(builder.GetBufferPointer()));
  if (!table.ok()) return table.status();
  return Decoder(*table, builder.GetSize())
      .DecodeGraph(*flatbuffers::GetRoot<fb::Model>(builder.GetBufferPointer())->graph());
}

Graph GraphWithEverything() {
  GraphBuilder inner("inner");
  inner.Output(inner.Add("Constant", {}, {{"value_int", 1}}));
  GraphBuilder b("everything");
  const ValueId x = b.InputDims("x", DType::kFloat16, {Dim{-1, "n"}, Dim{3, ""}, Dim{0, ""}});
  const ValueId unranked = b.UnrankedInput("unranked", DType::kUndefined);
  const ValueId scalar = b.Input("scalar", DType::kInt64, {});
  const ValueId w = b.Random<float>("w", {2, 3}, 1);
  b.Constant<bool>("flags", {3}, {true, false, true});
  b.Constant<double>("nothing", {0, 7}, {});
  b.AddNode("kairos.Test", {x, kNoValue, unranked, scalar}, 3,
            {{"int", std::numeric_limits<int64_t>::min()},
             {"float", -1.5f},
             {"nan", std::numeric_limits<float>::quiet_NaN()},
             {"string", std::string("bytes\0\xff", 7)},
             {"ints", Ints{1, -2}},
             {"no_ints", Ints{}},
             {"floats", Floats{0.5f, -0.0f}},
             {"strings", Strings{"a", "", "ccc"}},
             {"tensor", MakeConstant<int32_t>({2}, {7, -7})},
             {"graph", inner.BuildShared()}},
            "all kinds");
  b.last_node().outputs[1] = kNoValue;
  b.Output(b.Add("Conv", {x, w}));
  b.PostOp("Clip", {{"min", 0.0f}, {"max", 6.0f}}).PostOp("Sub", {}, scalar);
  b.last_node().post_ops[1].operand_first = true;
  b.graph().metadata = {{"key", "value"}, {"", ""}};
  return b.Build();
}

TEST_CASE("a graph with everything comes back as it was") {
  Graph graph = GraphWithEverything();
  // NaN differs from itself, so it is compared by hand.
  const absl::StatusOr<Graph> back = RoundTrip(graph);
  REQUIRE_MESSAGE(back.ok(), back.status().message());
  CHECK(std::isnan(back->nodes[0].attributes.Float("nan", 0)));
  graph.nodes[0].attributes.Erase("nan");
  Graph rest = *back;
  rest.nodes[0].attributes.Erase("nan");
  CHECK(Equal(graph, rest));
}

TEST_CASE("an empty graph comes back as it was") {
  const absl::StatusOr<Graph> back = RoundTrip(Graph());
  REQUIRE(back.ok());
  CHECK(Equal(Graph(), *back));
}

TEST_CASE("constants that a file cannot hold are refused, naming the place") {
  GraphBuilder strings;
  strings.AddConstant("s",
                      Constant{TensorType{DType::kString, {2}, Layout::kPlain}, "xx", nullptr});
  CHECK(RoundTrip(strings.Build()).status().code() == absl::StatusCode::kUnimplemented);
  CHECK(RoundTrip(strings.Build()).status().message() ==
        "value 's': constants of string are not supported in model files");

  GraphBuilder empty;
  Constant without;
  without.type = {DType::kFloat32, {2}, Layout::kPlain};
  empty.Add("Test", {}, {{"t", without}}, "node");
  CHECK(RoundTrip(empty.Build()).status().message() ==
        "node 'node': attribute 't': constant float32[2] has no bytes");
}

TEST_CASE("strings that a reader would refuse are not written") {
  GraphBuilder b;
  b.Input("x", DType::kFloat32, {1});
  b.Rename(0, std::string(65536, 'n'));
  CHECK(RoundTrip(b.Build()).ok());
  b.Rename(0, std::string(65537, 'n'));
  const absl::Status status = RoundTrip(b.Build()).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(std::string(status.message()) ==
        "value '" + std::string(64, 'n') +
            "...': string of 65537 bytes is too long for a model file");
}

TEST_CASE("metadata may be long") {
  Graph graph;
  graph.metadata = {{"alphabet", std::string(1 << 20, 'x')}};
  const absl::StatusOr<Graph> back = RoundTrip(graph);
  REQUIRE(back.ok());
  CHECK(back->metadata == graph.metadata);
}

TEST_CASE("sixteen levels of subgraphs are read, seventeen are refused") {
  for (int levels : {16, 17}) {
    auto graph = std::make_shared<const Graph>();
    for (int i = 0; i < levels; ++i) {
      GraphBuilder b;
      b.Add("If", {}, {{"then_branch", std::shared_ptr<const Graph>(graph)}}, "if");
      graph = b.BuildShared();
    }
    const absl::Status status = RoundTrip(*graph).status();
    CHECK(status.ok() == (levels == 16));
    if (levels == 17) {
      CHECK(status.code() == absl::StatusCode::kResourceExhausted);
      const std::string text(status.message());
      CHECK(text.substr(text.rfind(": ")) == ": subgraph depth 17 exceeds the limit 16");
    }
  }
}

}  // namespace
}  // namespace kairos
