"""The page on the architecture names files and functions that there are; its picture is that of the code."""

import ast
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
STEPS = re.findall(r"^\| [^|]+ \| `([\w/]+\.py)` \| `([\w.]+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def names_in(path: Path) -> set[str]:
    """Return the functions and classes of a file, methods as ``Class.method``."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


def test_every_step_of_both_ways_is_read() -> None:
    rows = re.findall(r"^\| (?!step|---)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(STEPS) == len(rows) > 20


@pytest.mark.parametrize(("file", "name"), STEPS)
def test_every_file_and_function_exists(file: str, name: str) -> None:
    assert name in names_in(ROOT / "gini_notebook" / file)


def test_the_rooms_named_exist() -> None:
    named = re.findall(r"^\*\*`(\w+)/`\*\*", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert [room for room in named if not (ROOT / "gini_notebook" / room).is_dir()] == []


def test_the_picture_is_that_of_the_import_graph() -> None:
    pytest.importorskip("grimp", reason="import-linter is not installed (group check)")
    script = runpy.run_path(str(ROOT / "docs" / "draw_architecture.py"))
    assert script["draw"]() == script["PICTURE"].read_text(encoding="utf-8"), "run make architecture"


@pytest.fixture(scope="module")
def structure() -> dict[str, Any]:
    script = runpy.run_path(str(ROOT / "benchmarks" / "structure.py"))
    return {figure.name.strip(): figure for figure in script["read_structure"](ROOT)}


@pytest.mark.parametrize(
    "name",
    [
        "import circles",
        "longest",
        "callables assigned to another object, batch/",
        "SQL outside ledger/",
    ],
)
def test_no_file_leaves_the_way_the_house_is_built(structure: dict[str, Any], name: str) -> None:
    figure = structure[name]
    assert not figure.missed, [str(figure), *figure.details]
