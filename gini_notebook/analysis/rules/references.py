"""Canonical references: two kinds have check digits and are printed in groups, all others stay as they are written."""

import re
from collections.abc import Sequence

from gini_notebook.analysis.rules.normal_text import exact, exact_many

_CREDITOR = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}").fullmatch
_SWISS = re.compile(r"[0-9]{27}").fullmatch
_MAYBE = re.compile(r"[rR][fF] ?[0-9]|[0-9 ]{27,}$").match
# The table of the recursive check digit (modulo 10), as the Swiss implementation guidelines for the QR-bill print it.
_RECURSIVE = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def reference(value: str) -> str:
    """Return the canonical form of a reference or identifier.

    A valid creditor reference (ISO 11649) and a valid Swiss QR reference lose blanks and case, since they are printed
    in groups of four or five; of all others only Unicode form and blanks are levelled.
    """
    text = exact(value)
    return _compact(text) if _MAYBE(text) else text


def reference_many(values: Sequence[str]) -> list[str]:
    """Return :func:`reference` of many values."""
    return [_compact(text) if _MAYBE(text) else text for text in exact_many(values)]


def _compact(text: str) -> str:
    packed = text.replace(" ", "").upper()
    return packed if _is_creditor_reference(packed) or _is_swiss_reference(packed) else text


def _is_creditor_reference(packed: str) -> bool:
    if not _CREDITOR(packed):
        return False
    return int("".join(str(int(mark, 36)) for mark in packed[4:] + packed[:4])) % 97 == 1


def _is_swiss_reference(packed: str) -> bool:
    if not _SWISS(packed):
        return False
    carry = 0
    for digit in packed[:-1]:
        carry = _RECURSIVE[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(packed[-1])
