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

#include "onednn/own/fused_steps-inl.h"
#include "onednn/own/gemm_steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

// A panel of this depth stays in the first-level cache while all rows pass over it.
constexpr int64_t kDepthBlock = 256;

using Tag = PartTag;
constexpr size_t kLanes = kPartLanes;

// The panels of a tile of that many rows.
constexpr size_t PanelsFor(size_t rows) {
  const size_t panels = kSums / (rows * kPanelVectors);
  return panels < 1 ? 1 : panels > 6 ? 6 : panels;
}

struct Block {
  Operands from;  // A's first row and B's first panel at the block's first k
  float* c;
  int64_t c_stride;
  int64_t pieces, depth, piece_stride;  // of A
  const float* bias;        // of the first panel; null: zeros. The first block of k starts from it,
  bool add;                 // later ones from what C holds
  float low, high;          // bounds of the last block of k, infinities before
  const FusedSteps* steps;  // of the last block of k, if there are others than bounds
  int64_t result_offset, result_stride;  // of GemmArgs::c: to the block, and between rows
  // The rows of C after these, to be fetched: with a small depth the next tile would wait for them.
  // Products of 12 to 18 by 96 on large images (PP-OCR detection) took 1.2 to 1.5 times as long
  // without. May reach beyond the end.
  const float* next_c;
  int64_t ahead = 0;  // floats from this tile to those rows, in what is added to C
};

// Fetches what lies like a tile.
template <size_t kRows, size_t kColumns>
HWY_INLINE void Fetch(const float* from, int64_t stride) {
  constexpr size_t kLine = static_cast<size_t>(kLineFloats);
  for (size_t r = 0; r < kRows; ++r, from += stride) {
    for (size_t at = 0; at < kColumns * kLanes; at += kLine) {
      __builtin_prefetch(from + at, /*rw=*/1, /*locality=*/3);
    }
  }
}

// body(r, v) for each vector of a tile: with constants for tiles of which there are many, so that
// what is indexed with them stays in registers.
template <size_t kRows, size_t kColumns, typename Body, size_t... kVectors>
HWY_INLINE void ForEachVector(const Body& body, std::index_sequence<kVectors...>) {
  if constexpr (kRows == kTileRows) {
    (body(kVectors / kColumns, kVectors % kColumns), ...);
  } else {
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t v = 0; v < kColumns; ++v) body(r, v);
    }
  }
}
template <size_t kRows, size_t kColumns, typename Body>
HWY_INLINE void ForEachVector(const Body& body) {
  ForEachVector<kRows, kColumns>(body, std::make_index_sequence<kRows * kColumns>());
}

// kColumns vectors of columns, of one panel or more, of the last of which `last` lanes are part of
// C. With kSteps the sums pass through memory, so that the steps are a loop; the tiles that only
// bound them keep them in registers.
template <size_t kRows, size_t kColumns, bool kSteps>
HWY_INLINE void SumTile(const Block& block, size_t last) {
  const Tag d;
  hn::Vec<Tag> sum[kRows * kColumns];
  float* const c = block.c;
  const int64_t c_stride = block.c_stride;
  const auto at = [=](size_t r, size_t v) {
    return c + static_cast<int64_t>(r) * c_stride + v * kLanes;
  };
  const auto lanes = [=](size_t v) { return v + 1 == kColumns ? last : kLanes; };
  if (block.add) {
    ForEachVector<kRows, kColumns>(
        [&](size_t r, size_t v) HWY_ATTR { sum[r * kColumns + v] = LoadUpTo(at(r, v), lanes(v)); });
  } else {
    const bool biased = block.bias != nullptr;
    ForEachVector<kRows, kColumns>([&](size_t r, size_t v) HWY_ATTR {
      sum[r * kColumns + v] = biased ? hn::LoadU(d, block.bias + v * kLanes) : hn::Zero(d);
    });
  }
  Fetch<kRows, kColumns>(block.next_c, block.result_stride);
  if (kSteps && block.steps->addend != nullptr) {
    Fetch<kRows, kColumns>(block.steps->addend + block.result_offset + block.ahead,
                           block.result_stride);
  }
  Operands from = block.from;
  int64_t piece = 0;
  do {
    const float* const a = from.a;
    AddSteps<kRows, kColumns>(block.depth, from, sum);
    from.a = a + block.piece_stride;
  } while (++piece < block.pieces);
  if constexpr (kSteps) {
    const FusedSteps steps = *block.steps;
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t v = 0; v < kColumns; ++v) {
        const size_t i = r * kColumns + v;
        const int64_t offset = block.result_offset + static_cast<int64_t>(r) * block.result_stride +
                               static_cast<int64_t>(v * kLanes);
        const auto addend = [&]() HWY_ATTR { return LoadUpTo(steps.addend + offset, lanes(v)); };
        StoreUpTo(ApplySteps(steps, sum[i], addend), at(r, v), lanes(v));
      }
    }
  } else {
    const hn::Vec<Tag> low = hn::Set(d, block.low), high = hn::Set(d, block.high);
    ForEachVector<kRows, kColumns>([&](size_t r, size_t v) HWY_ATTR {
      StoreUpTo(AtMost(AtLeast(sum[r * kColumns + v], low), high), at(r, v), lanes(v));
    });
  }
}

