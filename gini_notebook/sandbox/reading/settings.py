"""What can be set about the reading engine."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

ENGINES = ("baseline", "keywords-only")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the reading engine.

    Attributes
    ----------
    engine
        ``"baseline"`` weighs everything that is known about a value; ``"keywords-only"`` looks at the words before it.
    dpi
        Unit of boxes and layout: 72 gives points, 300 gives pixels of a page at 300 dots per inch.
    """

    engine: str = "baseline"
    dpi: float = 72.0

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ValueError(f"engine must be one of {', '.join(ENGINES)}, not {self.engine!r}")
        if not 1 <= self.dpi <= 2400:
            raise ValueError(f"dpi must be between 1 and 2400, not {self.dpi!r}")


def settings_from(mapping: Mapping[str, Any] | None) -> Settings:
    """Make settings of a plain mapping.

    Raises
    ------
    ValueError
        A key is unknown, or a value makes no sense.
    """
    given = dict(mapping or {})
    known = {one.name for one in fields(Settings)}
    if given.keys() - known:
        raise ValueError(f"unknown setting {sorted(given.keys() - known)[0]!r}; known are {', '.join(sorted(known))}")
    return Settings(**given)
