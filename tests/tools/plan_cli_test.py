"""The command lines of rtcompile and rtinspect, as far as they are about plans.

usage: plan_cli_test.py RTCOMPILE RTINSPECT GOLDEN_FOLDER
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

RTCOMPILE, RTINSPECT, GOLDEN = sys.argv[1:4]
MODEL, PLANNED = f"{GOLDEN}/format1.kai", f"{GOLDEN}/format1_plan.kai"


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def compile_model(source, target, *arguments):
    done = run(RTCOMPILE, source, target, *arguments)
    equal(done.returncode, 0, done.stderr)
    return done


def inspect(model, *arguments):
    done = run(RTINSPECT, model, "--json", *arguments)
    equal(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)


def equal(got, want, note=""):
    assert got == want, f"got {got!r}, expected {want!r} {note}"


def test_compiling_twice_gives_the_same_bytes(folder):
    for threads in "1", "2":
        for name in "a", "b":
            compile_model(MODEL, folder / name, "--threads", threads)
        assert (folder / "a").read_bytes() == (folder / "b").read_bytes()


def test_other_plans_are_kept_and_the_same_one_replaced(folder):
    compile_model(MODEL, folder / "m", "--threads", "1")
    compile_model(folder / "m", folder / "m", "--threads", "2")
    plans = inspect(folder / "m", "--plan")["plan_details"]
    equal([plan["threads"] for plan in plans], [1, 2])
    compile_model(folder / "m", folder / "m", "--threads", "1")
    plans = inspect(folder / "m", "--plan")["plan_details"]
    equal([plan["threads"] for plan in plans], [2, 1])


def test_check_plan_says_for_each_entry_what_differs(folder):
    compile_model(MODEL, folder / "m", "--threads", "1")
    compile_model(folder / "m", folder / "m", "--threads", "2")
    checks = inspect(folder / "m", "--check-plan", "--threads", "2")["plan_checks"]
    equal([check["verdict"] for check in checks], ["degraded", "ok"])
    for check, field in zip(checks, ["threads", None]):
        equal(len(check["entries"]), 1)
        equal(check["entries"][0].get("field"), field)
    equal((checks[0]["entries"][0]["have"], checks[0]["entries"][0]["want"]), ("2", "1"))
    text = run(RTINSPECT, folder / "m", "--check-plan", "--threads", "2").stdout
    assert "degraded: threads is 2 here, 1 in the plan" in text, text
    assert "  entry " in text, text


def test_an_old_plan_is_checked(folder):
    check, = inspect(PLANNED, "--check-plan")["plan_checks"]
    assert check["verdict"] != "ok" and check["entries"], check


def test_memory_is_foreseen_for_each_shape(folder):
    name = inspect(MODEL)["inputs"][0]["name"]
    declared = inspect(MODEL)["inputs"][0]["type"]
    rows = inspect(MODEL, "--memory", "--policy", "jit")["memory"]
    equal(len(rows), 1)
    row = rows[0]
    for field in ["weights", "folded", "packed", "arena", "scratch", "total", "least_arena", "naive_arena"]:
        assert row[field + "_bytes"] >= 0, row
    equal(row["ready"], False)
    assert row["weights_bytes"] > 0, (name, declared)
    compile_model(MODEL, folder / "m", "--threads", "1")
    row, = inspect(folder / "m", "--memory", "--threads", "1")["memory"]
    equal(row["ready"], True)
    equal(row["packed_bytes"], 0)
    text = run(RTINSPECT, folder / "m", "--memory", "--threads", "1").stdout
    assert "least arena" in text and "from plan" in text, text


def test_passes_show_the_graph_before_and_after(folder):
    passes = inspect(MODEL, "--passes", "--policy", "jit")["passes"]
    equal(len(passes["before"]), inspect(MODEL)["nodes"])
    assert len(passes["after"]) <= len(passes["before"])
    names = [row["pass"] for row in passes["passes"]]
    assert "fuse_post_ops" in names and "merge_duplicates" in names, names
    equal(sum(row["changes"] for row in passes["passes"]), len(passes["changes"]))
    without = inspect(MODEL, "--passes", "--policy", "jit", "--without-pass", "fuse_post_ops")["passes"]
    assert "fuse_post_ops" not in [row["pass"] for row in without["passes"]]
    assert not [row for row in without["changes"] if row["pass"] == "fuse_post_ops"]
    text = run(RTINSPECT, MODEL, "--passes", "--policy", "jit").stdout
    assert "graph before" in text and "graph after" in text, text
    bad = run(RTINSPECT, MODEL, "--passes", "--without-pass", "make_faster")
    equal(bad.returncode, 2)


def test_explain_lists_the_kernels_of_what_it_prepared(folder):
    compile_model(MODEL, folder / "m", "--threads", "1")
    for model, policy, source in (MODEL, "jit", "compiled"), (folder / "m", "aot", "plan"):
        done = run(RTINSPECT, model, "--explain", "--policy", policy, "--threads", "1")
        equal((done.returncode, done.stderr), (0, ""))
        table = done.stdout.split("made [us]")[1].split("\n\n")[0].splitlines()[1:]
        kernels = [line for line in table if not line.startswith("    not ")]
        assert kernels and all(line.endswith(" " + source) for line in kernels), done.stdout


def test_tuning_reports_and_gives_a_plan_that_fits(folder):
    compile_model(MODEL, folder / "m", "--threads", "1", "--tune", "5")
    check, = inspect(folder / "m", "--check-plan", "--threads", "1")["plan_checks"]
    equal(check["verdict"], "ok")
    compile_model(MODEL, folder / "plain", "--threads", "1")
    compile_model(MODEL, folder / "zero", "--threads", "1", "--tune", "0")
    assert (folder / "plain").read_bytes() == (folder / "zero").read_bytes()
    equal(run(RTCOMPILE, MODEL, folder / "x", "--tune", "-1").returncode, 2)
    equal(run(RTCOMPILE, MODEL, folder / "x", "--tune", "soon").returncode, 2)


def main():
    failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
            except Exception:
                failed += 1
                print(f"FAILED: {name}")
                traceback.print_exc()
    return 1 if failed else 0


sys.exit(main())
