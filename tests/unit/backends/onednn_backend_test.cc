#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

#include "onednn/frozen.h"
#include "onednn/probes.h"
#include "support/in_threads.h"
#include "support/onednn_case.h"

namespace kairos::testing {
namespace {

// In groups, so that the kernel is the library's.
OnednnCase SomeConv() {
  OnednnCase c("Conv", {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{2}}});
  c.Input({1, 32, 16, 16}, Layout::kChannelsLast).Weight({64, 16, 3, 3}).Weight({64});
  c.Post("Relu").Output({1, 64, 16, 16}, Layout::kChannelsLast);
  return c;
}

TEST_CASE("a saved kernel loads as the same kernel, with the same packed weights and results") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c = SomeConv();
  auto made = backend->Specialize(c.request());
  REQUIRE(made.ok());
  auto loaded = backend->Load(c.request(), (*made)->Save());
  REQUIRE(loaded.ok());
  CHECK((*loaded)->name() == (*made)->name());
  CHECK((*loaded)->Save() == (*made)->Save());
  REQUIRE((*made)->packed_inputs().size() == 1);
  REQUIRE((*loaded)->packed_inputs().size() == 1);
  CHECK((*loaded)->packed_inputs()[0].layout == (*made)->packed_inputs()[0].layout);
  CHECK(*c.Run(**loaded) == *c.Run(**made));
}

TEST_CASE("a plan made for another machine is refused, naming the field") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c = SomeConv();
  const std::string frozen = (*backend->Specialize(c.request()))->Save();
  const absl::StatusOr<onednn::FrozenRecord> record = onednn::DecodeFrozen(frozen);
  REQUIRE(record.ok());
  const auto refusal = [&](const onednn::FrozenRecord& changed) {
    const auto loaded = backend->Load(c.request(), onednn::EncodeFrozen(changed));
    CHECK(absl::IsFailedPrecondition(loaded.status()));
    return std::string(loaded.status().message());
  };
  onednn::FrozenRecord impl = *record, scratch = *record, layout = *record, threads = *record;
  impl.impl = "brgconv:avx9000";
  CHECK(refusal(impl) == absl::StrCat("onednn.conv: field impl: plan has 'brgconv:avx9000', this "
                                      "machine gives '",
                                      record->impl, "'"));
  scratch.scratch_bytes += 64;
  CHECK(refusal(scratch).find("onednn.conv: field scratch: plan has") == 0);
  layout.layout = "elsewhere";
  CHECK(refusal(layout).find("onednn.conv: field layout: plan has 'elsewhere'") == 0);
  threads.threads = 64;
  CHECK(refusal(threads).find("onednn.conv: field threads: plan has '64'") == 0);
}

TEST_CASE("no bytes in a saved kernel's place do more than fail") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c = SomeConv();
  const std::string frozen = (*backend->Specialize(c.request()))->Save();
  std::vector<std::string> texts = {"",
                                    "x",
                                    "library;",
                                    "library;kind=conv;",
                                    "own.Conv",
                                    std::string(100000, ';'),
                                    frozen + "x",
                                    absl::StrReplaceAll(frozen, {{"tag=", "tag=-"}}),
                                    absl::StrReplaceAll(frozen, {{"scratch=", "scratch=x"}})};
  for (size_t i = 1; i < frozen.size(); i += 3) texts.push_back(frozen.substr(0, i));
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 80));
    CHECK(absl::IsFailedPrecondition(backend->Load(c.request(), text).status()));
  }
}

TEST_CASE("a tag that this library numbers otherwise does not matter") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c = SomeConv();
  const std::string frozen = (*backend->Specialize(c.request()))->Save();
  for (const char* tag : {"tag=9999", "tag=1"}) {
    auto loaded = backend->Load(c.request(), absl::StrReplaceAll(frozen, {{"tag=", tag}}));
    REQUIRE(loaded.ok());
    CHECK((*loaded)->Save() == frozen);
  }
}

TEST_CASE("threads run one kernel at the same time, each with a state of its own or none") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c = SomeConv();
  auto kernel = backend->Specialize(c.request());
  REQUIRE(kernel.ok());
  const std::vector<float> want = *c.Run(**kernel);
  std::vector<float> got[4];
  InThreads(4, [&](size_t i) { got[i] = *c.Run(**kernel, /*with_state=*/i % 2 == 0); });
  for (const std::vector<float>& result : got) CHECK(result == want);
}

