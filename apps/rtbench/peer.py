"""One sample of another runtime in a fresh process: the other side of rtbench's child protocol.

usage: python -c SCRIPT REQUEST     REQUEST: JSON as of request.h; prints one JSON object

Times of cold_ms start after the import of the runtime, as those of Kairos start at main.
"""
import atexit
import functools
import json
import os
import resource
import shutil
import sys
import tempfile
import time

script_ns = time.monotonic_ns()
request = json.loads(sys.argv[1])
threads = request["threads"] or len(os.sched_getaffinity(0))
os.environ.setdefault("OMP_NUM_THREADS", str(threads))


class Failure(Exception):
    """One line for the report."""


def first_line(error):
    return str(error).splitlines()[0] if str(error) else "failed"


def elapsed_ms(start_ns):
    return (time.monotonic_ns() - start_ns) / 1e6


def memory():
    kib = {}
    for line in open("/proc/self/status"):
        name, _, rest = line.partition(":")
        if name in ("VmHWM", "VmRSS"):
            kib[name] = int(rest.split()[0])
    return {"peak_rss_mb": kib["VmHWM"] * 1024 / 1e6, "steady_rss_mb": kib["VmRSS"] * 1024 / 1e6}


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e3


class OnnxRuntime:
    def __init__(self):
        import onnxruntime
        self.library = onnxruntime
        self.engine = "ONNX Runtime " + onnxruntime.__version__

    def load(self, path, shapes):
        options = self.library.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = self.library.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(self, feeds):
        return self.session.run(None, feeds)


class OpenVino:
    def __init__(self):
        import openvino
        self.library = openvino
        self.engine = "OpenVINO " + openvino.__version__

    def load(self, path, shapes):
        compiled = self.library.Core().compile_model(path, "CPU", {
            "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": str(threads)})
        self.request = compiled.create_infer_request()

    def run(self, feeds):
        # Without copies of the inputs and outputs, like the others.
        return list(self.request.infer(feeds, share_inputs=True, share_outputs=True).values())


class Torch:
    """Through onnx2torch, as PyTorch itself reads no ONNX files."""

    def __init__(self, compiled=False):
        # What an earlier process compiled must not make this one's start look warm, unless ours starts from a cache, too.
        if compiled and not request["cache"]:
            folder = tempfile.mkdtemp(prefix="rtbench-torch-")
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
        import onnx
        import onnx2torch
        import torch
        self.onnx, self.onnx2torch, self.library = onnx, onnx2torch, torch
        self.compiled = compiled
        self.engine = "PyTorch " + torch.__version__ + (" compile" if compiled else " eager")
        torch.set_num_threads(threads)

    def load(self, path, shapes):
        model = self.onnx.load(path)
        self.names = [i.name for i in model.graph.input]
        self.lower(model)
        try:
            module = self.onnx2torch.convert(model).eval()
        except (NotImplementedError, KeyError, AttributeError, ValueError, RuntimeError) as error:
            raise Failure(f"onnx2torch cannot convert it: {type(error).__name__}: {first_line(error)}")
        self.fix_reshapes(module)
        self.module = self.library.compile(module) if self.compiled else module

    def fix_reshapes(self, module):
        """The converter's Reshape reads its target from a tensor in each run, which torch.compile cannot follow."""
        for node in list(module.graph.nodes):
            if node.op != "call_module" or type(module.get_submodule(node.target)).__name__ != "OnnxReshape":
                continue
            data, target = node.args
            if target.op != "get_attr":
                continue
            sizes = functools.reduce(getattr, target.target.split("."), module).tolist()
            if 0 in sizes:
                continue
            with module.graph.inserting_after(node):
                node.replace_all_uses_with(module.graph.call_function(self.library.reshape, (data, tuple(sizes))))
            module.graph.erase_node(node)
        module.recompile()

    def lower(self, model):
        """Writes `model` as the converter knows it, up to opset 17; the report compares what it computes with ours."""
        helper, graph = self.onnx.helper, model.graph
        constants = {tensor.name: tensor for tensor in graph.initializer}
        nodes = list(graph.node)
        for node in nodes:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                graph.initializer.add().CopyFrom(node.attribute[0].t)
                constants[node.output[0]] = graph.initializer[-1]
                graph.initializer[-1].name = node.output[0]
        del graph.node[:]
        graph.node.extend(node for node in nodes if not node.output or node.output[0] not in constants)
        for node in graph.node:
            axes = constants.get(node.input[1]) if len(node.input) > 1 else None
            if node.op_type in AXES_WERE_ATTRIBUTES and axes is not None:
                node.attribute.append(helper.make_attribute("axes", self.onnx.numpy_helper.to_array(axes).tolist()))
                del node.input[1:]
            # Only a shape with a 0 in it means something else with this attribute.
            target = constants.get(node.input[1]) if node.op_type == "Reshape" else None
            if target is not None and 0 not in self.onnx.numpy_helper.to_array(target):
                kept = [a for a in node.attribute if a.name != "allowzero"]
                del node.attribute[:]
                node.attribute.extend(kept)
        for opset in model.opset_import:
            if opset.domain in ("", "ai.onnx"):
                opset.version = min(opset.version, 17)

    def run(self, feeds):
        with self.library.no_grad():
            inputs = [self.library.from_numpy(feeds[name]) for name in self.names if name in feeds]
            outputs = self.module(*inputs)
        outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
        return [output.numpy() for output in outputs]


