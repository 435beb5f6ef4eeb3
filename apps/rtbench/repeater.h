// Runs a session again and again, as an application would: into buffers that are there already.
#ifndef KAIROS_APPS_RTBENCH_REPEATER_H_
#define KAIROS_APPS_RTBENCH_REPEATER_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"

#include "kairos/session.h"

namespace kairos {

// Borrows all of them. A model that runs in parts makes its outputs itself, as their sizes may
// depend on the inputs.
class Repeater {
 public:
  // `sets` of inputs take turns; `outputs` are those of an earlier run.
  Repeater(Session& session, const std::vector<std::vector<Tensor>>& sets,
           std::vector<Tensor>& outputs);
  absl::Status Run();

 private:
  Session& session_;
  std::vector<std::vector<TensorView>> inputs_;
  std::vector<MutableTensorView> outputs_;
  const bool allocates_;
  size_t turn_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_REPEATER_H_
