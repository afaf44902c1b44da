"""Print how the package is built beside the limits it keeps; exit with 1 when one is missed.

Usage: python benchmarks/structure.py [--root FOLDER]

The first half reads the source as syntax trees and runs nothing of it; the second counts with a profiler what a few
calls pass through at a sandbox. ``--root`` names another checkout, whose package is then measured with the libraries
of this environment. Rules of counting:

modules           ``*.py`` below ``gini_notebook``; lengths are those of modules that are no ``__init__``
first level       packages and modules directly below ``gini_notebook``, without ``__init__`` and what is no Python
one importer      no ``__init__`` or ``__main__``, imported by exactly one module of the package; imports inside
                  functions and those for type checkers count
circles           groups of modules, and of neighbours in a package, that import each other in a ring; imports inside
                  functions count, those for type checkers do not
class floors      the longest way from a class up through classes of the package
functions         lines of the body, without signature and docstring; nested functions count on their own, too
callables         ``other.name = something`` in a folder ``batch``, where ``other`` is neither ``self`` nor ``cls``, and
                  the value is a lambda or bears the name of a function or method (no property) defined there
SQL               strings outside a folder ``ledger``, docstrings apart, that hold a clause of SQL in capitals
files entered     files of the package in which a function ran, in any thread, while the call lasted
depth             functions of the package on top of each other in one thread; lambdas and comprehensions do not count
"""

import argparse
import ast
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).resolve().parent.parent
PACKAGE = "gini_notebook"
SMALL = 150
SHOWN = 60
SQL = re.compile(
    r"\b(SELECT\s+\S|INSERT\s+(OR\s+\w+\s+)?INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|(CREATE|ALTER|DROP)\s+(TABLE|INDEX)\b"
    r"|PRAGMA\s+\w|CASE\s+WHEN\b|JOIN\s+\w+\s+(USING|ON)\b|WHERE\s+\w+|ORDER\s+BY\b)"
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was seen, what is wanted, and what to look at when it is missed."""

    name: str
    seen: float
    limit: float | None = None
    at_least: bool = False
    details: list[str] = field(default_factory=list)

    @property
    def missed(self) -> bool:
        if self.limit is None:
            return False
        return self.seen < self.limit if self.at_least else self.seen > self.limit

    def __str__(self) -> str:
        wanted = "" if self.limit is None else f"{'>=' if self.at_least else '<='} {self.limit:g}"
        return f"{self.name:<58} {self.seen:>7g}   {wanted:<8}{'MISSED' if self.missed else ''}".rstrip()


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def is_facade(self) -> bool:
        return self.path.stem in {"__init__", "__main__"}


def read_modules(root: Path) -> dict[str, Module]:
    modules = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = list(path.relative_to(root).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, path.relative_to(root), ast.parse(text), len(text.splitlines()))
    return modules


# --- imports --------------------------------------------------------------------------------------------------------


def import_statements(node: ast.AST, *, typed: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield each import with whether only type checkers follow it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, typed
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from import_statements(ast.Module(child.body, []), typed=True)
            yield from import_statements(ast.Module(child.orelse, []), typed=typed)
        else:
            yield from import_statements(child, typed=typed)


def imported(statement: ast.Import | ast.ImportFrom, modules: Mapping[str, Module]) -> Iterator[str]:
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            target = alias.name
        else:
            submodule = f"{statement.module}.{alias.name}"
            target = submodule if submodule in modules else str(statement.module)
        if target in modules:
            yield target


def imports_of(modules: Mapping[str, Module], *, typed: bool) -> dict[str, set[str]]:
    """Return the modules that each module imports; with ``typed`` also for type checkers alone."""
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for module in modules.values():
        for statement, only_typed in import_statements(module.tree):
            if typed or not only_typed:
                graph[module.name].update(imported(statement, modules))
        graph[module.name].discard(module.name)
    return graph


def one_importer(modules: Mapping[str, Module]) -> list[Module]:
    importers: dict[str, set[str]] = defaultdict(set)
    for importer, targets in imports_of(modules, typed=True).items():
        for target in targets:
            importers[target].add(importer)
    return [module for module in modules.values() if len(importers[module.name]) == 1 and not module.is_facade]


def rings(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of nodes that can reach each other, each sorted."""
    reach = {node: reachable(graph, node) for node in graph}
    groups = {tuple(sorted({node} | {other for other in reach[node] if node in reach[other]})) for node in graph}
    return [list(group) for group in sorted(groups) if len(group) > 1]


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = graph[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def neighbours(graph: Mapping[str, set[str]], package: str) -> dict[str, set[str]]:
    """Return which direct members of a package import each other, whatever lies below them."""
    prefix = f"{package}."
    members: dict[str, set[str]] = defaultdict(set)
    for source, targets in graph.items():
        if source.startswith(prefix):
            member = prefix + source.removeprefix(prefix).partition(".")[0]
            below = {prefix + target.removeprefix(prefix).partition(".")[0] for target in targets if prefix in target}
            members[member] |= below - {member}
    return {member: targets & members.keys() for member, targets in members.items()}


def circles(modules: Mapping[str, Module]) -> list[str]:
    graph = imports_of(modules, typed=False)
    packages = [name for name, module in modules.items() if module.path.stem == "__init__"]
    found = rings(graph)
    for package in packages:
        found += [ring for ring in rings(neighbours(graph, package)) if ring not in found]
    return [" <-> ".join(ring) for ring in found]


# --- what stands in the files -----------------------------------------------------------------------------------------


def function_lengths(modules: Iterable[Module]) -> dict[str, int]:
    lengths = {}
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, FUNCTIONS):
                statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
                lines = (node.end_lineno or 0) - statements[0].lineno + 1 if statements else 0
                lengths[f"{module.path}:{node.lineno} {node.name} {lines}"] = lines
    return lengths


def definitions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS) and not any("property" in ast.unparse(it) for it in node.decorator_list):
            yield node.name


