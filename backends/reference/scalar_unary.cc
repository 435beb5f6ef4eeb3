#include <array>
#include <cfloat>
#include <cmath>
#include <iterator>

#include "kairos/graph.h"
#include "reference/families.h"
#include "reference/pointwise.h"
#include "reference/scalar_ops.h"

namespace kairos::reference {
namespace {

using P = const Parameters&;

constexpr double kSqrt2 = 1.41421356237309504880;
constexpr double kSqrt2OverPi = 0.79788456080286535588;

template <double (*kFunction)(double)>
double Math(double x, P) {
  return kFunction(x);
}

// NaN passes through, as it must in all that is made of it.
double Clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

double Softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double Celu(double x, P p) { return x > 0 ? x : p.a * std::expm1(x / p.a); }
double Clip(double x, P p) {
  const double raised = x < p.a ? p.a : x;
  return raised > p.b ? p.b : raised;
}
double Elu(double x, P p) { return x < 0 ? p.a * std::expm1(x) : x; }
double Gelu(double x, P p) {
  const double gate =
      p.a != 0 ? std::tanh(kSqrt2OverPi * (x + 0.044715 * x * x * x)) : std::erf(x / kSqrt2);
  return 0.5 * x * (1 + gate);
}
double HardSigmoid(double x, P p) { return Clamp(p.a * x + p.b, 0, 1); }
double HardSwish(double x, P) { return x * Clamp(x / 6 + 0.5, 0, 1); }
double IsInf(double x, P p) { return std::isinf(x) && (x < 0 ? p.a : p.b) != 0 ? 1 : 0; }
double IsNaN(double x, P) { return std::isnan(x) ? 1 : 0; }
double LeakyRelu(double x, P p) { return x < 0 ? p.a * x : x; }
double Mish(double x, P) { return x * std::tanh(Softplus(x)); }
double Negate(double x, P) { return -x; }
double Reciprocal(double x, P) { return 1 / x; }
double Relu(double x, P) { return x < 0 ? 0 : x; }
double Selu(double x, P p) { return p.b * (x > 0 ? x : p.a * std::expm1(x)); }
double Shrink(double x, P p) { return x < -p.b ? x + p.a : x > p.b ? x - p.a : 0; }
double SigmoidOf(double x, P) { return Sigmoid(x); }
double Sign(double x, P) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double SoftplusOf(double x, P) { return Softplus(x); }
double Softsign(double x, P) { return x / (1 + std::fabs(x)); }
double Swish(double x, P p) { return x * Sigmoid(p.a * x); }
double ThresholdedRelu(double x, P p) { return x > p.a ? x : 0; }

// Unsigned arithmetic wraps where the most negative integer has no opposite.
int64_t NegateInt(int64_t x, P) { return static_cast<int64_t>(-static_cast<uint64_t>(x)); }
int64_t AbsInt(int64_t x, P p) { return x < 0 ? NegateInt(x, p) : x; }
int64_t ReluInt(int64_t x, P) { return x < 0 ? 0 : x; }
int64_t SignInt(int64_t x, P) { return (x > 0) - (x < 0); }
uint64_t SignUint(uint64_t x, P) { return x > 0; }
uint64_t SameUint(uint64_t x, P) { return x; }
uint64_t NotBool(uint64_t x, P) { return x == 0; }
template <typename W>
W InvertBits(W x, P) {
  return ~x;
}
// Truncated, as everything that becomes an integer.
template <typename W>
W ErfOfInt(W x, P) {
  return Narrow<W>(std::erf(static_cast<double>(x)));
}
// The parameters are floating point whatever the elements are.
template <typename W>
W ShrinkWhole(W x, P p) {
  return Narrow<W>(Shrink(static_cast<double>(x), p));
}

constexpr UnaryOp Float(absl::string_view op, UnaryFunction<double> f, ParameterSpec a = {},
                        ParameterSpec b = {}) {
  return {.op = op, .types = kFloatTypes, .on_double = f, .a = a, .b = b};
}
constexpr UnaryOp Number(absl::string_view op, UnaryFunction<double> f, UnaryFunction<int64_t> g,
                         UnaryFunction<uint64_t> h) {
  return {.op = op, .types = kNumericTypes, .on_double = f, .on_int64 = g, .on_uint64 = h};
}

constexpr UnaryOp kOps[] = {
    Number("Abs", Math<std::fabs>, AbsInt, SameUint),
    Float("Acos", Math<std::acos>),
    Float("Acosh", Math<std::acosh>),
    Float("Asin", Math<std::asin>),
    Float("Asinh", Math<std::asinh>),
    Float("Atan", Math<std::atan>),
    Float("Atanh", Math<std::atanh>),
    {.op = "BitwiseNot",
     .types = kIntegerTypes,
     .on_int64 = InvertBits<int64_t>,
     .on_uint64 = InvertBits<uint64_t>},
    Float("Ceil", Math<std::ceil>),
    Float("Celu", Celu, {"alpha", 1.0}),
    Float("Cos", Math<std::cos>),
    Float("Cosh", Math<std::cosh>),
    Float("Elu", Elu, {"alpha", 1.0}),
    Number("Erf", Math<std::erf>, ErfOfInt<int64_t>, ErfOfInt<uint64_t>),
    Float("Exp", Math<std::exp>),
    Float("Floor", Math<std::floor>),
    Float("Gelu", Gelu, {"approximate", 0, "tanh"}),
    Float("HardSigmoid", HardSigmoid, {"alpha", 0.2f}, {"beta", 0.5f}),
    Float("HardSwish", HardSwish),
    {.op = "IsInf",
     .types = kFloatTypes,
     .on_double = IsInf,
     .result = ResultType::kBool,
     .a = {"detect_negative", 1},
     .b = {"detect_positive", 1}},
    {.op = "IsNaN", .types = kFloatTypes, .on_double = IsNaN, .result = ResultType::kBool},
    Float("LeakyRelu", LeakyRelu, {"alpha", 0.01f}),
    Float("Log", Math<std::log>),
    Float("Mish", Mish),
    {.op = "Neg", .types = kFloatTypes | kSignedTypes, .on_double = Negate, .on_int64 = NegateInt},
    {.op = "Not", .types = kBoolType, .on_uint64 = NotBool, .result = ResultType::kBool},
    Float("Reciprocal", Reciprocal),
    Number("Relu", Relu, ReluInt, SameUint),
    Float("Round", Math<std::nearbyint>),
    Float("Selu", Selu, {"alpha", 1.67326319217681884765625f},
          {"gamma", 1.05070102214813232421875f}),
    {.op = "Shrink",
     .types = kNumericTypes,
     .on_double = Shrink,
     .on_int64 = ShrinkWhole<int64_t>,
     .on_uint64 = ShrinkWhole<uint64_t>,
     .a = {"bias", 0.0},
     .b = {"lambd", 0.5}},
    Float("Sigmoid", SigmoidOf),
    Number("Sign", Sign, SignInt, SignUint),
    Float("Sin", Math<std::sin>),
    Float("Sinh", Math<std::sinh>),
    Float("Softplus", SoftplusOf),
    Float("Softsign", Softsign),
    Float("Sqrt", Math<std::sqrt>),
    {.domain = kOwnDomain,
     .op = "Swish",
     .types = kFloatTypes,
     .on_double = Swish,
     .a = {"alpha", 1.0}},
    Float("Tan", Math<std::tan>),
    Float("Tanh", Math<std::tanh>),
    Float("ThresholdedRelu", ThresholdedRelu, {"alpha", 1.0}),
};

// Not a kernel: as an operator it takes its bounds from inputs.
constexpr UnaryOp kClip = Float("Clip", Clip, {"min", -FLT_MAX}, {"max", FLT_MAX});

absl::Status RunUnary(const KernelRequest& request, const Args& args) {
  const UnaryOp& op = *FindUnary(request.node->op);
  return ApplyUnary(op, op.ReadParameters(request.node->attributes),
                    {args.input_type(0), args.raw_input(0)},
                    {args.output_type(0), args.raw_output(0)});
}

constexpr std::array<ReferenceOp, std::size(kOps)> kRows = [] {
  std::array<ReferenceOp, std::size(kOps)> rows;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {
        .domain = kOps[i].domain, .op = kOps[i].op, .run = RunUnary, .input_types = kOps[i].types};
  }
  return rows;
}();

}  // namespace

absl::Span<const ReferenceOp> UnaryOps() { return kRows; }

const UnaryOp* FindUnary(absl::string_view op) {
  if (op == kClip.op) return &kClip;
  for (const UnaryOp& row : kOps) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

}  // namespace kairos::reference
