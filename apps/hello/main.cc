// Embedding Kairos: load a model, run it on zeros, print the largest output.
// usage: hello MODEL.kai   (a model with one float input whose shape is declared)
#include <algorithm>
#include <cstdio>

#include "kairos/session.h"

namespace {

absl::Status Hello(const char* path) {
  auto runtime = kairos::Runtime::Make();
  if (!runtime.ok()) return runtime.status();
  auto model = kairos::Model::Load(path);
  if (!model.ok()) return model.status();
  auto session = kairos::Session::Make(*runtime, *model);
  if (!session.ok()) return session.status();

  const kairos::Value& declared = (*model)->graph().value((*model)->graph().inputs[0]);
  if (!declared.dims) return absl::InvalidArgumentError("the input declares no shape");
  kairos::Shape shape;
  for (const kairos::Dim& dim : *declared.dims) shape.push_back(std::max<int64_t>(dim.size, 1));
  auto input = kairos::Tensor::Make(declared.dtype, shape);
  if (!input.ok()) return input.status();

  auto outputs = (*session)->Run({input->view()});
  if (!outputs.ok()) return outputs.status();
  auto values = outputs->front().as<float>();
  const auto best = std::max_element(values.begin(), values.end());
  std::printf("largest of %zu outputs: %g at %td\n", values.size(), *best, best - values.begin());
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const absl::Status status =
      argc == 2 ? Hello(argv[1]) : absl::InvalidArgumentError("usage: hello MODEL.kai");
  if (!status.ok()) std::fprintf(stderr, "hello: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
