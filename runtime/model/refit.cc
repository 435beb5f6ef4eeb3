#include <cstring>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "kairos/model.h"
#include "model/model_impl.h"
#include "model/same_graph.h"

namespace kairos {
namespace {

// A model has plans, or the weights are changed of one that has.
std::shared_ptr<const Model> WithPlans(std::shared_ptr<const Model> model) {
  return model->plans().empty() && model->refit_of() != nullptr ? model->refit_of() : model;
}

absl::StatusOr<Constant> CopyOf(const TensorView& view) {
  KAIROS_ASSIGN_OR_RETURN(AlignedBuffer made, AlignedBuffer::Make(view.bytes));
  auto buffer = std::make_shared<const AlignedBuffer>(std::move(made));
  if (view.bytes > 0) std::memcpy(buffer->data(), view.data, view.bytes);
  const std::byte* data = buffer->data();
  return Constant{
      {view.dtype, Shape(view.shape.begin(), view.shape.end())}, data, std::move(buffer)};
}

absl::Status Replace(const NamedWeight& weight, Graph* graph) {
  const auto& [name, view] = weight;
  for (Value& value : graph->values) {
    if (value.name != name || !value.constant.has_value()) continue;
    const TensorType& wanted = value.constant->type;
    if (wanted.dtype == DType::kString) {
      return absl::UnimplementedError(
          absl::StrCat("weight '", name, "': is of strings, which are not replaced"));
    }
    const TensorType given{view.dtype, Shape(view.shape.begin(), view.shape.end())};
    KAIROS_RETURN_IF_ERROR(CheckWeightType(name, given, wanted));
    const size_t bytes = wanted.byte_count();
    if (view.bytes != bytes || (bytes > 0 && view.data == nullptr)) {
      return absl::InvalidArgumentError(absl::StrCat("weight '", name, "': got ",
                                                     view.data == nullptr ? 0 : view.bytes,
                                                     " bytes, expected ", bytes));
    }
    absl::StatusOr<Constant> copy = CopyOf(view);
    if (!copy.ok()) return Annotate(absl::StrCat("weight '", name, "'"), copy.status());
    value.constant = *std::move(copy);
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("weight '", name, "': the model has no constant of this name"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Model>> Model::WithWeights(
    std::shared_ptr<const Model> model, absl::Span<const NamedWeight> weights) {
  auto impl = std::make_unique<Impl>();
  impl->graph = model->graph();
  std::set<std::string> named;
  for (const NamedWeight& weight : weights) {
    if (!named.insert(weight.first).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("weight '", weight.first, "': is given twice"));
    }
    KAIROS_RETURN_IF_ERROR(Replace(weight, &impl->graph));
  }
  impl->hashes = model->impl().hashes;
  impl->refit_of = WithPlans(std::move(model));
  return std::make_shared<const Model>(std::move(impl));
}

absl::StatusOr<std::shared_ptr<const Model>> Model::WithWeightsOf(
    std::shared_ptr<const Model> model, Graph graph) {
  KAIROS_RETURN_IF_ERROR(ValidateGraph(graph));
  KAIROS_RETURN_IF_ERROR(DiffersInWeightsOnly(graph, model->graph()));
  auto impl = std::make_unique<Impl>();
  impl->graph = std::move(graph);
  impl->refit_of = WithPlans(std::move(model));
  return std::make_shared<const Model>(std::move(impl));
}

const std::shared_ptr<const Model>& Model::refit_of() const { return impl_->refit_of; }

}  // namespace kairos
