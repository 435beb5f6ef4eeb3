"""The command line of rtbench and rtdiff: what they print, write and return, mostly when things go
wrong. One result per function; no figure is looked at, only that it is there.

usage: cli_test.py RTBENCH RTDIFF GOLDEN_FOLDER
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

RTBENCH, RTDIFF, GOLDEN = sys.argv[1:4]
MODEL, PLANNED = f"{GOLDEN}/format1.kai", f"{GOLDEN}/format1_plan.kai"
QUICK = ["--repeats", "1", "--seconds", "0.01", "--warmup", "2"]
# What users of --json rely on; fields are only ever added.
FIELDS = """model policy shapes threads load_ms first_ms cold_ms p50_ms p90_ms p99_ms min_ms runs compiles plan_hits
    cache_hits disk_hits fallbacks weights_mb arena_mb peak_rss_mb steady_rss_mb samples_ms p999_ms max_ms throughput_per_s cold_ci_ms
    p50_ci_ms phases_ms warmup_ms memory counters files_mb cpu_ms_per_run idle_cpu_percent dispatch_ns operators gflop
    peak_share bandwidth_share break_even compared_with same_bits max_abs_diff device_memory_mb cold_ratio""".split()


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def bench(folder, *arguments, quick=QUICK):
    """Returns the process and what it wrote with --json."""
    path = pathlib.Path(folder, "result.json")
    path.unlink(missing_ok=True)
    done = run(RTBENCH, *arguments, *quick, "--json", path)
    return done, json.loads(path.read_text()) if path.exists() else None


def equal(got, want):
    assert got == want, f"got {got!r}, expected {want!r}"


def test_report_has_all_fields(folder):
    done, report = bench(folder, PLANNED, "--policies", "eager,jit,aot", "--threads", "1")
    equal(done.returncode, 0)
    equal([row["policy"] for row in report["rows"]], ["eager", "jit", "aot"])
    for row in report["rows"]:
        equal([field for field in FIELDS if field not in row], [])
        assert row["peak_rss_mb"] < 60, "a small model takes little, whatever this process took"
    for fact in ["cpu", "os", "kairos", "backends", "peak", "busy_percent", "warnings", "options"]:
        assert fact in report["environment"], fact


def test_rows_for_threads_and_batches(folder):
    done, report = bench(folder, MODEL, "--policies", "jit", "--threads", "1,2", "--batch", "1,3")
    equal(done.returncode, 0)
    equal(len(report["rows"]), 4)
    equal(sorted({row["threads"] for row in report["rows"]}), [1, 2])
    equal(len({row["shapes"] for row in report["rows"]}), 2)


def test_unknown_policy_fails_in_place(folder):
    done, report = bench(folder, MODEL, "--policies", "jit,soon")
    equal(done.returncode, 1)
    assert done.stderr.endswith("rtbench: 1 of 2 rows failed\n"), done.stderr
    good, bad = report["rows"]
    assert "error" not in good and good["p50_ms"] > 0
    wanted, names = bad["error"].split(" unknown, expected ")
    equal(wanted, "policy 'soon':")
    assert bad["error"] in done.stdout
    # Those are all there are; without --policies, each but the one that chooses among them has a row.
    _, report = bench(folder, MODEL)
    equal([row["policy"] for row in report["rows"]],
          [name for name in names.replace(" or ", ", ").split(", ") if name != "auto"])


def test_size_of_the_cache(folder):
    done, report = bench(folder, MODEL, "--policies", "jit", "--cache", f"{folder}/cache")
    equal(done.returncode, 0)
    assert report["rows"][0]["files_mb"]["cache_mb"] >= 0


def test_compare_goes_on_without_a_model_that_does_not_convert(folder):
    broken = pathlib.Path(folder, "broken.onnx")
    broken.write_bytes(b"\x08\x07no ONNX at all")
    done, report = bench(folder, "compare", broken, f"{folder}/none.onnx", "--peers", "onnxruntime", "--python",
                         "/bin/false")
    equal(done.returncode, 1)
    for row in report["rows"]:
        name = "broken.onnx" if row["model"] == "broken" else "none.onnx"
        assert name in row["error"], row["error"]
    equal({row["model"] for row in report["rows"]}, {"broken", "none"})


def test_dispatch(folder):
    done = run(RTBENCH, "dispatch", "--operators", "50", "--runs", "20")
    equal((done.returncode, done.stderr), (0, ""))
    assert done.stdout.startswith("50 operators that do nothing, 1 thread, median of 20 runs: "), done.stdout
    done = run(RTBENCH, "dispatch", "--operators", "50", "--runs", "20", "--at-most", "0.0001")
    equal(done.returncode, 1)
    assert done.stderr.endswith(" ns per operator, expected at most 0.0\n"), done.stderr
    equal(done.stdout.count(" found in "), 4)
    done = run(RTBENCH, "dispatch", "--operators", "50", "--runs", "20", "--find-at-most", "0.0001")
    equal(done.returncode, 1)
    assert "rtbench dispatch: the Program of 1 input of 4 dimensions found in " in done.stderr, done.stderr
    equal(run(RTBENCH, "dispatch", "--operators", "0").returncode, 2)


def test_a_policy_that_does_not_apply_fails_in_place(folder):
    done, report = bench(folder, MODEL, "--policies", "aot,jit", "--strict")
    equal(done.returncode, 1)
    assert "error" in report["rows"][0] and "error" not in report["rows"][1]


def test_missing_and_broken_models_fail_in_place(folder):
    broken = pathlib.Path(folder, "broken.kai")
    broken.write_bytes(b"no model at all, but long enough to look at")
    done, report = bench(folder, f"{folder}/none.kai", broken, MODEL, "--policies", "jit")
    equal(done.returncode, 1)
    none, bad, good = report["rows"]
    assert "No such file" in none["error"], none
    assert "not a model file" in bad["error"], bad
    assert "error" not in good


def test_zero_repeats_are_reported(folder):
    done, report = bench(folder, MODEL, "--policies", "jit", quick=["--repeats", "0"])
    equal(done.returncode, 1)
    equal(report["rows"][0]["error"], "nothing measured: 0 repeats")
    done, report = bench(folder, MODEL, "--policies", "jit", quick=["--repeats", "1", "--seconds", "0", "--min-runs", "0"])
    equal(done.returncode, 1)
    equal(report["rows"][0]["error"], "nothing measured: 0 steady runs")
    assert report["rows"][0]["cold_ms"] > 0


def test_full_disk_leaves_the_table(folder):
    for option in ["--json", "--html", "--svg", "--trace"]:
        done = run(RTBENCH, MODEL, "--policies", "jit", *QUICK, option, "/dev/full")
        equal(done.returncode, 1)
        assert "/dev/full: " in done.stderr and "No space left on device" in done.stderr, done.stderr
        assert "p50 ms" in done.stdout
    with open("/dev/full", "w") as full:
        done = subprocess.run([RTBENCH, MODEL, "--policies", "jit", *QUICK], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    equal(done.returncode, 1)
    assert "stdout: cannot write" in done.stderr, done.stderr


def test_wrong_usage(folder):
    for arguments in [[], [MODEL, "--repeats", "-1"], [MODEL, "--shape", "x"], [MODEL, "--nonsense"],
                      ["diff", "a"], ["show"]]:
        done = run(RTBENCH, *arguments)
        equal((done.returncode, done.stdout), (2, ""))
        equal(done.stderr.count("\n"), 1)
    done = run(RTBENCH, MODEL, "--churn", "x")
    equal((done.returncode, done.stderr),
          (1, "rtbench: churn 'x': expected NAME.AXIS=LOW..HIGH such as x.3=64..1600\n"))
    done = run(RTBENCH, MODEL, "--bucket", "x.0=y")
    equal((done.returncode, done.stderr.startswith("rtbench: bucket 'x.0=y': expected ")), (1, True))
    equal(run(RTBENCH, "--help").returncode, 0)


def test_churn_and_sessions(folder):
    done, report = bench(folder, MODEL, "--policies", "jit", "--churn", "x.0=2..4", "--churn-calls", "9",
                         "--sessions", "2")
    equal(done.returncode, 0)
    row = report["rows"][0]
    equal(len(row["churn"]["calls"]), 9)
    equal(row["sessions"]["count"], 2)
    assert "2 sessions" in done.stdout and "churn: 9 calls" in done.stdout


def test_buckets(folder):
    sizes = ["--policies", "jit", "--churn", "x.0=2..30", "--churn-calls", "40"]
    done, report = bench(folder, PLANNED, *sizes)
    plain = report["rows"][0]["churn"]["compiles"]
    done, report = bench(folder, PLANNED, *sizes, "--bucket", "x.0=32")
    equal(done.returncode, 0)
    assert report["rows"][0]["churn"]["compiles"] < plain, (report["rows"][0]["churn"]["compiles"], plain)


def test_parity(folder):
    done, report = bench(folder, PLANNED, "--policies", "eager,jit,aot", "--parity")
    equal(done.returncode, 0)
    for row in report["rows"]:
        equal(row["parity"]["verdict"], "within tolerance")
        assert row["parity"]["values"]
    assert "parity with the reference" in done.stdout


def test_trace_of_every_row(folder):
    path = pathlib.Path(folder, "trace.json")
    done = run(RTBENCH, PLANNED, "--policies", "jit,aot", *QUICK, "--trace", path, "--threads", "2")
    equal(done.returncode, 0)
    events = json.loads(path.read_text())["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    equal({event["pid"] for event in spans}, {1, 2})
    equal({"load", "compile", "run"} - {event["cat"] for event in spans}, set())
    equal({"session", "inputs"} - {event["name"] for event in spans if event["cat"] == "tool"}, set())
    names = [event["args"]["name"] for event in events if event["name"] == "process_name"]
    assert "jit" in names[0] and "aot" in names[1], names


def test_warmup_experiment(folder):
    done, report = bench(folder, MODEL, "--policies", "eager,jit", "--experiment", "warmup")
    equal(done.returncode, 0)
    assert "mean of the next 10 steps" in done.stdout
    assert "Training step: not in this version" in done.stdout
    equal(len(report["rows"][0]["warmup_ms"]), 10)


def test_diff(folder):
    done, report = bench(folder, MODEL, "--policies", "jit")
    before, after = pathlib.Path(folder, "before.json"), pathlib.Path(folder, "after.json")
    before.write_text(json.dumps(report))
    equal(run(RTBENCH, "diff", before, before).returncode, 0)
    report["rows"][0]["compiles"] += 1
    after.write_text(json.dumps(report))
    done = run(RTBENCH, "diff", before, after)
    equal((done.returncode, done.stderr), (1, "rtbench diff: 1 figure is worse than before\n"))
    assert done.stdout.startswith("worse "), done.stdout
    equal(run(RTBENCH, "diff", after, before).returncode, 0)
    after.write_text("{}")
    done = run(RTBENCH, "diff", before, after)
    equal((done.returncode, done.stderr), (1, f"rtbench diff: {after}: not a report of rtbench\n"))


def test_show_joins_results(folder):
    paths = []
    for policy in ["eager", "jit"]:
        _, report = bench(folder, MODEL, "--policies", policy)
        paths.append(pathlib.Path(folder, policy + ".json"))
        paths[-1].write_text(json.dumps(report))
    page, picture = pathlib.Path(folder, "page.html"), pathlib.Path(folder, "picture.svg")
    done = run(RTBENCH, "show", *paths, "--html", page, "--svg", picture)
    equal(done.returncode, 0)
    assert "  eager" in done.stdout and "  jit" in done.stdout
    assert "<svg" in picture.read_text() and "</html>" in page.read_text()
    assert run(RTBENCH, "show", "--markdown", *paths).stdout.startswith("| model, input |")
    equal(run(RTBENCH, "show", f"{folder}/none.json").returncode, 1)


def test_peers_that_are_not_there(folder):
    done, report = bench(folder, MODEL, "--policies", "jit", "--peers", "onnxruntime", "--onnx", "none.onnx",
                         "--python", "/bin/false")
    equal(done.returncode, 1)
    equal(report["rows"][1]["error"], "ended with status 1")
    assert "error" not in report["rows"][0]


def test_rtdiff(folder):
    done = run(RTDIFF, PLANNED, "--b", "aot", "--all", "--json", f"{folder}/diff.json")
    equal((done.returncode, done.stderr), (0, ""))
    assert json.loads(pathlib.Path(folder, "diff.json").read_text())["ok"]
    done = run(RTDIFF, PLANNED, PLANNED, "--a", "jit", "--b", "aot")
    equal(done.returncode, 0)
    done = run(RTDIFF, MODEL, PLANNED)  # other outputs altogether
    equal(done.returncode, 1)
    done = run(RTDIFF, MODEL, "--b", "soon")
    equal(done.returncode, 1)
    assert done.stderr.startswith("rtdiff: policy 'soon': unknown"), done.stderr
    equal(run(RTDIFF, f"{folder}/a.npy", f"{folder}/b.npy").returncode, 1)
    equal(run(RTDIFF).returncode, 2)


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
