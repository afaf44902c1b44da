"""Canonical account numbers and bank codes, and the verdict of an IBAN's check digits."""

import re
from collections.abc import Sequence
from functools import lru_cache

from gini_notebook.analysis.rules.normal_text import compatible, in_one_sweep

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
