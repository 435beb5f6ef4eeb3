#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "kairos/model.h"
#include "model/encode.h"
#include "tests/support/graph_builder.h"
#include "tests/support/temp_dir.h"

namespace kairos {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kBase = 4096;

using TensorOffset = flatbuffers::Offset<fb::TensorData>;

flatbuffers::Offset<fb::Value> WeightValue(flatbuffers::FlatBufferBuilder& builder,
                                           const char* name, std::vector<int64_t> shape,
                                           uint32_t segment) {
  const auto text = builder.CreateString(name);
  const auto dims = builder.CreateVector(shape);
  const TensorOffset tensor = fb::CreateTensorData(builder, 1, dims, segment);
  return fb::CreateValue(builder, text, 1, false, 0, tensor);
}

// The first two weights are holes in a sparse file: 2.5 GiB of which nothing is on disk.
TEST_CASE("weights may pass 2 GiB in all") {
  flatbuffers::FlatBufferBuilder builder;
  const std::vector<flatbuffers::Offset<fb::Value>> values = {
      WeightValue(builder, "a", {384, 1 << 20}, 0), WeightValue(builder, "b", {256, 1 << 20}, 1),
      WeightValue(builder, "c", {2}, 2)};
  const auto values_offset = builder.CreateVector(values);
  const auto outputs = builder.CreateVector(std::vector<int32_t>{2});
  const auto graph = fb::CreateGraph(builder, 0, values_offset, 0, 0, outputs);
  const std::vector<fb::Segment> segments = {
      {0, kGiB * 3 / 2, 1}, {kGiB * 3 / 2, kGiB, 2}, {kGiB * 5 / 2, 8, 3}};
  const auto segments_offset = builder.CreateVectorOfStructs(segments);
  builder.Finish(fb::CreateModel(builder, 1, kOpset, 0, graph, kBase, segments_offset), "KAI1");

  const testing::TempDir dir;
  const std::string path = dir.File("large.kai");
  const float last[2] = {1.5f, -2.5f};
  {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    file.seekp(static_cast<std::streamoff>(kBase + kGiB * 5 / 2));
    file.write(reinterpret_cast<const char*>(last), sizeof(last));
    REQUIRE(file.good());
  }
  CHECK(std::filesystem::file_size(path) > 2 * kGiB);
  const auto model = Model::Load(path);
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  const auto* c = static_cast<const float*>((*model)->graph().value(2).constant->data);
  CHECK(c[0] == 1.5f);
  CHECK(c[1] == -2.5f);
  const auto* b = static_cast<const float*>((*model)->graph().value(1).constant->data);
  CHECK(b[(size_t{1} << 28) - 1] == 0.0f);
}

}  // namespace
}  // namespace kairos
