"""Counts what the last `meson test` of a build folder ran; ./dev adds the counts of all variants.

A doctest binary counts once per test case, a test that ends its output with "N passed, N failed,
N skipped" counts as it says, any other test counts once. A test case that finds out while running
that it cannot run prints "SKIP: reason". A binary that ended badly without naming a failed test
case counts as one failure.

usage: tally.py BUILD/meson-logs     reads testlog.json, writes "passed failed skipped" to counts
"""
import json
import pathlib
import re
import sys

DOCTEST = re.compile(r"test cases: *\d+ \| *(\d+) passed \| *(\d+) failed \| *(\d+) skipped")
OWN = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)
SKIP = re.compile(r"^\s*SKIP: (.*)$", re.MULTILINE)


def count(test, reasons):
    """Returns [passed, failed, skipped] of one test program; adds to reasons why it skipped."""
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    for reason in SKIP.findall(output):
        reasons[reason] = reasons.get(reason, 0) + 1
    if match := DOCTEST.search(output):
        passed, failed, skipped = map(int, match.groups())
        late = len(SKIP.findall(output))
        counts = [passed - late, failed, skipped + late]
    elif match := OWN.search(output):
        counts = list(map(int, match.groups()))
    else:
        counts = [int(test["result"] in ("OK", "EXPECTEDFAIL")), 0, int(test["result"] == "SKIP")]
    if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
        counts[1] = max(counts[1], 1)
    return counts


def main():
    logs = pathlib.Path(sys.argv[1])
    log = logs / "testlog.json"  # absent when no test was chosen
    total, reasons = [0, 0, 0], {}
    for line in log.read_text().splitlines() if log.exists() else []:
        test = json.loads(line)
        counts = count(test, reasons)
        if counts[1]:
            print(f"FAILED: {test['name']}: {test['result']}, {counts[1]} failed")
        total = [a + b for a, b in zip(total, counts)]
    for reason, times in sorted(reasons.items()):
        print(f"skipped {times}: {reason}")
    (logs / "counts").write_text("{} {} {}\n".format(*total))


main()
