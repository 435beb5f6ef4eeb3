#include "model/check_program.h"

#include <doctest/doctest.h>
#include <functional>
#include <string>

#include "tests/support/model_files.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

struct Case {
  const char* what;
  std::function<void(ProgramRecord&)> change;
  std::string message;  // of the refusal; empty: accepted
};

void CheckCases(const std::vector<Case>& cases) {
  const Graph graph = SmallGraph();
  for (const Case& c : cases) {
    CAPTURE(c.what);
    ProgramRecord program = SmallProgram(graph);
    c.change(program);
    const absl::Status status = CheckProgram(program, graph);
    CHECK(status.code() ==
          (c.message.empty() ? absl::StatusCode::kOk : absl::StatusCode::kDataLoss));
    CHECK(std::string(status.message()) == c.message);
  }
}

constexpr int64_t kHuge = int64_t{1} << 40;

TEST_CASE("a sound program is accepted") {
  CheckCases(
      {{"as it is", [](ProgramRecord&) {}, ""},
       {"plain weight and packed one", [](ProgramRecord& p) { p.steps[0].packed.clear(); }, ""},
       {"known value of a constant",
        [](ProgramRecord& p) {
          p.steps[1].known[1].assign(static_cast<const char*>(p.slots[2].constant.data), 12);
        },
        ""}});
}

TEST_CASE("a program whose signature is not the model's is refused") {
  CheckCases({
      {"threads", [](ProgramRecord& p) { p.threads = 0; }, "threads is 0, expected 1 to 1024"},
      {"no inputs", [](ProgramRecord& p) { p.signature.inputs.clear(); },
       "signature has 0 inputs and 1 values, expected 1 of each"},
      {"no values", [](ProgramRecord& p) { p.signature.values.clear(); },
       "signature has 1 inputs and 0 values, expected 1 of each"},
      {"dtype", [](ProgramRecord& p) { p.signature.inputs[0].dtype = DType::kInt8; },
       "input 0: type is int8[1,4], which the model does not declare"},
      {"rank", [](ProgramRecord& p) { p.signature.inputs[0].shape = {4}; },
       "input 0: type is float32[4], which the model does not declare"},
      {"dimension",
       [](ProgramRecord& p) {
         p.signature.inputs[0].shape = {1, 5};
       },
       "input 0: type is float32[1,5], which the model does not declare"},
      {"size",
       [](ProgramRecord& p) {
         p.signature.inputs[0].shape = {kHuge, 4};
       },
       "input 0: element count overflows, shape [1099511627776,4] has a dimension over 2^31 - 1"},
      {"value", [](ProgramRecord& p) { p.signature.values[0] = "xyz"; },
       "input 0: got 3 bytes of value for float32[1,4], expected a plain layout and 16 or none"},
  });
}

TEST_CASE("a slot outside of its memory or of a senseless type is refused") {
  CheckCases({
      {"beyond the arena", [](ProgramRecord& p) { p.slots[4].offset = 64; },
       "slot 4: 12 bytes at offset 64, expected a multiple of 64 inside the arena of 64 bytes"},
      {"far beyond", [](ProgramRecord& p) { p.slots[4].offset = ~uint64_t{63}; },
       "slot 4: 12 bytes at offset 18446744073709551552, expected a multiple of 64 inside the "
       "arena of 64 bytes"},
      {"misaligned", [](ProgramRecord& p) { p.slots[4].offset = 4; },
       "slot 4: 12 bytes at offset 4, expected a multiple of 64 inside the arena of 64 bytes"},
      {"huge arena", [](ProgramRecord& p) { p.arena_bytes = kHuge; },
       "arena_bytes is 1099511627776, expected at most 128, the bytes of all its slots"},
      {"negative size",
       [](ProgramRecord& p) {
         p.slots[3].type.shape = {-1, 3};
       },
       "slot 3: shape [-1,3] has a negative dimension"},
      {"rank", [](ProgramRecord& p) { p.slots[3].type.shape = Shape(9, 1); },
       "slot 3: rank 9 exceeds the limit 8"},
      {"no dtype", [](ProgramRecord& p) { p.slots[3].type.dtype = DType::kUndefined; },
       "slot 3: elements of undefined have no fixed size"},
      {"layout", [](ProgramRecord& p) { p.slots[3].type.layout = Layout::kChannelsLast; },
       "slot 3: layout of float32[1,3]:nhwc is channels-last, expected rank 3 to 5"},
      {"input index", [](ProgramRecord& p) { p.slots[0].index = 1; },
       "slot 0: index is 1, expected 0 to 1 exclusive"},
      {"input size",
       [](ProgramRecord& p) {
         p.slots[0].type.shape = {1, 5};
       },
       "slot 0: type is float32[1,5], expected one over the bytes of float32[1,4]"},
      {"output index", [](ProgramRecord& p) { p.slots[5].index = -1; },
       "slot 5: index is -1, expected 0 to 1 exclusive"},
  });
}

