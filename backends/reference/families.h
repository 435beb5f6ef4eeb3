// The tables of kernels, a function per family; backend.cc lists them.
#ifndef KAIROS_BACKENDS_REFERENCE_FAMILIES_H_
#define KAIROS_BACKENDS_REFERENCE_FAMILIES_H_

#include "absl/types/span.h"

#include "reference/frame.h"

namespace kairos::reference {

// Of all tables; null when there is no such operator.
const ReferenceOp* FindReferenceOp(absl::string_view domain, absl::string_view op);

absl::Span<const ReferenceOp> UnaryOps();
absl::Span<const ReferenceOp> BinaryOps();
absl::Span<const ReferenceOp> SelectOps();  // Where, Clip, Cast, Pow ...
absl::Span<const ReferenceOp> QuantizationOps();
absl::Span<const ReferenceOp> MovementOps();  // Transpose, Concat, Slice ...
absl::Span<const ReferenceOp> PadOps();
absl::Span<const ReferenceOp> GatherOps();      // Gather, GatherND, OneHot ...
absl::Span<const ReferenceOp> ScatterOps();     // ScatterND, Trilu ...
absl::Span<const ReferenceOp> GenerationOps();  // Shape, Range, Constant ...
absl::Span<const ReferenceOp> ReductionOps();   // ReduceSum ...
absl::Span<const ReferenceOp> SortingOps();     // ArgMax, ArgMin, TopK, CumSum

absl::Span<const ReferenceOp> ConvolutionOps();
absl::Span<const ReferenceOp> PoolingOps();
absl::Span<const ReferenceOp> GlobalPoolingOps();
absl::Span<const ReferenceOp> MatMulOps();
absl::Span<const ReferenceOp> EinsumOps();
absl::Span<const ReferenceOp> NormalizationOps();
absl::Span<const ReferenceOp> SoftmaxOps();
absl::Span<const ReferenceOp> ResizeOps();

absl::Span<const ReferenceOp> LossOps();
absl::Span<const ReferenceOp> RecurrentOps();
absl::Span<const ReferenceOp> QuantizedConvOps();
absl::Span<const ReferenceOp> QuantizedMatMulOps();
absl::Span<const ReferenceOp> SignalOps();  // DFT, STFT, windows ...
absl::Span<const ReferenceOp> GridOps();    // GridSample, AffineGrid
absl::Span<const ReferenceOp> RoiOps();
absl::Span<const ReferenceOp> DeformConvOps();
absl::Span<const ReferenceOp> ArrangeOps();  // CenterCropPad, Col2Im ...
absl::Span<const ReferenceOp> DeterminantOps();
absl::Span<const ReferenceOp> RandomOps();
absl::Span<const ReferenceOp> OptimizerOps();

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_FAMILIES_H_
