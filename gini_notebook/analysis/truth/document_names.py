"""Names of documents: levelled when they are read, and paired where they differ in what is no part of the name.

Two tables name the same document in different ways: with another folder before it, a backslash, an ending in capitals
or none, another case. Such names are paired where exactly one candidate remains on both sides, and that is said.
Several spellings of one name are paired with one document, unless what they label contradicts (:mod:`.spellings`).
"""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from gini_notebook.analysis.truth.spellings import Rows, by_spelling, put_together, rows_of_table
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


# From the least that may differ to the most.
_FORMS: tuple[Callable[[str], str], ...] = (
    levelled,
    lambda name: levelled(name).casefold(),
    lambda name: _without_ending(levelled(name)).casefold(),
    lambda name: _last(levelled(name)).casefold(),
    lambda name: _without_ending(_last(levelled(name))).casefold(),
)


def _difference(name: str, other: str) -> str:
    """Return in what two names of one document differ; the words go on after "the names differ in".

    Examples
    --------
    >>> _difference("A", "x/a.pdf"), _difference("a.PDF", "a.pdf"), _difference(" a", "a")
    ('case, the folder and the ending', 'case', 'blanks or their Unicode form')
    """
    (folder, one, ending), (other_folder, other_one, other_ending) = map(_parts, (name, other))
    has_folder = folder.casefold() != other_folder.casefold()
    has_ending = bool(ending) != bool(other_ending)
    has_case = one != other_one or (not has_folder and folder != other_folder)
    has_case = has_case or (not has_ending and ending != other_ending)
    differing = (("case", has_case), ("the folder", has_folder), ("the ending", has_ending))
    *first, last = [what for what, differs in differing if differs] or ["blanks or their Unicode form"]
    return f"{', '.join(first)} and {last}" if first else last


def _parts(name: str) -> tuple[str, str, str]:
    """Return folder, name and ending."""
    folder, _, last = levelled(name).rpartition("/")
    return folder, _without_ending(last), _ending(last)


