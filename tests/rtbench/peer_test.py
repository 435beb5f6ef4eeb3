"""Other runtimes beside ours: rtbench with a Python whose onnxruntime is a stand-in of this test, so that
nothing need be installed. What is looked at is the protocol, not a figure.

usage: peer_test.py RTBENCH GOLDEN_FOLDER
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

RTBENCH, GOLDEN = sys.argv[1:3]
MODEL = f"{GOLDEN}/format1.kai"
QUICK = ["--policies", "jit", "--repeats", "1", "--seconds", "0", "--warmup", "3", "--min-runs", "4"]

# As much of NumPy as peer.py uses: arrays have a type and a shape, and hold nothing.
NUMPY = """
import ast
class Type:
    name, kind = "float32", "f"
class Array:
    def __init__(self, shape):
        self.shape, self.ndim, self.dtype = tuple(shape), len(shape), Type()
    def __getitem__(self, _): return self
    def __mul__(self, _): return self
    def __sub__(self, _): return self
    def copy(self): return self
    def astype(self, _): return self
    def tobytes(self): return b""
def load(path):
    data = open(path, "rb").read()
    return Array(ast.literal_eval(data[10:data.index(b"}") + 1].decode())["shape"])
class random:
    class Generator:
        def random(self, shape): return Array(shape)
    @staticmethod
    def default_rng(_): return random.Generator()
"""
# What it is asked to run goes to a file beside it.
RUNTIME = """
import os, pathlib, numpy
print("hello from a library")
__version__ = "9.9"
class SessionOptions: pass
class InferenceSession:
    def __init__(self, path, options, providers):
        self.log = open(pathlib.Path(__file__).parent / "log", "a")
        print("load", path, options.intra_op_num_threads, file=self.log, flush=True)
    def run(self, names, feeds):
        print("run", *(f"{name}={list(value.shape)}" for name, value in feeds.items()), file=self.log, flush=True)
        BODY
        return []
"""

# PyTorch and what reads ONNX files for it, with a model that needs to be rewritten for it.
ONNX = """
import copy
class Tensor:
    def __init__(self, name="", values=()): self.name, self.values = name, list(values)
    def CopyFrom(self, other): self.name, self.values = other.name, list(other.values)
class Attribute:
    def __init__(self, name, t=None, value=None): self.name, self.t, self.value = name, t, value
class Many(list):
    def add(self):
        self.append(Tensor())
        return self[-1]
class Node:
    def __init__(self, op_type, input, output, attribute=()):
        self.op_type, self.input, self.output, self.attribute = op_type, list(input), list(output), list(attribute)
class Opset:
    domain, version = "", 21
class Named:
    name = "x"
class Graph:
    def __init__(self):
        self.input = [Named()]
        self.initializer = Many([Tensor("axes", [2, 3])])
        self.node = [Node("Constant", [], ["target"], [Attribute("value", t=Tensor("", [1, -1]))]),
                     Node("ReduceMean", ["x", "axes"], ["m"]),
                     Node("Reshape", ["m", "target"], ["y"], [Attribute("allowzero", value=1)])]
class Model:
    def __init__(self): self.graph, self.opset_import = Graph(), [Opset()]
class helper:
    @staticmethod
    def make_attribute(name, value): return Attribute(name, value=value)
class numpy_helper:
    class Array(list):
        def tolist(self): return list(self)
    @staticmethod
    def to_array(tensor): return numpy_helper.Array(tensor.values)
def load(path): return Model()
"""
ONNX2TORCH = """
import os, pathlib
def convert(model):
    CONVERT
    log = open(pathlib.Path(__file__).parent / "log", "a")
    for node in model.graph.node:
        print(node.op_type, node.input, [(a.name, a.value) for a in node.attribute], file=log, flush=True)
    print("opset", model.opset_import[0].version, [t.name for t in model.graph.initializer], file=log, flush=True)
    class Graph: nodes = []
    class Module:
        graph = Graph()
        def eval(self): return self
        def recompile(self): pass
        def __call__(self, *inputs): return inputs
    return Module()
"""
TORCH = """
import contextlib, os, pathlib
__version__ = "7.7"
class Output:
    def __init__(self, array): self.array = array
    def numpy(self): return self.array
def set_num_threads(count): pass
def from_numpy(array): return Output(array)
def no_grad(): return contextlib.nullcontext()
def compile(module):
    folder = os.environ.get("TORCHINDUCTOR_CACHE_DIR", "")
    print("compile", folder, os.path.isdir(folder), file=open(pathlib.Path(__file__).parent / "log", "a"), flush=True)
    return module
