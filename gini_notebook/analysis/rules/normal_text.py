"""Canonical text: Unicode form, blanks, case and, when asked, German umlauts; how alike two texts are (M13, M14)."""

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from gini_notebook.errors import SettingError
from gini_notebook.notations import visible

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "Ss"})
_ASCII_BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_NOT_ALPHANUMERIC = dict.fromkeys(code for code in range(1, 128) if not chr(code).isalnum())


def compatible(value: str) -> str:
    """Bring a string into the Unicode form NFKC (``u`` and a combining diaeresis become ``ü``), all of it visible."""
    return value if value.isascii() else unicodedata.normalize("NFKC", visible(value))


def collapsed(value: str) -> str:
    """Trim blanks at the ends and make one of several inside."""
    return " ".join(value.split())


def folded(value: str) -> str:
    """Fold case, and keep the Unicode form: folding and normalising can undo each other, so until nothing changes."""
    if value.isascii():
        return value.lower()
    before = ""
    while value != before:
        before = value
        value = unicodedata.normalize("NFKC", value.casefold())
    return value


def german(value: str) -> str:
    """Spell German umlauts out: ``ü`` as ``ue``, ``ß`` as ``ss``."""
    return value if value.isascii() else value.translate(_GERMAN)


def unaccented(value: str) -> str:
    """Drop combining marks: ``ü`` becomes ``u``."""
    if value.isascii():
        return value
    return "".join(letter for letter in unicodedata.normalize("NFD", value) if not unicodedata.combining(letter))


def exact(value: str) -> str:
    """Canonical form of references and identifiers: only Unicode form and blanks are levelled."""
    if value.isascii():
        return " ".join(value.split())
    return collapsed(compatible(value))


def name(value: str) -> str:
    """Canonical form of names and text: Unicode form, case and blanks are levelled."""
    if value.isascii():
        return " ".join(value.lower().split())
    return collapsed(folded(compatible(value)))


def german_name(value: str) -> str:
    """Canonical form of names and text with umlauts spelled out.

    A further mark of an umlaut moves on to its ``e`` and may form a new letter there, hence the second time.
    """
    text = name(value)
    return text if text.isascii() else name(german(text))


def letters_and_digits(value: str) -> str:
    """Show the lenient view of references: nothing but letters and digits, upper case."""
    return "".join(filter(str.isalnum, value)).upper() or value


def in_one_sweep(values: Sequence[str], sweep: Callable[[str], str], single: Callable[[str], str]) -> list[str]:
    """Return ``single`` of every value: those of ASCII all at once.

    Parameters
    ----------
    values
        Any strings.
    sweep
        Takes strings of ASCII joined by NUL characters, and gives their forms, joined in the same way.
    single
        Gives the form of one value.
    """
    joined = "\0".join(values)
    if joined.count("\0") != len(values) - 1:
        return [single(value) for value in values]
    if joined.isascii():
        return sweep(joined).split("\0")
    plain = "\0".join([value for value in values if value.isascii()])
    forms = iter(sweep(plain).split("\0"))
    return [next(forms) if value.isascii() else single(value) for value in values]


def _blanks_levelled(joined: str) -> str:
    """Do for every string of ASCII, joined by NUL characters, what :func:`collapsed` does."""
    for blank in _ASCII_BLANKS:
        joined = joined.replace(blank, " ")
    while "  " in joined:
        joined = joined.replace("  ", " ")
    return joined.replace(" \0", "\0").replace("\0 ", "\0").strip(" ")


def exact_many(values: Sequence[str]) -> list[str]:
    """Return :func:`exact` of many values."""
    return in_one_sweep(values, _blanks_levelled, exact)


def name_many(values: Sequence[str]) -> list[str]:
    """Return :func:`name` of many values."""
    return in_one_sweep(values, lambda joined: _blanks_levelled(joined.lower()), name)


def lower_collapsed_many(values: Sequence[str]) -> list[str]:
    """Level case and blanks of many values, and nothing else."""
    return in_one_sweep(values, lambda joined: _blanks_levelled(joined.lower()), lambda value: collapsed(value.lower()))


def letters_and_digits_many(values: Sequence[str]) -> list[str]:
    """Return :func:`letters_and_digits` of many values."""
    shown = in_one_sweep(values, lambda joined: joined.translate(_NOT_ALPHANUMERIC).upper(), letters_and_digits)
    return [view or value for view, value in zip(shown, values, strict=True)]


FloatArray = npt.NDArray[np.float64]

# The edit distance of two long strings costs their product; beyond this many characters only few edits are counted.
_LONG = 20_000
_MOST_EDITS_OF_LONG = 2_000


def similarity(truth: str, extracted: str) -> float:
    """Return how alike two canonical strings are: 1 - edit distance / length of the longer one.

    The edit distance is Levenshtein's (insertions, deletions, substitutions). Strings of more than 20,000 characters
    that differ by more than 2,000 edits count as not alike (0.0).

    Parameters
    ----------
    truth, extracted
        Canonical strings (``Rule.canonical``).

    Returns
    -------
    float
        1.0 for equal strings, 0.0 if nothing agrees.

    Examples
    --------
    >>> similarity("müller gmbh", "muller gmbh")
    0.9090909090909091
    """
    longest = max(len(truth), len(extracted))
    cutoff = 1 - _MOST_EDITS_OF_LONG / longest if longest > _LONG else None
    return float(Levenshtein.normalized_similarity(truth, extracted, score_cutoff=cutoff))


def similarities(truth: Sequence[str], extracted: Sequence[str]) -> FloatArray:
    """Return :func:`similarity` of many pairs at once.

    Parameters
    ----------
    truth, extracted
        Canonical strings, pair by pair; of the same length.
    """
    if len(truth) == 0:
        return np.zeros(0)
    if max(map(len, truth)) > _LONG or max(map(len, extracted)) > _LONG:
        return np.array([similarity(a, b) for a, b in zip(truth, extracted, strict=True)])
    scores = cpdist(truth, extracted, scorer=Levenshtein.normalized_similarity, dtype=np.float64)
    return np.asarray(scores, dtype=np.float64)


def anls(truth: str, extracted: str, tau: float = 0.5) -> float:
    """Return the graded score of one pair of values: similarity after levelling case and blanks, 0 below ``tau``.

    Follows the average normalised Levenshtein similarity of Biten et al., "Scene Text Visual Question Answering"
    (ICCV 2019), with a similarity of exactly ``tau`` kept.

    Parameters
    ----------
    truth, extracted
        The values as they were delivered.
    tau
        Similarities below it count as 0; above 0, at most 1.

    Raises
    ------
    SettingError
        If ``tau`` is not above 0 and at most 1.
    """
    return float(anls_many([truth], [extracted], tau)[0])


def anls_many(truth: Sequence[str], extracted: Sequence[str], tau: float = 0.5) -> FloatArray:
    """Return :func:`anls` of many pairs at once; parameters and errors as there."""
    check_tau(tau)
    scores = similarities(lower_collapsed_many(truth), lower_collapsed_many(extracted))
    return np.where(scores >= tau - 1e-12, scores, 0.0)


def check_tau(tau: float) -> None:
    """Refuse a threshold that accepts everything or nothing."""
    if not 0 < tau <= 1:
        message = (
            f"tau is {tau!r}; it must be above 0 and at most 1. With 0 every pair of values would count as the same."
        )
        raise SettingError(message)
