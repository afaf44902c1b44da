"""Canonical text: Unicode form, blanks, case and, when asked for, German umlauts."""

import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "Ss"})


def compatible(value: str) -> str:
    """Bring a string into the Unicode form NFKC: ``u`` and a combining diaeresis become ``ü``."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


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
