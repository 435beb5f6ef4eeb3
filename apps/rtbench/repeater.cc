#include "rtbench/repeater.h"

#include "common/inputs.h"

namespace kairos {

Repeater::Repeater(Session& session, const std::vector<std::vector<Tensor>>& sets,
                   std::vector<Tensor>& outputs)
    : session_(session), allocates_(session.runs_in_parts()) {
  for (const std::vector<Tensor>& set : sets) inputs_.push_back(Views(set));
  for (Tensor& output : outputs) outputs_.push_back(output.mutable_view());
}

absl::Status Repeater::Run() {
  const std::vector<TensorView>& inputs = inputs_[++turn_ % inputs_.size()];
  return allocates_ ? session_.Run(inputs).status() : session_.Run(inputs, outputs_);
}

}  // namespace kairos
