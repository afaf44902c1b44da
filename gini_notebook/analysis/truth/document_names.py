"""Names of documents: levelled when they are read, and paired where they differ in what is no part of the name.

Two tables name the same document in different ways: with another folder before it, a backslash, an ending in capitals
or none, another case. Such names are paired where exactly one candidate remains on both sides, and that is said.
"""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from gini_notebook.errors import SettingError
from gini_notebook.notations import composed, visible
from gini_notebook.notes import EXAMPLES, Note

_ENDING = re.compile(r"\.(?:pdf|png|jpe?g|tiff?|gif|heic|webp|bmp|xml|txt|json|docx?)$", re.IGNORECASE)
_NEAR = 0.6


def levelled(name: str) -> str:
    r"""Return a name without blanks around it and characters nobody sees, composed, with ``/`` between folders.

    Examples
    --------
    >>> levelled(" .\\sub\\a.pdf\u00a0")
    'sub/a.pdf'
    """
    text = unicodedata.normalize("NFC", visible(name)).strip().replace("\\", "/")
    while text.startswith("./"):
        text = text[2:].lstrip("/")
    return text or name.strip()


def names_note(changed: Sequence[str]) -> list[Note]:
    """Say that names were levelled."""
    if not changed:
        return []
    return [
        Note("names_levelled", len(changed), detail="blanks, backslashes or ./", examples=tuple(changed[:EXAMPLES]))
    ]


def _without_ending(name: str) -> str:
    return _ENDING.sub("", name)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


# From the least that may differ to the most; the words go on after "the names differ in".
_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("blanks or their Unicode form", levelled),
    ("case", lambda name: levelled(name).casefold()),
    ("the ending", lambda name: _without_ending(levelled(name)).casefold()),
    ("the folder", lambda name: _last(levelled(name)).casefold()),
    ("the folder and the ending", lambda name: _without_ending(_last(levelled(name))).casefold()),
)


Pairs = Mapping[str, tuple[str, str]]
"""From a document to the name by which the truth means it, and what differs."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which names of the truth mean which documents.

    Attributes
    ----------
    names
        From a name of the truth to the name of the document, where they differ.
    differing
        From a name of the truth to what differs.
    """

    names: Mapping[str, str]
    differing: Mapping[str, str]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was paired, and how the names differ."""
        return pairing_notes(self.after({}))

    def after(self, before: Pairs) -> dict[str, tuple[str, str]]:
        """Return all that was paired, with what was paired before; a document that was paired twice is there once."""
        pairs = {}
        for document, (name, how) in before.items():
            now = self.names.get(document, document)
            if now != name:
                pairs[now] = (name, how)
        for name, document in self.names.items():
            pairs.setdefault(document, (name, self.differing[name]))
        return pairs


def pairing_notes(pairs: Pairs) -> tuple[Note, ...]:
    """Say which documents were paired, by what differs."""
    notes = []
    for how, _ in _STEPS:
        found = [f"{name} = {document}" for document, (name, by) in pairs.items() if by == how]
        if found:
            notes.append(Note("documents_paired", len(found), detail=how, examples=tuple(found[:EXAMPLES])))
    return tuple(notes)


def paired(wanted: Iterable[str], known: Iterable[str]) -> Pairing:
    r"""Pair names that differ in case, ending, folder or form, if exactly one candidate remains on both sides.

    Parameters
    ----------
    wanted
        Documents of the truth.
    known
        Documents that were sent, or that there are extractions of.

    Examples
    --------
    >>> dict(paired(["sub\\A.PDF", "b"], ["sub/a.pdf", "b.pdf", "c.pdf"]).names)
    {'sub\\A.PDF': 'sub/a.pdf', 'b': 'b.pdf'}
    """
    there = list(dict.fromkeys(known))
    exact = set(there)
    open_ones = [name for name in dict.fromkeys(wanted) if name not in exact]
    taken = exact & set(wanted)
    names: dict[str, str] = {}
    differing: dict[str, str] = {}
    for how, form in _STEPS:
        free = [name for name in there if name not in taken]
        found = _unique(open_ones, free, form)
        if found:
            names |= found
            taken.update(found.values())
            differing |= dict.fromkeys(found, how)
            open_ones = [name for name in open_ones if name not in found]
    return Pairing(names, differing)


def _unique(wanted: Sequence[str], known: Sequence[str], form: Callable[[str], str]) -> dict[str, str]:
    ours, theirs = ([*map(form, names)] for names in (wanted, known))
    counts, of_theirs = Counter(ours), Counter(theirs)
    by_form = dict(zip(theirs, known, strict=True))
    return {
        name: by_form[one]
        for name, one in zip(wanted, ours, strict=True)
        if one and counts[one] == 1 and of_theirs[one] == 1 and _endings_agree(name, by_form[one])
    }


def _endings_agree(name: str, other: str) -> bool:
    """Return whether the endings are the same, or one name has none: ``a.pdf`` is not ``a.png``."""
    endings = [match[0].casefold() for one in (name, other) if (match := _ENDING.search(levelled(one)))]
    return len(set(endings)) <= 1


def pairs_of(truth: Any) -> Pairs:
    """Return what was paired when a truth was read."""
    pairs = getattr(truth, "attrs", {}).get("paired", {})
    return {str(document): (str(name), str(how)) for document, (name, how) in pairs.items()}


def pair_documents(truth: pd.DataFrame, known: Sequence[str]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Name the documents of a truth in memory as they were sent, where exactly one candidate remains for a name."""
    if "document" not in getattr(truth, "columns", ()):
        return truth, ()
    names = [str(name) for name in truth["document"].dropna().unique()]
    pairing = pair_names(names, known)
    if not pairing.names:
        return truth, ()
    renamed = truth.assign(document=truth["document"].map(lambda name: pairing.names.get(name, name)))
    renamed["document"] = renamed["document"].astype(truth["document"].dtype)
    pairs = pairing.after(pairs_of(truth))
    renamed.attrs = {**truth.attrs, "paired": {document: list(pair) for document, pair in pairs.items()}}
    return renamed, pairing_notes(pairs)


def pair_names(names: Sequence[str], known: Sequence[str]) -> Pairing:
    """Pair names of a truth with those of the run; those that differ in their Unicode form only are the same here."""
    if set(known).issuperset(names):
        return Pairing({}, {})
    by_form = {composed(name) for name in known}
    return paired([name for name in names if composed(name) not in by_form], _open(known, names))


def _open(known: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the known documents that no name means already."""
    taken = set(map(composed, names))
    return [name for name in known if composed(name) not in taken]


def nearest_name(name: str, known: Sequence[str]) -> str:
    """Return the name that is most like this one, or an empty string if none is."""
    found = process.extractOne(name, known, scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
    return "" if found is None else str(found[0])


def names_of(documents: Any) -> list[str]:
    """Return the names of documents of a batch, a table, or a list."""
    table: Any = getattr(documents, "documents", documents)
    if hasattr(table, "columns"):
        if "document" not in table.columns:
            raise SettingError("documents= is a table without a column 'document'.")
        return [str(name) for name in table["document"].dropna().unique()]
    if isinstance(table, str | os.PathLike):
        message = (
            f"documents is {os.fspath(table)!r}; give a batch, a table with a column 'document', or a list of names."
        )
        raise SettingError(message)
    return [str(name) for name in table]
