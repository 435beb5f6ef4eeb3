// libFuzzer entry: a model that loads runs every Program of its plans, or refuses with a typed
// error, whatever its bytes are. Small Programs only, so that a run takes milliseconds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"
#include "kairos/session.h"

namespace {

using namespace kairos;  // NOLINT(google-build-using-namespace)

constexpr uint64_t kMaxTensorBytes = 64 << 10;
constexpr size_t kMaxSteps = 64;
constexpr uint64_t kMaxArenaBytes = 16 << 20;

void CheckNoBug(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kInternal) std::abort();  // of ours, not of the file
}

bool IsSmall(const ProgramRecord& program) {
  uint64_t bytes = 0;
  for (const Slot& slot : program.slots) bytes += slot.type.byte_count();
  return bytes <= kMaxTensorBytes && program.steps.size() <= kMaxSteps;
}

// The inputs that the Program was recorded for: zeros, and values where those decide shapes.
absl::StatusOr<std::vector<Tensor>> InputsOf(const Signature& signature) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    absl::StatusOr<Tensor> input =
        Tensor::Make(signature.inputs[i].dtype, signature.inputs[i].shape);
    if (!input.ok()) return input.status();
    if (input->byte_count() > 0) std::memset(input->data(), 0, input->byte_count());
    const std::string& value = signature.values[i];
    if (!value.empty()) std::memcpy(input->data(), value.data(), value.size());
    inputs.push_back(*std::move(input));
  }
  return inputs;
}

void RunProgram(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<const Model> model,
                const ProgramRecord& program) {
  const absl::StatusOr<std::vector<Tensor>> inputs = InputsOf(program.signature);
  if (!inputs.ok()) return;
  std::vector<TensorView> views;
  for (const Tensor& input : *inputs) views.push_back(input.view());
  SessionOptions options;
  options.policy = NewAotPolicy();
  const auto session = Session::Make(runtime, std::move(model), std::move(options));
  if (!session.ok()) return CheckNoBug(session.status());
  const absl::Status prepared = (*session)->Prepare(views);
  if (!prepared.ok()) return CheckNoBug(prepared);
  // A Program that is recorded anew, because this one does not apply, may be of any size.
  const SessionStats stats = (*session)->stats();
  if (stats.recordings > 0 || stats.arena_bytes > kMaxArenaBytes) return;
  CheckNoBug((*session)->Run(views).status());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::shared_ptr<Runtime> runtime = [] {
    RuntimeOptions options;
    options.threads = 1;
    return *Runtime::Make(std::move(options));
  }();
  const auto copy = AlignedBuffer::Make(size);
  if (!copy.ok()) return 0;
  if (size > 0) std::memcpy(copy->data(), data, size);
  const auto model = Model::FromBytes({copy->data(), size});
  if (!model.ok()) return 0;
  for (const Plan& plan : (*model)->plans()) {
    for (const ProgramRecord& program : plan.programs) {
      if (IsSmall(program)) RunProgram(runtime, *model, program);
    }
  }
  return 0;
}
