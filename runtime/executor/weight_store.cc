#include "executor/weight_store.h"

#include <utility>

#include "base/status_macros.h"

namespace kairos {

absl::StatusOr<std::shared_ptr<const AlignedBuffer>> WeightStore::GetOrPack(const Kernel& kernel,
                                                                            size_t index,
                                                                            WeightBytes plain,
                                                                            ThreadPool& pool) {
  const PackedInput& wanted = kernel.packed_inputs()[index];
  std::shared_ptr<Entry> entry;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<Entry>& slot = entries_[{plain.data, wanted.layout}];
    if (slot == nullptr) slot = std::make_shared<Entry>();
    entry = slot;
  }
  absl::MutexLock lock(&entry->mutex);
  if (entry->packed == nullptr) {
    KAIROS_ASSIGN_OR_RETURN(AlignedBuffer buffer, AlignedBuffer::Make(wanted.bytes));
    KAIROS_RETURN_IF_ERROR(kernel.Pack(index, plain.data, buffer.data(), pool));
    entry->plain = std::move(plain);
    entry->packed = std::make_shared<const AlignedBuffer>(std::move(buffer));
    absl::MutexLock count(&mutex_);
    bytes_ += wanted.bytes;
  }
  return entry->packed;
}

uint64_t WeightStore::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace kairos
