#include "executor/program_table.h"

#include <array>

#include "absl/strings/string_view.h"

#include "base/hash.h"

namespace kairos {
namespace {

absl::string_view Bytes(const TensorView& view) {
  // The caller's pointer has not been checked yet.
  return {static_cast<const char*>(view.data), view.data == nullptr ? 0 : view.bytes};
}

constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;  // 2^64 by the golden ratio

constexpr auto kPowers = [] {  // of kMultiplier
  std::array<uint64_t, kMaxRank> powers{};
  uint64_t power = 1;
  for (uint64_t& p : powers) p = power *= kMultiplier;
  return powers;
}();

// Every dimension is multiplied by a power of its own, so that the processor may work on several
// at a time. The caller's rank has not been checked yet.
uint64_t HashDims(absl::Span<const int64_t> dims) {
  uint64_t hash = dims.size();
  for (size_t i = 0; i < dims.size(); ++i) {
    hash += static_cast<uint64_t>(dims[i]) * kPowers[i % kPowers.size()];
  }
  return hash ^ (hash >> 32);
}

// Without calls, which cost more than so few comparisons.
bool SameDims(absl::Span<const int64_t> a, absl::Span<const int64_t> b) {
  if (a.size() != b.size()) return false;
  uint64_t difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<uint64_t>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

uint64_t ProgramTable::Hash(absl::Span<const TensorView> inputs) const {
  uint64_t hash = inputs.size();
  for (size_t i = 0; i < inputs.size(); ++i) {
    uint64_t of_input = HashDims(inputs[i].shape) + static_cast<uint64_t>(inputs[i].dtype);
    if (keyed_[i]) {
      const absl::string_view bytes = Bytes(inputs[i]);
      of_input ^= ContentHash(bytes.data(), bytes.size());
    }
    hash = (hash ^ of_input) * kMultiplier;
    hash ^= hash >> 32;
  }
  return hash;
}

bool ProgramTable::Matches(const Signature& signature, absl::Span<const TensorView> inputs) const {
  if (signature.inputs.size() != inputs.size()) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorType& type = signature.inputs[i];
    if (type.dtype != inputs[i].dtype || !SameDims(type.shape, inputs[i].shape)) return false;
    if (keyed_[i] && signature.values[i] != Bytes(inputs[i])) return false;
  }
  return true;
}

BoundProgram* ProgramTable::Find(absl::Span<const TensorView> inputs) {
  if (last_ != nullptr && Matches(last_->program().record.signature, inputs)) return last_;
  auto it = programs_.find(Hash(inputs));
  if (it == programs_.end()) return nullptr;
  for (const std::unique_ptr<BoundProgram>& program : it->second) {
    if (Matches(program->program().record.signature, inputs)) return last_ = program.get();
  }
  return nullptr;
}

BoundProgram* ProgramTable::Insert(absl::Span<const TensorView> inputs,
                                   std::unique_ptr<BoundProgram> program) {
  if (count_ == limit_) {
    programs_.clear();
    count_ = 0;
  }
  ++count_;
  last_ = program.get();
  programs_[Hash(inputs)].push_back(std::move(program));
  return last_;
}

BoundProgram* ProgramTable::Replace(const Program& old, std::unique_ptr<BoundProgram> program) {
  for (auto& [hash, programs] : programs_) {
    for (std::unique_ptr<BoundProgram>& slot : programs) {
      if (&slot->program() != &old) continue;
      slot = std::move(program);
      return last_ = slot.get();
    }
  }
  return nullptr;
}

BoundProgram* ProgramTable::Oldest(const BoundProgram& other) {
  BoundProgram* oldest = nullptr;
  for (const auto& [hash, programs] : programs_) {
    for (const std::unique_ptr<BoundProgram>& program : programs) {
      if (program->stays || program.get() == &other) continue;
      if (oldest == nullptr || program->last_use < oldest->last_use) oldest = program.get();
    }
  }
  return oldest;
}

void ProgramTable::Remove(const BoundProgram& program) {
  if (last_ == &program) last_ = nullptr;
  for (auto it = programs_.begin(); it != programs_.end(); ++it) {
    const size_t removed =
        std::erase_if(it->second, [&](const auto& owned) { return owned.get() == &program; });
    if (removed == 0) continue;
    --count_;
    if (it->second.empty()) programs_.erase(it);
    return;
  }
}

Signature ProgramTable::MakeSignature(absl::Span<const TensorView> inputs) const {
  Signature signature;
  for (size_t i = 0; i < inputs.size(); ++i) {
    signature.inputs.push_back(
        {inputs[i].dtype, Shape(inputs[i].shape.begin(), inputs[i].shape.end())});
    signature.values.emplace_back();
    if (keyed_[i]) signature.values.back() = std::string(Bytes(inputs[i]));
  }
  return signature;
}

}  // namespace kairos
