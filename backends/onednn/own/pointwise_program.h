// A sequence of tile functions over broadcast operands: the compiled form of a pointwise operator
// with its post-ops, or of the post-ops of another kernel alone.
//
// Step 0 reads operands and makes the running value; each later step combines it with at most one
// more operand. The running value stays in the first-level cache; memory sees each operand read and
// the result written once. An element of the result is written after all operands were read at its
// place, so the result may lie over any operand of its own size and layout.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_POINTWISE_PROGRAM_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_POINTWISE_PROGRAM_H_

#include <array>
#include <cstdint>
#include <vector>

#include "kairos/tensor.h"
#include "kairos/thread_pool.h"
#include "onednn/own/loop_nest.h"
#include "onednn/own/tile.h"

namespace kairos::onednn::own {

inline constexpr int kRunningValue = -1;
// Operands of one program, at most.
inline constexpr size_t kMaxOperands = 12;

struct PointwiseStep {
  TileFunction run = nullptr;
  std::array<int, 3> operands = {kRunningValue, kRunningValue, kRunningValue};
  int operand_count = 1;
  bool takes_scalar = false;  // a binary function that accepts one scalar operand
  bool heavy = false;         // tens of instructions per element
  std::array<float, 4> params = {};
};

class PointwiseProgram {
 public:
  // `operands` broadcast to the shape of `result`. Steps after the first need a running value of
  // the element size of the result.
  PointwiseProgram(const TensorType& result, const std::vector<TensorType>& operands,
                   std::vector<PointwiseStep> steps);

  // `sources` has one pointer per operand.
  void Run(const void* const* sources, void* dst, ThreadPool& pool) const;

 private:
  struct Workspace;
  struct Place {
    int64_t row = 0, column = 0, rows = 0, columns = 0;
  };
  void RunTile(int64_t index, const void* const* sources, char* dst, Workspace& work) const;
  void RunSteps(const void* const* sources, const int64_t* offsets, const Place& place, char* dst,
                Workspace& work) const;
  bool Resolve(const void* source, int operand, int64_t offset, const Place& place,
               bool allow_scalar, size_t slot, Workspace& work, const void** data) const;

  std::vector<PointwiseStep> steps_;
  std::vector<size_t> element_bytes_;  // of the operands, then of the result
  LoopNest nest_;                      // of the operands, then of the result; two dims at least
  int64_t tile_rows_ = 1, tile_columns_ = 1;
  int64_t row_tiles_ = 0, column_tiles_ = 0, tile_count_ = 0;
  int64_t grain_ = 1;  // tiles
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_POINTWISE_PROGRAM_H_
