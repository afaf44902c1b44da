"""Dates on a page, and which of them is the due date."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.words import Found, Page, Row, found_in

_MONTHS = tuple(  # German, English, French, Dutch and Italian names begin so
    tuple(names.split())
    for names in (
        "jan gen",
        "feb fév fev",
        "mär mar mrz mrt maa",
        "apr avr",
        "mai may mei mag",
        "jun juin giu",
        "jul juil lug",
        "aug aoû aou ago",
        "sep set",
        "okt oct ott",
        "nov",
        "dez dec déc dic",
    )
)
_DATE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<y1>(?:19|20)\d\d)-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})\s?(?P<sep>[./-])\s?(?P<m2>\d{1,2})\s?(?P=sep)\s?(?P<y2>(?:19|20)\d\d|\d\d)"
    r"|(?P<d3>\d{1,2})(?:\.|st|nd|rd|th|er)?\s?(?P<m3>[A-Za-zäéû]{3,9})\.?,?\s?(?P<y3>(?:19|20)\d\d)"
    r"|(?P<m4>[A-Za-z]{3,9})\.?\s(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y4>(?:19|20)\d\d)"
    r")(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"fällig\w*|transfer\b.{0,40}\bby$|zahlbar\b.{0,30}\bbis|zahlungsziel|zahlungstermin|zahlungsfrist"
    r"|(?:überweis|zahl|begleich"
    r"|einzahl)\w*\b.{0,120}\bbis\b"
    r"|\bbis\b.{0,12}\b(?:zahlbar|zu zahlen)|spätestens|zahlungseingang bis|due (?:date|by|on)|payment due"
    r"|pay(?:able)? by|\bdue\b"
    r"|échéance|à payer avant|à régler avant|vervaldatum|uiterlijk|te betalen (?:voor|vóór)|betalen voor|scadenza"
    r"|entro il",
    re.IGNORECASE,
)
_NOT_DUE = re.compile(r"skonto|discount|escompte|liefer|leistung|zeitraum|geburt|geb\.", re.IGNORECASE)
_NET_DUE = re.compile(
    r"(?:\bnetto|\bnet|ohne (?:jeden )?abzug|abzugsfrei)\b[^.%]{0,30}\b(?:bis|by|zum|until)$", re.IGNORECASE
)
_DUE_AFTER = re.compile(r"\W*(?:zur zahlung )?(?:fällig|zahlbar|due|payable)\b", re.IGNORECASE)
_DEBIT = re.compile(
    r"(?:buchen|ziehen|abgebucht|eingezogen|belastet|abbuchung|einzug|lastschrift)\b.{0,60}\b(?:am"
    r"|zum)$",
    re.IGNORECASE,
)
_ISSUED = re.compile(
    r"(?:rechnungs|beleg|ausstellungs|invoice|factuur)-?\s?(?:datum|date)|date (?:de )?(?:facture|d'émission)"
    r"|data (?:fattura|documento)|issue date",
    re.IGNORECASE,
)
_ISSUED_WEAK = re.compile(r"\bdatum\b|\bdate\b|\bdata\b|\bvom\b|\bvon\b|\bden\b|\bdated\b", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:zahlbar|zahlung|fällig|zahlungsziel|payable|payment|paiement|betaling|terms"
    r"|termin)\w*\b.{0,40}?\b(\d{1,3})\s?(?:tage?n?|days|jours|dagen|giorni)\b",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a row."""

    value: datetime.date
    row: Row
    start: int
    end: int


def dates_in(row: Row, *, month_first: bool = False) -> Iterator[Dated]:
    """Return the dates of a row from left to right.

    Parameters
    ----------
    row
        A row.
    month_first
        How to read ``3/4/2025``, where both ways are possible.
    """
    for match in _DATE.finditer(row.text):
        value = _value(match, month_first=month_first)
        if value is not None:
            yield Dated(value, row, match.start(), match.end())


def _value(match: re.Match[str], *, month_first: bool) -> datetime.date | None:
    group = match.groupdict()
    kind = next(number for number in "1234" if group[f"d{number}"])
    year, day, month = int(group[f"y{kind}"]), int(group[f"d{kind}"]), _month(group[f"m{kind}"])
    if kind == "2" and group["sep"] == "/" and (month > 12 or (month_first and day <= 12)):
        day, month = month, day
    try:
        return datetime.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next((number for number, names in enumerate(_MONTHS, 1) if text.lower().startswith(names)), 0)


def find_dates(pages: Sequence[Page]) -> list[Dated]:
    """Return every date of a document in reading order."""
    rows = [row for page in pages for row in page.rows]
    slashes = [match for row in rows for match in _DATE.finditer(row.text) if match["sep"] == "/"]
    month_first = any(int(match["m2"]) > 12 for match in slashes)
    if not month_first and not any(int(match["d2"]) > 12 for match in slashes):
        month_first = sum(row.text.count("$") for row in rows) > sum(row.text.count("€") for row in rows)
    return [date for row in rows for date in dates_in(row, month_first=month_first)]


def found(date: Dated, score: float = 0.0) -> Found:
    """Return a date as a value of the answer."""
    return found_in(date.row, date.start, date.end, date.value.isoformat(), score)


def due_dates(dates: Sequence[Dated], pages: Sequence[Page], *, labels_only: bool = False) -> list[Found]:
    """Return the dates that are labelled as due date, the best first.

    Parameters
    ----------
    dates
        All dates of the document.
    pages
        Its pages.
    labels_only
        Look at the words to the left of a date only; leave out sentences and headings.
    """
    rows = {page.number: page.rows for page in pages}
    ranked = [found(date, _due_score(date, rows[date.row.page], labels_only=labels_only)) for date in dates]
    return sorted((one for one in ranked if one.score), key=lambda one: -one.score)


def _due_score(date: Dated, rows: Sequence[Row], *, labels_only: bool) -> float:
    """Rate the nearest words before a date, then the sentence, then the heading of its column."""
    after = re.split(r"[.;!](?:\s|$)", date.row.text[date.end : date.end + 60])[0]
    labelled = (
        (3.0, labels.left_of(date.row, date.start)),
        (2.5, labels.sentence_before(date.row, date.start, rows)),
        (2.0, labels.above(found(date).area or date.row.area, rows, date.row.index)),
    )
    for score, label in labelled[: 1 if labels_only else None]:
        if _NET_DUE.search(label):  # a discount named behind it has a date of its own
            return score
        if _DUE.search(label):
            return 0.0 if _NOT_DUE.search(f"{label[-60:]} {after}") else score
    if labels_only:
        return 0.0
    if _DUE_AFTER.match(after):
        return 2.5
    return 1.0 if _DEBIT.search(labelled[1][1]) else 0.0


def issue_date(dates: Sequence[Dated], pages: Sequence[Page]) -> datetime.date | None:
    """Return the date of the document: the one that is labelled so, else the first."""
    rows = {page.number: page.rows for page in pages}
    best: tuple[float, datetime.date] | None = None
    for order, date in enumerate(dates):
        label = labels.left_of(date.row, date.start)
        score = 3.0 * bool(_ISSUED.search(label)) + 1.0 * bool(_ISSUED_WEAK.search(label))
        if not score:
            label = labels.above(found(date).area or date.row.area, rows[date.row.page], date.row.index)
            score = 2.0 * bool(_ISSUED.search(label)) + 0.5 * bool(_ISSUED_WEAK.search(label))
        score -= 2.0 * bool(_DUE.search(label) or _NOT_DUE.search(label)) + order / 100
        if best is None or score > best[0]:
            best = (score, date.value)
    return best[1] if best else None


def due_after_days(pages: Sequence[Page], issued: datetime.date | None) -> Found | None:
    """Compute a due date from "payable within n days"; it stands nowhere, so it has no place."""
    if issued is None:
        return None
    for page in pages:
        for row in page.rows:
            match = _PERIOD.search(row.text)
            if match and not _NOT_DUE.search(row.text):
                return Found((issued + datetime.timedelta(days=int(match[1]))).isoformat())
    return None
