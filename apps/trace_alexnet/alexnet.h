// AlexNet in the form of "One weird trick for parallelizing convolutional neural networks"
// (Krizhevsky, 2014), with the layer names of torchvision: ordinary C++ over Arrays.
#ifndef KAIROS_APPS_TRACE_ALEXNET_ALEXNET_H_
#define KAIROS_APPS_TRACE_ALEXNET_ALEXNET_H_

#include <map>
#include <string>

#include "kairos/trace.h"

namespace kairos {

struct AlexNet {
  std::map<std::string, Array> weights;  // "features.0.weight", "features.0.bias" ...

  Array Weight(const std::string& name) const {
    const auto found = weights.find(name);
    if (found != weights.end()) return found->second;
    return Array::Error(absl::NotFoundError("AlexNet: no weight '" + name + "'"));
  }
  Array Layer(const Array& x, const std::string& name, int64_t stride, int64_t pad) const {
    return Relu(Conv(x, Weight(name + ".weight"), Weight(name + ".bias"),
                     {.strides = {stride, stride}, .pads = {pad, pad, pad, pad}}));
  }
  Array Linear(const Array& x, const std::string& name) const {
    return Gemm(x, Weight(name + ".weight"), Weight(name + ".bias"), {.trans_b = true});
  }
  static Array Pool(const Array& x) { return MaxPool(x, {3, 3}, {.strides = {2, 2}}); }

  // [N, 3, 224, 224] to the logits of the classes.
  Array operator()(const Array& image) const {
    Array x = Pool(Layer(image, "features.0", 4, 2));
    x = Pool(Layer(x, "features.3", 1, 2));
    for (const char* name : {"features.6", "features.8", "features.10"}) x = Layer(x, name, 1, 1);
    x = Flatten(Pool(x));
    x = Relu(Linear(x, "classifier.1"));
    x = Relu(Linear(x, "classifier.4"));
    return Linear(x, "classifier.6");
  }
};

}  // namespace kairos

#endif  // KAIROS_APPS_TRACE_ALEXNET_ALEXNET_H_
