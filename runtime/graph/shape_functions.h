// The shape functions, grouped as the files that hold them. Each is ONNX's rule for its operators
// at opset kOpset; `Shape<Op>` serves one operator, the others what their comment says.
#ifndef KAIROS_RUNTIME_GRAPH_SHAPE_FUNCTIONS_H_
#define KAIROS_RUNTIME_GRAPH_SHAPE_FUNCTIONS_H_

#include "absl/status/status.h"

#include "graph/op_table.h"

namespace kairos {

// shape_elementwise.cc
absl::Status ShapeSame(ShapeContext& context);       // output 0 is as input 0
absl::Status ShapePredicate(ShapeContext& context);  // bool of input 0's shape
absl::Status ShapeBroadcast(ShapeContext& context);  // any number of inputs; dtype of input 0
absl::Status ShapeCompare(ShapeContext& context);    // two inputs, bool
absl::Status ShapeMod(ShapeContext& context);
absl::Status ShapePRelu(ShapeContext& context);
absl::Status ShapeWhere(ShapeContext& context);
absl::Status ShapeClip(ShapeContext& context);
absl::Status ShapeCast(ShapeContext& context);
absl::Status ShapeCastLike(ShapeContext& context);
absl::Status ShapeDropout(ShapeContext& context);
absl::Status ShapeReorder(ShapeContext& context);

// shape_conv.cc
absl::Status ShapeConv(ShapeContext& context);
absl::Status ShapeConvTranspose(ShapeContext& context);

// shape_pool.cc
absl::Status ShapePool(ShapeContext& context);  // windows; indices when there is output 1
absl::Status ShapeGlobalPool(ShapeContext& context);

// shape_norm.cc
absl::Status ShapeBatchNormalization(ShapeContext& context);
absl::Status ShapeInstanceNormalization(ShapeContext& context);
absl::Status ShapeGroupNormalization(ShapeContext& context);
absl::Status ShapeLayerNormalization(ShapeContext& context);
absl::Status ShapeMeanVarianceNormalization(ShapeContext& context);
absl::Status ShapeLrn(ShapeContext& context);

// shape_resample.cc
absl::Status ShapeResize(ShapeContext& context);
absl::Status ShapeDepthToSpace(ShapeContext& context);
absl::Status ShapeSpaceToDepth(ShapeContext& context);

// shape_product.cc, shape_einsum.cc
absl::Status ShapeMatMul(ShapeContext& context);
absl::Status ShapeGemm(ShapeContext& context);
absl::Status ShapeEinsum(ShapeContext& context);

// shape_reduce.cc
absl::Status ShapeReduce(ShapeContext& context);
absl::Status ShapeArgReduce(ShapeContext& context);
absl::Status ShapeAlongAxis(ShapeContext& context);  // as input 0; attribute axis, -1 by default
absl::Status ShapeCumSum(ShapeContext& context);
absl::Status ShapeTopK(ShapeContext& context);

// shape_quantize.cc
absl::Status ShapeQuantizeLinear(ShapeContext& context);
absl::Status ShapeDequantizeLinear(ShapeContext& context);

// shape_view.cc
absl::Status ShapeReshape(ShapeContext& context);
absl::Status ShapeFlatten(ShapeContext& context);
absl::Status ShapeSqueeze(ShapeContext& context);
absl::Status ShapeUnsqueeze(ShapeContext& context);
absl::Status ShapeTranspose(ShapeContext& context);

// shape_move.cc
absl::Status ShapeConcat(ShapeContext& context);
absl::Status ShapeSplit(ShapeContext& context);
absl::Status ShapeExpand(ShapeContext& context);
absl::Status ShapeTile(ShapeContext& context);
absl::Status ShapeTrilu(ShapeContext& context);

// shape_slice.cc, shape_pad.cc
absl::Status ShapeSlice(ShapeContext& context);
absl::Status ShapePad(ShapeContext& context);

// shape_gather.cc
absl::Status ShapeGather(ShapeContext& context);
absl::Status ShapeGatherElements(ShapeContext& context);
absl::Status ShapeGatherNd(ShapeContext& context);
absl::Status ShapeScatterElements(ShapeContext& context);
absl::Status ShapeScatterNd(ShapeContext& context);

// shape_generate.cc
absl::Status ShapeConstant(ShapeContext& context);
absl::Status ShapeConstantOfShape(ShapeContext& context);
absl::Status ShapeEyeLike(ShapeContext& context);
absl::Status ShapeOneHot(ShapeContext& context);
absl::Status ShapeRange(ShapeContext& context);
absl::Status ShapeShape(ShapeContext& context);
absl::Status ShapeSize(ShapeContext& context);

// shape_loss.cc, shape_recurrent.cc
absl::Status ShapeLoss(ShapeContext& context);       // of class scores and labels
absl::Status ShapeRecurrent(ShapeContext& context);  // RNN, GRU, LSTM

// shape_quantized.cc
absl::Status ShapeConvInteger(ShapeContext& context);
absl::Status ShapeQLinearConv(ShapeContext& context);
absl::Status ShapeMatMulInteger(ShapeContext& context);
absl::Status ShapeQLinearMatMul(ShapeContext& context);
absl::Status ShapeDynamicQuantizeLinear(ShapeContext& context);

// shape_signal.cc
absl::Status ShapeDft(ShapeContext& context);
absl::Status ShapeStft(ShapeContext& context);
absl::Status ShapeMelWeightMatrix(ShapeContext& context);
absl::Status ShapeWindow(ShapeContext& context);  // HannWindow, HammingWindow, BlackmanWindow

// shape_sample.cc
absl::Status ShapeAffineGrid(ShapeContext& context);
absl::Status ShapeGridSample(ShapeContext& context);
absl::Status ShapeRoiAlign(ShapeContext& context);
absl::Status ShapeMaxRoiPool(ShapeContext& context);
absl::Status ShapeDeformConv(ShapeContext& context);

// shape_arrange.cc
absl::Status ShapeCenterCropPad(ShapeContext& context);
absl::Status ShapeCol2Im(ShapeContext& context);
absl::Status ShapeDet(ShapeContext& context);
absl::Status ShapeMaxUnpool(ShapeContext& context);
absl::Status ShapeReverseSequence(ShapeContext& context);

// shape_random.cc
absl::Status ShapeRandom(ShapeContext& context);      // RandomUniform, RandomNormal
absl::Status ShapeRandomLike(ShapeContext& context);  // RandomUniformLike, RandomNormalLike
absl::Status ShapeBernoulli(ShapeContext& context);
absl::Status ShapeMultinomial(ShapeContext& context);

// shape_optimizer.cc
absl::Status ShapeOptimizer(ShapeContext& context);  // Adagrad, Adam, Momentum

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_SHAPE_FUNCTIONS_H_
