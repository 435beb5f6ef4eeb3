#include "common/trace.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/file_io.h"

namespace kairos {
namespace {

const char* KindName(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::kPasses: return "passes";
    case Event::Kind::kRecord: return "record";
    case Event::Kind::kCompile: return "compile";
    case Event::Kind::kPack: return "pack";
    case Event::Kind::kRun: return "run";
  }
  return "unknown";
}

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

}  // namespace

void TraceWriter::Add(const Event& event) {
  if (origin_ns_ < 0) origin_ns_ = event.start_ns;
  const std::string kind = KindName(event.kind);
  nlohmann::json line = {
      {"ph", "X"},
      {"pid", 1},
      {"tid", 1},
      {"cat", kind},
      {"name", event.node.empty() ? kind : absl::StrCat(kind, " ", event.node)},
      {"ts", static_cast<double>(event.start_ns - origin_ns_) / 1e3},
      {"dur", static_cast<double>(event.duration_ns) / 1e3},
  };
  if (!event.op.empty()) {
    line["args"] = {{"op", Text(event.op)},
                    {"kernel", Text(event.kernel)},
                    {"source", Text(KernelSourceName(event.source))},
                    {"bytes", event.bytes}};
  }
  lines_.push_back(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

absl::Status TraceWriter::Write(const std::string& path) const {
  const std::string text = absl::StrCat("{\"traceEvents\":[\n", absl::StrJoin(lines_, ",\n"),
                                        "\n],\"displayTimeUnit\":\"ms\"}\n");
  const absl::string_view part = text;
  return WriteFile(path, absl::MakeConstSpan(&part, 1));
}

}  // namespace kairos
