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

// For each so many steps of k a tile fetches a cache line of the panels that come next, which would
// else come from memory while their first tile waits. Into the second-level cache: in the first
// they would push out what the tile works on. On two cores of a Zen 3, MiniLM with 16 tokens took
// 0.85 of the time without, MiniLM with 128 and ViT-B/16 0.97 to 0.99.
constexpr int64_t kFetchStep = 4;
constexpr int64_t kLineFloats = 16;

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
  const float* next;  // a part of the next panels, to be fetched; may reach beyond their end
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
  const auto multiply = [&](int64_t k) HWY_ATTR {
    hn::Vec<Tag> column[kColumns];
    for (size_t v = 0; v < kColumns; ++v) {
      const int64_t panel = static_cast<int64_t>(v / kVectors) * block.panel_stride;
      column[v] = hn::LoadU(d, block.b + k * kPanelColumns + panel + v % kVectors * kLanes);
    }
    for (size_t r = 0; r < kRows; ++r) {
      const hn::Vec<Tag> x = hn::Set(d, block.a[static_cast<int64_t>(r) * block.a_stride + k]);
      for (size_t v = 0; v < kColumns; ++v) sum[r][v] = hn::MulAdd(x, column[v], sum[r][v]);
    }
  };
  int64_t k = 0;
  for (; k + kFetchStep <= block.depth; k += kFetchStep) {
    __builtin_prefetch(block.next + k / kFetchStep * kLineFloats, /*rw=*/0, /*locality=*/2);
    for (int64_t i = 0; i < kFetchStep; ++i) multiply(k + i);
  }
  for (; k < block.depth; ++k) multiply(k);
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

// The block of C at this row, panel and k.
Block BlockAt(const GemmArgs& args, int64_t row, int64_t panel, int64_t k, int64_t depth) {
  Block block;
  block.a = args.a + row * args.a_stride + k;
  block.a_stride = args.a_stride;
  block.b = args.panels + (panel * args.depth + k) * kPanelColumns;
  block.panel_stride = args.depth * kPanelColumns;
  block.c = args.c + row * args.c_stride + panel * kPanelColumns;
  block.c_stride = args.c_stride;
  block.depth = depth;
  block.bias = args.bias == nullptr ? nullptr : args.bias + panel * kPanelColumns;
  block.add = k > 0;
  block.last = k + depth == args.depth;
  block.bounds = args.bounds;
  block.next = block.b;
  return block;
}

// A matrix of kRows rows.
template <size_t kRows>
void FewRows(const GemmArgs& args, int64_t k, int64_t depth) {
  constexpr auto kPanels = static_cast<int64_t>(PanelsFor(kRows));
  const int64_t whole = args.columns / kPanelColumns;
  int64_t panel = 0;
  for (; panel + kPanels <= whole; panel += kPanels)
    Tile<kRows, kPanels * kVectors>(BlockAt(args, 0, panel, k, depth));
  for (; panel < whole; ++panel) Tile<kRows, kVectors>(BlockAt(args, 0, panel, k, depth));
  if (args.columns % kPanelColumns != 0) {
    LastPanel<kRows>(BlockAt(args, 0, panel, k, depth),
                     static_cast<size_t>(args.columns % kPanelColumns));
  }
}

template <size_t kRows, size_t kPanels>
void RowTile(const Block& block, size_t columns) {
  if (columns == kPanels * kPanelColumns) {
    Tile<kRows, kPanels * kVectors>(block);
  } else {
    LastPanel<kRows>(block, columns);
  }
}

// kPanels panels from `panel` on, over all rows. Meanwhile those at `next` are fetched.
template <size_t kPanels, size_t... kBefore>
void Columns(const GemmArgs& args, int64_t panel, int64_t k, int64_t depth, const float* next,
             std::index_sequence<kBefore...>) {
  const auto columns = static_cast<size_t>(
      std::min<int64_t>(args.columns - panel * kPanelColumns, kPanels * kPanelColumns));
  Block block = BlockAt(args, 0, panel, k, depth);
  const float* const present = block.b;
  // A tile of few rows takes as long as one of more: its sums wait for each other. So it gets half
  // of the tile before it.
  constexpr auto kWhole = static_cast<int64_t>(kTileRows);
  const int64_t rest = args.rows % kWhole;
  const int64_t shared = rest != 0 && rest <= kWhole / 2 ? kWhole + rest : 0;
  int64_t fetched = 0;
  for (int64_t row = 0; row < args.rows;) {
    const int64_t left = args.rows - row;
    const int64_t rows = left == shared ? (left + 1) / 2 : std::min(left, kWhole);
    // A panel has kFetchStep times the lines that a tile fetches.
    const int64_t ahead = fetched / kFetchStep, part = fetched % kFetchStep;
    if (next != nullptr && ahead < static_cast<int64_t>(kPanels)) {
      block.next = next + ahead * block.panel_stride + part * (depth / kFetchStep) * kLineFloats;
    } else {
      block.next = present;
    }
    ++fetched;
    ((rows == static_cast<int64_t>(kBefore) + 1 ? RowTile<kBefore + 1, kPanels>(block, columns)
                                                : void()),
     ...);
    block.a += rows * args.a_stride;
    block.c += rows * args.c_stride;
    row += rows;
  }
}

template <size_t... kBefore>
void RowsOf(const GemmArgs& args, int64_t k, int64_t depth, std::index_sequence<kBefore...>) {
  ((args.rows == static_cast<int64_t>(kBefore) + 1 ? FewRows<kBefore + 1>(args, k, depth) : void()),
   ...);
}

void Gemm(const GemmArgs& args) {
  constexpr auto kPanels = static_cast<int64_t>(PanelsFor(kTileRows));
  constexpr auto kSizes = std::make_index_sequence<kTileRows>();
  const int64_t whole_panels = args.columns / kPanelColumns;
  for (int64_t k = 0; k < args.depth; k += kDepthBlock) {
    const int64_t depth = std::min(args.depth - k, kDepthBlock);
    if (args.rows < static_cast<int64_t>(kTileRows)) {
      RowsOf(args, k, depth, std::make_index_sequence<kTileRows - 1>());
      continue;
    }
    const auto next = [&](int64_t panel) -> const float* {
      if (panel < whole_panels) return args.panels + (panel * args.depth + k) * kPanelColumns;
      return k + depth < args.depth ? args.panels + (k + depth) * kPanelColumns : nullptr;
    };
    int64_t panel = 0;
    for (; panel + kPanels <= whole_panels; panel += kPanels) {
      Columns<PanelsFor(kTileRows)>(args, panel, k, depth, next(panel + kPanels), kSizes);
    }
    for (; panel < PanelCount(args.columns); ++panel) {
      Columns<1>(args, panel, k, depth, next(panel + 1), kSizes);
    }
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
