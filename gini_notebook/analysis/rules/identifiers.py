"""Canonical account numbers, bank codes and references, and the verdict of an IBAN's check digits.

Two kinds of references have check digits and are printed in groups, all others stay as they are written. A reference
may also stand among other words, as in "ReNr 2025-0318, KdNr 70881" (M22 of the metrics).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from gini_notebook.analysis.rules.normal_text import compatible, exact, exact_many, in_one_sweep
from gini_notebook.notations import has_check_digits

_EIGHT = re.compile(r"[A-Z0-9]{8}").fullmatch
_DROPPED = dict.fromkeys(code for code in range(128) if chr(code).isspace() or chr(code) == "-")


def iban(value: str) -> str | None:
    """Return the IBAN in upper case without blanks and hyphens; what it says is not judged here."""
    if value.isalnum() and value.isascii():
        return value.upper()
    return _squeezed(value, "-") or None


def iban_many(values: Sequence[str]) -> list[str | None]:
    """Return :func:`iban` of many values."""
    return [form or None for form in in_one_sweep(values, _squeezed_sweep, lambda value: iban(value) or "")]


def _squeezed_sweep(joined: str) -> str:
    return joined.upper().translate(_DROPPED)


def bic(value: str, branch: str) -> str | None:
    """Return the BIC in upper case without blanks; loose: eight characters mean the head office, ``XXX``."""
    code = value.upper() if value.isalnum() and value.isascii() else _squeezed(value, "")
    if branch == "loose" and _EIGHT(code):
        return code + "XXX"
    return code or None


def _squeezed(value: str, dropped: str) -> str:
    """Level case and Unicode form and drop blanks until nothing changes: each of them can bring in work for another."""
    before = ""
    while value != before:
        before = value
        value = "".join(compatible(value.upper()).split())
        value = value.replace(dropped, "") if dropped else value
    return value


@lru_cache(maxsize=100_000)
def iban_valid(value: str) -> bool:
    """Return whether an IBAN is well formed: length and structure of its country, and the check digits (mod 97).

    Being valid never decides whether two IBANs are the same; a wrong IBAN that is valid is the dangerous error.

    Parameters
    ----------
    value
        The IBAN, with or without blanks.

    Examples
    --------
    >>> iban_valid("GB82 WEST 1234 5698 7654 32"), iban_valid("GB82 WEST 1234 5698 7654 33")
    (True, False)
    """
    from schwifty import IBAN

    return IBAN(iban(value) or "", allow_invalid=True).is_valid


_CREDITOR = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}").fullmatch
_SWISS = re.compile(r"[0-9]{27}").fullmatch
_MAYBE = re.compile(r"[rR][fF] ?[0-9]|[0-9 ]{27,}$").match
_WORDS = re.compile(r"[^\W_]+").findall
# With fewer letters and digits, anything could hold it.
SHORTEST_AMONG_WORDS = 3
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
    return bool(_CREDITOR(packed)) and has_check_digits(packed)


def _is_swiss_reference(packed: str) -> bool:
    if not _SWISS(packed):
        return False
    carry = 0
    for digit in packed[:-1]:
        carry = _RECURSIVE[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(packed[-1])


def stands_in(wanted: str, text: str) -> bool:
    """Return whether a reference stands in a text: its words (letters and digits), whole and in order.

    A reference of fewer than three letters and digits must be the whole text. One with check digits is found in groups
    of four or five, too.

    Parameters
    ----------
    wanted, text
        Canonical strings of one rule.

    Examples
    --------
    >>> stands_in("2025-0318", "ReNr 2025-0318, KdNr 70881"), stands_in("0318", "ReNr 2025-03180")
    (True, False)
    """
    words = _WORDS(wanted)
    for word in words:
        if word not in text:  # nearly always the answer, and fast
            return _has_check_digits(wanted) and wanted in _joined_words(text.upper(), len(wanted))
    if sum(map(len, words)) < SHORTEST_AMONG_WORDS:
        return wanted == text
    rest = iter(_WORDS(text))
    return all(word in rest for word in words)


def _has_check_digits(packed: str) -> bool:
    return _is_creditor_reference(packed) or _is_swiss_reference(packed)


def _joined_words(text: str, length: int) -> set[str]:
    """Return what neighbouring words of a text make together, where that has this length."""
    words = _WORDS(text)
    joined = ("".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1))
    return {word for word in joined if len(word) == length}
