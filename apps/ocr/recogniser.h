// Reads one line of text: a Session of a CTC recogniser and its alphabet.
#ifndef KAIROS_APPS_OCR_RECOGNISER_H_
#define KAIROS_APPS_OCR_RECOGNISER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kairos/session.h"
#include "ocr/image.h"

namespace kairos::ocr {

struct Line {
  std::string text;      // UTF-8
  float confidence = 0;  // mean probability of the characters; 0 without any
};

// Greedy CTC decoding: the best class of each time step, repeats merged, blanks (class 0) dropped
// (Graves et al., Connectionist Temporal Classification, 2006). `scores` is [time, classes].
absl::StatusOr<Line> DecodeCtc(absl::Span<const float> scores, size_t classes,
                               absl::Span<const std::string> alphabet);

// Not thread-safe.
class Recogniser {
 public:
  // The model has one image input and one [1, time, classes] output, and its metadata property
  // "character" lists the characters of classes 1, 2 ..., one a line; the class behind the last is
  // the space.
  static absl::StatusOr<Recogniser> Make(std::shared_ptr<Runtime> runtime,
                                         std::shared_ptr<const Model> model,
                                         std::shared_ptr<const Policy> policy);
  absl::StatusOr<Line> Read(const Image& image);
  const Session& session() const { return *session_; }

 private:
  Recogniser(std::unique_ptr<Session> session, std::vector<std::string> alphabet)
      : session_(std::move(session)), alphabet_(std::move(alphabet)) {}
  std::unique_ptr<Session> session_;
  std::vector<std::string> alphabet_;  // by class; [0] is the blank
};

}  // namespace kairos::ocr

#endif  // KAIROS_APPS_OCR_RECOGNISER_H_
