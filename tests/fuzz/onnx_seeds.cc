// Writes the seeds of onnx_fuzz: models of several opsets, so that mutations reach the upgrades.
//
// usage: onnx_seeds FOLDER
#include <cstdio>
#include <fstream>
#include <string>

#include "unit/importer/model_proto.h"

namespace kairos::testing {
namespace {

ModelProtoBuilder Convolution(int opset) {
  ModelProtoBuilder m(opset);
  m.Input("x", {-1, 1, 4, 4}).Floats("w", {2, 1, 1, 1}, {1, 2}).Floats("scale", {2}, {1, 2});
  m.Node("Conv", {"x", "w"}, {"c"}, {{"kernel_shape", std::vector<int64_t>{1, 1}}});
  m.Node("BatchNormalization", {"c", "scale", "scale", "scale", "scale"}, {"n"});
  m.Node("Dropout", {"n"}, {"d"});
  m.Node("GlobalAveragePool", {"d"}, {"y"});
  m.Output("y");
  return m;
}

// Axes, pads and sizes that older opsets had as attributes.
ModelProtoBuilder Attributes(int opset) {
  const std::vector<int64_t> one = {1};
  ModelProtoBuilder m(opset);
  m.Input("x", {2, 3});
  m.Node("Unsqueeze", {"x"}, {"u"}, {{"axes", one}});
  m.Node("Squeeze", {"u"}, {"s"}, {{"axes", one}});
  m.Node("Slice", {"s"}, {"l"},
         {{"axes", one}, {"starts", one}, {"ends", std::vector<int64_t>{3}}});
  m.Node("Pad", {"l"}, {"p"}, {{"pads", std::vector<int64_t>{0, 1, 0, 1}}, {"value", 1.0f}});
  m.Node("ReduceSum", {"p"}, {"y"}, {{"axes", one}, {"keepdims", 0}});
  m.Output("y");
  return m;
}

ModelProtoBuilder Inputs(int opset) {
  ModelProtoBuilder m(opset);
  m.Input("x", {1, 1, 2, 2}).Floats("scales", {4}, {1, 1, 2, 2}).Floats("none", {0}, {});
  m.Int64s("shape", {2}, {4, 4});
  m.Node("Resize", {"x", "none", "scales"}, {"r"}, {{"mode", std::string("linear")}});
  m.Node("Reshape", {"r", "shape"}, {"m"});
  m.Node("MatMul", {"m", "m"}, {"p"});
  m.Node("Softmax", {"p"}, {"y"});
  m.Output("y");
  return m;
}

bool Write(const std::string& path, ModelProtoBuilder model) {
  std::ofstream file(path, std::ios::binary);
  return model.model().SerializeToOstream(&file) && file.flush();
}

bool WriteAll(const std::string& folder) {
  return Write(folder + "/conv7.onnx", Convolution(7)) &&
         Write(folder + "/conv15.onnx", Convolution(15)) &&
         Write(folder + "/attributes2.onnx", Attributes(2)) &&
         Write(folder + "/attributes9.onnx", Attributes(9)) &&
         Write(folder + "/inputs11.onnx", Inputs(11)) &&
         Write(folder + "/inputs18.onnx", Inputs(18));
}

}  // namespace
}  // namespace kairos::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: onnx_seeds FOLDER\n");
    return 2;
  }
  if (kairos::testing::WriteAll(argv[1])) return 0;
  std::fprintf(stderr, "onnx_seeds: cannot write to %s\n", argv[1]);
  return 1;
}
