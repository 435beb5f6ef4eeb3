// Passes that move and merge nodes, on random graphs made for them.
#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <string>

#include "kairos/policies.h"
#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

// Over x[2,3,4]: transposes, views and casts of what is there, nodes that were there before, and
// outputs here and there.
class RandomRewrites {
 public:
  explicit RandomRewrites(uint32_t seed) : engine_(seed) {
    values_.push_back({b_.Input("x", DType::kFloat32, {2, 3, 4}), {2, 3, 4}});
    const int nodes = 5 + Below(15);
    for (int i = 0; i < nodes; ++i) AddNode();
    b_.Output(b_.Add("Neg", {values_.back().id}));
  }
  Graph Build() { return b_.Build(); }

 private:
  struct Made {
    ValueId id;
    Ints shape;
  };
  int Below(int limit) { return static_cast<int>(engine_() % static_cast<uint32_t>(limit)); }
  Made Any() { return Below(3) == 0 ? values_[engine_() % values_.size()] : values_.back(); }
  ValueId List(const Ints& list) {
    return b_.Constant<int64_t>("c" + std::to_string(b_.graph().values.size()),
                                {static_cast<int64_t>(list.size())}, list);
  }

  void AddTranspose(const Made& x) {
    Ints perm(x.shape.size()), shape;
    for (size_t i = 0; i < perm.size(); ++i) perm[i] = static_cast<int64_t>(i);
    std::shuffle(perm.begin(), perm.end(), engine_);
    if (Below(4) == 0) {
      values_.push_back({b_.Add("Transpose", {x.id}), {x.shape.rbegin(), x.shape.rend()}});
      return;
    }
    for (int64_t axis : perm) shape.push_back(x.shape[static_cast<size_t>(axis)]);
    values_.push_back({b_.Add("Transpose", {x.id}, {{"perm", perm}}), shape});
  }

  void AddView(const Made& x) {
    Ints shape = x.shape;
    switch (Below(3)) {
      case 0: {
        if (shape.size() >= 5) return;
        const auto axis = static_cast<int64_t>(engine_() % (shape.size() + 1));
        shape.insert(shape.begin() + axis, 1);
        values_.push_back({b_.Add("Unsqueeze", {x.id, List({axis})}), shape});
        break;
      }
      case 1:
        std::shuffle(shape.begin(), shape.end(), engine_);
        values_.push_back({b_.Add("Reshape", {x.id, List(shape)}), shape});
        break;
      default:
        values_.push_back({b_.Add("Reshape", {x.id, List({24})}), {24}});
        break;
    }
  }

  void AddNode() {
    const Made x = Any();
    const size_t before = values_.size();
    switch (Below(6)) {
      case 0:
      case 1:
        AddTranspose(x);
        break;
      case 2:
      case 3:
        AddView(x);
        break;
      case 4: {
        // Two that are equal, one of which may be an output.
        static constexpr const char* kOps[] = {"Relu", "Sigmoid", "Abs"};
        const char* op = kOps[Below(3)];
        const ValueId one = b_.Add(op, {x.id}), two = b_.Add(op, {x.id});
        values_.push_back({b_.Add("Sub", {one, b_.Add("Sigmoid", {two})}), x.shape});
        if (Below(3) == 0) b_.Output(Below(2) == 0 ? one : two);
        break;
      }
      default:
        values_.push_back({b_.Add("Cast", {x.id}, {{"to", int64_t{1}}}), x.shape});
        break;
    }
    if (values_.size() > before && Below(6) == 0) b_.Output(values_.back().id);
  }

  std::mt19937 engine_;
  GraphBuilder b_;
  std::vector<Made> values_;
};

TEST_CASE("each pass that moves or merges nodes keeps what random graphs compute, to the bit") {
  const std::vector<Tensor> inputs = OneInput({2, 3, 4});
  size_t changes = 0;
  for (uint32_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    const Graph graph = RandomRewrites(seed).Build();
    for (const char* pass : {"cancel_transposes", "merge_duplicates", "collapse_views"}) {
      CAPTURE(std::string(pass));
      const PassRun run = RunPass(pass, graph, inputs);
      CHECK(ErrorOf(run, inputs) == 0);
      CHECK(run.after.nodes.size() <= run.before.nodes.size());
      changes += run.reports.size();
    }
  }
  CHECK(changes > 100);
}

TEST_CASE("all passes together compute the same on random graphs with them") {
  auto runtime = NewRuntime("", 2);
  const std::vector<Tensor> inputs = OneInput({2, 3, 4});
  for (uint32_t seed = 200; seed < 260; ++seed) {
    CAPTURE(seed);
    const Graph graph = RandomRewrites(seed).Build();
    auto session = NewSession(runtime, NewModel(graph), NewJitPolicy());
    CHECK(MaxError(Run(*session, inputs), RunReference(graph, inputs)) < 1e-4);
  }
}

}  // namespace
}  // namespace kairos::testing
