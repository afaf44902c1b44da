"""Canonical text: Unicode form, blanks, case and, when asked for, German umlauts."""

import unicodedata
from collections.abc import Callable, Sequence

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
