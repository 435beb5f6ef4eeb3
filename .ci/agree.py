"""Compares Kairos with ONNX Runtime on trained models, under every policy: ./dev agree.

usage: agree.py BIN MODELS FOLDER [INPUTS] [MODEL.onnx...]

BIN has the tools, MODELS the ONNX files; FOLDER gets what is made on the way. Each model is given
INPUTS different inputs (20 by default) of each of its shapes. An element agrees when it differs by
at most 1e-3 of the largest element of its output. Prints the largest difference in those terms, and
on how many inputs jit and aot were bit-equal; exits 1 when something does not agree.
"""
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime

LIMIT = 1e-3
POLICIES = ("eager", "jit", "aot")


def page(shape, random):
    """Lines of dark signs of 5x7 dots on light paper: text, as detectors and recognisers see it. Where there
    is none, a detector's map is nearly empty, and what is left of it is rounding in its last sigmoid."""
    image = np.full(shape, 0.9, np.float32) + random.normal(0, 0.02, shape).astype(np.float32)
    height, width = shape[2:]
    top, dot = int(random.integers(2, 10)), int(random.integers(2, 6))
    while top + 7 * dot < height:
        left, end = int(random.integers(2, 24)), width - int(random.integers(0, width // 2 + 1))
        while left + 5 * dot < end:
            sign = np.kron(random.random((7, 5)) < 0.45, np.ones((dot, dot), bool))
            if random.uniform() < 0.85:
                image[:, :, top : top + 7 * dot, left : left + 5 * dot][:, :, sign] = random.uniform(-1, -0.6)
            left += 6 * dot
        top += int(dot * random.uniform(9, 14))
        dot = int(random.integers(2, 6))
    return image


def sound(shape, random):
    """A sum of tones with noise, which is not as loud as can be."""
    time = np.arange(shape[1]) / 16000
    tones = sum(random.uniform(0, 0.2) * np.sin(2 * np.pi * random.uniform(80, 3000) * time) for _ in range(6))
    return (tones + random.normal(0, 0.01, shape)).astype(np.float32)


def state(shape, random):
    return np.tanh(random.normal(0, 0.5, shape)).astype(np.float32)


def rate(shape, random):
    return np.full(shape, 16000, np.int64)


def token(shape, random):
    return random.integers(0, 30000, shape).astype(np.int64)


def mask(shape, random):
    """Attention goes to the first tokens only."""
    ones = np.zeros(shape, np.int64)
    ones[:, : int(random.integers(1, shape[1] + 1))] = 1
    return ones


def picture(shape, random):
    return random.normal(0, 1, shape).astype(np.float32)


# file: makers of the inputs, by name; and the shapes of each case, as the inputs
CASES = {
    "ch_PP-OCRv4_rec_infer": ({"x": page}, [[(1, 3, 48, w)] for w in (32, 320, 777)] + [[(4, 3, 48, 200)]]),
    "ch_PP-OCRv4_det_infer": ({"x": page}, [[(1, 3, 320, 480)], [(1, 3, 96, 160)], [(2, 3, 224, 224)]]),
    "ch_ppocr_mobile_v2.0_cls_infer": ({"x": page}, [[(1, 3, 48, 192)], [(3, 3, 48, 192)], [(1, 3, 48, 320)]]),
    "silero_vad": (
        {"input": sound, "state": state, "sr": rate},
        [[(1, 576), (2, 1, 128), ()], [(3, 576), (2, 3, 128), ()]],
    ),
    "minilm": ({"ids": token, "mask": mask}, [[(1, 16)] * 2, [(2, 47)] * 2, [(1, 128)] * 2]),
    "mobilenet_v2": ({"x": picture}, [[(1, 3, 224, 224)], [(3, 3, 224, 224)]]),
}


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"agree: {' '.join(map(str, command))}: {done.stderr.strip()}")


def difference(got, want):
    scale = float(np.abs(want).max()) if want.size else 0.0
    return float(np.abs(got - want).max()) / scale if scale > 0 else float(np.abs(got).max(initial=0))


def compare(binaries, model, folder, count):
    makers, cases = CASES[model.stem]
    kai = folder / f"{model.stem}.kai"
    run(binaries / "rtconvert", model, kai)
    values = []
    if "sr" in makers:
        np.save(folder / "sr.npy", rate((), None))
        values = ["--input", f"sr={folder / 'sr.npy'}"]
    shapes = []
    for case in cases:
        named = [f"{name}={'x'.join(map(str, shape))}" for name, shape in zip(makers, case) if shape]
        shapes += ["--shape", ",".join(named)]
    run(binaries / "rtcompile", kai, kai, *values, *shapes)
    session = onnxruntime.InferenceSession(model)
    names = [output.name for output in session.get_outputs()]
    worst, equal = dict.fromkeys(POLICIES, 0.0), 0
    for number, case in enumerate(cases):
        for seed in range(count):
            random = np.random.default_rng(1000 * number + seed)
            feeds = {name: make(shape, random) for (name, make), shape in zip(makers.items(), case)}
            wanted = session.run(names, feeds)
            arguments = []
            for name, value in feeds.items():
                np.save(folder / f"in_{name}.npy", value)
                arguments += ["--input", f"{name}={folder / f'in_{name}.npy'}"]
            for i, name in enumerate(names):
                arguments += ["--output", f"{name}={folder / f'out{i}.npy'}"]
            results = {}
            for policy in POLICIES:
                strict = ["--strict"] if policy == "aot" else []
                run(binaries / "rtrun", kai, "--policy", policy, *strict, *arguments)
                results[policy] = [np.load(folder / f"out{i}.npy") for i in range(len(names))]
                worst[policy] = max(worst[policy], *map(difference, results[policy], wanted))
            equal += all(map(np.array_equal, results["jit"], results["aot"]))
    total = count * len(cases)
    figures = "  ".join(f"{policy} {worst[policy]:.1e}" for policy in POLICIES)
    print(f"{model.stem:32} {total:4} inputs of {len(cases)} shapes: {figures}  bit-equal {equal}", flush=True)
    return max(worst.values()) <= LIMIT


def main():
    binaries, models, folder = map(pathlib.Path, sys.argv[1:4])
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    folder.mkdir(parents=True, exist_ok=True)
    onnxruntime.set_default_logger_severity(3)
    files = [models / f"{name}.onnx" for name in CASES] + list(map(pathlib.Path, sys.argv[5:]))
    good = [compare(binaries, file, folder, count) for file in files if file.exists()]
    sys.exit(0 if all(good) else 1)


main()
