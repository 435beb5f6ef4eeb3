#include "onednn/kernel_builder.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "oneapi/dnnl/dnnl_debug.h"

namespace kairos::onednn {
namespace {

// Below this, waking a second thread costs more than it saves (4 us of one thread's work).
constexpr double kSerialOperations = 4e5;
// Work is divided by this number, whatever the pool, where results must not depend on it.
constexpr int kDeterministicParts = 8;
constexpr size_t kAlignment = 64;

int PartCount(const KernelRequest& request, double operations) {
  if (operations < kSerialOperations) return 1;
  return request.deterministic ? kDeterministicParts : request.threads;
}

size_t Aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// The library's unoptimised implementations, 100 to 5000 times slower than the others.
bool IsReference(absl::string_view impl) { return absl::StrContains(impl, "ref"); }

// The recorded tag's descriptor: cheaper to describe a primitive with than "any".
MemoryDesc RecordedDesc(const FrozenRecord& plan, const MemoryDesc& plain) {
  if (plan.tag <= dnnl_format_tag_any || plan.tag >= dnnl_format_tag_last) return nullptr;
  const auto tag = static_cast<dnnl_format_tag_t>(plan.tag);
  if (plan.tag_name != dnnl_fmt_tag2str(tag)) return nullptr;
  return TaggedDesc(plain.get(), tag);
}

}  // namespace

Layout SpatialLayout(size_t rank) {
  return rank >= 3 && rank <= 5 ? Layout::kChannelsLast : Layout::kPlain;
}

KernelBuilder::KernelBuilder(const KernelRequest& request, const KernelKind& kind,
                             double operations, absl::string_view frozen)
    : request_(request),
      kind_(kind),
      threads_(PartCount(request, operations)),
      concurrency_(threads_) {
  made_.kind.assign(kind.name.data(), kind.name.size());
  made_.threads = threads_;
  const dnnl_status_t made = MakeHandle(&post_ops_, dnnl_post_ops_create);
  if (made != dnnl_success) Fail(FromDnnl(made, Subject()));
  if (CpuEngine() == nullptr) Fail(absl::InternalError("onednn: no CPU engine"));
  if (frozen.empty()) return;
  absl::StatusOr<FrozenRecord> plan = DecodeFrozen(frozen);
  Fail(plan.status());
  if (plan.ok()) plan_ = *std::move(plan);
}

std::string KernelBuilder::Subject() const { return absl::StrCat("onednn.", kind_.name); }

void KernelBuilder::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
}

Bound KernelBuilder::Checked(Bound bound) {
  if (bound.desc == nullptr) {
    Fail(absl::UnimplementedError(absl::StrCat(Subject(), ": the library has no such tensor")));
  }
  return bound;
}

Bound KernelBuilder::Input(size_t index) {
  const TensorType& type = request_.inputs[index].type;
  return Checked({DenseDesc(type.dtype, type.shape, type.layout), {Place::Kind::kInput, index}});
}

Bound KernelBuilder::Output() {
  const TensorType& type = request_.outputs[0].type;
  return Checked({DenseDesc(type.dtype, type.shape, type.layout), {Place::Kind::kOutput, 0}});
}

Bound KernelBuilder::InputStrided(size_t index, absl::Span<const int64_t> dims,
                                  absl::Span<const int64_t> strides) {
  return Checked({StridedDesc(request_.inputs[index].type.dtype, dims, strides),
                  {Place::Kind::kInput, index}});
}

Bound KernelBuilder::OutputStrided(absl::Span<const int64_t> dims,
                                   absl::Span<const int64_t> strides) {
  return Checked(
      {StridedDesc(request_.outputs[0].type.dtype, dims, strides), {Place::Kind::kOutput, 0}});
}

Bound KernelBuilder::InputAs(size_t index, absl::Span<const int64_t> dims, Layout layout) {
  const TensorType& type = request_.inputs[index].type;
  const Bound wanted = Checked({DenseDesc(type.dtype, dims, layout), {Place::Kind::kInput, index}});
  if (SameMemoryOrder(dims, type.layout, layout)) return wanted;
  const Bound lies =
      Checked({DenseDesc(type.dtype, dims, type.layout), {Place::Kind::kInput, index}});
  const Bound buffer = NewBuffer(wanted.desc);
  AddReorder(lies, buffer, &before_);
  return buffer;
}

