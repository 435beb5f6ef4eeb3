#include "onednn/kernel_table.h"
#include "onednn/library/makers.h"

namespace kairos::onednn {

absl::Span<const KernelMaker> LibraryKernels() {
  static constexpr KernelMaker kRows[] = {
      {"", "Conv", SupportsConv, MakeConv},
      {"", "ConvTranspose", SupportsConvTranspose, MakeConvTranspose},
      {"", "MatMul", SupportsMatMul, MakeMatMul},
      {"", "Gemm", SupportsGemm, MakeGemm},
      {"", "AveragePool", SupportsPool, MakePool},
      {"", "MaxPool", SupportsPool, MakePool},
      {"", "GlobalAveragePool", SupportsGlobalPool, MakeGlobalPool},
      {"", "GlobalMaxPool", SupportsGlobalPool, MakeGlobalPool},
      {"", "Softmax", SupportsSoftmax, MakeSoftmax},
      {"", "LogSoftmax", SupportsSoftmax, MakeSoftmax},
      {"", "BatchNormalization", SupportsBatchNorm, MakeBatchNorm},
      {"", "LayerNormalization", SupportsLayerNorm, MakeLayerNorm},
      {"", "InstanceNormalization", SupportsGroupNorm, MakeGroupNorm},
      {"", "GroupNormalization", SupportsGroupNorm, MakeGroupNorm},
      {"", "LRN", SupportsLrn, MakeLrn},
      {"", "ReduceMax", SupportsReduce, MakeReduce},
      {"", "ReduceMin", SupportsReduce, MakeReduce},
      {"", "ReduceSum", SupportsReduce, MakeReduce},
      {"", "ReduceProd", SupportsReduce, MakeReduce},
      {"", "ReduceMean", SupportsReduce, MakeReduce},
      {"", "Resize", SupportsResize, MakeResize},
  };
  return kRows;
}

}  // namespace kairos::onednn
