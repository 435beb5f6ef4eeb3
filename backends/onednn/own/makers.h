// One function per family of kernels. Each makes the kernel of a request, or says with
// kUnimplemented why it does not; own_kernels.cc names the operators they serve.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_MAKERS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_MAKERS_H_

#include "onednn/own/own_kernel.h"

namespace kairos::onednn::own {

// Elementwise, with the post-ops in the same pass (pointwise.cc).
MadeKernel MakeUnary(const KernelRequest& request);
MadeKernel MakeBinary(const KernelRequest& request);
MadeKernel MakeVariadic(const KernelRequest& request);
MadeKernel MakeClip(const KernelRequest& request);
MadeKernel MakeWhere(const KernelRequest& request);

// Data movement, any element size, any layout (movement.cc, concat.cc, pad.cc).
MadeKernel MakeTranspose(const KernelRequest& request);
MadeKernel MakeReorder(const KernelRequest& request);
MadeKernel MakeDepthToSpace(const KernelRequest& request);
MadeKernel MakeSpaceToDepth(const KernelRequest& request);
MadeKernel MakeExpand(const KernelRequest& request);
MadeKernel MakeTile(const KernelRequest& request);
MadeKernel MakeSlice(const KernelRequest& request);
MadeKernel MakeConcat(const KernelRequest& request);
MadeKernel MakeSplit(const KernelRequest& request);
MadeKernel MakePad(const KernelRequest& request);
// Plain layouts only: the bytes of input 0 under another shape (view.cc).
MadeKernel MakeView(const KernelRequest& request);

// Indices that come at run time are checked before anything is written (gather.cc).
MadeKernel MakeGather(const KernelRequest& request);
MadeKernel MakeGatherElements(const KernelRequest& request);
MadeKernel MakeGatherNd(const KernelRequest& request);

MadeKernel MakeCast(const KernelRequest& request);

// Products and convolutions of float32 with constant weights (product.cc, depthwise.cc,
// winograd.cc, window_product.cc): where they are faster than the library's, or as `frozen` says.
MadeKernel MakeMatMul(const KernelRequest& request, absl::string_view frozen);
MadeKernel MakeGemm(const KernelRequest& request, absl::string_view frozen);
MadeKernel MakeConv1x1(const KernelRequest& request, absl::string_view frozen);
MadeKernel MakeDepthwise(const KernelRequest& request, absl::string_view frozen);
MadeKernel MakeWindowProduct(const KernelRequest& request, absl::string_view frozen);
MadeKernel MakeWinograd(const KernelRequest& request, absl::string_view frozen);

// The product of two matrices, or batches of them, that come at run time (batched_product.cc).
MadeKernel MakeBatchedMatMul(const KernelRequest& request, absl::string_view frozen);

// float32 (pool.cc, reduce.cc, arg_max.cc, row_kernels.cc, resize.cc).
MadeKernel MakePool(const KernelRequest& request);
MadeKernel MakeReduce(const KernelRequest& request);
MadeKernel MakeGlobalPool(const KernelRequest& request);
MadeKernel MakeArgMax(const KernelRequest& request);
MadeKernel MakeSoftmax(const KernelRequest& request);
MadeKernel MakeLayerNorm(const KernelRequest& request);
MadeKernel MakeNearestResize(const KernelRequest& request);
MadeKernel MakeLinearResize(const KernelRequest& request);
MadeKernel MakeRecurrent(const KernelRequest& request);  // LSTM, GRU (recurrent.cc)

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_MAKERS_H_
