// Shapes on the command line: "x=1x3x224x224", several with commas between them. A scalar is "x=".
#ifndef KAIROS_APPS_COMMON_SHAPE_ARG_H_
#define KAIROS_APPS_COMMON_SHAPE_ARG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/tensor.h"

namespace kairos {

struct NamedShape {
  std::string name;
  Shape shape;
};

// One or more NAME=SHAPE. kInvalidArgument quotes the part at fault; a name given twice is an
// error.
absl::StatusOr<std::vector<NamedShape>> ParseShapeArg(absl::string_view text);

// The inverse.
std::string FormatShapeArg(absl::Span<const NamedShape> shapes);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_SHAPE_ARG_H_
