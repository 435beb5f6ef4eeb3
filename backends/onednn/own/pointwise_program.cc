#include "onednn/own/pointwise_program.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kairos::onednn::own {
namespace {

constexpr size_t kSlots = 4;  // three for step 0, one that later steps share
constexpr size_t kMaxElementBytes = 8;
constexpr int64_t kGrainElements = 8192;

// Copies a tile of a broadcast or strided operand to contiguous memory.
template <typename T>
void Gather(const void* source, int64_t row_stride, int64_t column_stride, int64_t rows,
            int64_t columns, void* dst) {
  const T* from = static_cast<const T*>(source);
  T* to = static_cast<T*>(dst);
  for (int64_t r = 0; r < rows; ++r, from += row_stride, to += columns) {
    if (column_stride == 0) {
      std::fill_n(to, columns, *from);
    } else if (column_stride == 1) {
      std::copy_n(from, columns, to);
    } else {
      for (int64_t c = 0; c < columns; ++c) to[c] = from[c * column_stride];
    }
  }
}

}  // namespace

struct PointwiseProgram::Workspace {
  alignas(64) char running[kTileElements * kMaxElementBytes];
  struct Slot {
    alignas(64) char data[kTileElements * kMaxElementBytes];
    // What lies in `data`; equal tiles of a broadcast operand are gathered once.
    int operand = -1;
    int64_t offset = 0, rows = 0, columns = 0;
  };
  Slot slots[kSlots];
};

PointwiseProgram::PointwiseProgram(const TensorType& result,
                                   const std::vector<TensorType>& operands,
                                   std::vector<PointwiseStep> steps)
    : steps_(std::move(steps)) {
  const Shape order = MemoryOrder(result.shape.size(), result.layout);
  LoopNest nest;
  nest.dims = Permuted(result.shape, order);
  for (const TensorType& operand : operands) {
    nest.strides.push_back(Permuted(BroadcastStrides(operand, result.shape), order));
    element_bytes_.push_back(DTypeSize(operand.dtype));
  }
  nest.strides.push_back(Permuted(DenseStrides(result.shape, result.layout), order));
  element_bytes_.push_back(DTypeSize(result.dtype));
  nest_ = Collapse(nest);
  if (nest_.dims.size() == 1) {
    nest_.dims.insert(nest_.dims.begin(), 1);
    for (Shape& strides : nest_.strides) strides.insert(strides.begin(), 0);
  }

  const size_t last = nest_.dims.size() - 1;
  const int64_t columns = nest_.dims[last];
  const int64_t rows = nest_.dims[last - 1];
  tile_columns_ = std::min(columns, kTileElements);
  const bool several_rows = columns > 0 && columns <= kTileElements / 2;
  tile_rows_ = several_rows ? std::min(rows, kTileElements / columns) : 1;
  if (nest_.element_count() == 0) return;
  row_tiles_ = (rows + tile_rows_ - 1) / tile_rows_;
  column_tiles_ = (columns + tile_columns_ - 1) / tile_columns_;
  tile_count_ = row_tiles_ * column_tiles_;
  for (size_t i = 0; i + 1 < last; ++i) tile_count_ *= nest_.dims[i];
  const bool heavy =
      std::any_of(steps_.begin(), steps_.end(), [](const auto& s) { return s.heavy; });
  const int64_t elements = heavy ? kGrainElements / 4 : kGrainElements;
  grain_ = std::max<int64_t>(1, elements / (tile_rows_ * tile_columns_));
}

void PointwiseProgram::Run(const void* const* sources, void* dst, ThreadPool& pool) const {
  ParallelRanges(pool, tile_count_, grain_, [&](int64_t begin, int64_t end) {
    Workspace work;
    for (int64_t i = begin; i < end; ++i) RunTile(i, sources, static_cast<char*>(dst), work);
  });
}

void PointwiseProgram::RunTile(int64_t index, const void* const* sources, char* dst,
                               Workspace& work) const {
  const size_t last = nest_.dims.size() - 1;
  int64_t offsets[kMaxOperands + 1];
  OffsetsAt(nest_, last - 1, index / (row_tiles_ * column_tiles_), offsets);
  Place place;
  place.row = index / column_tiles_ % row_tiles_ * tile_rows_;
  place.column = index % column_tiles_ * tile_columns_;
  place.rows = std::min(tile_rows_, nest_.dims[last - 1] - place.row);
  place.columns = std::min(tile_columns_, nest_.dims[last] - place.column);
  for (size_t k = 0; k < nest_.strides.size(); ++k) {
    offsets[k] += place.row * nest_.strides[k][last - 1] + place.column * nest_.strides[k][last];
  }
  dst += offsets[nest_.strides.size() - 1] * static_cast<int64_t>(element_bytes_.back());
  RunSteps(sources, offsets, place, dst, work);
}

void PointwiseProgram::RunSteps(const void* const* sources, const int64_t* offsets,
                                const Place& place, char* dst, Workspace& work) const {
  Tile tile;
  tile.count = place.rows * place.columns;
  for (size_t s = 0; s < steps_.size(); ++s) {
    const PointwiseStep& step = steps_[s];
    bool scalar_seen = false;
    for (size_t i = 0; i < static_cast<size_t>(step.operand_count); ++i) {
      const int operand = step.operands[i];
      tile.scalar[i] = false;
      if (operand == kRunningValue) {
        tile.src[i] = work.running;
        continue;
      }
      const auto k = static_cast<size_t>(operand);
      tile.scalar[i] =
          Resolve(sources[k], operand, offsets[k], place, step.takes_scalar && !scalar_seen,
                  s == 0 ? i : kSlots - 1, work, &tile.src[i]);
      scalar_seen |= tile.scalar[i];
    }
    tile.dst = s + 1 == steps_.size() ? dst : work.running;
    tile.params = step.params.data();
    step.run(tile);
  }
}

// Whether `data` is a single element that stands for the whole tile.
bool PointwiseProgram::Resolve(const void* source, int operand, int64_t offset, const Place& place,
                               bool allow_scalar, size_t slot, Workspace& work,
                               const void** data) const {
  const auto k = static_cast<size_t>(operand);
  const size_t last = nest_.dims.size() - 1;
  const int64_t row_stride = nest_.strides[k][last - 1];
  const int64_t column_stride = nest_.strides[k][last];
  const size_t bytes = element_bytes_[k];
  *data = static_cast<const char*>(source) + offset * static_cast<int64_t>(bytes);
  const bool one_row = place.rows == 1;
  if (column_stride == 1 && (one_row || row_stride == place.columns)) return false;
  if (column_stride == 0 && (one_row || row_stride == 0) && allow_scalar) return true;

  Workspace::Slot& to = work.slots[slot];
  const bool filled = to.operand == operand && to.offset == offset && to.rows == place.rows &&
                      to.columns == place.columns;
  if (!filled) {
    switch (bytes) {
      case 1:
        Gather<uint8_t>(*data, row_stride, column_stride, place.rows, place.columns, to.data);
        break;
      case 2:
        Gather<uint16_t>(*data, row_stride, column_stride, place.rows, place.columns, to.data);
        break;
      case 4:
        Gather<uint32_t>(*data, row_stride, column_stride, place.rows, place.columns, to.data);
        break;
      default:
        Gather<uint64_t>(*data, row_stride, column_stride, place.rows, place.columns, to.data);
    }
    to.operand = operand;
    to.offset = offset;
    to.rows = place.rows;
    to.columns = place.columns;
  }
  *data = to.data;
  return false;
}

}  // namespace kairos::onednn::own
