// What a session ran: which signatures, how often, and how long it took. rtcompile makes a plan of
// it
// (--from-trace), and so does Session::SavePlan.
#ifndef KAIROS_RUN_LOG_H_
#define KAIROS_RUN_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kairos/program_record.h"

namespace kairos {

struct RunLogEntry {
  Signature signature;
  std::vector<std::string> input_names;  // as signature.inputs
  int64_t runs = 0;                      // begun; 0 when its Program was only made
  int64_t made_ns = 0;                   // until its Program was there, the first time
  // Of the first run and of all; 0 unless SessionOptions::time_runs.
  int64_t first_ns = 0, total_ns = 0;
};

// A log has at most this many entries, and as many bytes of signatures.
inline constexpr size_t kMaxRunLogEntries = 1024;
inline constexpr size_t kMaxRunLogBytes = size_t{4} << 20;

struct RunLog {
  std::vector<RunLogEntry> entries;  // in the order in which they were first seen
  int64_t other_runs = 0;            // of signatures for which there was no room
};

// {"kairos_run_log": 1, "other_runs": 0, "entries": [
//   {"runs": 2, "made_ns": 9, "first_ns": 0, "total_ns": 0, "region": "", "inputs": [
//     {"name": "x", "dtype": "float32", "shape": [1, 3], "value": "0a00"}]}]}
// with an entry a line. "value" is there for inputs whose bytes decide shapes: in hexadecimal.
std::string RunLogToJson(const RunLog& log);

}  // namespace kairos

#endif  // KAIROS_RUN_LOG_H_
