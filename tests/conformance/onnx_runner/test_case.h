// ONNX's backend tests on disk: a directory per case with model.onnx and test_data_set_N/, in which
// input_I.pb and output_I.pb hold one value each, of the type that the model declares.
#ifndef KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_TEST_CASE_H_
#define KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_TEST_CASE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/any_value.h"
#include "rtconvert/onnx.pb.h"

namespace kairos::conformance {

struct Tolerance {
  double relative = 1e-3, absolute = 1e-7;
};

struct TestCase {
  std::string name;  // last two components of the path, such as "node/test_add"
  std::string directory;
};

// As AnyValue, of messages.
struct TestValue {
  AnyValue::Kind kind = AnyValue::Kind::kNone;
  // One of kTensor, any number of kSequence.
  std::vector<std::shared_ptr<const onnx_format::TensorProto>> tensors;
};

struct DataSet {
  std::vector<TestValue> inputs, outputs;
};

// All cases below `directory`, sorted by name. kNotFound when there is no such directory.
absl::StatusOr<std::vector<TestCase>> FindCases(const std::string& directory);

// The case's data sets in order, with the element types that `graph` declares: the files hold
// bfloat16 as uint16. kDataLoss when a file does not hold that type.
absl::StatusOr<std::vector<DataSet>> LoadDataSets(const TestCase& test,
                                                  const onnx_format::GraphProto& graph);

// That of data.json, else the default.
absl::StatusOr<Tolerance> LoadTolerance(const TestCase& test);

absl::StatusOr<AnyValue> ToValue(const TestValue& value);

}  // namespace kairos::conformance

#endif  // KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_TEST_CASE_H_
