// Our own LSTM and GRU against the reference: odd sizes, all directions, sequences of several
// lengths, constant weights and weights that change.
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "support/onednn_case.h"
#include "support/op_case.h"
#include "support/own_case.h"
#include "support/run_graph.h"

namespace kairos::testing {
namespace {

struct Sizes {
  int64_t steps, batch, inputs, hidden;
};

struct Form {
  std::string op = "LSTM";
  std::string direction = "forward";
  bool constant = true, batch_first = false, has_bias = true, has_states = true;
  bool has_lengths = false, linear_before_reset = false;
};

Tensor Scaled(Tensor tensor, float factor) {
  for (float& value : tensor.as<float>()) value *= factor;
  return tensor;
}

Tensor Lengths(const Sizes& s) {
  Tensor lengths = Unwrap(Tensor::Make(DType::kInt32, {s.batch}));
  for (int64_t n = 0; n < s.batch; ++n) {
    lengths.as<int32_t>()[static_cast<size_t>(n)] =
        static_cast<int32_t>((n * 3 + 1) % (s.steps + 1));
  }
  return lengths;
}

OperatorCase MakeCase(const Form& form, const Sizes& s) {
  const int64_t directions = form.direction == "bidirectional" ? 2 : 1;
  const int64_t rows = (form.op == "LSTM" ? 4 : 3) * s.hidden;
  const Attribute direction = form.direction, layout = int64_t{form.batch_first};
  const Attribute linear = int64_t{form.linear_before_reset};
  OperatorCase c =
      form.op == "LSTM"
          ? OperatorCase("LSTM", {{"direction", direction}, {"layout", layout}}, 3)
          : OperatorCase(
                "GRU",
                {{"direction", direction}, {"layout", layout}, {"linear_before_reset", linear}}, 2);
  const auto random = [](const Shape& shape, uint32_t seed, float factor) {
    return Scaled(RandomTensor(DType::kFloat32, shape, seed), factor);
  };
  const auto weight = [&](const Shape& shape, uint32_t seed) {
    const Tensor tensor = random(shape, seed, 0.4f);
    form.constant ? c.Weight(tensor) : c.Input(tensor);
  };
  c.Input(random(
      form.batch_first ? Shape{s.batch, s.steps, s.inputs} : Shape{s.steps, s.batch, s.inputs}, 1,
      1));
  weight({directions, rows, s.inputs}, 2);
  weight({directions, rows, s.hidden}, 3);
  form.has_bias ? weight({directions, 2 * rows}, 4) : void(c.Absent());
  form.has_lengths ? c.Input(Lengths(s)) : c.Absent();
  const Shape state = form.batch_first ? Shape{s.batch, directions, s.hidden}
                                       : Shape{directions, s.batch, s.hidden};
  form.has_states ? c.Input(random(state, 5, 1)) : c.Absent();
  if (form.op == "LSTM" && form.has_states) c.Input(random(state, 6, 1));
  return c;
}

// What differs from the reference, or between one thread and two.
std::string Compare(const Form& form, const Sizes& sizes) {
  const std::unique_ptr<Backend> backend = OnednnOrNull();
  if (backend == nullptr) return "";
  const OperatorCase c = MakeCase(form, sizes);
  const std::unique_ptr<ThreadPool> one = NewThreadPool(1), two = NewThreadPool(2);
  const std::vector<Tensor> want = Unwrap(c.Run(*NewReferenceBackend(), *one));
  auto got = c.Run(*backend, *one), again = c.Run(*backend, *two);
  if (!got.ok() || !again.ok()) return std::string(got.status().message());
  for (size_t i = 0; i < want.size(); ++i) {
    const std::string difference = CompareTensors((*got)[i], want[i], 1e-4, 1e-5);
    if (!difference.empty()) return absl::StrCat("output ", i, ": ", difference);
    if (std::memcmp((*got)[i].data(), (*again)[i].data(), (*got)[i].byte_count()) != 0) {
      return absl::StrCat("output ", i, " depends on the number of threads");
    }
  }
  return "";
}

constexpr Sizes kSizes[] = {{1, 1, 1, 1},   {3, 1, 5, 33},  {7, 3, 9, 37},
                            {5, 4, 16, 32}, {2, 9, 33, 65}, {4, 6, 7, 128}};

TEST_CASE("LSTM and GRU agree with the reference in all directions and layouts") {
  for (const char* op : {"LSTM", "GRU"}) {
    for (const char* direction : {"forward", "reverse", "bidirectional"}) {
      for (bool batch_first : {false, true}) {
        for (const Sizes& s : kSizes) {
          CAPTURE(std::string(op));
          CAPTURE(std::string(direction));
          CAPTURE(s.hidden);
          CHECK_EQ(Compare({.op = op, .direction = direction, .batch_first = batch_first}, s), "");
        }
      }
    }
  }
}

TEST_CASE("LSTM and GRU agree with the reference when sequences end early") {
  for (const char* op : {"LSTM", "GRU"}) {
    for (const Sizes& s : kSizes) {
      CHECK_EQ(Compare({.op = op, .direction = "bidirectional", .has_lengths = true}, s), "");
      CHECK_EQ(
          Compare({.op = op, .direction = "reverse", .batch_first = true, .has_lengths = true}, s),
          "");
    }
  }
}

TEST_CASE("LSTM and GRU take weights that change, and none of what is optional") {
  for (const char* op : {"LSTM", "GRU"}) {
    for (const Sizes& s : kSizes) {
      CHECK_EQ(Compare({.op = op, .direction = "bidirectional", .constant = false}, s), "");
      CHECK_EQ(Compare({.op = op, .has_bias = false, .has_states = false}, s), "");
    }
  }
}

TEST_CASE("GRU that is linear before the reset agrees with the reference") {
  for (const Sizes& s : kSizes) {
    CHECK_EQ(Compare({.op = "GRU", .direction = "bidirectional", .linear_before_reset = true}, s),
             "");
    CHECK_EQ(Compare({.op = "GRU",
                      .constant = false,
                      .has_bias = false,
                      .has_lengths = true,
                      .linear_before_reset = true},
                     s),
             "");
  }
}

TEST_CASE("what our own LSTM does not do is refused with the reason") {
  const auto refusal = [](const AttributeList& attributes) {
    return OwnCase("LSTM", attributes)
        .Input({2, 1, 3})
        .Input({1, 16, 3})
        .Input({1, 16, 4})
        .RunOwn(1)
        .status();
  };
  CHECK(refusal({{"clip", 1.0f}}) ==
        absl::UnimplementedError("own.LSTM: clip, input_forget or peepholes"));
  CHECK(refusal({{"activations", std::vector<std::string>{"Sigmoid", "Relu", "Tanh"}}}) ==
        absl::UnimplementedError("own.LSTM: activations other than the usual ones"));
  CHECK(OwnCase("LSTM")
            .Input({2, 1, 3}, DType::kFloat64)
            .Input({1, 16, 3}, DType::kFloat64)
            .Input({1, 16, 4}, DType::kFloat64)
            .RunOwn(1)
            .status() ==
        absl::UnimplementedError("own.LSTM: no kernel for float64, expected float32"));
}

TEST_CASE("a length beyond the steps is refused") {
  CHECK(OwnCase("GRU")
            .Input({2, 1, 3})
            .Input({1, 12, 3})
            .Input({1, 12, 4})
            .Absent()
            .Values<int32_t>({1}, {3})
            .RunOwn(1)
            .status() == absl::InvalidArgumentError(
                             "GRU: length of sequence 0 is out of range, got 3, expected 0 to 2"));
}

}  // namespace
}  // namespace kairos::testing
