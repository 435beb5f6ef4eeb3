// FlatBuffers to Graph. The structure has been verified; here presence, numbers of enums, lengths
// and constants are checked. Indices and operators are ValidateGraph()'s.
#ifndef KAIROS_RUNTIME_MODEL_DECODE_H_
#define KAIROS_RUNTIME_MODEL_DECODE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/graph.h"
#include "model/format.h"
#include "model/interrupt.h"
#include "model/segment_table.h"
#include "model/verify.h"
#include "schemas/model_generated.h"

namespace kairos {

// One decoding run over one FlatBuffer. It bounds what is made from the bytes present: a small file
// may refer to one large vector from many places.
class Decoder {
 public:
  // `interrupt`: asked before each node; may be null.
  Decoder(const SegmentTable& segments, size_t flatbuffer_bytes, Interrupt* interrupt = nullptr);

  // kDataLoss, kUnimplemented (numbers this version does not know), kResourceExhausted (limits),
  // and what an interruption says.
  absl::StatusOr<Graph> DecodeGraph(const fb::Graph& graph);
  absl::StatusOr<Node> DecodeNode(const fb::Node& node);
  absl::Status DecodeProperties(const flatbuffers::Vector<flatbuffers::Offset<fb::Property>>* from,
                                std::vector<std::pair<std::string, std::string>>* to);

  // Copies; absent means empty. `T` is std::string or a vector of numbers.
  absl::Status Copy(const flatbuffers::String* from, std::string* to,
                    size_t limit = kMaxStringBytes);
  absl::Status Copy(const flatbuffers::Vector<uint8_t>* from, std::string* to);
  template <typename T, typename Container>
  absl::Status Copy(const flatbuffers::Vector<T>* from, Container* to) {
    if (from == nullptr) return absl::OkStatus();
    if (absl::Status status = VerifyAlignment(*from, alignof(T)); !status.ok()) return status;
    if (absl::Status status = Charge(from->size() * sizeof(T)); !status.ok()) return status;
    to->assign(from->begin(), from->end());
    return absl::OkStatus();
  }
  absl::Status Copy(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* from,
                    std::vector<std::string>* to);
  // As Copy, but kDataLoss "no FIELD" when absent.
  absl::Status CopyPresent(const flatbuffers::String* from, const char* field, std::string* to);
  // kUnimplemented for a number that is no DType.
  absl::StatusOr<DType> DecodeDType(uint8_t number);
  // Takes `bytes` of the memory that may be made.
  absl::Status Charge(size_t bytes);

  const SegmentTable& segments() const { return segments_; }

 private:
  absl::StatusOr<Value> DecodeValue(const fb::Value& value);
  absl::StatusOr<Constant> DecodeTensor(const fb::TensorData& tensor);
  absl::StatusOr<Attribute> DecodeAttribute(const fb::Attribute& attribute);
  absl::StatusOr<Attribute> DecodeSubgraph(const fb::Graph& graph);
  absl::Status DecodeAttributes(const flatbuffers::Vector<flatbuffers::Offset<fb::Attribute>>* from,
                                Attributes* to);
  absl::StatusOr<PostOp> DecodePostOp(const fb::PostOp& post_op);

  const SegmentTable& segments_;
  Interrupt* const interrupt_;
  uint64_t budget_;  // bytes that may still be made
  int depth_ = 0;    // of subgraphs
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_DECODE_H_
