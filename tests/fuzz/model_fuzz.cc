// libFuzzer entry: any bytes given to the model loader end in success or a typed error, and what
// loads can be read to its last byte. Seeds: tests/golden/*.kai.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/aligned_buffer.h"
#include "kairos/model.h"

namespace {

uint64_t Sum(const kairos::Constant& constant) {
  uint64_t sum = 0;
  const auto* bytes = static_cast<const unsigned char*>(constant.data);
  const size_t count = bytes == nullptr ? 0 : constant.type.byte_count();
  for (size_t i = 0; i < count; ++i) sum += bytes[i];
  return sum;
}

uint64_t ReadAll(const kairos::Model& model) {
  uint64_t sum = model.digest();
  for (const kairos::Value& value : model.graph().values) {
    if (value.constant.has_value()) sum += Sum(*value.constant);
  }
  for (const kairos::Plan& plan : model.plans()) {
    for (const kairos::ProgramRecord& program : plan.programs) {
      for (const kairos::Slot& slot : program.slots) sum += Sum(slot.constant);
      for (const kairos::StepRecord& step : program.steps) {
        for (const kairos::PackedWeight& packed : step.packed) sum += Sum(packed.bytes);
      }
    }
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto copy = kairos::AlignedBuffer::Make(size);
  if (!copy.ok()) return 0;
  if (size > 0) std::memcpy(copy->data(), data, size);
  const auto model = kairos::Model::FromBytes({copy->data(), size});
  if (model.ok()) {
    volatile uint64_t sum = ReadAll(**model);
    static_cast<void>(sum);
  } else if (model.status().code() == absl::StatusCode::kInternal) {
    std::abort();  // a bug of ours, not of the file
  }
  return 0;
}
