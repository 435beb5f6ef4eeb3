#include "executor/weight_store.h"

#include <algorithm>
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
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= sweep_at_) Sweep();
    std::shared_ptr<Entry>& slot = entries_[{plain.data, wanted.layout}];
    if (slot == nullptr) slot = std::make_shared<Entry>();
    entry = slot;
  }
  std::shared_ptr<const AlignedBuffer> packed;
  {
    const std::lock_guard lock(entry->mutex);
    if (entry->packed != nullptr) return entry->packed;
    KAIROS_ASSIGN_OR_RETURN(AlignedBuffer buffer, AlignedBuffer::Make(wanted.bytes));
    KAIROS_RETURN_IF_ERROR(kernel.Pack(index, plain.data, buffer.data(), pool));
    entry->plain = std::move(plain);
    entry->packed = packed = std::make_shared<const AlignedBuffer>(std::move(buffer));
  }
  const std::lock_guard count(mutex_);
  bytes_ += wanted.bytes;
  return packed;
}

void WeightStore::Sweep() {
  for (auto first = entries_.begin(); first != entries_.end();) {
    auto last = first;  // the entries of one weight
    int64_t idle = 0, all = 0;
    const void* owner = nullptr;
    int64_t owners = 0;
    for (; last != entries_.end() && last->first.first == first->first.first; ++last, ++all) {
      if (last->second.use_count() != 1) continue;  // somebody packs or reads it
      const std::lock_guard lock(last->second->mutex);
      const Entry& entry = *last->second;
      owner = entry.plain.owner.get();
      owners = entry.plain.owner.use_count();
      idle += entry.packed != nullptr && entry.packed.use_count() == 1;
    }
    const bool unreachable = idle == all && owner != nullptr && owners == all;
    for (auto it = first; unreachable && it != last; ++it) bytes_ -= it->second->packed->size();
    first = unreachable ? entries_.erase(first, last) : last;
  }
  sweep_at_ = std::max<size_t>(64, 2 * entries_.size());
}

uint64_t WeightStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace kairos
