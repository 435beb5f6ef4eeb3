#include "kairos/model.h"

#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>

#include "tests/support/graph_equal.h"
#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

TEST_CASE("a saved model loads as the graph it was made from") {
  const TempDir dir;
  const Graph graph = SmallGraph();
  REQUIRE(SaveModel(graph, {}, dir.File("m.kai")).ok());
  const auto model = Model::Load(dir.File("m.kai"));
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  CHECK(Equal((*model)->graph(), graph));
  CHECK((*model)->input_names() == Strings{"x"});
  CHECK((*model)->output_names() == Strings{"y"});
  CHECK((*model)->metadata("author") == "tests");
  CHECK((*model)->metadata("absent").empty());
  CHECK((*model)->plans().empty());
  CHECK((*model)->plan_problems().empty());
}

TEST_CASE("weights are used where they lie in the file, 64-byte aligned, each stored once") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2, 4});
  const ValueId w = b.Random<float>("w", {4, 4}, 1);
  const ValueId same = b.Random<float>("same", {4, 4}, 1);
  const ValueId other = b.Random<float>("other", {4, 4}, 2);
  b.Output(b.Add("MatMul", {b.Add("MatMul", {b.Add("MatMul", {x, w}), same}), other}), "y");
  const AlignedBytes file(FileOf(b.Build()));
  const auto model = Model::FromBytes(file.span());
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  const auto data = [&](ValueId id) {
    return static_cast<const std::byte*>((*model)->graph().value(id).constant->data);
  };
  for (ValueId id : {w, same, other}) {
    CHECK(data(id) >= file.span().data());
    CHECK(data(id) + 64 <= file.span().data() + file.span().size());
    CHECK(reinterpret_cast<uintptr_t>(data(id)) % 64 == 0);
  }
  CHECK(data(w) == data(same));
  CHECK(data(w) != data(other));
}

TEST_CASE("a model keeps its weights when the file is removed") {
  const TempDir dir;
  const Graph graph = SmallGraph();
  REQUIRE(SaveModel(graph, {}, dir.File("m.kai")).ok());
  const auto model = Model::Load(dir.File("m.kai"));
  REQUIRE(model.ok());
  std::filesystem::remove(dir.File("m.kai"));
  CHECK(Equal((*model)->graph(), graph));
}

TEST_CASE("a model may be saved over the file it is mapped from") {
  const TempDir dir;
  REQUIRE(SaveModel(SmallGraph(), {}, dir.File("m.kai")).ok());
  const auto model = Model::Load(dir.File("m.kai"));
  REQUIRE(model.ok());
  REQUIRE(SaveModel((*model)->graph(), {}, dir.File("m.kai")).ok());
  const auto again = Model::Load(dir.File("m.kai"));
  REQUIRE(again.ok());
  CHECK(Equal((*again)->graph(), (*model)->graph()));
}

TEST_CASE("saving the same graph twice gives the same bytes") {
  CHECK(FileOf(SmallGraph()) == FileOf(SmallGraph()));
}

TEST_CASE("bytes at an odd address are read when there are no weights, else refused") {
  GraphBuilder b;
  b.Output(b.Add("Relu", {b.Input("x", DType::kFloat32, {2})}), "y");
  for (const bool weights : {false, true}) {
    const std::string file = FileOf(weights ? SmallGraph() : b.Build());
    for (size_t shift : {1, 8}) {
      const AlignedBytes shifted(std::string(shift, '\0') + file);
      const auto model = Model::FromBytes(shifted.span().subspan(shift));
      CHECK(model.ok() == !weights);
      if (!weights) continue;
      CHECK(model.status().code() == absl::StatusCode::kInvalidArgument);
      CHECK(model.status().message() ==
            "model: bytes of a model with weights must be aligned to 64 bytes");
    }
  }
}

TEST_CASE("digests agree between memory and file, and tell models apart") {
  const Graph graph = SmallGraph();
  const uint64_t digest = (*Model::FromGraph(graph))->digest();
  const AlignedBytes file(FileOf(graph));
  CHECK((*Model::FromBytes(file.span()))->digest() == digest);

  Graph other_name = graph;
  other_name.name = "other";
  other_name.metadata.clear();
  CHECK((*Model::FromGraph(other_name))->digest() == digest);

  GraphBuilder weight;
  Graph other_weight = graph;
  other_weight.value(1).constant =
      *weight.graph().value(weight.Random<float>("w", {4, 3}, 99)).constant;
  CHECK((*Model::FromGraph(other_weight))->digest() != digest);

  Graph other_dim = graph;
  (*other_dim.value(0).dims)[0].symbol = "rows";
  CHECK((*Model::FromGraph(other_dim))->digest() != digest);

  Graph other_order = graph;
  std::swap(other_order.nodes[1].inputs[0], other_order.nodes[1].inputs[1]);
  CHECK((*Model::FromGraph(other_order))->digest() != digest);
}

// Files hold digests, so this value may change only with the format version.
TEST_CASE("the digest of a known graph never changes") {
  GraphBuilder b;
  b.Output(b.Add("Relu", {b.Input("x", DType::kFloat32, {-1, 3})}, {}, "relu"), "y");
  CHECK((*Model::FromGraph(b.Build()))->digest() == 0x89DAAF940667A820);
}

TEST_CASE("a graph that is not valid is neither taken nor saved") {
  const TempDir dir;
  Graph graph = SmallGraph();
  graph.nodes[0].inputs[0] = 99;
  CHECK(Model::FromGraph(graph).status().code() == absl::StatusCode::kDataLoss);
  CHECK(SaveModel(graph, {}, dir.File("m.kai")).code() == absl::StatusCode::kInvalidArgument);
  CHECK_FALSE(std::filesystem::exists(dir.File("m.kai")));
}

TEST_CASE("a path that cannot be written is named") {
  const TempDir dir;
  const absl::Status status = SaveModel(SmallGraph(), {}, dir.File("none/m.kai"));
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(status.message().find(dir.File("none/m.kai") + ": ") == 0);
}

TEST_CASE("a path that cannot be read is named") {
  const TempDir dir;
  const absl::Status status = Model::Load(dir.File("none.kai")).status();
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(std::string(status.message()) ==
        dir.File("none.kai") + ": cannot open the file: No such file or directory");
}

}  // namespace
}  // namespace kairos
