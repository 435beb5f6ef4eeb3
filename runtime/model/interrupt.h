// What a caller said who was asked, again and again, whether the loading of a model shall go on.
#ifndef KAIROS_RUNTIME_MODEL_INTERRUPT_H_
#define KAIROS_RUNTIME_MODEL_INTERRUPT_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"

namespace kairos {

class Interrupt {
 public:
  explicit Interrupt(std::function<absl::Status()> ask) : ask_(std::move(ask)) {}

  // OK to go on. A refusal stays: nobody is asked after that.
  absl::Status Ask() {
    if (refusal_.ok() && ask_) refusal_ = ask_();
    return refusal_;
  }
  // What the last Ask() returned, to tell a refusal from what is wrong with the file.
  const absl::Status& refusal() const { return refusal_; }

 private:
  const std::function<absl::Status()> ask_;
  absl::Status refusal_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_INTERRUPT_H_