Bound KernelBuilder::OutputAs(absl::Span<const int64_t> dims, Layout layout) {
  const TensorType& type = request_.outputs[0].type;
  const Bound wanted = Checked({DenseDesc(type.dtype, dims, layout), {Place::Kind::kOutput, 0}});
  if (SameMemoryOrder(dims, type.layout, layout)) return wanted;
  const Bound lies = Checked({DenseDesc(type.dtype, dims, type.layout), {Place::Kind::kOutput, 0}});
  const Bound buffer = NewBuffer(wanted.desc);
  AddReorder(buffer, lies, &after_);
  return buffer;
}

Bound KernelBuilder::NewBuffer(MemoryDesc desc) {
  if (desc == nullptr) return Checked({});
  const size_t offset = buffer_bytes_;
  buffer_bytes_ += Aligned(DescBytes(desc.get()));
  return {std::move(desc), {Place::Kind::kScratch, offset}};
}

void KernelBuilder::AddReorder(const Bound& from, const Bound& to,
                               std::vector<PrimitiveStep>* steps) {
  if (!status_.ok()) return;
  MemoryDesc scratchpad;
  absl::StatusOr<Primitive> reorder = MakeReorder(from.desc, to.desc, &scratchpad);
  if (!reorder.ok()) return Fail(reorder.status());
  PrimitiveStep step;
  step.primitive = *std::move(reorder);
  step.arguments = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  AddScratchpad(scratchpad, 0, &step);
  scratchpad_bytes_ = std::max(scratchpad_bytes_, DescBytes(scratchpad.get()));
  steps->push_back(std::move(step));
}

void KernelBuilder::Eltwise(dnnl_alg_kind_t algorithm, float alpha, float beta) {
  if (!status_.ok()) return;
  Fail(FromDnnl(dnnl_post_ops_append_eltwise(post_ops_.get(), algorithm, alpha, beta), Subject()));
}

void KernelBuilder::Binary(dnnl_alg_kind_t algorithm, const Bound& src1) {
  if (!status_.ok()) return;
  const int position = dnnl_post_ops_len(post_ops_.get());
  Fail(FromDnnl(dnnl_post_ops_append_binary(post_ops_.get(), algorithm, src1.desc.get()),
                Subject()));
  Bind(DNNL_ARG_ATTR_MULTIPLE_POST_OP(position) | DNNL_ARG_SRC_1, src1);
}

void KernelBuilder::Bind(int arg, const Bound& bound) { main_.arguments.push_back({arg, bound}); }

void KernelBuilder::BindWeights(size_t index, MemoryDesc plain, Weights how) {
  weights_ = WeightsArgument{index, Checked({std::move(plain), {}}).desc, how};
}

dnnl_status_t KernelBuilder::MakeAttr(PrimitiveAttr* attr) const {
  dnnl_status_t status = MakeHandle(attr, dnnl_primitive_attr_create);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_attr_set_scratchpad_mode(attr->get(), dnnl_scratchpad_mode_user);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_attr_set_deterministic(attr->get(), request_.deterministic ? 1 : 0);
  if (status != dnnl_success) return status;
  return dnnl_primitive_attr_set_post_ops(attr->get(), post_ops_.get());
}

std::vector<MemoryDesc> KernelBuilder::WeightsCandidates() const {
  if (!weights_.has_value()) return {nullptr};
  const MemoryDesc any = AnyDesc(weights_->plain.get());
  if (plan_.has_value() && !plan_->layout.empty()) {
    // The tag alone may not lead back to the same implementation: layouts coincide where a
    // dimension is 1.
    MemoryDesc recorded = RecordedDesc(*plan_, weights_->plain);
    if (recorded != nullptr) return {std::move(recorded), any};
  }
  const bool constant = request_.inputs[weights_->index].constant;
  if (constant || weights_->how == Weights::kAnyLayout) return {any};
  return {weights_->plain, any};
}

absl::Status KernelBuilder::ChooseImpl(dnnl_primitive_desc_t desc) const {
  std::string first;
  dnnl_status_t status = dnnl_success;
  for (; status == dnnl_success; status = dnnl_primitive_desc_next_impl(desc)) {
    const std::string impl(ImplName(desc));
    if (plan_.has_value() ? impl == plan_->impl : !IsReference(impl)) return absl::OkStatus();
    if (first.empty()) first = impl;
  }
  if (!plan_.has_value()) {
    return absl::UnimplementedError(
        absl::StrCat(Subject(), ": the library only has the slow '", first, "'"));
  }
  FrozenRecord made = *plan_;
  made.kind = made_.kind;
  made.impl = first;
  return CompareFrozen(*plan_, made);
}

