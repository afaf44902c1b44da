"""Colours of pictures: two palettes, chosen by the face that is drawn on, and made darker or lighter until they show.

One palette of equal luminance for light and dark faces was tried: people who cannot tell green from red could not tell
its outcomes apart. So there are two. Each outcome has a form of its own beside its colour.
"""

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_hex, to_rgb, to_rgba

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]
Outcome = Literal["correct", "wrong", "missing", "spurious"]

OUTCOMES: tuple[Outcome, ...] = ("correct", "wrong", "missing", "spurious")
MARKERS: dict[Outcome, str] = {"correct": "o", "wrong": "X", "missing": "o", "spurious": "P"}
HATCHES: dict[Outcome, str] = {"correct": "", "wrong": "xxxx", "missing": "", "spurious": "++++"}
# Contrast that marks and texts must have at least (WCAG 2.2, success criteria 1.4.11 and 1.4.3).
MARK_CONTRAST, TEXT_CONTRAST = 3.0, 4.5
# Faces that are darker than this are dark.
_DARK = 0.18
_TEXTS = frozenset({"ink", "soft", "missing_text", "spurious_text", "wrong_text", "accent", "passed", "failed"})
_SURFACES = frozenset({"paper", "band", "rule"})


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture, by what they stand for; any colour of matplotlib.

    Attributes
    ----------
    paper
        What is drawn on, where the picture makes a figure of its own: as rcParams say, unless a theme is given.
    ink, soft
        Texts, and texts that stand back.
    rule, band
        Thin lines, and the ground of every second row.
    correct, wrong, missing, spurious
        The outcomes of values.
    wrong_text, missing_text, spurious_text
        The same as colours of texts.
    accent, passed, failed
        What shall be seen first; a condition that holds, and one that does not.

    Examples
    --------
    >>> from dataclasses import replace
    >>> replace(LIGHT, correct="#2a7f62").correct
    '#2a7f62'
    """

    paper: str
    ink: str
    soft: str
    rule: str
    band: str
    correct: str
    wrong: str
    missing: str
    spurious: str
    wrong_text: str
    missing_text: str
    spurious_text: str
    accent: str
    passed: str
    failed: str

    def of(self, outcome: Outcome) -> str:
        """Return the colour of an outcome."""
        return str(getattr(self, outcome))

    def on(self, face: str) -> "Theme":
        """Return the theme for another face: what shows too little on it is moved towards black or white."""
        roles = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        if to_hex(face) == to_hex(self.paper):
            return self
        moved = {
            name: visible(colour, face, TEXT_CONTRAST if name in _TEXTS else MARK_CONTRAST)
            for name, colour in roles.items()
            if name not in _SURFACES
        }
        ink = to_rgb(moved["ink"])
        return replace(
            self, **moved, paper=face, band=_mixed(to_rgb(face), ink, 0.05), rule=_mixed(to_rgb(face), ink, 0.2)
        )


LIGHT = Theme(
    paper="#ffffff",
    ink="#1b2430",
    soft="#56616f",
    rule="#d5dbe2",
    band="#f1f4f7",
    correct="#4a8db7",
    wrong="#9e1b2f",
    missing="#b5860f",
    spurious="#3f2a7d",
    wrong_text="#9e1b2f",
    missing_text="#7a5900",
    spurious_text="#3f2a7d",
    accent="#0b5c8a",
    passed="#17603a",
    failed="#9e1b2f",
)
DARK = Theme(
    paper="#12171e",
    ink="#e8edf3",
    soft="#a3afbd",
    rule="#36404d",
    band="#1b222c",
    correct="#58b4e3",
    wrong="#d4574f",
    missing="#ecd27f",
    spurious="#9059f7",
    wrong_text="#ff9a93",
    missing_text="#ecd27f",
    spurious_text="#b79bff",
    accent="#7cc7ee",
    passed="#7fd6a3",
    failed="#ff9a93",
)


def theme_of(ax: "Axes", theme: Theme | None = None) -> Theme:
    """Return the theme for the face of some Axes, whatever the style is that made it.

    Parameters
    ----------
    ax
        The Axes; where its face is transparent, that of its figure shows.
    theme
        Colours to take instead, as they are.
    """
    if theme is not None:
        return theme
    face = face_of(ax)
    return (DARK if luminance(face) < _DARK else LIGHT).on(face)


def face_of(ax: "Axes") -> str:
    """Return the colour that is seen behind what is drawn: the face of the Axes over that of its figure over white."""
    seen = np.ones(3)
    for face in (ax.figure.get_facecolor(), ax.get_facecolor()):
        *colour, opacity = to_rgba(face)
        seen = seen * (1 - opacity) + np.array(colour) * opacity
    return to_hex((float(seen[0]), float(seen[1]), float(seen[2])))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2), between 0 and 1."""
    return float(_linear(np.array(to_rgb(colour))) @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2), between 1 and 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def visible(colour: str, face: str, least: float) -> str:
    """Return the colour, as much darker or lighter as it must be to have a contrast to a face."""
    target = (0.0, 0.0, 0.0) if contrast("#000000", face) >= contrast("#ffffff", face) else (1.0, 1.0, 1.0)
    for step in range(21):
        moved = _mixed(to_rgb(colour), target, step / 20)
        if contrast(moved, face) >= least:
            return moved
    return to_hex(target)


def readable_on(fill: str, theme: Theme) -> str:
    """Return the colour of texts that stand on a fill: ink or paper, whichever shows more."""
    return max((theme.ink, theme.paper), key=lambda colour: contrast(colour, fill))


def _mixed(one: tuple[float, float, float], other: tuple[float, float, float], share: float) -> str:
    red, green, blue = (a * (1 - share) + b * share for a, b in zip(one, other, strict=True))
    return to_hex((red, green, blue))


def _linear(channels: FloatArray) -> FloatArray:
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
