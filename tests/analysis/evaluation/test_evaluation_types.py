"""One honest type: what an evaluation in partitions can do and what it cannot; both are plain values."""

import copy
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, PartitionedEvaluation, evaluate
from gini_notebook.errors import SettingError

TRUTH = pd.DataFrame(
    {"document": ["a", "b", "c"], "field": "amountToPay", "value": ["1.00:EUR", "2.00:EUR", "3.00:EUR"]}
)
FOUND = TRUTH.assign(value=["1:EUR", "20.00:EUR", None])
WHOLE = evaluate(FOUND, TRUTH)
MEMBERS = sorted(name for name in dir(WHOLE) if not name.startswith("_"))
# What a user writes; then one member of an evaluation each line, for both kinds.
SCRIPT = """
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gini_notebook import evaluate

with ThreadPoolExecutor() as executor:
    result = evaluate(object(), object(), seed=1, executor=executor)
    reveal_type(result)
    reveal_type(evaluate(Path("found"), "truth.parquet"))
    reveal_type(evaluate(object(), object(), fields=["iban"]))
    result.by_field(full=True)
    result.mistakes("iban", full=True)
    result.in_memory().by_cause()
    result.by_cause()
    result.save("result.zip")
    evaluate(object(), object(), seeds=1)
    whole = evaluate(object(), object())
"""
SCRIPT += "".join(f"    result.{name}\n    whole.{name}\n" for name in MEMBERS)


def partitioned():
    with ThreadPoolExecutor(1) as running:
        return evaluate(FOUND, TRUTH, executor=running)


def test_an_evaluation_in_memory_is_itself_in_memory():
    assert WHOLE.in_memory() is WHOLE


@pytest.mark.parametrize("name", ["by_cause", "confusion", "reliability", "save", "save_report", "at_confidence"])
def test_what_a_partitioned_evaluation_cannot_do_says_how_to_do_it(name):
    result = partitioned()
    with pytest.raises(AttributeError, match=rf"cannot do {name}\(\), .* result\.in_memory\(\)\.{name}\("):
        getattr(result, name)
    assert not hasattr(result, name)
    assert hasattr(WHOLE, name)


def test_what_no_evaluation_has_is_no_attribute_of_a_partitioned_one():
    with pytest.raises(AttributeError, match="'PartitionedEvaluation' object has no attribute 'by_filed'"):
        partitioned().by_filed()


def test_comparing_a_partitioned_evaluation_names_the_remedy():
    with pytest.raises(SettingError, match=r"this is a PartitionedEvaluation; its in_memory\(\) is one"):
        compare(WHOLE, partitioned())


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda result: pickle.loads(pickle.dumps(result))])
def test_an_evaluation_can_be_copied_and_pickled(again):
    WHOLE.by_field(full=True)
    result = again(WHOLE)
    assert type(result) is Evaluation
    assert result == WHOLE
    pd.testing.assert_frame_equal(result.by_field(full=True), WHOLE.by_field(full=True))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda result: pickle.loads(pickle.dumps(result))])
def test_a_partitioned_evaluation_can_be_copied_and_pickled(again):
    with ThreadPoolExecutor(1) as running:
        whole = evaluate(FOUND, TRUTH, executor=running)
        result = again(whole)
        assert type(result) is PartitionedEvaluation
        pd.testing.assert_frame_equal(result.by_field(full=True), whole.by_field(full=True))
        assert result.provenance == whole.provenance
        assert result.in_memory() == whole.in_memory()


def test_a_pickled_evaluation_does_without_the_executor():
    result = pickle.loads(pickle.dumps(partitioned()))
    pd.testing.assert_frame_equal(result.by_field("raw", full=True), WHOLE.by_field("raw", full=True))
    assert result.in_memory().comparisons.equals(WHOLE.comparisons)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_type_checkers_find_the_methods_that_there_are_and_no_others(tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}", script]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=290).stdout
    lines = [line.split(": ", 1)[1] for line in told.splitlines() if "script.py:" in line]
    home = "gini_notebook.analysis.evaluation"
    assert lines[:3] == [
        f'note: Revealed type is "{home}.partitioned.PartitionedEvaluation"',
        f'note: Revealed type is "{home}.partitioned.PartitionedEvaluation"',
        f'note: Revealed type is "{home}.evaluation.Evaluation"',
    ]
    lacking = ["by_cause", "save", *(name for name in MEMBERS if name not in dir(partitioned()))]
    assert [line for line in lines if "has no attribute" in line] == [
        f'error: "PartitionedEvaluation" has no attribute "{name}"  [attr-defined]' for name in lacking
    ]
    assert "seeds" in told
