// Graph to FlatBuffers; the constants go to segments.
#ifndef KAIROS_RUNTIME_MODEL_ENCODE_H_
#define KAIROS_RUNTIME_MODEL_ENCODE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/graph.h"
#include "model/format.h"
#include "model/segment_writer.h"
#include "schemas/model_generated.h"

namespace kairos {

// One FlatBuffer in the making.
class Encoder {
 public:
  explicit Encoder(SegmentWriter& segments) : segments_(segments) {}

  flatbuffers::FlatBufferBuilder& builder() { return builder_; }

  // kUnimplemented: string constants; kInvalidArgument: constants without bytes;
  // kResourceExhausted: more than a FlatBuffer holds.
  absl::StatusOr<flatbuffers::Offset<fb::Graph>> EncodeGraph(const Graph& graph);
  absl::StatusOr<flatbuffers::Offset<fb::Node>> EncodeNode(const Node& node);
  absl::StatusOr<uint32_t> AddConstant(const Constant& constant);
  // kResourceExhausted when `more` bytes would not fit, or a string before was too long to be read
  // again.
  absl::Status Check(size_t more = 0) const;

  // An empty string becomes an absent field in String(), not in Name(). Too long ones are absent
  // and remembered for Check().
  flatbuffers::Offset<flatbuffers::String> Name(const std::string& text);
  flatbuffers::Offset<flatbuffers::String> String(const std::string& text,
                                                  size_t limit = kMaxStringBytes);
  // Absent when empty. The caller has checked the space.
  flatbuffers::Offset<flatbuffers::Vector<uint8_t>> Bytes(const std::string& bytes);
  absl::StatusOr<flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<fb::Property>>>>
  Properties(const std::vector<std::pair<std::string, std::string>>& properties);
  template <typename Container>
  auto Vector(const Container& items) {
    using Item = typename Container::value_type;
    flatbuffers::Offset<flatbuffers::Vector<Item>> none;
    return items.empty() ? none : builder_.CreateVector(items.data(), items.size());
  }

 private:
  using AttributeOffset = flatbuffers::Offset<fb::Attribute>;
  using AttributesOffset = flatbuffers::Offset<flatbuffers::Vector<AttributeOffset>>;

  absl::StatusOr<flatbuffers::Offset<fb::Value>> EncodeValue(const Value& value);
  absl::StatusOr<flatbuffers::Offset<fb::TensorData>> EncodeTensor(const Constant& constant);
  absl::StatusOr<AttributesOffset> EncodeAttributes(const Attributes& attributes);
  absl::StatusOr<AttributeOffset> EncodeAttribute(const Attributes::Entry& entry);
  absl::StatusOr<flatbuffers::Offset<fb::PostOp>> EncodePostOp(const PostOp& post_op);

  flatbuffers::FlatBufferBuilder builder_;
  SegmentWriter& segments_;
  size_t longest_refused_ = 0;  // bytes of a string that was too long
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_ENCODE_H_
