"""What somebody's own script is told by a type checker: choices by name, and which kind of result comes back."""

import importlib
import re
import subprocess
import sys
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


def checked(folder: Path, script: str) -> list[str]:
    """Return what mypy says of a script, as strict as can be."""
    pytest.importorskip("mypy", reason="mypy is not installed (group check)")
    (folder / "script.py").write_text(script, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not answer.stderr, answer.stderr
    return answer.stdout.splitlines()


@pytest.mark.timeout(600)
def test_a_script_is_told_what_is_right_and_what_is_not(tmp_path: Path) -> None:
    said = checked(tmp_path, RIGHT)
    assert [re.findall(r'"[\w.]*?(\w+)"$', line) for line in said] == [[name] for name in REVEALED], said
    said = checked(tmp_path, WRONG)
    lines = [int(re.match(r"script\.py:(\d+): error", line)[1]) for line in said if " error: " in line]  # type: ignore[index]
    assert sorted(set(lines)) == [4, 6, 7, 8, 9, 10], said


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_module_says_what_is_public(name: str) -> None:
    module = importlib.import_module(f"gini_notebook.{name}")
    assert module.__all__
    assert [one for one in module.__all__ if not hasattr(module, one)] == []
    assert [one for one in module.__all__ if one.startswith("_")] == []
