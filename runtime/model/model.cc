#include "kairos/model.h"

#include <utility>

#include "base/hash.h"
#include "base/status_macros.h"
#include "graph/value_names.h"
#include "model/digest.h"
#include "model/model_impl.h"
#include "model/open.h"
#include "model/phase_timer.h"

namespace kairos {

uint64_t DigestOf(const Model::Impl& impl) {
  std::call_once(impl.digest_once, [&impl] {
    impl.digest = GraphDigest(impl.graph, [&impl](const Constant& constant) {
      const size_t bytes = constant.type.byte_count();
      const auto known = impl.hashes.find({constant.data, bytes});
      const uint64_t hash =
          known != impl.hashes.end() ? known->second : ContentHash(constant.data, bytes);
      impl.by_content.try_emplace({hash, bytes}, constant);
      return hash;
    });
  });
  return impl.digest;
}

Model::Model(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Model::~Model() = default;

absl::StatusOr<std::shared_ptr<const Model>> Model::Load(const std::string& path,
                                                         const LoadOptions& options) {
  PhaseTimer timer;
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  const absl::Span<const std::byte> bytes = file->bytes();
  const LoadPhase io = timer.End("io", bytes.size());
  absl::StatusOr<std::unique_ptr<Impl>> impl = OpenModel(bytes, file, options);
  if (!impl.ok()) return Annotate(path, impl.status());
  (*impl)->file = std::move(file);
  (*impl)->load_phases.insert((*impl)->load_phases.begin(), io);
  return std::make_shared<const Model>(*std::move(impl));
}

absl::StatusOr<std::shared_ptr<const Model>> Model::FromBytes(absl::Span<const std::byte> bytes,
                                                              const LoadOptions& options) {
  absl::StatusOr<std::unique_ptr<Impl>> impl = OpenModel(bytes, nullptr, options);
  if (!impl.ok()) return Annotate("model", impl.status());
  return std::make_shared<const Model>(*std::move(impl));
}

absl::StatusOr<std::shared_ptr<const Model>> Model::FromGraph(Graph graph) {
  KAIROS_RETURN_IF_ERROR(ValidateGraph(graph));
  auto impl = std::make_unique<Impl>();
  impl->graph = std::move(graph);
  return std::make_shared<const Model>(std::move(impl));
}

const Graph& Model::graph() const { return impl_->graph; }

std::vector<std::string> Model::input_names() const {
  return NamesOf(impl_->graph, impl_->graph.inputs);
}

std::vector<std::string> Model::output_names() const {
  return NamesOf(impl_->graph, impl_->graph.outputs);
}

absl::string_view Model::metadata(absl::string_view key) const {
  for (const auto& [name, value] : impl_->graph.metadata) {
    if (name == key) return value;
  }
  return {};
}

absl::Span<const Plan> Model::plans() const { return impl_->plans; }

absl::Span<const std::string> Model::plan_problems() const { return impl_->plan_problems; }

absl::Span<const LoadPhase> Model::load_phases() const { return impl_->load_phases; }

void Model::ReleasePages() const {
  if (impl_->file != nullptr) impl_->file->ReleasePages();
}

uint64_t Model::digest() const { return DigestOf(*impl_); }

}  // namespace kairos
