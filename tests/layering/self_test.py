"""Checks that each rule of rules.py finds what it is for, on small trees in a temporary folder."""
import pathlib
import sys
import tempfile

import rules

HEADERS = "tests/headers/meson.build"
CLEAN = {
    "runtime/include/kairos/model.h": '#include "absl/status/statusor.h"\n',
    "runtime/include/kairos/policies.h": "// aot, jit, eager\n",
    "runtime/base/hash.h": '#include <string>\n',
    "runtime/graph/ops.cc": '#include "base/hash.h"\n#include "kairos/model.h"\n',
    "runtime/model/load.cc": '#include "flatbuffers/flatbuffers.h"\n#include "graph/ops.h"\n',
    "runtime/policy/jit.cc": "class JitPolicy {};  // not eagerly\n",
    "runtime/executor/run.cc": '#include "policy/cache.h"\n// the limit is jittered eagerly\n',
    "runtime/passes/table.h": "struct Table {};\n",
    "runtime/policy/cache.h": '#include "base/hash.h"\n',
    "backends/onednn/conv.cc": '#include <dnnl.hpp>\n#include "onednn/own/tile.h"\n',
    "backends/onednn/own/tile.h": '#include "kairos/model.h"\n#include "hwy/highway.h"\n',
    "backends/builtin.cc": '#include "onednn/own/tile.h"\n',
    "apps/common/npy.h": '#include "kairos/model.h"\n',
    "apps/rtrun/main.cc": '#include "common/npy.h"\n#include <CLI/CLI.hpp>\n',
    "tests/unit/base/hash_test.cc": '#include "base/hash.h"\n',
    "tests/meson.build": "files('unit/base/hash_test.cc')\n",
    HEADERS: "['model', 'policies']\n",
}

# (rule, file, content): each breaks that rule and no other.
BAD = [
    ("runtime_layers", "runtime/base/up.h", '#include "passes/table.h"\n'),
    ("runtime_layers", "runtime/passes/up.cc", '#include "executor/run.cc"\n'),
    ("runtime_layers", "runtime/executor/app.cc", '#include "common/npy.h"\n'),
    ("runtime_layers", "runtime/executor/backend.cc", '#include "onednn/own/tile.h"\n'),
    ("runtime_layers", "runtime/include/kairos/model.h", '#include "base/hash.h"\n'),
    ("runtime_layers", "runtime/extra/new.cc", '#include "base/hash.h"\n'),
    ("outside_sees_public_headers", "backends/reference/add.cc", '#include "base/hash.h"\n'),
    ("outside_sees_public_headers", "backends/reference/a.cc", '#include "onednn/own/tile.h"\n'),
    ("outside_sees_public_headers", "apps/hello/main.cc", '#include "executor/run.cc"\n'),
    ("outside_sees_public_headers", "apps/hello/main.cc", '#include "onednn/own/tile.h"\n'),
    ("dependencies_stay_confined", "backends/reference/add.cc", "#include <dnnl.hpp>\n"),
    ("dependencies_stay_confined", "runtime/base/simd.cc", '#include "hwy/highway.h"\n'),
    ("dependencies_stay_confined", "runtime/graph/g.cc", '#include "schemas/model_generated.h"\n'),
    ("dependencies_stay_confined", "runtime/graph/g.cc", '#include "flatbuffers/util.h"\n'),
    ("dependencies_stay_confined", "apps/rtrun/onnx.cc", '#include "onnx.pb.h"\n'),
    ("dependencies_stay_confined", "runtime/base/j.cc", "#include <nlohmann/json.hpp>\n"),
    ("policies_are_not_named", "runtime/executor/s.cc", "auto p = NewJitPolicy();\n"),
    ("policies_are_not_named", "runtime/executor/s.cc", "// as an AOT plan does\n"),
    ("policies_are_not_named", "runtime/include/kairos/model.h", "int eager_runs;\n"),
    ("policies_are_not_named", "runtime/base/x.h", "// (tiered)\n"),
    ("folders_have_no_cycle", "apps/common/back.h", '#include "rtrun/main.cc"\n'),
    ("files_are_short", "runtime/base/long.cc", "\n" * 401),
    ("every_public_header_is_tested", HEADERS, "['model']\n"),
    ("every_test_is_built", "tests/unit/base/new_test.cc", "\n"),
    ("every_test_is_built", "tests/unit/graph/hash_test.cc", "\n"),
]


def broken_rules(files):
    with tempfile.TemporaryDirectory() as root:
        for name, content in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        tree = rules.Tree(root)
        return [rule.__name__ for rule in rules.RULES if list(rule(tree))]


def main():
    cases = [([], CLEAN)]
    cases += [([rule], CLEAN | {name: content}) for rule, name, content in BAD]
    failed = 0
    for expected, files in cases:
        got = broken_rules(files)
        if got != expected:
            failed += 1
            changed = [name for name in files if CLEAN.get(name) != files[name]]
            print(f"{' '.join(changed) or 'clean tree'}: got {got}, expected {expected}")
    unproven = {rule.__name__ for rule in rules.RULES} - {rule for rule, _, _ in BAD}
    if unproven:
        failed += 1
        print(f"no bad example for {unproven}")
    print(f"{len(cases) + 1 - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
