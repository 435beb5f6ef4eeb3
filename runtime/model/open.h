// Bytes to Model::Impl: the one path by which a file becomes a model.
#ifndef KAIROS_RUNTIME_MODEL_OPEN_H_
#define KAIROS_RUNTIME_MODEL_OPEN_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "model/model_impl.h"

namespace kairos {

// `owner` keeps `file` alive; null when the caller of Model::FromBytes does. Codes as Model::Load;
// the messages do not name the file.
absl::StatusOr<std::unique_ptr<Model::Impl>> OpenModel(absl::Span<const std::byte> file,
                                                       std::shared_ptr<const void> owner,
                                                       const LoadOptions& options);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_OPEN_H_
