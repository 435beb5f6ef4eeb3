#include "common/run_log.h"

#include <doctest/doctest.h>

namespace kairos {
namespace {

RunLogEntry Entry(int64_t size, int64_t runs) {
  RunLogEntry entry;
  entry.signature = {{{DType::kFloat32, {size}}}, {""}, ""};
  entry.input_names = {"x"};
  entry.runs = runs;
  entry.total_ns = 10 * runs;
  return entry;
}

TEST_CASE("logs are added up, and what ran most comes first") {
  const std::vector<RunLog> logs = {{{Entry(1, 2), Entry(2, 4), Entry(3, 0)}, 0},
                                    {{Entry(4, 4), Entry(1, 3)}, 0}};
  const std::vector<RunLogEntry> most = MostRun(logs, 0);
  REQUIRE(most.size() == 4);
  const std::vector<int64_t> sizes = {1, 2, 4, 3}, runs = {5, 4, 4, 0};
  for (size_t i = 0; i < most.size(); ++i) {
    CHECK(most[i].signature.inputs[0].shape[0] == sizes[i]);
    CHECK(most[i].runs == runs[i]);
    CHECK(most[i].total_ns == 10 * runs[i]);
  }
  CHECK(MostRun(logs, 2).size() == 2);
  CHECK(MostRun(logs, 2)[1].runs == 4);
  CHECK(MostRun({}, 0).empty());
}

TEST_CASE("counts of logs do not overflow when they are added up") {
  const int64_t largest = int64_t{1} << 53;
  const std::vector<RunLog> logs(3, {{Entry(1, largest / 16)}, 0});
  const std::vector<RunLog> full(2, {{Entry(1, largest)}, 0});
  CHECK(MostRun(full, 0)[0].runs == largest);
  CHECK(MostRun(logs, 0)[0].runs == 3 * (largest / 16));
}

}  // namespace
}  // namespace kairos
