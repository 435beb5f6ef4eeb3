// Sessions with buckets, and networks whose shapes follow the batch in the ways that exporters
// write.
#ifndef KAIROS_TESTS_UNIT_EXECUTOR_BUCKET_NETS_H_
#define KAIROS_TESTS_UNIT_EXECUTOR_BUCKET_NETS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/executor/nets.h"

namespace kairos::testing {

inline DimBuckets Sizes(std::vector<std::string> dims, std::vector<int64_t> sizes) {
  DimBuckets buckets;
  buckets.dims = std::move(dims);
  buckets.sizes = std::move(sizes);
  return buckets;
}

inline std::unique_ptr<Session> BucketSession(const Graph& graph, std::vector<DimBuckets> buckets,
                                              std::shared_ptr<const Policy> policy = NewJitPolicy(),
                                              std::vector<std::string> taps = {}) {
  SessionOptions options;
  options.policy = std::move(policy);
  options.taps = std::move(taps);
  options.buckets = std::move(buckets);
  return Unwrap(Session::Make(NewRuntime(), NewModel(graph), std::move(options)));
}

// x[n,4,6] is flattened by its own shape, gets a constant of that shape added and an expanded row
// put before it, and is cut to n rows, which it has.
inline Graph ShapeNet() {
  GraphBuilder b("shape net");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {4, ""}, {6, ""}});
  const ValueId n = b.Add("Shape", {x}, {{"end", int64_t{1}}}, "n");
  const auto with_n = [&](const std::string& name, std::vector<int64_t> rest) {
    const auto count = static_cast<int64_t>(rest.size());
    const ValueId tail = b.Constant<int64_t>(name + "_rest", {count}, rest);
    return b.Add("Concat", {n, tail}, {{"axis", int64_t{0}}}, name);
  };
  const ValueId flat = b.Add("Reshape", {x, with_n("flat_shape", {24})}, {}, "flat");
  // Both larger than what is computed ahead for many rows, and smaller for few.
  const ValueId filled = b.Add("ConstantOfShape", {with_n("fill_shape", {24})},
                               {{"value", MakeConstant<float>({1}, {0.5f})}}, "filled");
  const ValueId row = b.Add("Expand", {b.Random<float>("row", {1, 8}, 1), with_n("row_shape", {8})},
                            {}, "row_of_each");
  const ValueId joined = b.Add("Concat", {row, b.Add("Add", {flat, filled}, {}, "sum")},
                               {{"axis", int64_t{1}}}, "joined");
  const ValueId cut = b.Add("Slice", {joined, b.Constant<int64_t>("zero", {1}, {0}), n}, {}, "cut");
  b.Output(b.Add("Softmax", {cut}, {}, "softmax"), "y");
  return b.Build();
}

inline std::vector<Tensor> ShapeInput(int64_t n) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({n, 4, 6}, static_cast<uint32_t>(n)));
  return inputs;
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_EXECUTOR_BUCKET_NETS_H_