template <size_t kRows, size_t kColumns>
HWY_INLINE void Tile(const Block& block, size_t last = kLanes) {
  if (block.steps != nullptr) {
    SumTile<kRows, kColumns, true>(block, last);
  } else {
    SumTile<kRows, kColumns, false>(block, last);
  }
}

#if HWY_MEM_OPS_MIGHT_FAULT

// Copies rows of `columns` floats.
template <size_t kRows>
void CopyRows(const float* from, int64_t from_stride, float* to, int64_t to_stride,
              size_t columns) {
  for (size_t r = 0; r < kRows; ++r, from += from_stride, to += to_stride) {
    std::memcpy(to, from, columns * sizeof(float));
  }
}

// A panel of which only `columns` are part of C.
template <size_t kRows, size_t kColumns>
void PartialTile(Block block, size_t columns) {
  HWY_ALIGN float tile[kRows * kPanelColumns] = {};
  float* const c = block.c;
  const int64_t c_stride = block.c_stride;
  if (block.add) CopyRows<kRows>(c, c_stride, tile, kPanelColumns, columns);
  HWY_ALIGN float addend[kRows * kPanelColumns] = {};
  FusedSteps steps;
  if (block.steps != nullptr && block.steps->addend != nullptr) {
    steps = *block.steps;
    CopyRows<kRows>(steps.addend + block.result_offset, block.result_stride, addend, kPanelColumns,
                    columns);
    steps.addend = addend;
    block.steps = &steps;
    block.result_offset = block.ahead = 0;
    block.result_stride = kPanelColumns;
  }
  block.c = tile;
  block.c_stride = kPanelColumns;
  Tile<kRows, kColumns>(block);
  CopyRows<kRows>(tile, kPanelColumns, c, c_stride, columns);
}

#else

template <size_t kRows, size_t kColumns>
void PartialTile(const Block& block, size_t columns) {
  Tile<kRows, kColumns>(block, columns - (kColumns - 1) * kLanes);
}

#endif

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
  LastPanel<kRows>(block, columns, std::make_index_sequence<kPanelVectors>());
}

// A range of k that one block covers: whole pieces of A, or a part of one.
struct Range {
  int64_t piece, pieces;
  int64_t first, depth;  // within each piece
};

// The block of C at this row and panel.
Block BlockAt(const GemmArgs& args, int64_t row, int64_t panel, const Range& range) {
  const int64_t k = range.piece * args.piece_depth + range.first;
  Block block;
  block.from.a = args.a + row * args.a_stride + range.piece * args.piece_stride + range.first;
  block.from.a_stride = args.a_stride;
  block.from.b = args.b + panel * args.panel_stride + k * args.k_stride;
  block.from.k_stride = args.k_stride;
  block.from.panel_stride = args.panel_stride;
  block.result_offset = row * args.c_stride + panel * kPanelColumns;
  block.result_stride = block.c_stride = args.c_stride;
  block.next_c = block.c = args.c + block.result_offset;
  block.pieces = range.pieces;
  block.depth = range.depth;
  block.piece_stride = args.piece_stride;
  block.bias = args.bias == nullptr ? nullptr : args.bias + panel * kPanelColumns;
  block.add = k > 0;
  const bool last = k + range.pieces * range.depth == args.depth();
  block.low = last ? args.steps.low : FusedSteps().low;
  block.high = last ? args.steps.high : FusedSteps().high;
  block.steps = last && args.steps.more_than_bounds() ? &args.steps : nullptr;
  block.from.next = nullptr;
  return block;
}

// A matrix of kRows rows.
template <size_t kRows>
void FewRows(const GemmArgs& args, const Range& range) {
  constexpr auto kPanels = static_cast<int64_t>(PanelsFor(kRows));
  const int64_t whole = args.columns / kPanelColumns;
  int64_t panel = 0;
  for (; panel + kPanels <= whole; panel += kPanels)
    Tile<kRows, kPanels * kPanelVectors>(BlockAt(args, 0, panel, range));
  for (; panel < whole; ++panel) Tile<kRows, kPanelVectors>(BlockAt(args, 0, panel, range));
  if (args.columns % kPanelColumns != 0) {
    LastPanel<kRows>(BlockAt(args, 0, panel, range),
                     static_cast<size_t>(args.columns % kPanelColumns));
  }
}

