#include "onednn/own/gemm_simd.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "onednn/own/fixed_simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/gemm_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A panel of this depth stays in the first-level cache while all rows pass over it.
constexpr int64_t kDepthBlock = 256;

using Tag = hn::CappedTag<float, kPanelColumns>;
constexpr size_t kLanes = hn::MaxLanes(Tag());
constexpr size_t kVectors = kPanelColumns / kLanes;  // of one panel
// A tile of rows x panels keeps its sums in registers: 32 of 512 bits, 16 of 256.
constexpr size_t kTileRows = kVectors == 1 ? 12 : kVectors == 2 ? 6 : 4;
constexpr size_t kSums = kVectors == 1 ? 24 : 12;

// The panels of a tile of that many rows.
constexpr size_t PanelsFor(size_t rows) {
  const size_t panels = kSums / (rows * kVectors);
  return panels < 1 ? 1 : panels > 6 ? 6 : panels;
}

struct Block {
  const float* a;
  int64_t a_stride;
  const float* b;  // the first panel at the block's first k
  int64_t panel_stride;
  float* c;
  int64_t c_stride;
  int64_t depth;
  const float* bias;  // of the first panel; null: zeros. The first block of k starts from it,
  bool add;           // later ones from what C holds
  bool last;          // then the bounds apply
  Bounds bounds;
};

// kColumns vectors of columns, of one panel or more.
template <size_t kRows, size_t kColumns>
HWY_INLINE void Tile(const Block& block) {
  const Tag d;
  hn::Vec<Tag> sum[kRows][kColumns];
  for (size_t v = 0; v < kColumns; ++v) {
    const hn::Vec<Tag> bias =
        block.bias == nullptr ? hn::Zero(d) : hn::LoadU(d, block.bias + v * kLanes);
    for (size_t r = 0; r < kRows; ++r) {
      const float* from = block.c + static_cast<int64_t>(r) * block.c_stride + v * kLanes;
      sum[r][v] = block.add ? hn::LoadU(d, from) : bias;
    }
  }
  const float* a = block.a;
  const float* b = block.b;
  for (int64_t k = 0; k < block.depth; ++k, ++a, b += kPanelColumns) {
    hn::Vec<Tag> column[kColumns];
    for (size_t v = 0; v < kColumns; ++v) {
      const int64_t panel = static_cast<int64_t>(v / kVectors) * block.panel_stride;
      column[v] = hn::LoadU(d, b + panel + v % kVectors * kLanes);
    }
    for (size_t r = 0; r < kRows; ++r) {
      const hn::Vec<Tag> x = hn::Set(d, a[static_cast<int64_t>(r) * block.a_stride]);
      for (size_t v = 0; v < kColumns; ++v) sum[r][v] = hn::MulAdd(x, column[v], sum[r][v]);
    }
  }
  // With NaN as the second operand x86 returns it.
  const hn::Vec<Tag> low = hn::Set(d, block.bounds.low), high = hn::Set(d, block.bounds.high);
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kColumns; ++v) {
      float* to = block.c + static_cast<int64_t>(r) * block.c_stride + v * kLanes;
      const hn::Vec<Tag> x = sum[r][v];
      hn::StoreU(block.last ? hn::Min(high, hn::Max(low, x)) : x, d, to);
    }
  }
}

// A panel of which only `columns` are part of C.
template <size_t kRows, size_t kColumns>
void PartialTile(Block block, size_t columns) {
  HWY_ALIGN float tile[kRows * kPanelColumns] = {};
  float* const c = block.c;
  const int64_t c_stride = block.c_stride;
  for (size_t r = 0; block.add && r < kRows; ++r) {
    std::memcpy(tile + r * kPanelColumns, c + static_cast<int64_t>(r) * c_stride,
                columns * sizeof(float));
  }
  block.c = tile;
  block.c_stride = kPanelColumns;
  Tile<kRows, kColumns>(block);
  for (size_t r = 0; r < kRows; ++r) {
    std::memcpy(c + static_cast<int64_t>(r) * c_stride, tile + r * kPanelColumns,
                columns * sizeof(float));
  }
}

template <size_t kRows, size_t... kBefore>
void LastPanel(const Block& block, size_t columns, std::index_sequence<kBefore...>) {
  const size_t vectors = (columns + kLanes - 1) / kLanes;
  const bool whole = columns % kLanes == 0;
  ((vectors != kBefore + 1 ? void()
    : whole                ? Tile<kRows, kBefore + 1>(block)
                           : PartialTile<kRows, kBefore + 1>(block, columns)),
   ...);
}
// The last panel, which has less than its full number of columns.
template <size_t kRows>
void LastPanel(const Block& block, size_t columns) {
  LastPanel<kRows>(block, columns, std::make_index_sequence<kVectors>());
}

