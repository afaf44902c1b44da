"""One document under several spellings: whether what they label goes together.

A sheet of line items names ``a.pdf`` where the other sheet says ``a``. What both say of one document is put together
unless it contradicts; then nobody knows whether it is one document, and which label is right.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from gini_notebook.analysis.truth.label_columns import Label
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    import pandas as pd

Numbered: TypeAlias = tuple[int, Label]
Rows = Callable[[Collection[str]], Iterable[Numbered]]
"""From names of documents to their labels, each with its number."""

_Slot = tuple[str, int, str]
# What nobody wrote into a cell yields to what somebody did.
_NOT_WRITTEN = ("declared", "no rows")


def by_spelling(names: Collection[str], rows: Rows) -> dict[str, dict[_Slot, list[Numbered]]]:
    """Return what is said under each of these names, by group, row and field."""
    found: dict[str, dict[_Slot, list[Numbered]]] = {name: {} for name in names}
    for number, label in rows(names):
        found[label.document].setdefault((label.group, label.row, label.field), []).append((number, label))
    return found


def put_together(
    names: Sequence[str], said: Mapping[str, Mapping[_Slot, list[Numbered]]]
) -> tuple[tuple[str, str, str] | None, list[int]]:
    """Return the first contradiction between spellings, and the numbers of labels that only repeat others.

    Parameters
    ----------
    names
        Spellings of one document.
    said
        See :func:`by_spelling`.

    Returns
    -------
    tuple
        Of a contradiction the two spellings and the field; else None. The numbers.
    """
    kept: dict[_Slot, tuple[str, list[Numbered]]] = {}
    repeated: list[int] = []
    for name in names:
        for slot, labels in said[name].items():
            other, there = kept.setdefault(slot, (name, labels))
            if other == name:
                continue
            if _is_weak(there) and not _is_weak(labels):
                kept[slot] = name, labels
                repeated += [number for number, _ in there]
                continue
            if not _is_weak(labels) and _says(labels) != _says(there):
                return (name, other, dotted(slot[0], slot[2])), []
            repeated += [number for number, _ in labels]
    return None, repeated


def _is_weak(labels: Iterable[Numbered]) -> bool:
    return all(label.value is None and label.source in _NOT_WRITTEN for _, label in labels)


def _says(labels: Iterable[Numbered]) -> set[tuple[str | None, str]]:
    return {(label.value, label.state) for _, label in labels}


def rows_of_table(table: "pd.DataFrame") -> Rows:
    """Return what reads the labels of documents out of a truth table, of which columns may lack."""
    there = [name for name in Label._fields if name in table.columns]

    def rows(names: Collection[str]) -> Iterator[Numbered]:
        numbers = table["document"].isin(list(names)).to_numpy().nonzero()[0]
        cells = table.iloc[numbers][there].astype(object)
        cells = cells.where(cells.notna(), None)
        for number, row in zip(numbers.tolist(), cells.itertuples(index=False, name=None), strict=True):
            given = {name: cell for name, cell in zip(there, row, strict=True) if cell is not None}
            state = "unclear" if given.get("state") == "unclear" else ""
            yield number, Label(**{**_NOTHING_SAID, **given, "state": state})

    return rows


_NOTHING_SAID = Label("", "", 0, "", None, "")._asdict()
