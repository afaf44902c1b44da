"""Small things that messages for people share."""

from collections.abc import Sequence


def some(names: Sequence[str]) -> str:
    """Name up to three, and say that there are more."""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
