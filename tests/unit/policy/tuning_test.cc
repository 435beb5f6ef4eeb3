#include "kairos/tuning.h"

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "kairos/compiler.h"
#include "kairos/policies.h"
#include "tests/support/fake_time.h"
#include "tests/support/planned_model.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// What one kernel of a node is like.
struct Form {
  std::string name;
  std::vector<int64_t> run_ms;  // of the runs in their order; the last goes on
  bool fails = false;
};

// Reference kernels under several names, each of which takes its time.
class FormsBackend : public Backend {
 public:
  FormsBackend(FakeTime* time, std::vector<Form> forms) : time_(time), forms_(std::move(forms)) {}

  absl::string_view name() const override { return "forms"; }
  absl::Status Supports(const KernelRequest& request) const override {
    return reference_->Supports(request);
  }
  absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest& request) override {
    return Make(request, forms_[0]);
  }
  absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                               absl::string_view frozen) override {
    for (const Form& form : forms_) {
      if (form.name == frozen) return Make(request, form);
    }
    return absl::FailedPreconditionError("no such form");
  }
  absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> Alternatives(
      const KernelRequest& request) override {
    std::vector<std::unique_ptr<Kernel>> kernels;
    for (const Form& form : forms_) kernels.push_back(Unwrap(Make(request, form)));
    return kernels;
  }

 private:
  class FormKernel : public Kernel {
   public:
    FormKernel(std::unique_ptr<Kernel> inner, Form form, FakeTime* time, bool packs, size_t bytes)
        : inner_(std::move(inner)), form_(std::move(form)), time_(time) {
      if (packs) packed_.push_back({1, "copy", bytes});
    }
    absl::string_view name() const override { return form_.name; }
    std::string Save() const override { return form_.name; }
    size_t scratch_bytes() const override { return inner_->scratch_bytes(); }
    absl::Span<const PackedInput> packed_inputs() const override { return packed_; }
    absl::Status Pack(size_t index, const void* plain, void* packed, ThreadPool&) const override {
      std::copy_n(static_cast<const char*>(plain), packed_[index].bytes,
                  static_cast<char*>(packed));
      return absl::OkStatus();
    }
    absl::Status Run(const KernelArgs& args, State* state) const override {
      if (form_.fails) return absl::InternalError("broken");
      time_->Pass(form_.run_ms[std::min(runs_++, form_.run_ms.size() - 1)]);
      return inner_->Run(args, state);
    }

   private:
    const std::unique_ptr<Kernel> inner_;
    const Form form_;
    FakeTime* const time_;
    std::vector<PackedInput> packed_;
    mutable size_t runs_ = 0;
  };

  absl::StatusOr<std::unique_ptr<Kernel>> Make(const KernelRequest& request, const Form& form) {
    absl::StatusOr<std::unique_ptr<Kernel>> inner = reference_->Specialize(request);
    if (!inner.ok()) return inner;
    const bool packs = request.inputs.size() > 1 && request.inputs[1].constant;
    return std::make_unique<FormKernel>(*std::move(inner), form, time_, packs,
                                        packs ? request.inputs[1].type.byte_count() : 0);
  }

  FakeTime* const time_;
  const std::vector<Form> forms_;
  const std::unique_ptr<Backend> reference_ = NewReferenceBackend();
};

// Compiles a network of one MatMul for three rows, with kernels of these forms.
struct Tuned {
  Tuned(std::vector<Form> forms, int64_t budget_ms, Graph net = OneMatMul())
      : graph(std::move(net)),
        runtime(NewRuntime("", 1, std::make_unique<FormsBackend>(&time, std::move(forms)))) {
    TuneOptions options;
    options.budget_ns = budget_ms * 1000000;
    options.clock_ns = time.clock();
    options.progress = [this](const TuneResult& result) { results.push_back(result); };
    const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
    plan = Unwrap(
        CompilePlan(runtime, NewModel(graph), signatures,
                    {.policy = NewTuningPolicy(runtime->thread_pool(), std::move(options))}));
  }

  static Graph OneMatMul() {
    GraphBuilder b;
    const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
    b.Output(b.Add("MatMul", {x, b.Random<float>("w", {8, 5}, 1)}, {}, "fc"));
    return b.Build();
  }
  std::string kernel(size_t step = 0) const { return plan.programs[0].steps[step].kernel; }
  int64_t spent_ms() const { return (time.now_ns() - 1000000000) / 1000000; }

  FakeTime time;
  Graph graph;
  std::vector<Tensor> inputs = MlpInput(3);
  std::vector<TuneResult> results;
  std::shared_ptr<Runtime> runtime;
  Plan plan;
};

TEST_CASE("the fastest kernel is recorded, and loads from the plan like any other") {
  const Tuned tuned({{"usual", {50}}, {"quick", {20}}, {"slower", {30}}}, 100000);
  CHECK(tuned.kernel() == "quick");
  REQUIRE(tuned.results.size() == 1);
  const TuneResult& result = tuned.results[0];
  CHECK(result.node == "fc");
  CHECK(result.op == "MatMul");
  CHECK(result.complete);
  CHECK(result.chosen == 1);
  REQUIRE(result.candidates.size() == 3);
  CHECK(result.candidates[0].kernel == "usual");
  CHECK(result.candidates[0].best_ns == 50000000);
  CHECK(result.candidates[1].best_ns == 20000000);
  CHECK(result.candidates[2].best_ns == 30000000);
  CHECK(result.spent_ns == tuned.spent_ms() * 1000000);

  const TempDir dir;
  Require(SaveModel(tuned.graph, {&tuned.plan, 1}, dir.File("m.kai")));
  auto session = NewSession(tuned.runtime, Unwrap(Model::Load(dir.File("m.kai"))),
                            NewAotPolicy({OnPlanMismatch::kError}));
  CHECK(MaxError(Run(*session, tuned.inputs), RunReference(tuned.graph, tuned.inputs)) < 1e-6);
  CHECK(session->Explain()[0].kernel == "quick");
  CHECK(session->stats().compiles == 0);
}