template <size_t kRows, size_t kPanels>
void RowTile(const Block& block, size_t columns) {
  if (columns == kPanels * kPanelColumns) {
    Tile<kRows, kPanels * kPanelVectors>(block);
  } else {
    LastPanel<kRows>(block, columns);
  }
}

// kPanels panels from `panel` on, over all rows. Meanwhile those at `next` are fetched.
template <size_t kPanels, size_t... kBefore>
void Columns(const GemmArgs& args, int64_t panel, const Range& range, const float* next,
             std::index_sequence<kBefore...>) {
  const auto columns = static_cast<size_t>(
      std::min<int64_t>(args.columns - panel * kPanelColumns, kPanels * kPanelColumns));
  Block block = BlockAt(args, 0, panel, range);
  // A tile of few rows takes as long as one of more: its sums wait for each other. So it gets half
  // of the tile before it.
  constexpr auto kWhole = static_cast<int64_t>(kTileRows);
  const int64_t rest = args.rows % kWhole;
  const int64_t shared = rest != 0 && rest <= kWhole / 2 ? kWhole + rest : 0;
  const int64_t fetches = range.pieces * (range.depth / kFetchStep);
  int64_t fetched = 0;
  for (int64_t row = 0; row < args.rows;) {
    const int64_t left = args.rows - row;
    const int64_t rows = left == shared ? (left + 1) / 2 : std::min(left, kWhole);
    // A panel has kFetchStep times the lines that a tile fetches.
    const int64_t ahead = fetched / kFetchStep, part = fetched % kFetchStep;
    if (next != nullptr && ahead < static_cast<int64_t>(kPanels)) {
      block.from.next = next + ahead * args.panel_stride + part * fetches * args.k_stride;
    } else {
      block.from.next = nullptr;
    }
    ++fetched;
    block.ahead = rows * args.c_stride;
    block.next_c = block.c + block.ahead;
    ((rows == static_cast<int64_t>(kBefore) + 1 ? RowTile<kBefore + 1, kPanels>(block, columns)
                                                : void()),
     ...);
    block.from.a += rows * args.a_stride;
    block.c += rows * args.c_stride;
    block.result_offset += rows * args.c_stride;
    row += rows;
  }
}

template <size_t... kBefore>
void RowsOf(const GemmArgs& args, const Range& range, std::index_sequence<kBefore...>) {
  ((args.rows == static_cast<int64_t>(kBefore) + 1 ? FewRows<kBefore + 1>(args, range) : void()),
   ...);
}

void RunRange(const GemmArgs& args, const Range& range) {
  constexpr auto kPanels = static_cast<int64_t>(PanelsFor(kTileRows));
  constexpr auto kSizes = std::make_index_sequence<kTileRows>();
  if (args.rows < static_cast<int64_t>(kTileRows)) {
    return RowsOf(args, range, std::make_index_sequence<kTileRows - 1>());
  }
  const int64_t whole_panels = args.columns / kPanelColumns;
  const int64_t k = range.piece * args.piece_depth + range.first;
  const int64_t after = k + range.pieces * range.depth;
  const auto next = [&](int64_t panel) -> const float* {
    if (panel < whole_panels) return args.b + panel * args.panel_stride + k * args.k_stride;
    return after < args.depth() ? args.b + after * args.k_stride : nullptr;
  };
  int64_t panel = 0;
  for (; panel + kPanels <= whole_panels; panel += kPanels) {
    Columns<PanelsFor(kTileRows)>(args, panel, range, next(panel + kPanels), kSizes);
  }
  for (; panel < PanelCount(args.columns); ++panel) {
    Columns<1>(args, panel, range, next(panel + 1), kSizes);
  }
}

void Gemm(const GemmArgs& args) {
  if (args.piece_depth >= kDepthBlock) {
    for (int64_t piece = 0; piece < args.pieces; ++piece) {
      for (int64_t k = 0; k < args.piece_depth; k += kDepthBlock) {
        RunRange(args, {piece, 1, k, std::min(args.piece_depth - k, kDepthBlock)});
      }
    }
    return;
  }
  const int64_t most = kDepthBlock / args.piece_depth;
  for (int64_t piece = 0; piece < args.pieces; piece += most) {
    RunRange(args, {piece, std::min(args.pieces - piece, most), 0, args.piece_depth});
  }
}

GemmFunction TargetGemm() { return &Gemm; }
int64_t TargetTileRows() { return static_cast<int64_t>(kTileRows); }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(TargetGemm);
GemmFunction FindGemm() { return HWY_DYNAMIC_DISPATCH(TargetGemm)(); }
HWY_EXPORT(TargetTileRows);
int64_t GemmTileRows() { return HWY_DYNAMIC_DISPATCH(TargetTileRows)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE
