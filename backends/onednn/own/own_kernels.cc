#include "absl/strings/escaping.h"
#include "absl/types/span.h"

#include "kairos/graph.h"
#include "onednn/kernel_table.h"
#include "onednn/own/makers.h"
#include "onednn/own/post_ops.h"

namespace kairos::onednn {
namespace {

// With its length given: under the undefined behaviour sanitizer g++ 12 takes no address of an
// array for a constant.
constexpr absl::string_view kOwnDomain(kKairosDomain, sizeof(kKairosDomain) - 1);

using own::MadeKernel;

// Who looks after the post-ops of a node.
enum class PostOps : uint8_t {
  kInKernel,  // the maker itself
  kAfter,     // a second pass in place over a float32 output
};

template <MadeKernel (*kMake)(const KernelRequest&), PostOps kPostOps>
MadeKernel Make(const KernelRequest& request) {
  MadeKernel kernel = kMake(request);
  if (kPostOps == PostOps::kInKernel || !kernel.ok()) return kernel;
  return own::WithPostOps(request, *std::move(kernel));
}

template <MadeKernel (*kMake)(const KernelRequest&), PostOps kPostOps>
MadeKernel MakeOrLoad(const KernelRequest& request, absl::string_view frozen) {
  MadeKernel kernel = Make<kMake, kPostOps>(request);
  if (!kernel.ok() || frozen.empty() || frozen == (*kernel)->name()) return kernel;
  return absl::FailedPreconditionError(absl::StrCat("kernel: name differs, got ", (*kernel)->name(),
                                                    ", expected ",
                                                    absl::CEscape(frozen.substr(0, 64))));
}

// Making one of these kernels costs about a microsecond, so asking for it is the question.
template <MadeKernel (*kMake)(const KernelRequest&), PostOps kPostOps>
absl::Status Supports(const KernelRequest& request) {
  return Make<kMake, kPostOps>(request).status();
}

// A kernel that is made anew only where it is faster than the library's, and loaded anywhere.
template <MadeKernel (*kMake)(const KernelRequest&, absl::string_view)>
constexpr KernelMaker Preferred(absl::string_view op, absl::Span<const absl::string_view> forms) {
  return {"",
          op,
          [](const KernelRequest& request) { return kMake(request, "").status(); },
          kMake,
          /*preferred=*/true,
          forms};
}

template <MadeKernel (*kMake)(const KernelRequest&), PostOps kPostOps = PostOps::kAfter>
constexpr KernelMaker Row(absl::string_view op, absl::string_view domain = "") {
  return {domain, op, &Supports<kMake, kPostOps>, &MakeOrLoad<kMake, kPostOps>};
}

// One that serves more quickly than the library's, or as quickly and without code to generate.
constexpr KernelMaker BeforeLibrary(KernelMaker row) {
  row.preferred = true;
  return row;
}

constexpr KernelMaker Unary(absl::string_view op, absl::string_view domain = "") {
  return Row<own::MakeUnary, PostOps::kInKernel>(op, domain);
}
constexpr KernelMaker Binary(absl::string_view op) {
  return Row<own::MakeBinary, PostOps::kInKernel>(op);
}
constexpr KernelMaker Variadic(absl::string_view op) {
  return Row<own::MakeVariadic, PostOps::kInKernel>(op);
}
constexpr KernelMaker View(absl::string_view op) { return Row<own::MakeView>(op); }
constexpr KernelMaker Reduce(absl::string_view op) { return Row<own::MakeReduce>(op); }

constexpr absl::string_view kWinogradForms[] = {"own.Conv:winograd2", "own.Conv:winograd4"};
constexpr absl::string_view kConv1x1Forms[] = {"own.Conv:1x1"};
constexpr absl::string_view kDepthwiseForms[] = {"own.Conv:depthwise"};
constexpr absl::string_view kWindowForms[] = {"own.Conv:windows"};
constexpr absl::string_view kMatMulForms[] = {"own.MatMul"};
constexpr absl::string_view kBatchedForms[] = {"own.MatMul:batched"};
constexpr absl::string_view kGemmForms[] = {"own.Gemm", "own.Gemm:dots"};

constexpr KernelMaker kKernels[] = {
    Preferred<own::MakeWinograd>("Conv", kWinogradForms),
    Preferred<own::MakeConv1x1>("Conv", kConv1x1Forms),
    Preferred<own::MakeDepthwise>("Conv", kDepthwiseForms),
    Preferred<own::MakeWindowProduct>("Conv", kWindowForms),
    Preferred<own::MakeMatMul>("MatMul", kMatMulForms),
    Preferred<own::MakeBatchedMatMul>("MatMul", kBatchedForms),
    Preferred<own::MakeGemm>("Gemm", kGemmForms),

    Unary("Abs"),
    Unary("Ceil"),
    Unary("Celu"),
    Unary("Elu"),
    Unary("Erf"),
    Unary("Exp"),
    Unary("Floor"),
    Unary("Gelu"),
    Unary("HardSigmoid"),
    Unary("HardSwish"),
    Unary("IsNaN"),
    Unary("LeakyRelu"),
    Unary("Log"),
    Unary("Mish"),
    Unary("Neg"),
    Unary("Not"),
    Unary("Reciprocal"),
    Unary("Relu"),
    Unary("Round"),
    Unary("Selu"),
    Unary("Sigmoid"),
    Unary("Sign"),
    Unary("Softplus"),
    Unary("Softsign"),
    Unary("Sqrt"),
    Unary("Tanh"),
    Unary("ThresholdedRelu"),
    Unary("Swish", kOwnDomain),

    Binary("Add"),
    Binary("And"),
    Binary("Div"),
    Binary("Equal"),
    Binary("Greater"),
    Binary("GreaterOrEqual"),
    Binary("Less"),
    Binary("LessOrEqual"),
    Binary("Mul"),
    Binary("Or"),
    Binary("Pow"),
    Binary("PRelu"),
    Binary("Sub"),
    Binary("Xor"),

    Variadic("Max"),
    Variadic("Mean"),
    Variadic("Min"),
    Variadic("Sum"),
    Row<own::MakeClip, PostOps::kInKernel>("Clip"),
    Row<own::MakeWhere, PostOps::kInKernel>("Where"),

    Row<own::MakeTranspose>("Transpose"),
    Row<own::MakeReorder>("Reorder", kOwnDomain),
    Row<own::MakeDepthToSpace>("DepthToSpace"),
    Row<own::MakeSpaceToDepth>("SpaceToDepth"),
    Row<own::MakeExpand>("Expand"),
    Row<own::MakeTile>("Tile"),
    Row<own::MakeSlice>("Slice"),
    Row<own::MakeConcat>("Concat"),
    Row<own::MakeSplit>("Split"),
    Row<own::MakePad>("Pad"),
    View("Flatten"),
    View("Identity"),
    View("Reshape"),
    View("Squeeze"),
    View("Unsqueeze"),

    Row<own::MakeGather>("Gather"),
    Row<own::MakeGatherElements>("GatherElements"),
    Row<own::MakeGatherNd>("GatherND"),
    Row<own::MakeCast>("Cast"),

    BeforeLibrary(Row<own::MakePool>("AveragePool")),
    BeforeLibrary(Row<own::MakePool>("MaxPool")),
    Reduce("ReduceL1"),
    Reduce("ReduceL2"),
    Reduce("ReduceMax"),
    Reduce("ReduceMean"),
    Reduce("ReduceMin"),
    Reduce("ReduceSum"),
    Reduce("ReduceSumSquare"),
    BeforeLibrary(Row<own::MakeGlobalPool>("GlobalAveragePool")),
    BeforeLibrary(Row<own::MakeGlobalPool>("GlobalMaxPool")),
    Row<own::MakeArgMax>("ArgMax"),
    Row<own::MakeArgMax>("ArgMin"),
    BeforeLibrary(Row<own::MakeSoftmax>("Softmax")),
    BeforeLibrary(Row<own::MakeSoftmax>("LogSoftmax")),
    BeforeLibrary(Row<own::MakeLayerNorm>("LayerNormalization")),
    BeforeLibrary(Row<own::MakeNearestResize>("Resize")),
    Row<own::MakeLinearResize>("Resize"),
    Row<own::MakeRecurrent, PostOps::kInKernel>("GRU"),
    Row<own::MakeRecurrent, PostOps::kInKernel>("LSTM"),
};

}  // namespace

absl::Status own::CheckFrozen(absl::string_view name, absl::string_view frozen) {
  if (frozen.empty() || frozen == name) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "kernel: name differs, got ", name, ", expected ", absl::CEscape(frozen.substr(0, 64))));
}

absl::Span<const KernelMaker> OwnKernels() { return kKernels; }

}  // namespace kairos::onednn
