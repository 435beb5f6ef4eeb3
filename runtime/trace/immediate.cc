#include "trace/immediate.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/evaluate.h"

namespace kairos {
namespace {

class ImmediateEvaluator : public Evaluator,
                           public std::enable_shared_from_this<ImmediateEvaluator> {
 public:
  explicit ImmediateEvaluator(std::shared_ptr<Runtime> runtime) : runtime_(std::move(runtime)) {}

  bool is_tracing() const override { return false; }

  absl::StatusOr<std::vector<Array>> Apply(Node node, absl::Span<const Array> inputs,
                                           int output_count) override {
    std::vector<const Constant*> constants;
    for (const Array& input : inputs) {
      constants.push_back(input.present() ? &input.impl()->constant : nullptr);
      node.inputs.push_back(input.present() ? static_cast<ValueId>(constants.size()) - 1
                                            : kNoValue);
    }
    for (int i = 0; i < output_count; ++i) {
      node.outputs.push_back(static_cast<ValueId>(inputs.size()) + i);
    }
    absl::StatusOr<std::vector<Constant>> outputs =
        EvaluateNode(runtime_->backends(), runtime_->thread_pool(), node, constants);
    if (!outputs.ok()) return Annotate(node.op, outputs.status());
    std::vector<Array> arrays;
    for (Constant& output : *outputs) {
      auto impl = std::make_shared<Array::Impl>();
      impl->type = output.type;
      impl->constant = std::move(output);
      impl->evaluator = shared_from_this();
      arrays.emplace_back(std::move(impl));
    }
    return arrays;
  }

 private:
  const std::shared_ptr<Runtime> runtime_;
};

}  // namespace

std::shared_ptr<Evaluator> NewImmediateEvaluator(std::shared_ptr<Runtime> runtime) {
  return std::make_shared<ImmediateEvaluator>(std::move(runtime));
}

}  // namespace kairos
