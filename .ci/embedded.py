"""Whether an application that embeds Kairos sees what rtbench says: hello_timed and rtbench take turns on one
model, each in a fresh process, and the medians of their p50 are compared.

usage: embedded.py BIN_FOLDER MODEL.kai POLICY NAME=SHAPE [ROUNDS [RUNS]]

Status 1 when they are more than 5 % apart: on a machine that has other work to do, that says nothing.
"""
import json
import re
import statistics
import subprocess
import sys
import tempfile

TOLERANCE = 0.05


def output_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"embedded: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def embedded_ms(tools, model, policy, shape, runs):
    text = output_of([f"{tools}/hello_timed", model, policy, str(runs), *shape.split("=")[1].split("x")])
    return float(re.search(r"p50 ([0-9.]+) ms", text)[1])


def benchmark_ms(tools, model, policy, shape, runs):
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        output_of([f"{tools}/rtbench", model, "--policies", policy, "--shape", shape, "--repeats", "1", "--seconds", "0",
                   "--min-runs", str(runs), "--json", result.name])
        return json.load(open(result.name))["rows"][0]["p50_ms"]


def main():
    tools, model, policy, shape, *rest = sys.argv[1:]
    rounds, runs = (list(map(int, rest)) + [5, 300][len(rest):])[:2]
    embedded, benchmark = [], []
    for _ in range(rounds):
        embedded.append(embedded_ms(tools, model, policy, shape, runs))
        benchmark.append(benchmark_ms(tools, model, policy, shape, runs))
    a, b = statistics.median(embedded), statistics.median(benchmark)
    apart = abs(a / b - 1)
    print(f"{policy}, p50 of {runs} runs, median of {rounds} processes: {a:.3f} ms embedded, {b:.3f} ms by rtbench, "
          f"{100 * apart:.1f} % apart, expected at most {100 * TOLERANCE:.0f} %")
    return 0 if apart <= TOLERANCE else 1


sys.exit(main())
