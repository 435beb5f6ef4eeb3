"""The rules of the source tree, each a function from a Tree to the lines that break it.

Layers: a file of runtime/ includes only layers before its own and public headers; a backend or an
app sees the library as its users do. See runtime/README.md for the picture.
"""
import pathlib
import re

LAYERS = ["base", "graph", "model", "passes", "policy", "executor", "trace"]
TOP_FOLDERS = ["runtime", "backends", "apps", "tests", "schemas", "subprojects", ".ci"]
SOURCES = {".h", ".cc"}
SIZED = SOURCES | {".py", ".sh", ".bash", ".fbs", ".build"}
MAX_LINES = 400
# The executor never learns who answers its questions.
POLICY_WORDS = {"aot", "jit", "eager", "tiered"}
POLICY_HEADERS = {"runtime/include/kairos/policy.h", "runtime/include/kairos/policies.h"}
# Header of a dependency -> folders that may include it.
CONFINED = {
    r"dnnl|oneapi/": ["backends/onednn/"],
    r"hwy/": ["backends/onednn/", "tests/unit/backends/"],
    r"flatbuffers/|schemas/|.*_generated\.h$": ["runtime/model/", "tests/"],
    r"google/protobuf/|.*\.pb\.h$": ["apps/rtconvert/", "tests/"],
    r"CLI/|nlohmann/|png\.h$": ["apps/", "tests/"],
    r"doctest/": ["tests/"],
}

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # parts of camelCase and snake_case


class Tree:
    """The files of a source tree: path from its root -> lines."""

    def __init__(self, root):
        self.lines = {}
        for top in TOP_FOLDERS:
            for path in sorted(pathlib.Path(root, top).rglob("*")):
                name = path.relative_to(root).as_posix()
                downloaded = top == "subprojects" and name.count("/") > 1
                if path.suffix in SIZED and path.is_file() and not downloaded:
                    self.lines[name] = path.read_text(errors="replace").splitlines()

    def sources(self, prefix=""):
        return [f for f in self.lines if f.startswith(prefix) and pathlib.Path(f).suffix in SOURCES]

    def includes(self, prefix=""):
        """Yields (file, "file:line", included) of every #include."""
        for name in self.sources(prefix):
            for number, line in enumerate(self.lines[name], 1):
                if match := INCLUDE.match(line):
                    yield name, f"{name}:{number}", match.group(1)

    def resolve(self, name, included):
        """The file of the tree that an #include means, or None."""
        folder = name.rsplit("/", 1)[0]
        for root in [folder, ".", "runtime", "runtime/include", "backends", "apps", "tests"]:
            path = included if root == "." else f"{root}/{included}"
            if path in self.lines:
                return path
        return None


def folder_of(name):
    """The part of the tree that a file belongs to: "runtime/graph", "backends/onednn" ..."""
    return "/".join(name.split("/")[:-1][:2])


def runtime_layers(tree):
    for name, where, included in tree.includes("runtime/"):
        target = tree.resolve(name, included)
        if target is None or target.startswith("runtime/include/"):
            continue
        layer, other = name.split("/")[1], target.split("/")[1]
        if not target.startswith("runtime/"):
            yield f"{where}: runtime includes {included}"
        elif layer == "include":
            yield f"{where}: a public header includes the internal {included}"
        elif layer not in LAYERS or other not in LAYERS:
            yield f"{where}: {layer} or {other} is no layer, expected one of {' '.join(LAYERS)}"
        elif LAYERS.index(other) > LAYERS.index(layer):
            yield f"{where}: {layer} includes {included} of the later layer {other}"


def outside_sees_public_headers(tree):
    for top in ["backends", "apps"]:
        for name, where, included in tree.includes(top + "/"):
            target = tree.resolve(name, included)
            if target is None or target.startswith("runtime/include/"):
                continue
            if top == "apps" and target.startswith("apps/"):
                continue
            if name.count("/") == 1:  # joins the backends
                continue
            if folder_of(target) != folder_of(name):
                yield f"{where}: includes {included}, expected kairos/... or files of its own"


def dependencies_stay_confined(tree):
    for name, where, included in tree.includes():
        for pattern, folders in CONFINED.items():
            if re.match(pattern, included) and not name.startswith(tuple(folders)):
                yield f"{where}: includes {included}, expected only in {' '.join(folders)}"


def policies_are_not_named(tree):
    for name, lines in tree.lines.items():
        if not name.startswith("runtime/") or name.startswith("runtime/policy/"):
            continue
        if name in POLICY_HEADERS:
            continue
        for number, line in enumerate(lines, 1):
            for word in WORD.findall(line):
                if word.lower() in POLICY_WORDS:
                    yield f"{name}:{number}: names the policy '{word}'"


def folders_have_no_cycle(tree):
    edges = {}
    for name, where, included in tree.includes():
        target = tree.resolve(name, included)
        if target is not None and folder_of(target) != folder_of(name):
            edges.setdefault(folder_of(name), {}).setdefault(folder_of(target), where)
    done = set()

    def visit(folder, path):
        if folder in path:
            cycle = path[path.index(folder):] + [folder]
            yield f"{edges[path[-1]][folder]}: cycle {' -> '.join(cycle)}"
        elif folder not in done:
            for target in edges.get(folder, {}):
                yield from visit(target, path + [folder])
            done.add(folder)

    for folder in sorted(edges):
        yield from visit(folder, [])


def files_are_short(tree):
    for name, lines in tree.lines.items():
        if len(lines) > MAX_LINES:
            yield f"{name}: {len(lines)} lines, expected at most {MAX_LINES}"


def every_public_header_is_tested(tree):
    listed = "\n".join(tree.lines.get("tests/headers/meson.build", []))
    for name in tree.sources("runtime/include/kairos/"):
        stem = pathlib.Path(name).stem
        if f"'{stem}'" not in listed:
            yield f"{name}: not listed in tests/headers/meson.build"


def every_test_is_built(tree):
    built = set()
    for name, lines in tree.lines.items():
        if name.startswith("tests/") and name.endswith("/meson.build"):
            folder = name.rsplit("/", 1)[0]
            files = re.findall(r"'([^']+_test\.cc)'", "\n".join(lines))
            built |= {f"{folder}/{file}" for file in files}
    for name in tree.sources("tests/"):
        if name.endswith("_test.cc") and name not in built:
            yield f"{name}: not listed in any meson.build of tests/"


RULES = [
    runtime_layers,
    outside_sees_public_headers,
    dependencies_stay_confined,
    policies_are_not_named,
    folders_have_no_cycle,
    files_are_short,
    every_public_header_is_tested,
    every_test_is_built,
]
