"""Tables on a terminal: columns that stand below each other, and no line that is wider than the terminal."""

import os
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gini_notebook.cli import output

NAMES = ["Größe.pdf", "請求書 2025-04.pdf", "Gro\u0308ße.pdf", "[bold]x[/bold] :smile:", "a" * 90]
FRAME = pd.DataFrame(
    {"document": NAMES, "n": range(1, 6), "F1": [0.5, float("nan"), 1.0, 0.25, 0.125], "why": ["x y" * 20] * 5}
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_width", lambda: 80)


def test_a_terminal_is_as_wide_as_it_says_and_a_file_as_wide_as_need_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.shutil, "get_terminal_size", lambda: os.terminal_size((72, 24)))
    with monkeypatch.context() as context:
        context.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: True))
        assert output._width() == 72
    with monkeypatch.context() as context:
        context.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: False))
        assert output._width() > 10_000
    with monkeypatch.context() as context:
        context.setattr(sys, "stdout", None)
        assert output._width() > 10_000


def test_columns_stand_below_each_other_whatever_the_width_of_characters() -> None:
    heads, rule, *rows = output.table(FRAME).splitlines()
    ends = [at for at, one in enumerate(rule) if one == "-" and rule[at + 1 : at + 2] in ("", " ")]
    assert heads.startswith("document ")
    assert len(ends) == 4
    assert [cell_len(row[: row.index(f" {number} ")]) for number, row in enumerate(rows, 1)] == [ends[0] + 1] * 5
    assert rows[3].startswith("[bold]x[/bold] :smile: ")
    assert " n/a " in rows[1]


def test_nothing_is_folded_where_there_is_no_terminal() -> None:
    assert len(output.table(FRAME, spare=["n", "F1"]).splitlines()) == 7


def test_text_is_folded_on_a_terminal(terminal: None) -> None:
    lines = output.table(FRAME).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) > 7
    assert "F1" in lines[0]
    assert "".join(lines).count("a") >= 90


def test_columns_that_are_spared_on_a_narrow_terminal_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = pd.DataFrame({"field": ["amountToPay"], **{f"number_{n}": [n] for n in range(8)}})
    monkeypatch.setattr(output, "_width", lambda: 60)
    lines = output.table(wide, spare=["number_0", "number_1", "number_2", "number_3", "number_4"]).splitlines()
    assert lines[-1] == "Not on so narrow a terminal: number_0, number_1, number_2, number_3."
    assert lines[0].split() == ["field", "number_4", "number_5", "number_6", "number_7"]
    assert max(map(cell_len, lines[:-1])) <= 60


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_is_a_cell(texts: list[str]) -> None:
    lines = output.table(pd.DataFrame({"a": texts, "b": [1] * len(texts)})).splitlines()
    assert len(lines) == len(texts) + 2
    assert all(line.endswith("1") for line in lines[2:])