# Since opset 18 they are an input.
AXES_WERE_ATTRIBUTES = {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
                        "ReduceMin", "ReduceProd", "ReduceSumSquare"}

PEERS = {"onnxruntime": OnnxRuntime, "openvino": OpenVino, "torch": Torch,
         "torch_compile": lambda: Torch(compiled=True)}


def read_inputs():
    import numpy
    feeds = {}
    for text in request["inputs"]:
        name, path = text.split("=", 1)
        feeds[name] = numpy.load(path)
    return feeds


def write_outputs(outputs):
    """All elements as doubles, in order, as agreement.h has them."""
    if not request["outputs_path"]:
        return
    with open(request["outputs_path"], "wb") as file:
        for output in outputs:
            if output.dtype.kind not in "OSU":
                file.write(output.astype("float64").tobytes())


def steady(peer, feeds, sample):
    # A second set of inputs to take turns with, floats only: integers may decide shapes.
    other = {name: value[..., ::-1].copy() if value.dtype.kind == "f" and value.ndim else value
             for name, value in feeds.items()}
    sets = [other, feeds]
    points = [[elapsed_ms(script_ns), memory()["steady_rss_mb"]]]

    def timed(index):
        start = time.monotonic_ns()
        peer.run(sets[index % 2])
        return elapsed_ms(start)

    sample["warmup_ms"] = [timed(i) for i in range(request["warmup_runs"])]
    begin, cpu, samples = time.monotonic_ns(), cpu_ms(), []
    point_ms = request["seconds"] * 1e3 / 30
    next_point = point_ms
    while len(samples) < request["min_runs"] or (
            elapsed_ms(begin) < request["seconds"] * 1e3 and len(samples) < 20000):
        samples.append(timed(len(samples)))
        if elapsed_ms(begin) >= next_point:
            points.append([elapsed_ms(script_ns), memory()["steady_rss_mb"]])
            next_point = elapsed_ms(begin) + point_ms
    passed_ms, used_ms = elapsed_ms(begin), cpu_ms() - cpu
    sample["samples_ms"] = samples
    if samples:
        sample.update(throughput_per_s=len(samples) / passed_ms * 1e3,
                      cpu_ms_per_run=used_ms / len(samples), cpu_percent=100 * used_ms / passed_ms)
    idle_cpu, idle = cpu_ms(), time.monotonic_ns()
    time.sleep(0.1)
    sample["idle_cpu_percent"] = 100 * (cpu_ms() - idle_cpu) / elapsed_ms(idle)
    sample["memory"] = points


def churn_sizes():
    """As ChurnSizes() of request.cc has them."""
    low, high, state = request["churn_low"], request["churn_high"], 5
    for _ in range(request["churn_calls"]):
        state = state * 48271 % 2147483647
        yield low + state % (high - low + 1)


def churn(peer, feeds, sample):
    import numpy
    random = numpy.random.default_rng(5)
    before = memory()["peak_rss_mb"]
    calls = []
    for size in churn_sizes():
        shapes = {}
        for name, axis in request["churn_dims"]:
            shape = shapes.setdefault(name, list(feeds[name].shape))
            if axis >= len(shape):
                raise Failure(f"churn: input '{name}' has no axis {axis}")
            shape[axis] = size
        varied = dict(feeds)
        for name, shape in shapes.items():
            # Integers are 0 or 1, as ours are: they may be indices.
            values = random.random(shape) * 2
            dtype = feeds[name].dtype
            varied[name] = (values - 1 if dtype.kind == "f" else values).astype(dtype)
        start = time.monotonic_ns()
        peer.run(varied)
        calls.append([size, elapsed_ms(start)])
    sample["churn"] = {"input": request["churn_input"], "axis": request["churn_axis"], "calls": calls,
                       "total_ms": sum(ms for _, ms in calls),
                       "grown_mb": memory()["peak_rss_mb"] - before}


def take():
    name = request["policy"]
    if name not in PEERS:
        raise Failure(f"peer '{name}': unknown, expected {', '.join(PEERS)}")
    feeds = read_inputs()
    try:
        peer = PEERS[name]()
    except ImportError as error:
        raise Failure(f"not installed: {error}")
    sample = {"engine": peer.engine, "threads": threads, "import_ms": elapsed_ms(script_ns),
              "empty": memory()}
    start = time.monotonic_ns()
    peer.load(request["onnx"], {n: list(v.shape) for n, v in feeds.items()})
    sample["load_ms"] = elapsed_ms(start)
    start = time.monotonic_ns()
    outputs = peer.run(feeds)
    sample["first_ms"] = elapsed_ms(start)
    sample["cold_ms"] = sample["load_ms"] + sample["first_ms"]
    sample["phases_ms"] = {"setup": sample["load_ms"], "run": sample["first_ms"]}
    write_outputs(outputs)
    {"steady": steady, "churn": churn}[request["kind"]](peer, feeds, sample)
    sample.update(memory())
    return sample


try:
    print(json.dumps(take()))
except Exception as error:  # whatever the runtime throws is the row's error
    print(f"{type(error).__name__ + ': ' if not isinstance(error, Failure) else ''}"
          f"{first_line(error)}", file=sys.stderr)
    sys.exit(1)
