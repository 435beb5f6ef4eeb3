// ONNX's rule for backend tests: the same dtype and shape; integers and bools equal; floating-point
// |got - want| <= absolute + relative * |want|, NaN equal to NaN.
#ifndef KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_COMPARE_H_
#define KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_COMPARE_H_

#include "absl/status/status.h"

#include "kairos/any_value.h"
#include "kairos/attribute.h"
#include "kairos/tensor.h"
#include "onnx_runner/test_case.h"

namespace kairos::conformance {

// kInternal says where they differ first, and by how much.
absl::Status CompareTensors(const TensorView& got, const Constant& want,
                            const Tolerance& tolerance);

// The same for what each holds; strings are equal or not.
absl::Status CompareValues(const AnyValue& got, const AnyValue& want, const Tolerance& tolerance);

}  // namespace kairos::conformance

#endif  // KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_COMPARE_H_
