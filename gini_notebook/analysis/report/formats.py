"""Numbers and values as strings, the way the language of a report writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

UNDEFINED = {"en": "n/a", "de": "k. A."}
# A narrow space that does not break stands before the sign.
_PERCENT = "\N{NARROW NO-BREAK SPACE}%"


def missing(value: Any) -> bool:
    """Return whether there is no value."""
    return bool(pd.isna(value))


# A list of all documents that were not sent would bury what stands beside it.
MOST_ITEMS = 10


def plain(value: Any) -> str:
    """Write a value as it is; nothing for a missing one, and of a long list its length and beginning."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return ", ".join(items) if len(items) <= MOST_ITEMS else f"{len(items)}: {', '.join(items[:MOST_ITEMS])}, …"
    return "" if missing(value) else str(value)


@dataclass(frozen=True, slots=True)
class Format:
    """Writes numbers in one language."""

    language: str

    @property
    def undefined(self) -> str:
        """What stands for 0/0."""
        return UNDEFINED[self.language]

    def point(self, text: str) -> str:
        """Put the decimal sign of the language into a number."""
        return text.replace(".", ",") if self.language == "de" else text

    def score(self, value: Any) -> str:
        """Write a score with three digits."""
        return self.undefined if missing(value) else self.point(f"{value:.3f}")

    def percent(self, value: Any) -> str:
        """Write a share as per cent."""
        return self.undefined if missing(value) else self.point(f"{100 * value:.1f}") + _PERCENT

    def interval(self, low: Any, high: Any) -> str:
        """Write an interval of scores; nothing if it has no ends."""
        if missing(low) or missing(high):
            return ""
        return self.point(f"{low:.3f} – {high:.3f}")

    def number(self, value: Any) -> str:
        """Write a count without digits, anything else as a score."""
        if not missing(value) and float(value).is_integer() and abs(value) > 1:
            return f"{int(value)}"
        return self.score(value)

    def difference(self, value: Any) -> str:
        """Write by how much an amount is off, with its sign; nothing if it is no amount."""
        if missing(value):
            return ""
        grouped = f"{value:+,.2f}".replace("-", "−")
        return grouped.translate({ord(","): ".", ord("."): ","}) if self.language == "de" else grouped
