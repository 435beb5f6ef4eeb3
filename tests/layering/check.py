"""Checks a source tree against rules.py, one result per rule.

usage: check.py ROOT
"""
import sys

import rules


def main():
    tree = rules.Tree(sys.argv[1])
    failed = 0
    for rule in rules.RULES:
        broken = list(rule(tree))
        failed += bool(broken)
        for line in broken:
            print(f"{rule.__name__}: {line}")
    print(f"{len(rules.RULES) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not tree.lines else 0


sys.exit(main())
