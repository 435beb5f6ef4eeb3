// A backend for tests: the reference kernels under another name, with a say in what it takes, in
// which layout, in place or not, with packed weights or not; and with counters.
#ifndef KAIROS_TESTS_SUPPORT_TEST_BACKEND_H_
#define KAIROS_TESTS_SUPPORT_TEST_BACKEND_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "kairos/backend.h"

namespace kairos::testing {

struct BackendCounters {
  std::atomic<int> specialized{0}, loaded{0}, packed{0};
};

struct TestBackendOptions {
  std::string name = "test";
  Fingerprint fingerprint = {{"version", "1"}};
  Layout layout = Layout::kPlain;
  std::function<bool(const KernelRequest&)> takes;  // empty: everything
  bool in_place = false;      // elementwise kernels may write over input 0
  bool packs_weights = false;  // a constant input 1 is read from a packed copy
  bool form_per_rows = false;  // ... of another form for each number of rows of input 0
  BackendCounters* counters = nullptr;  // outlives the backend
};

std::unique_ptr<Backend> NewTestBackend(TestBackendOptions options = {});

// Unary float operators whose kernels may work in place.
bool IsElementwise(const Node& node);

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_TEST_BACKEND_H_
