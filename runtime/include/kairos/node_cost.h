// What a node asks of a processor, whoever runs it.
#ifndef KAIROS_NODE_COST_H_
#define KAIROS_NODE_COST_H_

#include "absl/types/span.h"

#include "kairos/graph.h"
#include "kairos/kernel.h"

namespace kairos {

// Multiplications and additions of Conv, ConvTranspose, MatMul, Gemm, LSTM, GRU and RNN, done
// directly; all other operators, and post-ops, count as none. Operands are as the node's.
double FlopOf(const Node& node, absl::Span<const Operand> inputs,
              absl::Span<const Operand> outputs);

}  // namespace kairos

#endif  // KAIROS_NODE_COST_H_