def assignments(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield (target, value) pairs, those of tuples one by one."""
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            value = node.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                yield from zip(target.elts, value.elts, strict=False)
            else:
                yield target, value


def of_another_object(target: ast.expr) -> bool:
    if not isinstance(target, ast.Attribute):
        return False
    return not (isinstance(target.value, ast.Name) and target.value.id in {"self", "cls"})


def replaced_callables(modules: Iterable[Module]) -> list[str]:
    batch = [module for module in modules if "batch" in module.path.parts and "sandbox" not in module.path.parts]
    names = {name for module in batch for name in definitions(module.tree)}
    found = []
    for module in batch:
        for target, value in assignments(module.tree):
            last = getattr(value, "attr", getattr(value, "id", None))
            if of_another_object(target) and (isinstance(value, ast.Lambda) or last in names):
                found.append(f"{module.path}:{target.lineno} {ast.unparse(target)} = {ast.unparse(value)}")
    return found


def sql_outside_ledger(modules: Iterable[Module]) -> list[str]:
    found = []
    for module in modules:
        if "ledger" in module.path.parts:
            continue
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(module.tree)
            if isinstance(node, DOCUMENTED) and node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(module.tree):
            text = getattr(node, "value", None)
            if isinstance(node, ast.Constant) and isinstance(text, str) and id(node) not in docstrings:
                found += [f"{module.path}:{node.lineno} {text.strip()[:60]}"] if SQL.search(text) else []
    return found


def first_level(root: Path) -> list[str]:
    package = root / PACKAGE
    modules = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    return sorted(modules + [path.parent.name for path in package.glob("*/__init__.py")])


def read_structure(root: Path) -> list[Figure]:
    modules = read_modules(root)
    rooms = [module for module in modules.values() if module.path.stem != "__init__"]
    alone = one_importer(modules)
    small = [f"{module.path} {module.lines}" for module in alone if module.lines < SMALL]
    lengths = function_lengths(modules.values())
    longest = sorted(lengths, key=lambda name: -lengths[name])[:5]
    level, ringed = first_level(root), circles(modules)
    callables, sql = replaced_callables(modules.values()), sql_outside_ledger(modules.values())
    return [
        Figure("modules", len(modules), 215),
        Figure("  of them __init__", len(modules) - len(rooms)),
        Figure("  median lines", statistics.median(module.lines for module in rooms), 140, at_least=True),
        Figure("  with exactly one importer", len(alone)),
        Figure(f"  ... and fewer than {SMALL} lines", len(small), 35, details=small),
        Figure("entries on the first level", len(level), 11, details=level),
        Figure("import circles", len(ringed), 0, details=ringed),
        Figure("functions: median lines", statistics.median(lengths.values()), 6),
        Figure("  90 % have at most", statistics.quantiles(lengths.values(), n=10, method="inclusive")[-1], 20),
        Figure("  longest", max(lengths.values()), 40, details=longest),
        Figure("callables assigned to another object, batch/", len(callables), 0, details=callables),
        Figure("SQL outside ledger/", len(sql), 0, details=sql),
    ]


# --- what runs --------------------------------------------------------------------------------------------------------


class Watch:
    """Profiler of every thread: the files of the package that were entered, and the deepest stack."""

    def __init__(self) -> None:
        import gini_notebook

        self._folder = str(Path(gini_notebook.__file__).parent) + os.sep
        self.files: set[str] = set()
        self.chain: list[str] = []

    def _profile(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self._folder) and code.co_name != "<module>":
            self.files.add(code.co_filename.removeprefix(self._folder))
            chain = list(self._functions(frame))
            if len(chain) > len(self.chain):
                self.chain = chain[::-1]

    def _functions(self, top: FrameType) -> Iterator[str]:
        frame: FrameType | None = top
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(self._folder) and not code.co_name.startswith("<"):
                yield f"{code.co_filename.removeprefix(self._folder)} {code.co_qualname}"
            frame = frame.f_back

    def during(self, call: Callable[[], Any]) -> Any:
        self.files, self.chain = set(), []
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            return call()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]


def class_floors(kind: type) -> int:
    bases = [base for base in kind.__bases__ if base.__module__.startswith(PACKAGE)]
    return max((1 + class_floors(base) for base in bases), default=0)


def measure_calls(folder: Path) -> dict[str, Any]:
    """Make each call once before it is watched, so that nothing counts that happens only the first time."""
    import gini_notebook as gini

    source = HERE / "data" / "invoices"
    invoices = sorted(path for path in source.glob("*.pdf") if not path.name.startswith("broken_"))[:4]
    (folder / "in").mkdir()
    for path in invoices:
        shutil.copy(path, folder / "in")
    watch, seen = Watch(), {}

    def note(name: str, call: Callable[[], Any]) -> Any:
        answer = watch.during(call)
        seen[name] = {"files": sorted(watch.files), "chain": watch.chain}
        return answer

    with gini.Sandbox(processing_time_s=0.0) as sandbox:
        client = gini.login(sandbox)
        client.upload(invoices[0])
        note("upload", lambda: client.upload(invoices[1]))
        gini.process(client, folder / "in", to=folder / "warm", progress=False)
        batch = note("process", lambda: gini.process(client, folder / "in", to=folder / "run", progress=False))
    truth = gini.read_truth(source)
    header = batch.extractions.query("group == ''")[["document", "group", "row", "field", "value"]]
    labels = truth[truth["group"] == ""]
    gini.evaluate(header, labels).by_field()
    result = note("evaluate", lambda: gini.evaluate(header, labels))
    note("by_field", result.by_field)
    note("evaluate with rows", lambda: gini.evaluate(batch, truth))
    return seen | {"floors": {kind.__name__: class_floors(kind) for kind in (gini.Client, gini.Evaluation)}}


def run_calls(root: Path) -> list[Figure]:
    """Measure in a process of its own, which sees the package of ``root``."""
    environment = os.environ | {"PYTHONPATH": str(root)}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--measure", folder]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    seen = json.loads(answer.splitlines()[-1])

    def files(label: str, name: str, limit: float | None) -> Figure:
        return Figure(f"files entered by {label}", len(seen[name]["files"]), limit, details=seen[name]["files"])

    chain = seen["process"]["chain"]
    return [
        Figure("class floors above Client", seen["floors"]["Client"], 0),
        Figure("class floors above Evaluation", seen["floors"]["Evaluation"], 1),
        files("by_field", "by_field", 10),
        files("upload", "upload", 10),
        files("process, four documents", "process", 34),
        files("evaluate, header fields of two tables", "evaluate", 20),
        files("evaluate, a batch with line items", "evaluate with rows", None),
        Figure("depth of calls of process", len(chain), 14, details=chain),
    ]


def show(figures: Iterable[Figure]) -> bool:
    """Print the figures; return whether one is missed."""
    missed = False
    for figure in figures:
        print(figure)
        if figure.missed:
            missed = True
            print(*(f"    {line}" for line in figure.details[:SHOWN]), sep="\n", end="\n" if figure.details else "")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--root", type=Path, default=HERE, help="the checkout to measure (default: this one)")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure_calls(arguments.measure)))
        return 0
    print(f"{'figure':<58} {'seen':>7}   wanted")
    built = show(read_structure(arguments.root.resolve()))
    ran = show(run_calls(arguments.root.resolve()))
    return int(built or ran)


if __name__ == "__main__":
    sys.exit(main())