"""


def add_torch(folder, convert="pass"):
    for name, text in [("onnx", ONNX), ("onnx2torch", ONNX2TORCH.replace("CONVERT", convert)), ("torch", TORCH)]:
        pathlib.Path(folder, name + ".py").write_text(text)


def bench(folder, body, *arguments):
    """Rows of a run whose stand-in does `body` in each run, and what it was asked to do."""
    folder = pathlib.Path(folder)
    (folder / "numpy.py").write_text(NUMPY)
    (folder / "onnxruntime.py").write_text(RUNTIME.replace("BODY", body))
    path, log = folder / "result.json", folder / "log"
    log.unlink(missing_ok=True)
    done = subprocess.run([RTBENCH, MODEL, *QUICK, "--peers", "onnxruntime", "--onnx", "m.onnx", "--python",
                           sys.executable, *arguments, "--json", path], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(folder)})
    rows = json.loads(path.read_text())["rows"]
    equal(done.returncode, 1 if any("error" in row for row in rows) else 0)
    assert "error" not in rows[0] or "outputs" in rows[0]["error"], rows[0]
    return rows, log.read_text().splitlines() if log.exists() else []


def equal(got, want):
    assert got == want, f"got {got!r}, expected {want!r}"


def test_a_peer_is_measured_like_a_policy(folder):
    rows, log = bench(folder, "", "--threads", "2")
    row = rows[1]
    equal((row["policy"], row["is_peer"], row["engine"], row["threads"]), ("onnxruntime", True, "ONNX Runtime 9.9", 2))
    equal(row["runs"], 4)
    for field in ["cold_ms", "load_ms", "first_ms", "p50_ms", "import_ms", "peak_rss_mb", "idle_cpu_percent", "warmup_ms"]:
        assert field in row, field
    equal(log[0], "load m.onnx 2")
    equal(len(log), 1 + 1 + 3 + 4)  # loaded, first run, warm-up, steady runs


def test_the_start_of_a_peer_is_said_in_ours(folder):
    add_torch(folder)
    rows, _ = bench(folder, "", "--policies", "eager", "--peers", "torch_compile")
    for row in rows:
        equal(row["cold_ratio"], row["cold_ms"] / rows[0]["cold_ms"])
    table = subprocess.run([RTBENCH, "show", f"{folder}/result.json"], capture_output=True, text=True).stdout
    line, = [line for line in table.splitlines() if "times that of" in line]
    said = re.fullmatch("  cold start, times that of jit: onnxruntime ([0-9.]+), torch_compile ([0-9.]+)", line)
    for row, text in zip(rows[2:], said.groups()):
        assert abs(float(text) / row["cold_ratio"] - 1) < 0.01, (line, row["cold_ratio"])


def test_a_peer_churns_through_the_same_sizes(folder):
    rows, log = bench(folder, "", "--churn", "x.0=2..40", "--churn-calls", "12")
    ours, theirs = ([call[0] for call in row["churn"]["calls"]] for row in rows)
    equal(theirs, ours)
    assert len(set(ours)) > 3, ours
    equal([line.split("[")[1].split(",")[0] for line in log[-12:]], [str(size) for size in ours])


def test_a_peer_that_fails_says_so_in_its_row(folder):
    rows, _ = bench(folder, 'raise ValueError("no such operator\\nand more")')
    equal(rows[1]["error"], "ValueError: no such operator")
    rows, _ = bench(folder, "os.kill(os.getpid(), 9)")
    equal(rows[1]["error"], "ended by signal 9 (Killed)")


def test_a_peer_that_is_not_installed_says_so_in_its_row(folder):
    rows, _ = bench(folder, "", "--peers", "openvino,torch,nobody")
    equal([row.get("error") for row in rows if row["policy"] not in ("jit", "onnxruntime")],
          ["not installed: No module named 'openvino'", "not installed: No module named 'onnx'",
           "peer 'nobody': unknown, expected onnxruntime, openvino, torch, torch_compile"])


def test_torch_gets_the_model_in_a_form_that_its_converter_knows(folder):
    add_torch(folder)
    rows, log = bench(folder, "", "--peers", "torch,torch_compile")
    equal([row["engine"] for row in rows if "torch" in row["policy"]], ["PyTorch 7.7 eager", "PyTorch 7.7 compile"])
    equal(log[log.index("ReduceMean ['x'] [('axes', [2, 3])]"):][:3],
          ["ReduceMean ['x'] [('axes', [2, 3])]", "Reshape ['m', 'target'] []", "opset 17 ['axes', 'target']"])


def test_torch_compile_starts_without_what_earlier_processes_compiled(folder):
    add_torch(folder)
    folders = []
    for _ in range(2):
        _, log = bench(folder, "", "--peers", "torch_compile")
        folders += [line.split() for line in log if line.startswith("compile")]
    equal([words[2] for words in folders], ["True", "True"])
    assert folders[0][1] != folders[1][1], folders
    assert not any(os.path.exists(words[1]) for words in folders), folders
    # Ours starts from a cache, too.
    _, log = bench(folder, "", "--peers", "torch_compile", "--cache", f"{folder}/cache")
    equal([line for line in log if line.startswith("compile")], ["compile  False"])


def test_a_model_that_torch_cannot_have_says_so_in_its_row(folder):
    add_torch(folder, 'raise NotImplementedError("no converter for Frobnicate\\nand more")')
    rows, _ = bench(folder, "", "--peers", "torch")
    equal([row.get("error") for row in rows if row["policy"] != "onnxruntime"],
          [None, "onnx2torch cannot convert it: NotImplementedError: no converter for Frobnicate"])
    table = subprocess.run([RTBENCH, "show", f"{folder}/result.json"], capture_output=True, text=True).stdout
    assert "onnx2torch cannot convert it" in table and "  jit" in table, table


def main():
    failed = 0
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
            except Exception:
                failed += 1
                print(f"FAILED: {name}\n{traceback.format_exc()}")
    print(f"{len(tests) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
