// Loading that is told to stop, wherever it is.
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <utility>

#include "kairos/model.h"
#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

// Refuses once it has been asked `left` times.
struct Fuse {
  absl::Status Ask() {
    ++asked;
    return asked <= left ? absl::OkStatus() : absl::CancelledError("the user went away");
  }
  LoadOptions options() {
    return {.interrupt = [this] { return Ask(); }};
  }
  int asked = 0;
  int left = std::numeric_limits<int>::max();
};

TEST_CASE("an interruption ends loading wherever it comes, in plans too, and nobody asks again") {
  const Graph graph = SmallGraph();
  const Plan plan = SmallPlan(graph);
  Plan other = plan;
  other.threads = 4;
  const AlignedBytes without(FileOf(graph)), file(FileOf(graph, {plan, other}));
  Fuse graph_alone, whole;
  REQUIRE(Model::FromBytes(without.span(), graph_alone.options()).ok());
  CHECK(graph_alone.asked > static_cast<int>(graph.nodes.size()));
  const auto model = Model::FromBytes(file.span(), whole.options());
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  CHECK((*model)->plans().size() == 2);
  const int steps = static_cast<int>(plan.programs[0].steps.size());
  CHECK(whole.asked == graph_alone.asked + 2 * (1 + steps));
  for (int at = 0; at < whole.asked; ++at) {
    CAPTURE(at);
    Fuse fuse;
    fuse.left = at;
    const absl::Status stopped = Model::FromBytes(file.span(), fuse.options()).status();
    CHECK(stopped.code() == absl::StatusCode::kCancelled);
    CHECK(stopped.message().find("the user went away") != std::string::npos);
    CHECK(fuse.asked == at + 1);
  }
}

TEST_CASE("a file that is loaded can be interrupted, and says which file it was") {
  const TempDir dir;
  const std::string path = dir.File("m.kai");
  REQUIRE(SaveModel(SmallGraph(), {}, path).ok());
  LoadOptions options;
  options.interrupt = [] { return absl::DeadlineExceededError("too late"); };
  const absl::Status stopped = Model::Load(path, options).status();
  CHECK(stopped.code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(stopped.message() == path + ": too late");
  CHECK(Model::Load(path).ok());
}

TEST_CASE("a damaged plan is left out, not taken for an interruption") {
  const Graph graph = SmallGraph();
  Plan bad = SmallPlan(graph);
  bad.threads = 7;
  std::string bytes = FileOf(graph, {bad, SmallPlan(graph)});
  const size_t at = bytes.find("KAP1");
  REQUIRE(at != std::string::npos);
  bytes[at] = 'X';
  const AlignedBytes file(bytes);
  Fuse fuse;
  const auto model = Model::FromBytes(file.span(), fuse.options());
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  CHECK((*model)->plans().size() == 1);
  CHECK((*model)->plan_problems().size() == 1);
}

}  // namespace
}  // namespace kairos
