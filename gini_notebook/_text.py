"""Small things that messages for people share."""

import os
from collections.abc import Sequence


def some(names: Sequence[str]) -> str:
    """Name up to three, and say that there are more."""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def as_text(name: str | bytes) -> str:
    """Return a name of a file, or a sentence with one in it, as text that can be written; it need not be UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
