"""The slots as columns for the browser: small numbers as binary, texts once, in pieces.

Everything that a filter, a search or a list needs is sent once, so that none of them asks the kernel. The first piece
is small, so that there is something to see at once.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._text import masked
from gini_notebook.interactive.explorer.subject import Subject
from gini_notebook.interactive.explorer.truth_places import NO_VALUE, NOT_LOOKED, STATUSES

FIRST_ROWS, ROWS = 2_000, 8_000
MOST_PIECE_BYTES = 1_000_000
# A list and a table of fields show no more of a value; the details have it.
SHOWN_CHARACTERS = 160
NOTHING = ""
# Filters in the order in which they are shown, and what they are called.
FILTERS = {
    "name": "Field",
    "outcome": "Outcome",
    "kind": "Cause",
    "change": "Change",
    "checks": "Checks",
    "onpage": "On page",
    "decided": "State",
}

Piece = tuple[dict[str, Any], list[bytes]]
_TYPES = (("u1", np.uint8, 2**8), ("u2", np.uint16, 2**16), ("i4", np.int32, 2**31))


class SlotColumns:
    """The slots of a subject, ready to be sent.

    Parameters
    ----------
    subject
        What is explored.
    mask
        Whether to send of values only what who knows them recognizes.
    places
        Whether somebody can look where true values stand.
    states
        Where the truth is edited, what was decided about each slot, and everything that may be.
    """

    def __init__(
        self,
        subject: Subject,
        *,
        mask: bool = False,
        places: bool = False,
        states: tuple[Sequence[str], Sequence[str]] | None = None,
    ) -> None:
        slots = subject.slots
        self._subject = subject
        self._shown: Callable[[Any], str] = _masked if mask else _cut
        self.count = len(slots)
        self.documents: list[str] = []
        self._codes: dict[str, np.ndarray[Any, Any]] = {}
        self._labels: dict[str, list[str]] = {}
        codes, names = pd.factorize(slots["document"].to_numpy(dtype=object))
        self.documents = [str(name) for name in names]
        self._codes["document"] = codes
        for name in ("name", "outcome", "kind", "change", "checks"):
            if name in slots:
                self._add(name, slots[name])
        if subject.kind == "comparison":
            self._add("before", slots["outcome_a"])
        for name, values in subject.slices.items():
            self._add(f"slice:{name}", values.reindex(self.documents).array[codes])
        if places and subject.kind != "documents":
            self._codes["onpage"] = np.where(slots["truth"].notna(), *map(STATUSES.index, (NOT_LOOKED, NO_VALUE)))
            self._labels["onpage"] = list(STATUSES)
        if states is not None:
            self._codes["decided"] = np.array([states[1].index(state) for state in states[0]], dtype=np.int64)
            self._labels["decided"] = list(states[1])
        self._codes["row"] = slots["row"].fillna(0).to_numpy(dtype=np.int64)
        self._codes |= {"stake": _ranks(slots["difference"].abs()), "alike": _ranks(slots["similarity"])}

    def _add(self, name: str, values: Any) -> None:
        codes, labels = pd.factorize(np.asarray(values.fillna(NOTHING), dtype=object), sort=name != "outcome")
        self._codes[name], self._labels[name] = codes, [str(label) for label in labels]

    def change(self, rows: Sequence[int], labels: Mapping[str, Sequence[str]]) -> None:
        """Give slots other labels; one that nobody had so far is added to the choices."""
        for name, values in labels.items():
            known = self._labels[name]
            known += [label for label in dict.fromkeys(values) if label not in known]
            self._codes[name][list(rows)] = [known.index(label) for label in values]

    def texts(self, rows: Sequence[int]) -> dict[str, list[str | None]]:
        """Return the values of slots as they are shown."""
        part = self._subject.slots.iloc[list(rows)]
        return {name: _texts_of(part[name], self._shown) for name in ("truth", "extracted")}

    def label(self, name: str, row: int) -> str:
        """Return the label of a slot in a column."""
        return self._labels[name][int(self._codes[name][row])]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """What can be filtered by: the column, what it is called, and its choices."""
        called = {name: FILTERS.get(name, name.partition(":")[2]) for name in self._labels if name != "before"}
        return [
            {"column": name, "called": title, "choices": self._labels[name]}
            for name, title in called.items()
            if len(self._labels[name]) > 1 or name in ("name", "outcome")
        ]

    def codes(self, name: str) -> "np.ndarray[Any, Any]":
        """Return a column of codes, one for each slot."""
        return self._codes[name]

    def labels(self, name: str) -> list[str]:
        """Return what the codes of a column stand for."""
        return self._labels[name]

    def head(self) -> dict[str, Any]:
        """Return what has to be known before the first piece."""
        return {
            "kind": self._subject.kind,
            "count": self.count,
            "documents": len(self.documents),
            "filters": self.filters,
            "labels": self._labels,
        }

    def pieces(self) -> Iterator[Piece]:
        """Yield the slots, piece by piece; each piece brings the documents that are new in it."""
        known = start = 0
        per_piece = FIRST_ROWS
        while start < self.count:
            end = min(start + per_piece, self.count)
            upto = max(known, int(self._codes["document"][start:end].max()) + 1)
            piece = self._piece(start, end, (known, upto))
            size = sum(map(len, piece[1]))
            # Long values make pieces shorter, as the piece before shows.
            per_piece = max(1, min(ROWS, int((end - start) * MOST_PIECE_BYTES * 0.8 / max(size, 1))))
            if size > MOST_PIECE_BYTES and end - start > 1:
                per_piece = min(per_piece, (end - start) // 2)
                continue
            yield piece
            known, start = upto, end

    def _piece(self, start: int, end: int, documents: tuple[int, int]) -> Piece:
        columns, buffers = [], []
        for name, values in self._codes.items():
            kind, packed = _packed(values[start:end], self._largest(name))
            columns.append([name, kind])
            buffers.append(packed)
        buffers.append(json.dumps(self._texts(start, end, documents), ensure_ascii=False).encode())
        message = {"event": "rows", "start": start, "end": end, "from": documents[0], "columns": columns}
        return message, buffers

    def _largest(self, name: str) -> int:
        return len(self._labels[name]) if name in self._labels else max(self.count, int(self._codes[name].max()) + 1)

    def _texts(self, start: int, end: int, documents: tuple[int, int]) -> dict[str, Any]:
        part = self._subject.slots.iloc[start:end]
        names = ["truth", "extracted", *(["extracted_a"] if "extracted_a" in part else [])]
        texts: dict[str, Any] = {name: _texts_of(part[name], self._shown) for name in names}
        texts["documents"] = [self._document(name) for name in self.documents[slice(*documents)]]
        return texts

    def _document(self, name: str) -> list[str]:
        return [name, *(facts.get(name, "") for facts in self._facts)]

    @cached_property
    def _facts(self) -> list[dict[str, str]]:
        return [self._subject.texts_of(name) for name in ("status", "error", "request_id")]


def _texts_of(values: "pd.Series[Any]", shown: Callable[[Any], str]) -> list[str | None]:
    plain = values.astype(object).where(values.notna(), None).tolist()
    return [None if value is None else shown(value) for value in plain]


def _cut(value: Any) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _masked(value: Any) -> str:
    return masked(_cut(value))


def _ranks(values: "pd.Series[Any]") -> "np.ndarray[Any, Any]":
    """Return the place of each when the largest come first, as it was among equals; what is missing comes last."""
    numbers = -np.nan_to_num(values.to_numpy(dtype=np.float64, na_value=math.nan), nan=-1.0)
    ranks = np.empty(len(numbers), dtype=np.int64)
    ranks[np.argsort(numbers, kind="stable")] = np.arange(len(numbers))
    return ranks


def _packed(values: "np.ndarray[Any, Any]", largest: int) -> tuple[str, bytes]:
    for kind, dtype, limit in _TYPES[:-1]:
        if largest <= limit:
            return kind, values.astype(dtype).tobytes()
    return _TYPES[-1][0], values.astype("<i4").tobytes()