CONTRADICTING = "contradicting"
"""Among the ``attrs`` of a truth in memory: the names that were not paired as their labels contradict others."""
Pairs = Mapping[str, tuple[str, str]]
"""From a document to the name by which the truth means it, and what differs."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which names of the truth mean which documents.

    Attributes
    ----------
    names
        From a name of the truth to the name of the document, where they differ.
    contradicting
        From a name that is not paired to another spelling that means the same document and has other labels, and to
        the first field that they differ in.
    repeated
        Numbers of labels that say under one spelling what another says already.
    """

    names: Mapping[str, str]
    contradicting: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    repeated: tuple[int, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was paired, how the names differ, and what contradicts."""
        return (*pairing_notes(self.after({})), *self.contradictions)

    @property
    def contradictions(self) -> tuple[Note, ...]:
        """Which names were not paired, since another spelling of the same document has other labels."""
        examples = [f"{name} = {other}: {place}" for name, (other, place) in self.contradicting.items()]
        return (Note("spellings_contradict", len(examples), examples=tuple(examples[:EXAMPLES])),) if examples else ()

    def after(self, before: Pairs) -> dict[str, tuple[str, str]]:
        """Return all that was paired, with what was paired before; a document that was paired twice is there once."""
        pairs = {}
        for document, (name, how) in before.items():
            now = self.names.get(document, document)
            if now != name:
                pairs[now] = (name, how)
        for name, document in self.names.items():
            pairs.setdefault(document, (name, _difference(name, document)))
        return pairs


def pairing_notes(pairs: Pairs) -> tuple[Note, ...]:
    """Say which documents were paired, by what differs."""
    by_difference: dict[str, list[str]] = {}
    for document, (name, how) in pairs.items():
        by_difference.setdefault(how, []).append(f"{name} = {document}")
    return tuple(
        Note("documents_paired", len(found), detail=how, examples=tuple(found[:EXAMPLES]))
        for how, found in by_difference.items()
    )


def paired(wanted: Iterable[str], known: Iterable[str], rows: Rows | None = None) -> Pairing:
    r"""Pair names that differ in case, ending, folder or form, if exactly one candidate remains on both sides.

    Parameters
    ----------
    wanted
        Documents of the truth.
    known
        Documents that were sent, or that there are extractions of.
    rows
        What reads the labels of documents of the truth. With it, several spellings of one name are paired with one
        document where their labels do not contradict.

    Examples
    --------
    >>> dict(paired(["sub\\A.PDF", "b"], ["sub/a.pdf", "b.pdf", "c.pdf"]).names)
    {'sub\\A.PDF': 'sub/a.pdf', 'b': 'b.pdf'}
    """
    there = list(dict.fromkeys(known))
    exact = set(there)
    open_ones = [name for name in dict.fromkeys(wanted) if name not in exact]
    taken = exact & set(wanted)
    names = {name: name for name in there if name in taken}
    for form in _FORMS:
        free = [name for name in there if name not in taken]
        found = _unique(open_ones, free, form)
        if found:
            names |= found
            taken.update(found.values())
            open_ones = [name for name in open_ones if name not in found]
    if rows is not None and open_ones:
        return _with_spellings(names, meant_by(open_ones, there), rows)
    return Pairing(_differing(names))


def _differing(names: Mapping[str, str]) -> dict[str, str]:
    return {name: document for name, document in names.items() if name != document}


def meant_by(names: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Return which documents names mean, as far as one alone fits; others may mean it, too."""
    found: dict[str, str] = {}
    for form in _FORMS:
        by_form: dict[str, list[str]] = {}
        for document in known:
            by_form.setdefault(form(document), []).append(document)
        for name in names:
            fitting = by_form.get(form(name), []) if name not in found else []
            if len(fitting) == 1 and form(name) and _endings_agree(name, fitting[0]):
                found[name] = fitting[0]
    return found


def _with_spellings(names: Mapping[str, str], more: Mapping[str, str], rows: Rows) -> Pairing:
    """Pair further spellings of names with their documents, where no labels contradict.

    Parameters
    ----------
    names, more
        What is paired already, names that are the same on both sides among them, and what may be.
    """
    spelled: dict[str, list[str]] = {document: [] for document in more.values()}
    for name, document in (*names.items(), *more.items()):
        if document in spelled:
            spelled[document].append(name)
    spelled = {document: ours for document, ours in spelled.items() if _spell_one_name(ours)}
    said = by_spelling({name for ours in spelled.values() for name in ours}, rows)
    together, repeated = _differing(names), list[int]()
    contradicting: dict[str, tuple[str, str]] = {}
    for document, ours in spelled.items():
        new = [name for name in ours if name in more]
        contradiction, again = put_together(ours, said)
        if contradiction is None:
            together |= dict.fromkeys(new, document)
            repeated += again
            continue
        one, other, place = contradiction
        contradicting |= {name: (other if name == one else one, place) for name in new}
    return Pairing(together, contradicting, tuple(repeated))


def _unique(wanted: Sequence[str], known: Sequence[str], form: Callable[[str], str]) -> dict[str, str]:
    ours, theirs = ([*map(form, names)] for names in (wanted, known))
    counts, of_theirs = Counter(ours), Counter(theirs)
    by_form = dict(zip(theirs, known, strict=True))
    return {
        name: by_form[one]
        for name, one in zip(wanted, ours, strict=True)
        if one and counts[one] == 1 and of_theirs[one] == 1 and _endings_agree(name, by_form[one])
    }


def _ending(name: str) -> str:
    match = _ENDING.search(levelled(name))
    return match[0] if match else ""


def _endings_agree(*names: str) -> bool:
    """Return whether the endings are the same where names have one: ``a.pdf`` is not ``a.png``."""
    return len({_ending(name).casefold() for name in names} - {""}) <= 1


def _spell_one_name(names: Sequence[str]) -> bool:
    """Return whether names may be one name: ``x/a.pdf`` and ``A`` may be, ``x/a.pdf`` and ``y/a.pdf`` are two."""
    paths = sorted((f"/{_without_ending(levelled(name)).casefold()}" for name in names), key=len)
    return _endings_agree(*names) and all(paths[-1].endswith(path) for path in paths)


def unpaired_spellings(names: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Return the documents that names seem to mean which were not paired: another spelling of one, or of several."""
    by_form: dict[str, str] = {}
    for document in known:
        by_form.setdefault(_FORMS[-1](document), document)
    alike = {name: by_form.get(_FORMS[-1](name), "") for name in names}
    return {name: document for name, document in alike.items() if document and _spell_one_name([name, document])}


def pairs_of(truth: Any) -> Pairs:
    """Return what was paired when a truth was read."""
    pairs = getattr(truth, "attrs", {}).get("paired", {})
    return {str(document): (str(name), str(how)) for document, (name, how) in pairs.items()}


def pair_documents(truth: pd.DataFrame, known: Sequence[str]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Name the documents of a truth in memory as they were sent, where exactly one candidate remains for a name."""
    if "document" not in getattr(truth, "columns", ()):
        return truth, ()
    names = [*map(str, np.asarray(truth["document"].dropna().unique(), dtype=object))]
    pairing = pair_names(names, known, rows_of_table(truth))
    if pairing.contradicting:
        truth = truth.copy(deep=False)
        truth.attrs = {**truth.attrs, CONTRADICTING: list(pairing.contradicting)}
    if not pairing.names:
        return truth, pairing.contradictions
    renamed = truth.assign(document=truth["document"].map(lambda name: pairing.names.get(name, name)))
    renamed["document"] = renamed["document"].astype(truth["document"].dtype)
    if pairing.repeated:
        renamed = renamed.drop(index=renamed.index[list(pairing.repeated)])
    pairs = pairing.after(pairs_of(truth))
    renamed.attrs = {**truth.attrs, "paired": {document: list(pair) for document, pair in pairs.items()}}
    return renamed, (*pairing_notes(pairs), *pairing.contradictions)


def pair_names(names: Sequence[str], known: Sequence[str], rows: Rows | None = None) -> Pairing:
    """Pair names of a truth with those of the run; those that differ in their Unicode form only are the same here."""
    if set(known).issuperset(names):
        return Pairing({})
    pairing = paired(names, known, rows)
    other = {name: document for name, document in pairing.names.items() if composed(name) != composed(document)}
    return replace(pairing, names=other)


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
