#include <doctest/doctest.h>

#include "unit/backends/reference_op.h"

namespace kairos::testing {
namespace {

const TensorType kPair = {DType::kFloat32, {2}};

// A request for one node with float32[2] for all operands, in memory of its own.
struct Request {
  Node node;
  std::vector<Operand> inputs, outputs;

  Request(const std::string& op, size_t input_count) {
    node.op = op;
    node.inputs.assign(input_count, 0);
    node.outputs = {1};
    inputs.assign(input_count, {true, kPair});
    outputs = {{true, kPair}};
  }
  KernelRequest get() const { return {&node, inputs, outputs, 1, true}; }
};

PostOp Fused(const std::string& op, std::vector<std::pair<const char*, Attribute>> attributes = {},
             int operand = -1, bool operand_first = false) {
  PostOp post;
  post.op = op;
  for (const auto& [name, value] : attributes) post.attributes.Set(name, value);
  post.operand = operand;
  post.operand_first = operand_first;
  return post;
}

TEST_CASE("an operator without a kernel is refused by name") {
  const Request request("NoSuchOp", 1);
  const absl::Status status = NewReferenceBackend()->Supports(request.get());
  CHECK_EQ(status, absl::UnimplementedError("NoSuchOp: the reference backend has no kernel"));
}

TEST_CASE("types without a kernel are refused, naming the operand") {
  Request request("Sqrt", 1);
  request.inputs[0].type.dtype = DType::kInt32;
  CHECK_EQ(NewReferenceBackend()->Supports(request.get()),
           absl::UnimplementedError("Sqrt: no kernel for input 0 of int32"));
  Request strings("Identity", 1);
  strings.outputs[0].type.dtype = DType::kString;
  CHECK_EQ(NewReferenceBackend()->Supports(strings.get()),
           absl::UnimplementedError("Identity: no kernel for output 0 of string"));
}

TEST_CASE("a kernel is loaded from its name and from no other") {
  const Request request("Add", 2);
  std::unique_ptr<Backend> backend = NewReferenceBackend();
  auto kernel = backend->Specialize(request.get());
  REQUIRE(kernel.ok());
  CHECK((*kernel)->name() == "reference.Add");
  CHECK(backend->Load(request.get(), (*kernel)->Save()).ok());
  CHECK_EQ(backend->Load(request.get(), "reference.Sub").status(),
           absl::FailedPreconditionError("kernel: the plan records another one, got "
                                         "'reference.Sub', expected 'reference.Add'"));
}

TEST_CASE("a kernel keeps nothing of the request it was made for") {
  std::unique_ptr<Kernel> kernel;
  const float x[2] = {-5, 5};
  {
    auto low = std::make_unique<float>(-1.0f);
    Request request("Clip", 2);
    request.inputs[1] = {true, {DType::kFloat32, {}}, false, low.get()};
    kernel = *NewReferenceBackend()->Specialize(request.get());
    *low = 100;
  }
  float y[2];
  const void* inputs[] = {x, nullptr};
  void* outputs[] = {y};
  std::unique_ptr<ThreadPool> pool = NewThreadPool(1);
  REQUIRE(kernel->Run({inputs, outputs, nullptr, pool.get()}, nullptr).ok());
  CHECK_EQ(y[0], -1);
  CHECK_EQ(y[1], 5);
}

TEST_CASE("post-ops apply in order to what the operator gives") {
  CheckRows({
      {"Add", {"float32[2]=-1,2", "float32[2]=0,3"}, {}, "float32[2]=0,5", 1, {Fused("Relu")}},
      {"Neg",
       {"float32[3]=-9,1,nan"},
       {},
       "float32[3]=6,-1,nan",
       1,
       {Fused("Clip", {{"min", -1.0f}, {"max", 6.0f}})}},
      {"Neg",
       {"float32[2]=1,2", "float32[]=2"},
       {},
       "float32[2]=1.99,1.98",
       1,
       {Fused("LeakyRelu"), Fused("Add", {}, 1)}},
  });
}

TEST_CASE("post-ops take operands that broadcast, on either side") {
  const std::string x = "float32[1,2,1,2]=1,2,3,4";
  for (Layout layout : {Layout::kPlain, Layout::kChannelsLast}) {
    CheckRows({
        {"Neg",
         {x, "float32[2,1,1]=10,20"},
         {},
         "float32[1,2,1,2]=-11,-12,-23,-24",
         1,
         {Fused("Sub", {}, 1)},
         layout},
        {"Neg",
         {x, "float32[2,1,1]=10,20"},
         {},
         "float32[1,2,1,2]=11,12,23,24",
         1,
         {Fused("Sub", {}, 1, true)},
         layout},
        {"Neg",
         {x, "float32[1,2,1,2]=1,10,100,1000"},
         {},
         "float32[1,2,1,2]=-1,-20,-300,-4000",
         1,
         {Fused("Mul", {}, 1)},
         layout},
    });
  }
}

TEST_CASE("an operand of a post-op is not taken for an absent input of the operator") {
  CheckRows({
      {"Clip",
       {"float32[2]=-5,5", "float32[]=100"},
       {},
       "float32[2]=95,105",
       1,
       {Fused("Add", {}, 1)}},
      {"ReduceSum",
       {"float32[2]=1,2", "float32[]=3"},
       {},
       "float32[1]=9",
       1,
       {Fused("Mul", {}, 1)}},
  });
}

TEST_CASE("a post-op without a function for the type is refused") {
  Request request("Neg", 2);
  request.node.post_ops = {Fused("Equal", {}, 1)};
  CHECK_EQ(NewReferenceBackend()->Supports(request.get()),
           absl::UnimplementedError("post-op Equal: no binary function for float32"));
  request.node.post_ops = {Fused("Add", {}, 1)};
  request.inputs[1].type.shape = {3};
  CHECK_EQ(NewReferenceBackend()->Supports(request.get()),
           absl::UnimplementedError("post-op Add: operand does not fit, got float32[3], expected "
                                    "one for float32[2]"));
  request.node.post_ops = {Fused("Add", {}, 7)};
  CHECK_EQ(NewReferenceBackend()->Supports(request.get()),
           absl::InvalidArgumentError("post-op Add: operand 7 is absent, expected an input"));
}

}  // namespace
}  // namespace kairos::testing
