// Operators that the executor computes itself.
#include "executor/host_ops.h"

#include <doctest/doctest.h>

#include "tests/support/control_flow.h"

namespace kairos::testing {
namespace {

template <typename T>
std::vector<T> Elements(const AnyValue& value) {
  const auto* data = static_cast<const T*>(value.tensor.data);
  return std::vector<T>(data, data + value.tensor.type.element_count());
}

absl::StatusOr<std::vector<AnyValue>> RunOp(const std::string& op,
                                            const std::vector<AnyValue>& inputs,
                                            AttributeList attributes = {}, size_t outputs = 1) {
  Node node{.op = op};
  node.outputs.assign(outputs, 0);
  for (const auto& [key, value] : attributes) node.attributes.Set(key, value);
  std::vector<const AnyValue*> given;
  for (const AnyValue& input : inputs) given.push_back(&input);
  return RunHostOp(node, given);
}

AnyValue Sequence(std::vector<std::vector<float>> items) {
  std::vector<Constant> sequence;
  for (const auto& item : items) {
    sequence.push_back(MakeConstant<float>({static_cast<int64_t>(item.size())}, item));
  }
  return sequence;
}

TEST_CASE("NonZero finds elements that are not zero, of which there are two in floats") {
  const AnyValue x = MakeConstant<float>({2, 3}, {0, -0.0f, 5, NAN, 0, 1});
  const auto y = Unwrap(RunOp("NonZero", {x}));
  CHECK(y[0].tensor.type.ToString() == "int64[2,3]");
  CHECK(Elements<int64_t>(y[0]) == Ints{0, 1, 1, 2, 0, 2});
  const auto scalar = Unwrap(RunOp("NonZero", {MakeConstant<int64_t>({}, {7})}));
  CHECK(scalar[0].tensor.type.ToString() == "int64[1,1]");
}

TEST_CASE("Compress selects along an axis, or of all elements") {
  const AnyValue x = MakeConstant<float>({2, 2}, {1, 2, 3, 4});
  const AnyValue second = MakeConstant<bool>({2}, {false, true});
  CHECK(Elements<float>(Unwrap(RunOp("Compress", {x, second}, {{"axis", int64_t{1}}}))[0]) ==
        Floats{2, 4});
  CHECK(Elements<float>(Unwrap(RunOp("Compress", {x, second}))[0]) == Floats{2});
  const AnyValue longer = MakeConstant<bool>({3}, {true, true, true});
  CHECK(RunOp("Compress", {x, longer}, {{"axis", int64_t{0}}}).status().message() ==
        "input 1 is bool[3], expected rank 1 and at most 2 elements");
}

TEST_CASE("Unique sorts, counts and numbers, or keeps the order of appearance") {
  const AnyValue x = MakeConstant<float>({6}, {2, 1, 1, 3, 4, 3});
  const auto y = Unwrap(RunOp("Unique", {x}, {}, 4));
  CHECK(Elements<float>(y[0]) == Floats{1, 2, 3, 4});
  CHECK(Elements<int64_t>(y[1]) == Ints{1, 0, 3, 4});
  CHECK(Elements<int64_t>(y[2]) == Ints{1, 0, 0, 2, 3, 2});
  CHECK(Elements<int64_t>(y[3]) == Ints{2, 1, 2, 1});
  const auto z = Unwrap(RunOp("Unique", {x}, {{"sorted", int64_t{0}}}, 4));
  CHECK(Elements<float>(z[0]) == Floats{2, 1, 3, 4});
  CHECK(Elements<int64_t>(z[2]) == Ints{0, 1, 1, 2, 3, 2});
}

TEST_CASE("NonMaxSuppression leaves a box out that a better one covers") {
  const AnyValue boxes = MakeConstant<float>({1, 3, 4}, {0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 5, 1, 6});
  const AnyValue scores = MakeConstant<float>({1, 1, 3}, {0.5f, 0.9f, 0.8f});
  const AnyValue most = MakeConstant<int64_t>({}, {9}), iou = MakeConstant<float>({}, {0.5f});
  const auto y = Unwrap(RunOp("NonMaxSuppression", {boxes, scores, most, iou}));
  CHECK(Elements<int64_t>(y[0]) == Ints{0, 0, 1, 0, 0, 2});
  const AnyValue limit = MakeConstant<float>({}, {0.85f});
  CHECK(Elements<int64_t>(Unwrap(
            RunOp("NonMaxSuppression", {boxes, scores, most, iou, limit}))[0]) == Ints{0, 0, 1});
  CHECK(Unwrap(RunOp("NonMaxSuppression", {boxes, scores}))[0].tensor.type.ToString() ==
        "int64[0,3]");
  CHECK(RunOp("NonMaxSuppression", {scores, scores}).status().message() ==
        "input 0 is float32[1,1,3], expected shape [batch, boxes, 4]");
}

TEST_CASE("sequences are read and changed by position") {
  const AnyValue s = Sequence({{1}, {2}, {3}});
  const AnyValue last = MakeConstant<int64_t>({}, {-1}), past = MakeConstant<int64_t>({}, {3});
  CHECK(Elements<float>(Unwrap(RunOp("SequenceAt", {s, last}))[0]) == Floats{3});
  CHECK(RunOp("SequenceAt", {s, past}).status().message() ==
        "position is 3, expected -3 to 2 in a sequence of 3");
  const AnyValue x = MakeConstant<float>({1}, {9});
  const auto inserted = Unwrap(RunOp("SequenceInsert", {s, x, past}));
  REQUIRE(inserted[0].sequence.size() == 4);
  CHECK(FloatsOf(inserted[0].sequence[3]) == Floats{9});
  CHECK(Unwrap(RunOp("SequenceErase", {s}))[0].sequence.size() == 2);
  CHECK(Elements<int64_t>(Unwrap(RunOp("SequenceLength", {s}))[0]) == Ints{3});
  const AnyValue other = MakeConstant<int64_t>({1}, {1});
  CHECK(RunOp("SequenceInsert", {s, other}).status().message() ==
        "tensor of int64 in a sequence of float32");
}

TEST_CASE("splitting and joining undo each other") {
  const AnyValue x = MakeConstant<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const AnyValue two = MakeConstant<int64_t>({}, {2});
  const auto parts = Unwrap(RunOp("SplitToSequence", {x, two}, {{"axis", int64_t{1}}}));
  REQUIRE(parts[0].sequence.size() == 2);
  CHECK(FloatsOf(parts[0].sequence[0]) == Floats{1, 2, 4, 5});
  CHECK(FloatsOf(parts[0].sequence[1]) == Floats{3, 6});
  CHECK(Elements<float>(Unwrap(RunOp("ConcatFromSequence", {parts[0]},
                                     {{"axis", int64_t{1}}}))[0]) == Floats{1, 2, 3, 4, 5, 6});
  const auto rows = Unwrap(RunOp("SplitToSequence", {x}, {{"keepdims", int64_t{0}}}));
  CHECK(rows[0].sequence[0].type.ToString() == "float32[3]");
  const auto stacked = Unwrap(
      RunOp("ConcatFromSequence", {rows[0]}, {{"axis", int64_t{1}}, {"new_axis", int64_t{1}}}));
  CHECK(stacked[0].tensor.type.ToString() == "float32[3,2]");
  CHECK(Elements<float>(stacked[0]) == Floats{1, 4, 2, 5, 3, 6});
  const AnyValue wrong = MakeConstant<int64_t>({2}, {2, 2});
  CHECK(RunOp("SplitToSequence", {x, wrong}, {{"axis", int64_t{1}}}).status().message() ==
        "input 1 (split) is [2,2], expected sizes with the sum 3");
}

TEST_CASE("a tensor without elements is not split into millions of parts") {
  const AnyValue x = MakeConstant<float>({1 << 30, 0}, {});
  CHECK(RunOp("SplitToSequence", {x}).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("an optional is what it holds, or nothing") {
  const AnyValue x = MakeConstant<float>({1}, {1});
  CHECK(Unwrap(RunOp("Optional", {x}))[0].is_tensor());
  CHECK(Unwrap(RunOp("Optional", {}))[0].is_none());
  const auto has = [](const AnyValue& value) {
    return Elements<bool>(Unwrap(RunOp("OptionalHasElement", {value}))[0]) == std::vector{true};
  };
  CHECK(has(x));
  CHECK_FALSE(has(AnyValue()));
  CHECK(RunOp("OptionalGetElement", {AnyValue()}).status().message() ==
        "input 0 is nothing, expected a tensor or a sequence");
}

TEST_CASE("numbers become the shortest strings that mean them, and strings numbers") {
  const AnyValue x = MakeConstant<float>({4}, {0.1f, -2, 1e-7f, INFINITY});
  const AnyValue text = Unwrap(RunOp("Cast", {x}, {{"to", int64_t{8}}}))[0];
  const auto* words = static_cast<const std::string*>(text.tensor.data);
  CHECK(std::vector<std::string>(words, words + 4) ==
        std::vector<std::string>{"0.1", "-2", "1e-07", "inf"});
  CHECK(Elements<float>(Unwrap(RunOp("Cast", {text}, {{"to", int64_t{1}}}))[0]) ==
        Floats{0.1f, -2, 1e-7f, INFINITY});
  CHECK(RunOp("Cast", {text}, {{"to", int64_t{7}}}).status().message() ==
        "element 0 is '0.1', expected int64");
}

TEST_CASE("n-grams that do not fit their pool are refused") {
  const AnyValue x = MakeConstant<int64_t>({3}, {1, 2, 3});
  const auto run = [&](Ints pool, Ints counts, Ints indexes) {
    return RunOp("TfIdfVectorizer", {x},
                 {{"pool_int64s", pool},
                  {"ngram_counts", counts},
                  {"ngram_indexes", indexes},
                  {"mode", std::string("TF")},
                  {"min_gram_length", int64_t{1}},
                  {"max_gram_length", int64_t{2}},
                  {"max_skip_count", int64_t{0}}});
  };
  CHECK(Elements<float>(Unwrap(run({2, 2, 3}, {0, 1}, {1, 0}))[0]) == Floats{1, 1});
  CHECK(run({2, 2, 3}, {0, 2}, {1, 0}).status().message() ==
        "n-grams: 'ngram_counts' does not fit the pool");
  CHECK(run({2, 2, 3}, {0, 1}, {1}).status().message() ==
        "n-grams: 'ngram_indexes' is shorter than the pool");
}

}  // namespace
}  // namespace kairos::testing
