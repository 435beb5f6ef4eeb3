// An execution policy decides when kernels are made. The executor asks it which backend runs a
// node, and which kernel; it never learns how the answer came about. To write one, derive from
// Policy and put it into SessionOptions; every virtual but two has a sensible default.
#ifndef KAIROS_POLICY_H_
#define KAIROS_POLICY_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/backend.h"
#include "kairos/kernel.h"
#include "kairos/kernel_cache.h"
#include "kairos/model.h"
#include "kairos/program_record.h"

namespace kairos {

class ProgramCache;  // program_cache.h

// What a policy may look at. Borrowed: valid during the call.
struct PolicyContext {
  const Model* model = nullptr;
  absl::Span<Backend* const> backends;  // best first
  KernelCache* cache = nullptr;         // of the Runtime
  int threads = 1;
  // The session has taps: its Programs are recorded even where one is ready. Their steps are the
  // ready Program's where nothing differs, and asked for with `frozen` null elsewhere.
  bool taps = false;
  bool deterministic = false;        // SessionOptions::deterministic
  bool winograd = true;              // SessionOptions::winograd
  uint64_t working_set_bytes = 0;    // SessionOptions::working_set_bytes
  ProgramCache* programs = nullptr;  // of the Runtime, on disk; null: none, or the session has taps
};

// Where a kernel came from.
enum class KernelSource : uint8_t { kCompiled, kCache, kPlan, kFallback, kDisk };
absl::string_view KernelSourceName(KernelSource source);

struct ResolvedKernel {
  std::shared_ptr<const Kernel> kernel;
  KernelSource source = KernelSource::kCompiled;
  std::string reason;       // why the preferred source did not apply; empty: it did
  bool from_cache = false;  // kFallback: nothing was compiled, the cache had the kernel
  int64_t wait_ns = 0;      // spent waiting for another thread, see KernelCache::Found
};

// A Program that a policy has ready.
struct ReadyProgram {
  const ProgramRecord* record = nullptr;       // null: none, record one
  std::string reason;                          // null record: why, for people; may be empty
  std::shared_ptr<const ProgramRecord> owner;  // of `record`; null: it lives as long as the model
};

// Plans that were made on this machine, of a model that has something in common with the session's.
struct RelatedPlans {
  std::shared_ptr<const Model> model;  // null: there is none
  std::vector<const Plan*> plans;      // of `model`
};

class Policy;

// What runs until a policy's own Programs are made.
struct Meanwhile {
  std::shared_ptr<const Policy> policy;  // makes Programs sooner, if slower ones; null: none
  int64_t runs = 1;  // of a signature's provisional Program, until the other one is asked for
};

// Makes a recorded Program into what can be saved. May be called later and from any thread: it
// keeps the Program, its weights and the model alive, but not the Runtime.
using CompleteProgram = std::function<absl::StatusOr<ProgramRecord>()>;

// Thread-safe; shared by sessions.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual absl::string_view name() const = 0;

  // Passes to run over the model's graph before the first Program is recorded.
  virtual std::vector<std::string> passes() const { return {}; }
  // Whether the executor may lay activations out as the backend prefers and treat weights as
  // constants that kernels may pack.
  virtual bool specializes() const { return true; }
  // Whether recorded Programs are kept and replayed.
  virtual bool keeps_programs() const { return true; }

  // Asked once per session that does not ask for determinism. Where there is such a policy, a run
  // of a new signature that FindProgram() has nothing for takes a Program of that one. This one's
  // Program is made in the background and takes over between two runs. The two keep Programs.
  virtual Meanwhile meanwhile() const { return {}; }

  // Asked once per session; an error refuses the session.
  virtual absl::Status Check(const PolicyContext&) const { return absl::OkStatus(); }
  // Asked once per new signature.
  virtual absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext&, const Signature&) const {
    return ReadyProgram{};
  }
  // Asked once per session, when it first records: a step that one of these plans has too is asked
  // for with that plan's step as `frozen`, and weights that they have packed are not packed again.
  virtual RelatedPlans Related(const PolicyContext&) const { return {}; }
  // Told once about each Program that was recorded without taps: when its first results are there,
  // or nobody waits for results.
  virtual void Recorded(const PolicyContext&, const Signature&, CompleteProgram) const {}
  // Which backend? Default: the first that supports the request and is in `candidates`. Also asked
  // of spatial operators before their layout is decided, to know who would run them in which.
  virtual absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context,
                                                 const KernelRequest& request,
                                                 absl::Span<Backend* const> candidates) const;
  // Whether the executor asks for one kernel after the other, on the thread that runs. Else it asks
  // for several at once, on the threads of the pool: their kernels cannot use it meanwhile.
  virtual bool one_at_a_time() const { return false; }
  // Which kernel? `frozen` is the step of a ready Program or of a related plan, or null.
  virtual absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                                   const KernelRequest& request,
                                                   const StepRecord* frozen) const = 0;
};

}  // namespace kairos

#endif  // KAIROS_POLICY_H_
