"""What can be set about the reading engine."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gini_notebook.sandbox.settings import COORDINATES, check_reading, ocr_installed


class _Problem(Exception):
    """What is wrong with a file, in one sentence that can be printed, logged and sent whatever the file held."""

    def __init__(self, sentence: str) -> None:
        printable = "".join(letter if letter.isprintable() else " " for letter in sentence)
        super().__init__(" ".join(printable.split()))


class Unreadable(_Problem):
    """The file claims a supported type, but cannot be read; the message says why, in one sentence."""


class UnsupportedType(_Problem):
    """The file is of a type that the service does not take; the message names the type that was found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Settings of the reading engine.

    Parameters
    ----------
    engine
        ``"baseline"`` weighs everything that is known about a value: the words around it, sums, repetitions, QR codes.
        ``"keywords-only"`` looks at the words to its left and at nothing else.
    coordinates
        Unit of boxes and layout: ``"points"`` (1/72 inch), or ``"pixels"`` of a page at 300 dots per inch.
    ocr
        Whether scans are read; ``None`` means if the engine is installed.

    Raises
    ------
    ValueError
        A value makes no sense, or OCR is demanded where its engine is not installed.
    """

    engine: str = "baseline"
    coordinates: str = "points"
    ocr: bool | None = None

    def __post_init__(self) -> None:
        check_reading(self.engine, self.coordinates, self.ocr)

    @property
    def dpi(self) -> float:
        """Units of the coordinates per inch."""
        return COORDINATES[self.coordinates]

    @property
    def use_ocr(self) -> bool:
        """Whether scans are read."""
        return ocr_installed() if self.ocr is None else self.ocr


def settings_from(given: "Settings | Mapping[str, Any] | None") -> Settings:
    """Make settings of a plain mapping; settings are given back as they are.

    Raises
    ------
    ValueError
        A key is unknown, or a value makes no sense.
    """
    if isinstance(given, Settings):
        return given
    known = [one.name for one in fields(Settings)]
    unknown = sorted((given or {}).keys() - set(known))
    if unknown:
        message = f"unknown setting {unknown[0]!r}; known are {', '.join(known)}."
        raise ValueError(message)
    return Settings(**(given or {}))
