#include "kairos/program_cache.h"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/background_queue.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "model/cache_entry.h"
#include "policy/cache_directory.h"
#include "policy/cache_key.h"
#include "policy/fingerprint.h"

namespace kairos {
namespace {

absl::Span<const std::byte> AsBytes(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

struct Miss {
  const char* kind;
  std::string detail;
};

// What a status of CacheDirectory::Open or DecodeCacheEntry means.
Miss MissOf(const absl::Status& status) {
  const std::string detail(status.message());
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return {"absent", ""};
    case absl::StatusCode::kPermissionDenied:
      return {"not ours", detail};
    case absl::StatusCode::kUnimplemented:
      return {"other format", detail};
    case absl::StatusCode::kFailedPrecondition:
      return {"other key", detail};
    case absl::StatusCode::kAborted:
      return {"weights missing", detail};
    default:
      return {"damaged", detail};
  }
}

}  // namespace

struct ProgramCache::Impl {
  Impl(std::string path, uint64_t limit, ThreadPool& pool_in)
      : directory(std::move(path)),
        limit_bytes(limit),
        pool(pool_in),
        status(directory.Prepare()) {}

  absl::StatusOr<ProgramRecord> Read(const std::string& key, const Model& model);
  absl::StatusOr<ProgramRecord> ReadFile(const std::string& name, const std::string& key,
                                         const Model& model, uint64_t* bytes_read);
  absl::Status FindWeights(absl::Span<WeightRef> wanted, uint64_t* bytes_read);
  absl::Status Write(const std::string& key, const Plan& plan, const Model& model);
  void CountMiss(const Miss& miss);

  const CacheDirectory directory;
  const uint64_t limit_bytes;
  ThreadPool& pool;
  const absl::Status status;

  std::mutex mutex;
  ProgramCacheStats stats;
  std::map<std::string, int64_t> misses;
  BackgroundQueue writer;  // last: its jobs use the others
};

absl::Status ProgramCache::Impl::FindWeights(absl::Span<WeightRef> wanted, uint64_t* bytes_read) {
  struct Unchecked {
    std::string name;
    CacheDirectory::File file;
    bool sound = false;
  };
  std::vector<Unchecked> unchecked;
  for (WeightRef& weight : wanted) {
    const std::string name = WeightsFileName(weight.hash, weight.size);
    absl::StatusOr<CacheDirectory::File> file = directory.Open(name);
    if (!file.ok() || file->checksum != weight.hash || file->content.size() != weight.size) {
      // What cannot be read must not keep the right ones from being written.
      directory.Remove(name);
      return absl::AbortedError(absl::StrCat(
          "weights ", name, ": ", file.ok() ? "got other ones" : file.status().message()));
    }
    weight.bytes = file->content;
    weight.owner = file->owner;
    *bytes_read += weight.size;
    if (file->checked) {
      directory.MarkUsed(name);
    } else {
      unchecked.push_back({name, *std::move(file)});
    }
  }
  if (unchecked.empty()) return absl::OkStatus();
  pool.ParallelFor(static_cast<int64_t>(unchecked.size()), [&](int64_t i) {
    auto& [name, file, sound] = unchecked[static_cast<size_t>(i)];
    sound = file.HasRightContent();
  });
  for (const auto& [name, file, sound] : unchecked) {
    if (sound) continue;
    directory.Remove(name);
    return absl::DataLossError(absl::StrCat("weights ", name, ": checksum differs"));
  }
  writer.Add([this, checked = std::move(unchecked)] {
    for (const auto& [name, file, sound] : checked) directory.MarkChecked(name, file);
  });
  return absl::OkStatus();
}

absl::StatusOr<ProgramRecord> ProgramCache::Impl::ReadFile(const std::string& name,
                                                           const std::string& key,
                                                           const Model& model,
                                                           uint64_t* bytes_read) {
  KAIROS_ASSIGN_OR_RETURN(const CacheDirectory::File file, directory.Open(name));
  *bytes_read += file.content.size();
  if (!file.HasRightContent()) return absl::DataLossError("checksum differs");
  return DecodeCacheEntry(file.content, file.owner, key, model, [&](absl::Span<WeightRef> wanted) {
    return FindWeights(wanted, bytes_read);
  });
}

absl::StatusOr<ProgramRecord> ProgramCache::Impl::Read(const std::string& key, const Model& model) {
  const std::string name = ProgramFileName(key);
  uint64_t bytes_read = 0;
  absl::StatusOr<ProgramRecord> record = ReadFile(name, key, model, &bytes_read);
  if (record.ok()) directory.MarkUsed(name);
  if (absl::IsDataLoss(record.status())) directory.Remove(name);
  const std::lock_guard lock(mutex);
  stats.bytes_read += bytes_read;
  return record;
}

void ProgramCache::Impl::CountMiss(const Miss& miss) {
  const std::lock_guard lock(mutex);
  ++stats.misses;
  ++misses[miss.kind];
}

absl::Status ProgramCache::Impl::Write(const std::string& key, const Plan& plan,
                                       const Model& model) {
  KAIROS_ASSIGN_OR_RETURN(const EncodedEntry entry, EncodeCacheEntry(key, plan, model));
  uint64_t bytes = entry.bytes.size();
  for (const WeightRef& weight : entry.weights) bytes += weight.size;
  if (bytes > limit_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("program has ", bytes,
                                                     " bytes, expected at most ", limit_bytes,
                                                     ", the limit of the cache"));
  }
  uint64_t written = entry.bytes.size();
  for (const WeightRef& weight : entry.weights) {
    const std::string name = WeightsFileName(weight.hash, weight.size);
    if (directory.Has(name, weight.size)) {
      directory.MarkUsed(name);
      continue;
    }
    KAIROS_RETURN_IF_ERROR(directory.Write(name, weight.bytes, weight.hash));
    written += weight.size;
  }
  const absl::Span<const std::byte> content = AsBytes(entry.bytes);
  KAIROS_RETURN_IF_ERROR(
      directory.Write(ProgramFileName(key), content, ContentHash(content.data(), content.size())));
  const absl::StatusOr<int64_t> evicted = directory.Evict(limit_bytes);
  const std::lock_guard lock(mutex);
  ++stats.writes;
  stats.bytes_written += written;
  if (evicted.ok()) stats.evictions += *evicted;
  return absl::OkStatus();
}