TEST_CASE("the first run of a kernel does not count, and the best of the others does") {
  const Tuned warm({{"usual", {10}}, {"cold at first", {90, 9, 4, 30}}}, 100000);
  CHECK(warm.kernel() == "cold at first");
  CHECK(warm.results[0].candidates[1].best_ns == 4000000);
  CHECK(Tuned({{"usual", {10}}, {"lucky at first", {1, 40}}}, 100000).kernel() == "usual");
}

TEST_CASE("a gain within the noise does not change the backend's choice") {
  CHECK(Tuned({{"usual", {100}}, {"same", {98}}}, 100000).kernel() == "usual");
  CHECK(Tuned({{"usual", {100}}, {"better", {96}}}, 100000).kernel() == "better");
}

TEST_CASE("a kernel that is far behind is not run to the end") {
  const Tuned tuned({{"usual", {1}}, {"hopeless", {50}}}, 100000);
  CHECK(tuned.kernel() == "usual");
  CHECK(tuned.spent_ms() == 11 * 1 + 2 * 50);
}

TEST_CASE("a node that takes long is measured a few times only") {
  CHECK(Tuned({{"usual", {400}}, {"quick", {300}}}, 100000).spent_ms() == 4 * 700);
  CHECK(Tuned({{"usual", {2}}, {"quick", {1}}}, 100000).spent_ms() == 11 * 3);
}

TEST_CASE("without a budget nothing is run, and the backend chooses") {
  const Tuned tuned({{"usual", {50}}, {"quick", {20}}}, 0);
  CHECK(tuned.kernel() == "usual");
  CHECK(tuned.results.empty());
  CHECK(tuned.spent_ms() == 0);
}

TEST_CASE("a budget that ends too early leaves the backend's choice, and is not passed") {
  const Tuned tuned({{"usual", {50}}, {"quick", {20}}}, 120);
  CHECK(tuned.kernel() == "usual");
  REQUIRE(tuned.results.size() == 1);
  CHECK_FALSE(tuned.results[0].complete);
  CHECK(tuned.spent_ms() == 120);
  // 3 runs of each that count are enough to go by.
  CHECK(Tuned({{"usual", {50}}, {"quick", {20}}}, 300).kernel() == "quick");
}

TEST_CASE("equal nodes are measured once") {
  GraphBuilder b;
  ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  for (int i = 0; i < 3; ++i) {
    x = b.Add("MatMul", {x, b.Random<float>("w" + std::to_string(i), {8, 8}, 1 + i)});
  }
  b.Output(x);
  const Tuned tuned({{"usual", {50}}, {"quick", {20}}}, 100000, b.Build());
  CHECK(tuned.results.size() == 1);
  for (size_t step = 0; step < 3; ++step) CHECK(tuned.kernel(step) == "quick");
}

TEST_CASE("a kernel that fails is not taken, be it the backend's choice") {
  CHECK(Tuned({{"usual", {50}}, {"broken", {0}, true}}, 100000).kernel() == "usual");
  CHECK(Tuned({{"broken", {0}, true}, {"works", {50}}}, 100000).kernel() == "works");
}

TEST_CASE("a backend with one kernel per node is not measured") {
  FakeTime time;
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
  TuneOptions options;
  options.budget_ns = 1000000000;
  options.progress = [](const TuneResult&) { FAIL("measured"); };
  const std::vector<Tensor> inputs = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  auto runtime = NewRuntime("reference");
  const Plan plain = Unwrap(CompilePlan(runtime, NewModel(Mlp()), signatures));
  const Plan tuned = Unwrap(CompilePlan(runtime, NewModel(Mlp()), signatures,
                                        {.policy = NewTuningPolicy(*pool, std::move(options))}));
  REQUIRE(tuned.programs[0].steps.size() == plain.programs[0].steps.size());
  for (size_t s = 0; s < plain.programs[0].steps.size(); ++s) {
    CHECK(tuned.programs[0].steps[s].frozen == plain.programs[0].steps[s].frozen);
  }
  CHECK(tuned.passes == plain.passes);
}

TEST_CASE("the built-in backends compute the same with whichever kernels won") {
  const std::vector<Tensor> inputs = ConvInput(1, 14, 14);
  auto runtime = NewRuntime("", 2);
  TuneOptions options;
  options.budget_ns = int64_t{60} * 1000000000;
  FakeTime time;  // does not pass: all kernels are equally fast
  options.clock_ns = time.clock();
  int measured = 0;
  options.progress = [&](const TuneResult&) { ++measured; };
  SessionOptions session_options;
  session_options.policy = NewTuningPolicy(runtime->thread_pool(), std::move(options));
  auto session = Unwrap(Session::Make(runtime, NewModel(ConvNet()), session_options));
  CHECK(MaxError(Run(*session, inputs), RunReference(ConvNet(), inputs)) < 1e-4);
  if (runtime->backends().size() > 1) CHECK(measured > 0);
}

}  // namespace
}  // namespace kairos::testing