// kRows rows from `row` on, over all panels.
template <size_t kRows>
void Rows(const GemmArgs& args, int64_t row, int64_t k, int64_t depth) {
  constexpr auto kPanels = static_cast<int64_t>(PanelsFor(kRows));
  Block block{args.a + row * args.a_stride + k,
              args.a_stride,
              args.panels + k * kPanelColumns,
              args.depth * kPanelColumns,
              args.c + row * args.c_stride,
              args.c_stride,
              depth,
              args.bias,
              k > 0,
              k + depth == args.depth,
              args.bounds};
  const int64_t whole = args.columns / kPanelColumns;
  const auto advance = [&](int64_t panels) {
    block.b += panels * block.panel_stride;
    block.c += panels * kPanelColumns;
    if (block.bias != nullptr) block.bias += panels * kPanelColumns;
  };
  int64_t panel = 0;
  for (; panel + kPanels <= whole; panel += kPanels, advance(kPanels))
    Tile<kRows, kPanels * kVectors>(block);
  for (; panel < whole; ++panel, advance(1)) Tile<kRows, kVectors>(block);
  if (args.columns % kPanelColumns != 0) {
    LastPanel<kRows>(block, static_cast<size_t>(args.columns % kPanelColumns));
  }
}

template <size_t... kRows>
void RowsOf(size_t rows, const GemmArgs& args, int64_t row, int64_t k, int64_t depth,
            std::index_sequence<kRows...>) {
  // One instantiation per number of rows: the last rows of a matrix cost what they are worth.
  ((rows == kRows + 1 ? Rows<kRows + 1>(args, row, k, depth) : void()), ...);
}

// `panels` panels from `panel` on, over all rows but those of an incomplete tile.
template <size_t kPanels>
void Columns(const GemmArgs& args, int64_t panel, int64_t rows, int64_t k, int64_t depth) {
  Block block{args.a + k,
              args.a_stride,
              args.panels + (panel * args.depth + k) * kPanelColumns,
              args.depth * kPanelColumns,
              args.c + panel * kPanelColumns,
              args.c_stride,
              depth,
              args.bias == nullptr ? nullptr : args.bias + panel * kPanelColumns,
              k > 0,
              k + depth == args.depth,
              args.bounds};
  const auto columns = static_cast<size_t>(
      std::min<int64_t>(args.columns - panel * kPanelColumns, kPanels * kPanelColumns));
  for (int64_t row = 0; row < rows; row += kTileRows) {
    if (columns == kPanels * kPanelColumns) {
      Tile<kTileRows, kPanels * kVectors>(block);
    } else {
      LastPanel<kTileRows>(block, columns);
    }
    block.a += static_cast<int64_t>(kTileRows) * args.a_stride;
    block.c += static_cast<int64_t>(kTileRows) * args.c_stride;
  }
}

void Gemm(const GemmArgs& args) {
  constexpr auto kPanels = static_cast<int64_t>(PanelsFor(kTileRows));
  const int64_t whole_rows = args.rows / static_cast<int64_t>(kTileRows) * kTileRows;
  const int64_t whole_panels = args.columns / kPanelColumns;
  for (int64_t k = 0; k < args.depth; k += kDepthBlock) {
    const int64_t depth = std::min(args.depth - k, kDepthBlock);
    int64_t panel = 0;
    for (; panel + kPanels <= whole_panels; panel += kPanels) {
      Columns<PanelsFor(kTileRows)>(args, panel, whole_rows, k, depth);
    }
    for (; panel < PanelCount(args.columns); ++panel) {
      Columns<1>(args, panel, whole_rows, k, depth);
    }
    RowsOf(static_cast<size_t>(args.rows - whole_rows), args, whole_rows, k, depth,
           std::make_index_sequence<kTileRows - 1>());
  }
}

GemmFunction TargetGemm() { return &Gemm; }
int64_t TargetVectorFloats() { return static_cast<int64_t>(kLanes); }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(TargetGemm);
GemmFunction FindGemm() { return HWY_DYNAMIC_DISPATCH(TargetGemm)(); }
HWY_EXPORT(TargetVectorFloats);
int64_t GemmVectorFloats() { return HWY_DYNAMIC_DISPATCH(TargetVectorFloats)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE
