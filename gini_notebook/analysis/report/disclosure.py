"""What a report discloses of the documents: values in its tables, and excerpts of their pages."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pandas as pd

from gini_notebook._german import told_of_pages_in_german
from gini_notebook.analysis.report.texts import missing
from gini_notebook.errors import GiniError, SettingError
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.evaluation import Evaluation

Values = Literal["full", "masked", "none"]
VALUES: tuple[Values, ...] = ("full", "masked", "none")
MOST_PICTURES, MOST_BYTES = 40, 2_000_000
HIDDEN = "…"
# What says nothing about who is paid, or who pays.
_SHOWN_RULES = frozenset({"amount", "numeric", "date"})
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# A date in words has no more than this, an amount has its currency; a name that stands in such a field has more.
_WORD = re.compile(r"[^\W\d_]{4}")
_MOST_WORDS = 6
# Fields named below the page of a document that lacks them.
_MOST_MISSING = 8
_SIDES = ("truth", "extracted")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value was read: document, its hash as far as known, page, and the box (left, top, width, height)."""

    document: str
    sha256: str | None
    page: int
    box: tuple[float, float, float, float]


class PageSource(Protocol):
    """Who draws pages: :class:`gini_notebook.PageExcerpts`."""

    def excerpt(self, spot: Spot, *, mask: bool) -> tuple[bytes, str]:
        """Return a PNG and what is uncertain about it, or raise a ``GiniError`` that says why there is none."""

    def first_page(self, document: str, sha256: str | None) -> tuple[bytes, int]:
        """Return the first page as a small JPEG, and of how many it is, or raise a ``GiniError`` as above."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The surroundings of a value, or the page of a missing one: what it is, and its picture, or why there is none."""

    document: str
    field: str
    outcome: str
    page: int
    truth: str
    extracted: str
    source: str = ""
    told: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Excerpts:
    """The excerpts of a report, and how many more there would be."""

    shown: Sequence[Excerpt] = ()
    too_many: int = 0
    too_large: int = 0
    hidden: int = 0
    pages: Sequence[Excerpt] = ()

    @property
    def pictures(self) -> int:
        """How many have a picture."""
        return sum(bool(one.source) for one in (*self.shown, *self.pages))

    def in_german(self) -> "Excerpts":
        """Return the same with what is said of the pages in German."""
        shown, pages = (
            [replace(one, told=told_of_pages_in_german(one.told)) for one in some] for some in (self.shown, self.pages)
        )
        return replace(self, shown=shown, pages=pages)


def check_disclosure(
    values: str, pages: object = None, *, raw: bool = False, mask: bool = True, whole_pages: bool = False
) -> None:
    """Refuse what would show values that somebody asked to hide.

    Raises
    ------
    SettingError
        If there is no such choice, or what else was asked for shows the values.
    """
    if values not in VALUES:
        message = f"There is no choice of values {values!r}; choose one of {', '.join(VALUES)}."
        raise SettingError(message)
    if pages is not None and not hasattr(pages, "excerpt"):
        message = f"pages= takes gini.PageExcerpts(FOLDER), not a {type(pages).__name__}."
        raise SettingError(message)
    if values == "none" and pages is not None:
        message = 'Excerpts of pages show values. Give values="masked" or "full", or no pages.'
        raise SettingError(message)
    if whole_pages and (pages is None or mask or values != "full"):
        message = (
            'Whole pages show all that stands on them. Give pages, mask=False and values="full", or no whole pages.'
        )
        raise SettingError(message)
    if values != "full" and raw:
        message = f'The tables with the names of Python show values as they are. Leave out raw, or values="{values}".'
        raise SettingError(message)


def disclosed(rows: pd.DataFrame, result: "Evaluation", values: str) -> pd.DataFrame:
    """Return mistakes with their values as far as they are shown.

    Parameters
    ----------
    rows
        As of ``Evaluation.mistakes(full=True)``.
    result
        The evaluation.
    values
        ``"full"``; ``"masked"``: amounts, numbers and dates as they are, of all else the beginning; ``"none"``: that
        there is one.
    """
    if values == "full" or rows.empty:
        return rows
    rules = rules_of(rows, result.provenance["rules"])
    told, covered = rows.copy(), np.zeros(len(rows), dtype=bool)
    for side in _SIDES:
        written = [shown(value, rule, values) for value, rule in zip(rows[side].tolist(), rules, strict=True)]
        covered |= np.array([new is not None and new != old for new, old in zip(written, rows[side], strict=True)])
        told[side] = pd.array(written, dtype=rows[side].dtype)
    for side in _SIDES:
        told[f"{side}_canonical"] = told[f"{side}_canonical"].mask(covered)
    # What a cause says after the colon are letters of the value.
    told["cause"] = told["cause"].where(~covered, told["cause"].str.split(":", n=1).str[0])
    told["difference"] = told["difference"].mask(covered)
    return told


def rules_of(rows: pd.DataFrame, described: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the name of the rule of each row; of a field that has none, nothing."""
    pairs = zip(rows["group"].tolist(), rows["field"].tolist(), strict=True)
    return [str(described.get(dotted(*pair), {}).get("name", "")) for pair in pairs]


def shown(value: Any, rule: str, values: str) -> str | None:
    """Return a value as it may stand in a report; None where there is none."""
    if missing(value):
        return None
    text = str(value)
    if values == "full":
        return text
    if values == "none":
        return HIDDEN
    return text if rule in _SHOWN_RULES and _WORD.search(text) is None else masked(text)


def masked(text: str) -> str:
    """Write the beginning of a value: both ends of an IBAN, of everything else the first letter of each word.

    Examples
    --------
    >>> masked("DE89 3704 0044 0532 0130 00")
    'DE89 … 3000'
    >>> masked("Gini Muster")
    'G… M…'
    """
    words = text.split()
    joined = "".join(words).upper()
    if _IBAN.fullmatch(joined):
        return f"{joined[:4]} {HIDDEN} {joined[-4:]}"
    return " ".join(f"{word[0]}{HIDDEN}" for word in words[:_MOST_WORDS]) or HIDDEN


def excerpts(
    rows: pd.DataFrame, result: "Evaluation", pages: PageSource, *, values: str, mask: bool, whole_pages: bool = False
) -> Excerpts:
    """Draw the surroundings of values that are wrong or spurious: of each pattern one first, highest amounts first.

    Parameters
    ----------
    rows
        As of ``Evaluation.mistakes(full=True)``.
    result
        The evaluation.
    pages
        Who draws.
    values
        As of :func:`disclosed`: a value that is masked in the tables is not drawn.
    mask
        Whether only the value itself is drawn.
    whole_pages
        Whether the first pages of documents with missing values follow, as far as there is room.
    """
    known = result.documents
    hashes = dict(zip(known["document"], known["sha256"], strict=True)) if "sha256" in known else {}
    told = disclosed(rows, result, values)
    placed = _placed(rows)
    open_ones = [at for at in placed if told["extracted"].iloc[at] == rows["extracted"].iloc[at]]
    chosen = _by_pattern(rows, open_ones)
    drawn, size, too_large = [], 0, 0
    for row in told.iloc[chosen[:MOST_PICTURES]].to_dict("records"):
        one = _drawn(row, hashes, pages, mask=mask)
        if size + len(one.source) > MOST_BYTES:
            too_large += 1
            continue
        size += len(one.source)
        drawn.append(one)
    found = Excerpts(drawn, max(0, len(chosen) - MOST_PICTURES), too_large, len(placed) - len(open_ones))
    return replace(found, pages=_first_pages(rows, hashes, pages, found, size)) if whole_pages else found


def _first_pages(
    rows: pd.DataFrame, hashes: Mapping[str, Any], pages: PageSource, found: Excerpts, size: int
) -> list[Excerpt]:
    """Draw the first page of each document with missing values, until there is no more room."""
    drawn: list[Excerpt] = []
    lacking = rows[rows["outcome"] == "missing"]
    lacking = lacking.iloc[(lacking["group"] != "").to_numpy(dtype=bool).argsort(kind="stable")]  # header fields first
    for document, of in lacking.groupby("document", sort=False):
        if len(found.shown) + len(drawn) >= MOST_PICTURES:
            break
        names = _first_of(map(dotted, of["group"], of["field"]))
        truth = "; ".join(_first_of(of["truth"].dropna().astype(str)))
        one = Excerpt(str(document), ", ".join(names), "missing", 1, truth, "")
        known = hashes.get(str(document))
        try:
            picture, count = pages.first_page(str(document), None if missing(known) else str(known))
        except GiniError as error:
            drawn.append(replace(one, told=str(error)))
            continue
        one = replace(one, source=_address(picture, "jpeg"), count=count)
        if size + len(one.source) > MOST_BYTES:
            break
        size += len(one.source)
        drawn.append(one)
    return drawn


def _first_of(texts: Iterable[str]) -> list[str]:
    """Return the first different texts, and that there are more."""
    several = list(dict.fromkeys(texts))
    return several if len(several) <= _MOST_MISSING else [*several[:_MOST_MISSING], HIDDEN]


def _address(picture: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def _placed(rows: pd.DataFrame) -> list[int]:
    """Return the numbers of the rows of which is known where they were read; missing values have no place."""
    boxes = rows[["page", "left", "top", "width", "height"]].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    is_there = np.isfinite(boxes).all(axis=1) & (boxes[:, 0] >= 1) & (boxes[:, 3:] > 0).all(axis=1)
    found: list[int] = np.flatnonzero(is_there & rows["extracted"].notna().to_numpy(dtype=bool)).tolist()
    return found


def _by_pattern(rows: pd.DataFrame, numbers: Sequence[int]) -> list[int]:
    """Put the first of each set of mistakes before all others, and leave the order as it is else."""
    header = rows[(rows["group"] == "").to_numpy(dtype=bool)]
    slips: dict[str, set[tuple[str, str]]] = {}
    for document, field, outcome in zip(header["document"], header["field"], header["outcome"], strict=True):
        slips.setdefault(document, set()).add((field, outcome))
    patterns = {document: frozenset(of) for document, of in slips.items()}
    first: dict[frozenset[tuple[str, str]], int] = {}
    documents = rows["document"].tolist()
    for number in numbers:
        first.setdefault(patterns.get(documents[number], frozenset()), number)
    leading = set(first.values())
    return list(chain(first.values(), (number for number in numbers if number not in leading)))


def footer(values: str, text: Mapping[str, str]) -> str:
    """Say what of the documents stands in tables."""
    return text["privacy" if values == "full" else f"privacy_{values}"]


def _drawn(row: Mapping[Any, Any], hashes: Mapping[str, Any], pages: PageSource, *, mask: bool) -> Excerpt:
    known = hashes.get(row["document"])
    box = (float(row["left"]), float(row["top"]), float(row["width"]), float(row["height"]))
    spot = Spot(str(row["document"]), None if missing(known) else str(known), int(row["page"]), box)
    name = dotted(row["group"], row["field"]) + (f" [{int(row['row']) + 1}]" if row["group"] else "")
    truth, extracted = ("" if missing(row[side]) else str(row[side]) for side in _SIDES)
    said = (spot.document, name, str(row["outcome"]), spot.page, truth, extracted)
    try:
        picture, told = pages.excerpt(spot, mask=mask)
    except GiniError as error:
        return Excerpt(*said, "", str(error))
    return Excerpt(*said, _address(picture, "png"), told)
