"""T59: what notebooks and prompts show of our objects has no effect, whatever came from outside."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from gini_notebook import compare, evaluate, notes, read_truth
from gini_notebook._display import Display
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.notes import KINDS, Note
from tests.payloads import PAYLOADS, unprintable

if TYPE_CHECKING:
    from gini_notebook.analysis.truth import Truth
    from gini_notebook.service.client import Client

Make = Callable[[Callable[[int], str]], object]
# Payloads of the length of names and values, and short ones that a table shows whole.
NAMED = [f"{number}a{payload}x" for number, payload in enumerate(PAYLOADS)]


def table(part: int) -> pd.DataFrame:
    """Make rows with each payload in names of documents, fields and groups, and in values."""
    rows = []
    for number, name in enumerate(NAMED[part::10]):
        rows += [(name, "", 0, "iban", f"DE{name}"), (name, "", 0, f"f{name}", "y"), (name, name, number, "c", name)]
    return pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])


def result(part: int, value: str | None = None) -> Evaluation:
    found = table(part)
    truth = found.assign(value=found["value"].where(found.index % 3 > 0, "other"))
    return evaluate(found if value is None else found.assign(value=value), truth)


def shown(thing: Any) -> Iterator[str]:
    """Yield every text that a prompt, a notebook or a print makes of an object."""
    yield repr(thing)
    yield str(thing)
    for name in ("_repr_html_", "_repr_markdown_", "_repr_latex_", "_repr_pretty_"):
        if callable(show := getattr(thing, name, None)) and name != "_repr_pretty_":
            yield show() or ""


def check(thing: Any) -> None:
    texts = list(shown(thing))
    assert texts[0]
    assert [unprintable(text.replace("\n", "")) for text in texts] == [[]] * len(texts)


@pytest.mark.parametrize("part", range(10))
def test_T59_evaluations_and_comparisons(part: int) -> None:
    one = result(part)
    check(one)
    check(compare(one, result(part, "w")))
    check(one.explain(*one.mistakes().loc[0, ["document", "field"]]) if hasattr(one, "explain") else one)


@pytest.mark.parametrize("part", range(10))
def test_T59_truth(part: int, tmp_path: Path) -> None:
    table(part).to_parquet(tmp_path / "truth.parquet")
    truth: Truth = read_truth(tmp_path / "truth.parquet")
    assert len(truth) > 3
    check(truth)


@pytest.mark.parametrize("kind", KINDS)
def test_T59_notes(kind: str) -> None:
    for name in NAMED:
        note = Note(kind, 3, (name,), name, (name, name))
        check(note)
        for text in (
            Display([], [note]).html,
            Display([], [note]).text,
            notes.as_text([note]),
            note.text,
            note.sentence("de"),
        ):
            assert not unprintable(text.replace("\n", "")), text


def test_T59_clients_and_what_they_return(client: "Client") -> None:
    check(client)
    document = client.upload(b"Rechnung", name="a.txt")
    for name in NAMED[:5]:
        check(client.document(client.upload(b"Rechnung", name=name)))
    check(client.wait(document))