TEST_CASE("outputs that are not those of the model are refused") {
  CheckCases({
      {"none", [](ProgramRecord& p) { p.outputs.clear(); }, "got 0 outputs, expected 1"},
      {"not an output", [](ProgramRecord& p) { p.outputs = {4}; },
       "output 0: slot 4 is no slot of that output"},
      {"no slot", [](ProgramRecord& p) { p.outputs = {-1}; },
       "output 0: slot -1 is no slot of that output"},
      {"slot of another size",
       [](ProgramRecord& p) {
         p.slots.push_back(p.slots[5]);
         p.slots[6].type.shape = {1, 9};
         p.outputs = {6};
       },
       "slot 5: type is float32[1,3], expected one over the bytes of float32[1,9]"},
      {"never written", [](ProgramRecord& p) { p.steps.pop_back(); },
       "after the last step: slot 5 is read from bytes 0 to 12 of output 0, which hold another "
       "value or none; live buffers overlap"},
  });
}

TEST_CASE("steps that do not fit their slots are refused") {
  CheckCases({
      {"known: too few", [](ProgramRecord& p) { p.steps[0].known.pop_back(); },
       "step 0: got 1 known values, expected 2, as inputs"},
      {"known: size", [](ProgramRecord& p) { p.steps[0].known[0] = "1234"; },
       "step 0: known value of input 0 has 4 bytes, expected 16"},
      {"known: another constant", [](ProgramRecord& p) { p.steps[1].known[1].resize(12); },
       "step 1: known value of input 1 differs from the constant it is read from"},
      {"writes a constant",
       [](ProgramRecord& p) {
         p.slots.push_back(p.slots[2]);
         p.steps[2].node.outputs[0] = 6;
       },
       "step 2: writes slot 6, which is an input or a constant of the model"},
      {"writes an input",
       [](ProgramRecord& p) {
         p.slots.push_back(p.slots[0]);
         p.steps[2].node.outputs[0] = 6;
       },
       "step 2: writes slot 6, which is an input or a constant of the model"},
      {"packs no such input", [](ProgramRecord& p) { p.steps[0].packed[0].input = 2; },
       "step 0: packed weight is for input 2, expected each constant input at most once"},
      {"packs a negative input", [](ProgramRecord& p) { p.steps[0].packed[0].input = -1; },
       "step 0: packed weight is for input -1, expected each constant input at most once"},
      {"packs what is no constant", [](ProgramRecord& p) { p.steps[0].packed[0].input = 0; },
       "step 0: packed weight is for input 0, expected each constant input at most once"},
      {"packs twice", [](ProgramRecord& p) { p.steps[0].packed.push_back(p.steps[0].packed[0]); },
       "step 0: packed weight is for input 1, expected each constant input at most once"},
  });
}

TEST_CASE("steps that are no valid graph are refused") {
  const Graph graph = SmallGraph();
  const std::function<void(ProgramRecord&)> changes[] = {
      [](ProgramRecord& p) { p.steps[0].node.inputs[0] = 6; },
      [](ProgramRecord& p) { p.steps[0].node.inputs[0] = INT32_MIN; },
      [](ProgramRecord& p) { p.steps[0].node.outputs[0] = 6; },
      [](ProgramRecord& p) { p.steps[1].node.outputs[0] = 3; },
      [](ProgramRecord& p) { std::swap(p.steps[0], p.steps[1]); },
      [](ProgramRecord& p) { p.steps[0].node.op = "NoSuchOp"; },
  };
  for (const auto& change : changes) {
    ProgramRecord program = SmallProgram(graph);
    change(program);
    CHECK_FALSE(CheckProgram(program, graph).ok());
  }
}

}  // namespace
}  // namespace kairos
