"""Slots as columns: what the browser gets is what the table holds, in pieces; and filters as data."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.interactive.explorer import slot_columns
from gini_notebook.interactive.explorer.selection import Choices, Selection, searched
from gini_notebook.interactive.explorer.slot_columns import SlotColumns
from gini_notebook.interactive.explorer.subject import Candidates, subject_of
from tests.analysis.report.report_samples import boxed, hostile, rows, sample

TYPES = {"u1": np.uint8, "u2": np.uint16, "i4": np.int32}


def unpacked(columns: SlotColumns) -> pd.DataFrame:
    """Read the pieces as the browser does."""
    head, parts, names = columns.head(), [], []
    for message, buffers in columns.pieces():
        assert sum(map(len, buffers)) <= slot_columns.MOST_PIECE_BYTES
        texts = json.loads(buffers[-1])
        assert message["from"] == len(names)
        names += [name for name, *_ in texts["documents"]]
        values = {
            name: np.frombuffer(buffer, TYPES[kind])
            for (name, kind), buffer in zip(message["columns"], buffers, strict=False)
        }
        part = {name: [head["labels"][name][code] for code in values[name]] for name in head["labels"]}
        part |= {name: texts[name] for name in ("truth", "extracted")}
        part["document"] = [names[code] for code in values["document"]]
        parts.append(pd.DataFrame(part, index=range(message["start"], message["end"])))
    return pd.concat(parts) if parts else pd.DataFrame()


@pytest.mark.parametrize("make", [sample, boxed, hostile])
@pytest.mark.parametrize("first", [1, 7, 2_000])
def test_the_pieces_hold_the_table(make: object, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_columns, "FIRST_ROWS", first)
    monkeypatch.setattr(slot_columns, "SHOWN_CHARACTERS", 10**6)
    subject = subject_of(make())
    got = unpacked(SlotColumns(subject))
    for name in ("document", "name", "outcome", "truth", "extracted"):
        expected = subject.slots[name].astype(object).where(subject.slots[name].notna(), None).tolist()
        assert got[name].astype(object).where(got[name].notna(), None).tolist() == expected


def test_pieces_of_long_values_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_columns, "MOST_PIECE_BYTES", 20_000)
    table = rows(*((f"{number}.pdf", "", 0, "paymentPurpose", "ä" * 500) for number in range(300)))
    assert len(unpacked(SlotColumns(subject_of(evaluate(table, table))))) == 300


@settings(deadline=None, max_examples=60)
@given(
    outcome=st.lists(st.sampled_from(["wrong", "missing", "spurious", "correct", "absent"]), unique=True, max_size=3),
    name=st.lists(st.sampled_from(["iban", "amountToPay", "bic"]), unique=True, max_size=2),
    text=st.sampled_from(["", "a.pdf", "DE89 37", "12", "nothing has this"]),
    sort=st.sampled_from(["position", "document", "name", "alike", "stake"]),
)
def test_filters_mean_any_within_and_all_between(outcome: list[str], name: list[str], text: str, sort: str) -> None:
    subject = SUBJECT
    columns = SlotColumns(subject)
    choices = Choices(subject, columns)
    chosen = Selection(
        {"outcome": [one for one in outcome if one in columns.labels("outcome")], "name": name}, text, sort
    )
    fits = []
    for row in subject.slots.itertuples():
        hay = "\n".join(str(value) for value in (row.document, row.truth, row.extracted) if not pd.isna(value))
        hay += "".join(str(subject.texts_of("error")[row.document]))
        fits.append(
            (not chosen.filters["outcome"] or row.outcome in chosen.filters["outcome"])
            and (not name or row.name in name)
            and searched(text) in searched(hay)
        )
    assert sorted(choices.rows(chosen)) == np.flatnonzero(fits).tolist()
    counts = choices.counts(chosen, "outcome")
    others = choices.matching(chosen.without("outcome"))
    assert counts == subject.slots["outcome"][others].value_counts().reindex(counts, fill_value=0).to_dict()


SUBJECT = subject_of(sample())


def test_the_first_piece_does_not_wait_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = SlotColumns(SUBJECT)
    monkeypatch.setattr(slot_columns, "FIRST_ROWS", 2)
    shown = []
    columns._shown = lambda value: shown.append(value) or str(value)
    message, _ = next(columns.pieces())
    assert (message["start"], message["end"]) == (0, 2)
    first = SUBJECT.slots.iloc[:2]
    assert sorted(shown) == sorted([*first["truth"].dropna(), *first["extracted"].dropna()])


def test_candidates_are_looked_up_by_document_and_list() -> None:
    table = boxed().candidates
    index = Candidates(table)
    assert index.of("letter_plain.pdf", "ibans")["rank"].tolist() == [1, 2, 3, 4]
    assert index.of("another.pdf", "ibans") is None
    assert index.of("letter_plain.pdf", pd.NA) is None
    assert Candidates(None).of("letter_plain.pdf", "ibans") is None
