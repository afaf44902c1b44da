"""Which slots are listed, and in which order: filters, search and sorting as data.

The browser applies the same to the same columns (``view/columns.js``); here it serves the tables and calls of Python.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import process

from gini_notebook.errors import SettingError
from gini_notebook.interactive.explorer.slot_columns import SlotColumns
from gini_notebook.interactive.explorer.subject import Subject

# With what the list of orders says; two of them tell how far values differ.
SORTS = {
    "position": "as in the run",
    "document": "by document",
    "name": "by field",
    "alike": "most similar first",
    "stake": "largest difference first",
}
OF_VALUES = ("alike", "stake")
SHOWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "all": {},
    "mistakes": {"outcome": ("wrong", "missing", "spurious")},
    "unlabelled": {"outcome": ("unlabelled", "ignored")},
    "changed": {"change": ("fixed", "broken")},
    "failed": {"outcome": ("failed", "pending", "unclear")},
}
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Selection:
    """What is chosen: by column the values that fit (none: all), a text to search, and the order."""

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    text: str = ""
    sort: str = "position"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can have it."""
        chosen = {name: list(values) for name, values in self.filters.items() if values}
        return {"filters": chosen, "text": self.text, "sort": self.sort}

    def without(self, column: str) -> "Selection":
        """Return it without one filter."""
        return replace(self, filters={name: values for name, values in self.filters.items() if name != column})


def searched(text: str) -> str:
    """Return a text as it is searched: without case and blanks, so that ``de02 1203`` finds ``DE021203``."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


class Choices:
    """What a selection leaves of the slots.

    Parameters
    ----------
    subject
        What is explored.
    columns
        The same as columns.
    """

    def __init__(self, subject: Subject, columns: SlotColumns) -> None:
        self._subject = subject
        self._columns = columns
        self._hay: list[str] | None = None

    def rows(self, chosen: Selection) -> "np.ndarray[Any, Any]":
        """Return the places of the slots that fit, in the order of the list."""
        fits = self.matching(chosen)
        places = np.flatnonzero(fits)
        if chosen.sort == "position":
            return places
        return places[np.argsort(self._keys(chosen.sort)[places], kind="stable")]

    def matching(self, chosen: Selection) -> Flags:
        """Return which slots fit."""
        fits: Flags = np.ones(self._columns.count, dtype=bool)
        for name, values in chosen.filters.items():
            if values:
                labels = self._columns.labels(name)
                wanted = [place for place, label in enumerate(labels) if label in set(values)]
                fits &= np.isin(self._columns.codes(name), wanted)
        wanted_text = searched(chosen.text)
        if wanted_text:
            hay = self._searched_texts()
            fits &= np.fromiter((wanted_text in text for text in hay), dtype=bool, count=len(hay))
        return fits

    def counts(self, chosen: Selection, column: str) -> dict[str, int]:
        """Count the slots for each choice of a filter; its own choice does not count, all others do."""
        fits = self.matching(chosen.without(column))
        labels = self._columns.labels(column)
        found = np.bincount(self._columns.codes(column)[fits], minlength=len(labels))
        return {label: int(count) for label, count in zip(labels, found, strict=True)}

    def _keys(self, sort: str) -> Any:
        if sort in ("alike", "stake"):
            return self._columns.codes(sort)
        if sort == "document":
            names = self._columns.documents
            rank = np.empty(len(names), dtype=np.int64)
            rank[sorted(range(len(names)), key=lambda place: names[place])] = np.arange(len(names))
            return rank[self._columns.codes("document")]
        return self._columns.codes("name")

    def _searched_texts(self) -> list[str]:
        if self._hay is None:
            self._hay = self._texts_of(self._subject.slots)
        return self._hay

    def _texts_of(self, slots: pd.DataFrame) -> list[str]:
        errors = self._errors
        named = {name: searched(f"{name}\n{errors.get(name, '')}") for name in slots["document"].unique()}
        columns = [slots["truth"].fillna(""), slots["extracted"].fillna("")]
        return [
            "\n".join([named[document], *map(searched, values)])
            for document, *values in zip(slots["document"], *columns, strict=True)
        ]

    @cached_property
    def _errors(self) -> dict[str, str]:
        return self._subject.texts_of("error")

    def refresh(self, rows: Sequence[int]) -> None:
        """Take note of slots with other values."""
        if self._hay is not None:
            for row, text in zip(rows, self._texts_of(self._subject.slots.iloc[list(rows)]), strict=True):
                self._hay[row] = text

    def check(self, chosen: Selection) -> Selection:
        """Return the selection, if there is everything that it names.

        Raises
        ------
        SettingError
            If a filter, a value or an order is unknown.
        """
        if chosen.sort not in SORTS:
            message = f"sort is {chosen.sort!r}; choose one of {', '.join(SORTS)}."
            raise SettingError(message)
        called = {one["column"]: one for one in self._columns.filters}
        for name, values in chosen.filters.items():
            if name not in called:
                message = f"There is no filter {name!r}. There are: {', '.join(called)}."
                raise SettingError(message)
            known = called[name]["choices"]
            for value in values:
                if value not in known:
                    message = (
                        f"No slot has {called[name]['called'].lower()} {value!r}. There are: {_nearest(value, known)}."
                    )
                    raise SettingError(message)
        return chosen


def _nearest(value: str, known: Sequence[str]) -> str:
    """Name what there is; of many only the nearest."""
    named = [one for one in known if one]
    shown = named if len(named) <= 12 else [name for name, *_ in process.extract(value, named, limit=3)]
    more = ", …" if len(shown) < len(named) else ""
    return ", ".join(map(repr, shown)) + more if shown else "none"
