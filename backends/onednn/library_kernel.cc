#include "onednn/library_kernel.h"

#include <utility>

#include "oneapi/dnnl/dnnl_debug.h"
#include "oneapi/dnnl/dnnl_threadpool.h"

#include "onednn/threads.h"

namespace kairos::onednn {
namespace {

// Memory objects and argument lists of all steps, made once; a run only sets pointers.
class BoundState final : public Kernel::State {
 public:
  BoundState(const std::vector<PrimitiveStep>& steps, int threads) : adapter_(threads) {
    status_ = Bind(steps);
  }

  absl::Status Run(const KernelArgs& args) {
    if (!status_.ok()) return status_;
    adapter_.set_pool(args.pool);
    for (const Patch& patch : patches_) {
      dnnl_memory_set_data_handle(patch.memory.get(), Pointer(args, patch.place));
    }
    for (const Call& call : calls_) {
      const dnnl_status_t status = dnnl_primitive_execute(
          call.primitive, stream_.get(), static_cast<int>(call.args.size()), call.args.data());
      if (status != dnnl_success) {
        return absl::InternalError(FromDnnl(status, "onednn: run").message());
      }
    }
    return absl::OkStatus();
  }

 private:
  struct Patch {
    Memory memory;
    Place place;
  };
  struct Call {
    const_dnnl_primitive_t primitive = nullptr;
    std::vector<dnnl_exec_arg_t> args;
  };

  static void* Pointer(const KernelArgs& args, const Place& place) {
    switch (place.kind) {
      case Place::Kind::kInput:
        return const_cast<void*>(args.inputs[place.at]);
      case Place::Kind::kOutput:
        return args.outputs[place.at];
      case Place::Kind::kScratch:
        break;
    }
    return static_cast<std::byte*>(args.scratch) + place.at;
  }

  absl::Status Bind(const std::vector<PrimitiveStep>& steps) {
    const dnnl_engine_t engine = CpuEngine();
    const dnnl_status_t made = MakeHandle(&stream_, [&](dnnl_stream_t* stream) {
      return dnnl_threadpool_interop_stream_create(stream, engine, &adapter_);
    });
    if (made != dnnl_success) return FromDnnl(made, "onednn: stream");
    for (const PrimitiveStep& step : steps) {
      Call call{step.primitive.get(), {}};
      for (const PrimitiveStep::Argument& argument : step.arguments) {
        Patch patch{nullptr, argument.bound.place};
        const dnnl_status_t status = MakeHandle(&patch.memory, [&](dnnl_memory_t* memory) {
          return dnnl_memory_create(memory, argument.bound.desc.get(), engine, DNNL_MEMORY_NONE);
        });
        if (status != dnnl_success) return FromDnnl(status, "onednn: memory");
        call.args.push_back({argument.arg, patch.memory.get()});
        patches_.push_back(std::move(patch));
      }
      calls_.push_back(std::move(call));
    }
    return absl::OkStatus();
  }

  PoolAdapter adapter_;
  Stream stream_;
  std::vector<Patch> patches_;
  std::vector<Call> calls_;
  absl::Status status_;
};

// 64-byte aligned memory for one call of Pack.
std::unique_ptr<std::byte[]> AlignedScratch(size_t bytes, void** aligned) {
  constexpr size_t kAlignment = 64;
  auto memory = std::make_unique<std::byte[]>(bytes + kAlignment);
  size_t space = bytes + kAlignment;
  *aligned = memory.get();
  std::align(kAlignment, bytes, *aligned, space);
  return memory;
}

}  // namespace

absl::StatusOr<Primitive> MakeReorder(const MemoryDesc& from, const MemoryDesc& to,
                                      MemoryDesc* scratch) {
  const dnnl_engine_t engine = CpuEngine();
  PrimitiveAttr attr;
  dnnl_status_t status = MakeHandle(&attr, dnnl_primitive_attr_create);
  if (status == dnnl_success) {
    status = dnnl_primitive_attr_set_scratchpad_mode(attr.get(), dnnl_scratchpad_mode_user);
  }
  PrimitiveDesc desc;
  if (status == dnnl_success) {
    status = MakeHandle(&desc, [&](dnnl_primitive_desc_t* d) {
      return dnnl_reorder_primitive_desc_create(d, from.get(), engine, to.get(), engine,
                                                attr.get());
    });
  }
  Primitive primitive;
  if (status == dnnl_success) {
    status = MakeHandle(&primitive,
                        [&](dnnl_primitive_t* p) { return dnnl_primitive_create(p, desc.get()); });
  }
  if (status != dnnl_success) return FromDnnl(status, "onednn: reorder");
  *scratch = CloneDesc(dnnl_primitive_desc_query_md(desc.get(), dnnl_query_scratchpad_md, 0));
  return primitive;
}

void AddScratchpad(const MemoryDesc& desc, size_t offset, PrimitiveStep* step) {
  if (DescBytes(desc.get()) == 0) return;
  step->arguments.push_back({DNNL_ARG_SCRATCHPAD, {desc, {Place::Kind::kScratch, offset}}});
}

LibraryKernel::LibraryKernel(Parts parts) : parts_(std::move(parts)) {
  for (const Packing& packing : parts_.packings) packed_inputs_.push_back(packing.input);
}

absl::Status LibraryKernel::Pack(size_t index, const void* plain, void* packed,
                                 ThreadPool& pool) const {
  const Packing& packing = parts_.packings[index];
  const int threads = pool.thread_count();
  const ScopedConcurrency concurrency(threads);
  MemoryDesc scratch;
  absl::StatusOr<Primitive> reorder = MakeReorder(packing.plain, packing.packed, &scratch);
  if (!reorder.ok()) return reorder.status();
  using Kind = Place::Kind;
  std::vector<PrimitiveStep> steps(1);
  steps[0].primitive = *std::move(reorder);
  steps[0].arguments = {{DNNL_ARG_FROM, {packing.plain, {Kind::kInput, 0}}},
                        {DNNL_ARG_TO, {packing.packed, {Kind::kOutput, 0}}}};
  AddScratchpad(scratch, 0, &steps[0]);
  KernelArgs args{&plain, &packed, nullptr, &pool};
  const auto memory = AlignedScratch(DescBytes(scratch.get()), &args.scratch);
  return BoundState(steps, threads).Run(args);
}

std::unique_ptr<Kernel::State> LibraryKernel::NewState() const {
  return std::make_unique<BoundState>(parts_.steps, threads());
}

absl::Status LibraryKernel::Run(const KernelArgs& args, State* state) const {
  if (state != nullptr) return static_cast<BoundState*>(state)->Run(args);
  return BoundState(parts_.steps, threads()).Run(args);
}

std::string LibraryKernel::Save() const {
  FrozenRecord record = parts_.record;
  if (!parts_.packings.empty()) {
    const dnnl_format_tag_t tag = FindTag(parts_.packings[0].packed.get());
    record.tag = tag;
    record.tag_name = dnnl_fmt_tag2str(tag);
  }
  return EncodeFrozen(record);
}

}  // namespace kairos::onednn