absl::StatusOr<PrimitiveDesc> KernelBuilder::Choose(Describe describe,
                                                    const_dnnl_primitive_attr_t attr) const {
  absl::Status refused;
  for (const MemoryDesc& weights : WeightsCandidates()) {
    PrimitiveDesc desc;
    const dnnl_status_t status = MakeHandle(
        &desc, [&](dnnl_primitive_desc_t* d) { return describe(d, weights.get(), attr); });
    refused = status == dnnl_success ? ChooseImpl(desc.get()) : FromDnnl(status, Subject());
    if (refused.ok()) return desc;
  }
  if (plan_.has_value() && !absl::IsFailedPrecondition(refused)) {
    return absl::FailedPreconditionError(refused.message());
  }
  return refused;
}

void KernelBuilder::PlaceWeights(const_dnnl_primitive_desc_t desc) {
  const_dnnl_memory_desc_t chosen = dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0);
  const Bound lies{weights_->plain, {Place::Kind::kInput, weights_->index}};
  if (dnnl_memory_desc_equal(chosen, lies.desc.get()) != 0) return Bind(DNNL_ARG_WEIGHTS, lies);
  Bound packed = Checked({CloneDesc(chosen), lies.place});
  if (packed.desc == nullptr) return;
  if (request_.inputs[weights_->index].constant) {
    made_.layout = absl::StrCat(DescribeLayout(chosen), " from ", DescribeLayout(lies.desc.get()));
    packings_.push_back({{static_cast<int>(weights_->index), made_.layout, DescBytes(chosen)},
                         lies.desc,
                         packed.desc});
  } else {
    packed = NewBuffer(packed.desc);
    AddReorder(lies, packed, &before_);
  }
  Bind(DNNL_ARG_WEIGHTS, packed);
}

void KernelBuilder::Finish(const_dnnl_primitive_desc_t desc, Primitive primitive) {
  main_.primitive = std::move(primitive);
  const MemoryDesc scratchpad =
      CloneDesc(dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0));
  if (scratchpad == nullptr) return Fail(absl::InternalError(Subject() + ": no scratchpad"));
  AddScratchpad(scratchpad, 0, &main_);
  scratchpad_bytes_ = std::max(scratchpad_bytes_, DescBytes(scratchpad.get()));
  made_.scratch_bytes = static_cast<int64_t>(buffer_bytes_ + Aligned(scratchpad_bytes_));
}

MadeKernel KernelBuilder::Build(Describe describe) {
  if (!status_.ok()) return status_;
  PrimitiveAttr attr;
  if (const dnnl_status_t status = MakeAttr(&attr); status != dnnl_success) {
    return FromDnnl(status, Subject());
  }
  absl::StatusOr<PrimitiveDesc> desc = Choose(describe, attr.get());
  if (!desc.ok()) return desc.status();
  made_.impl = std::string(ImplName(desc->get()));
  if (weights_.has_value()) PlaceWeights(desc->get());
  Primitive primitive;
  const dnnl_status_t status = MakeHandle(
      &primitive, [&](dnnl_primitive_t* p) { return dnnl_primitive_create(p, desc->get()); });
  if (status != dnnl_success) return FromDnnl(status, Subject());
  Finish(desc->get(), std::move(primitive));
  if (!status_.ok()) return status_;
  if (plan_.has_value()) {
    if (absl::Status same = CompareFrozen(*plan_, made_); !same.ok()) return same;
  }

  LibraryKernel::Parts parts;
  parts.name = absl::StrCat(Subject(), ":", made_.impl);
  parts.record = std::move(made_);
  parts.memory_bytes = kind_.memory_bytes + kPointwiseBytes * (before_.size() + after_.size());
  parts.steps = std::move(before_);
  parts.steps.push_back(std::move(main_));
  std::move(after_.begin(), after_.end(), std::back_inserter(parts.steps));
  parts.packings = std::move(packings_);
  for (PrimitiveStep& step : parts.steps) {
    for (PrimitiveStep::Argument& argument : step.arguments) {
      if (argument.arg == DNNL_ARG_SCRATCHPAD) argument.bound.place.at = buffer_bytes_;
    }
  }
  return std::unique_ptr<Kernel>(std::make_unique<LibraryKernel>(std::move(parts)));
}

}  // namespace kairos::onednn
