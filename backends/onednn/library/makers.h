// The operators that the library computes: for each a check of the request and a maker, the two
// halves of a row of LibraryKernels().
#ifndef KAIROS_BACKENDS_ONEDNN_LIBRARY_MAKERS_H_
#define KAIROS_BACKENDS_ONEDNN_LIBRARY_MAKERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "kairos/kernel.h"
#include "onednn/kernel_builder.h"

namespace kairos::onednn {

absl::Status SupportsConv(const KernelRequest& request);
MadeKernel MakeConv(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsConvTranspose(const KernelRequest& request);
MadeKernel MakeConvTranspose(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsMatMul(const KernelRequest& request);
MadeKernel MakeMatMul(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsGemm(const KernelRequest& request);
MadeKernel MakeGemm(const KernelRequest& request, absl::string_view frozen);

// AveragePool, MaxPool.
absl::Status SupportsPool(const KernelRequest& request);
MadeKernel MakePool(const KernelRequest& request, absl::string_view frozen);

// GlobalAveragePool, GlobalMaxPool of channels-last activations.
absl::Status SupportsGlobalPool(const KernelRequest& request);
MadeKernel MakeGlobalPool(const KernelRequest& request, absl::string_view frozen);

// Softmax, LogSoftmax.
absl::Status SupportsSoftmax(const KernelRequest& request);
MadeKernel MakeSoftmax(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsBatchNorm(const KernelRequest& request);
MadeKernel MakeBatchNorm(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsLayerNorm(const KernelRequest& request);
MadeKernel MakeLayerNorm(const KernelRequest& request, absl::string_view frozen);

// GroupNormalization, InstanceNormalization.
absl::Status SupportsGroupNorm(const KernelRequest& request);
MadeKernel MakeGroupNorm(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsLrn(const KernelRequest& request);
MadeKernel MakeLrn(const KernelRequest& request, absl::string_view frozen);

// ReduceSum, ReduceMean ... over the last axes.
absl::Status SupportsReduce(const KernelRequest& request);
MadeKernel MakeReduce(const KernelRequest& request, absl::string_view frozen);

absl::Status SupportsResize(const KernelRequest& request);
MadeKernel MakeResize(const KernelRequest& request, absl::string_view frozen);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_LIBRARY_MAKERS_H_