ProgramCache::ProgramCache(std::string directory, uint64_t limit_bytes, ThreadPool& pool)
    : impl_(std::make_unique<Impl>(std::move(directory), limit_bytes, pool)) {}

ProgramCache::~ProgramCache() = default;

absl::Status ProgramCache::status() const { return impl_->status; }

ProgramCache::Found ProgramCache::Find(const PolicyContext& context, const Policy& policy,
                                       const Signature& signature) {
  const auto missed = [this](const Miss& miss) {
    impl_->CountMiss(miss);
    return Found{nullptr, absl::StrCat("cache on disk: ", miss.kind,
                                       miss.detail.empty() ? "" : ": ", miss.detail)};
  };
  if (!impl_->status.ok()) return missed({"directory", std::string(impl_->status.message())});
  absl::StatusOr<ProgramRecord> record =
      impl_->Read(CacheKey(context, policy, signature), *context.model);
  if (!record.ok()) return missed(MissOf(record.status()));
  if (!(record->signature == signature)) return missed({"other key", "of other shapes"});
  for (StepRecord& step : record->steps) step.from_cache = true;
  const std::lock_guard lock(impl_->mutex);
  ++impl_->stats.hits;
  return Found{std::make_shared<const ProgramRecord>(*std::move(record)), ""};
}

void ProgramCache::Keep(const PolicyContext& context, const Policy& policy,
                        const Signature& signature, CompleteProgram complete) {
  if (!impl_->status.ok()) return;
  Plan plan;
  plan.backend_order = BackendOrder(context.backends);
  plan.fingerprint = MachineFingerprint(context.backends);
  plan.passes = policy.passes();
  plan.threads = context.threads;
  impl_->writer.Add([impl = impl_.get(), key = CacheKey(context, policy, signature),
                     plan = std::move(plan), model = context.model,
                     complete = std::move(complete)]() mutable {
    absl::StatusOr<ProgramRecord> record = complete();
    absl::Status written = record.status();
    if (record.ok()) {
      plan.programs.push_back(*std::move(record));
      written = impl->Write(key, plan, *model);
    }
    if (written.ok()) return;
    const std::lock_guard lock(impl->mutex);
    ++impl->stats.write_failures;
    impl->stats.last_write_failure = std::string(written.message());
  });
}

void ProgramCache::Flush() { impl_->writer.Wait(); }

ProgramCacheStats ProgramCache::stats() const {
  const std::lock_guard lock(impl_->mutex);
  ProgramCacheStats stats = impl_->stats;
  stats.misses_by_reason.assign(impl_->misses.begin(), impl_->misses.end());
  return stats;
}

}  // namespace kairos