TEST_CASE("a node without output elements needs no kernel of the library") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c("MatMul");
  c.Input({0, 8}).Weight({8, 4}).Output({0, 4});
  CHECK(backend->Supports(c.request()).ok());
  auto kernel = backend->Specialize(c.request());
  REQUIRE(kernel.ok());
  CHECK((*kernel)->name() == "onednn.empty");
  CHECK(c.Run(**kernel).ok());
  CHECK(backend->Load(c.request(), (*kernel)->Save()).ok());
  CHECK(absl::IsFailedPrecondition(backend->Load(c.request(), "own.MatMul").status()));
}

TEST_CASE("a sum over nothing is left to another backend") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c("MatMul");
  c.Input({4, 0}).Weight({0, 4}).Output({4, 4});
  CHECK(absl::IsUnimplemented(backend->Supports(c.request())));
}

TEST_CASE("a post-op that the library lacks is refused by name") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  OnednnCase c("MatMul");
  c.Input({4, 4}).Weight({4, 4}).Post("Cosh").Output({4, 4});
  const absl::Status status = backend->Supports(c.request());
  CHECK(absl::IsUnimplemented(status));
  CHECK(absl::EndsWith(status.message(), "onednn: post-op Cosh: the library has none"));
}

TEST_CASE("the fingerprint names version, instruction set and processor") {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return;
  std::vector<std::string> fields;
  for (const auto& [field, value] : backend->fingerprint()) {
    fields.push_back(field);
    CHECK(!value.empty());
  }
  for (const char* field : {"version", "build", "isa", "isa_hints", "cpu", "overrides"}) {
    CHECK(std::count(fields.begin(), fields.end(), field) == 1);
  }
}

#if defined(__x86_64__)

TEST_CASE("a process that may not make memory executable is refused") {
  constexpr int kRefused = 7, kAllowed = 8, kNoSuchLimit = 9;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr int kSetMemoryDenyWriteExecute = 65, kRefuseExecGain = 1;
    if (prctl(kSetMemoryDenyWriteExecute, kRefuseExecGain, 0, 0, 0) != 0) _exit(kNoSuchLimit);
    _exit(absl::IsUnavailable(onednn::ProbeExecutableMemory()) ? kRefused : kAllowed);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) != kAllowed);
  CHECK(onednn::ProbeExecutableMemory().ok());
}

// A processor as CPUID describes it.
struct FakeCpu {
  bool amd = true;
  uint32_t basic_leaves = 0x10;
  bool topoext = true;
  uint32_t cache_leaf = 0x121;

  onednn::CpuidResult operator()(uint32_t leaf, uint32_t) const {
    if (leaf == 0 && amd) return {basic_leaves, 0x68747541, 0x444D4163, 0x69746E65};
    if (leaf == 0) return {basic_leaves, 0x756E6547, 0x6C65746E, 0x49656E69};
    if (leaf == 0x80000000) return {0x80000021, 0, 0, 0};
    if (leaf == 0x80000001) return {0, 0, topoext ? 1u << 22 : 0u, 0};
    if (leaf == 0x8000001D) return {cache_leaf, 0, 0, 0};
    return {};
  }
};

TEST_CASE("processors whose topology is hidden are refused, because the library divides by it") {
  CHECK(onednn::ProbeTopology(FakeCpu{}).ok());
  CHECK(absl::IsUnavailable(onednn::ProbeTopology(FakeCpu{.topoext = false})));
  CHECK(absl::IsUnavailable(onednn::ProbeTopology(FakeCpu{.cache_leaf = 0})));
  CHECK(absl::IsUnavailable(onednn::ProbeTopology(FakeCpu{.basic_leaves = 7})));
  CHECK(onednn::ProbeTopology(FakeCpu{.amd = false, .topoext = false}).ok());
  CHECK(absl::IsUnavailable(onednn::ProbeTopology(FakeCpu{.amd = false, .basic_leaves = 7})));
}

#endif

TEST_CASE("libraries older than 3.5 are refused") {
  CHECK(onednn::ProbeVersion(3, 5).ok());
  CHECK(onednn::ProbeVersion(3, 12).ok());
  const absl::Status old = onednn::ProbeVersion(2, 6);
  CHECK(absl::IsUnavailable(old));
  CHECK(old.message() ==
        "onednn: library version, got 2.6, expected 3.5 or a newer 3.x; run "
        "./dev setup");
}

}  // namespace
}  // namespace kairos::testing
