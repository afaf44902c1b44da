"""From the cells of one column to the strings of the service: what a text says is decided by its whole column.

A cell is what a reader found: text, a number of a spreadsheet (:class:`Number`), a date, a truth value, or an error. A
text in the service's notation stays as it is. Other notations of amounts, numbers and dates are read by the declared
locale, or, where none is declared, if the column leaves one reading; else the column is refused with the sentence that
declares it (M12 of the metrics).
"""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from gini_notebook import notations
from gini_notebook.analysis.truth.headers import VALUE_WORDS, value_meant
from gini_notebook.analysis.truth.label_columns import Label, LabelColumns
from gini_notebook.errors import TruthError
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import FIELD_ENTITIES, dotted

T = TypeVar("T")
MOST_DIGITS = 15
"""What a spreadsheet keeps of a number."""
IDENTIFIERS = ("iban", "bic", "reference")
MISSING_WORDS = frozenset(
    ("nan", "none", "<na>", "nat", "null", "n/a", "na", "#n/a", "-", "k.a.", "unbekannt", "k. a.")
)
_SERVICE_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?:[A-Za-z]{3}").fullmatch
_SERVICE_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
_THOUSAND = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}").fullmatch
_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}").fullmatch
_FLOAT = re.compile(r"[0-9]+\.0+").fullmatch  # what a program makes of a whole number beside missing ones
_NAMED_IBAN = re.compile(r"\s*(?:IBAN|Konto|Kto)\b[\s.:-]*(?=[A-Z]{2}[0-9]{2})", re.IGNORECASE)
_FLAGS = {
    **dict.fromkeys(("true", "yes", "y", "ja", "j", "wahr", "1", "x"), "true"),
    **dict.fromkeys(("false", "no", "n", "nein", "falsch", "0"), "false"),
}
_ODD = "in another notation than the rest of their column"
_NAMES = {"de": "German", "ch": "Swiss", "en": "English"}
_FIRST_DAY = datetime.date(1899, 12, 30)  # day 0 of the dates of spreadsheets
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_LARGEST_EXPONENT = 60


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a spreadsheet, with what its format says.

    Attributes
    ----------
    value
        The number; of a percentage what is shown, 3 for 3 %.
    currency
        The currency of its format.
    percent
        Whether it is shown as a percentage.
    first_day
        What to add to a date that is counted in days.
    """

    value: Decimal
    currency: str = ""
    percent: bool = False
    first_day: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds an error."""

    error: str


Cell = str | bool | Number | datetime.date | datetime.time | Broken | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller said about a table.

    Attributes
    ----------
    columns
        Names of the table's columns to ours, None for one to leave out.
    sheet, header_row
        Where the table is: name or number of the sheet, and number of the row with the names of the columns, from 1.
    locale
        Notation of numbers, of all columns (``""``) or by column or field.
    currency, date_order, encoding, alternatives
        See :func:`gini_notebook.read_truth`; an empty string if nothing was said.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    sheet: str = ""
    header_row: int = 0
    locale: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    date_order: str = ""
    encoding: str = ""
    alternatives: str = ""

    def locale_of(self, *names: str) -> str | None:
        """Return the declared locale of a column, by any of its names."""
        return next((self.locale[name] for name in (*names, "") if name in self.locale), None)


@dataclass(frozen=True, slots=True)
class ColumnOfCells:
    """The cells of one field, and what is known about the column they stand in.

    Attributes
    ----------
    name
        What to call it: the header, or the field.
    place
        Group and field in one word.
    kind
        The entity of the field.
    cells
        What was read.
    currencies
        Per cell the currency that a header or a column beside it names, or an empty string.
    where
        Per cell, where it stands, for messages.
    """

    name: str
    place: str
    kind: str
    cells: Sequence[Cell]
    currencies: Sequence[str]
    where: Callable[[int], str]


# Of these, the service names an entity that says less than their values do.
_KINDS: Mapping[str, str] = {"creditorAccountNumber": "iban", "instantPayment": "flag"}


def kind_of(field_name: str) -> str:
    """Return the entity of a field; what the service does not know is text."""
    return _KINDS.get(field_name) or FIELD_ENTITIES.get(field_name, "text")


def read_values(column: ColumnOfCells, wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    """Return the strings of the service for the cells of a column, and what to know about them.

    Raises
    ------
    TruthError
        If a cell holds an error or a number that has lost digits, or the column leaves several readings.
    """
    _refuse_lost(column)
    reader = _READERS.get(column.kind, _texts)
    values, notes = reader(column, wishes)
    values = [value if value is not None and notations.visible(value).strip() else None for value in values]
    return values, notes


def _note(kind: str, column: ColumnOfCells, examples: Sequence[str], detail: str = "", count: int = 0) -> Note:
    shown = tuple(dict.fromkeys(examples))[:EXAMPLES]
    return Note(kind, count or len(examples), (column.place,), detail, shown)


def _refuse_lost(column: ColumnOfCells) -> None:
    texts = (cell.strip() for cell in column.cells if isinstance(cell, str))
    through_floats = column.kind == "reference" and all(map(_FLOAT, filter(None, texts)))
    exact = column.kind in IDENTIFIERS
    for place, cell in enumerate(column.cells):
        if cell is None or (isinstance(cell, str) and not (through_floats or (exact and "+" in cell))):
            continue
        if isinstance(cell, Broken):
            message = f"{column.where(place)} holds the error {cell.error}. Mend the cell, or empty it."
            raise TruthError(message)
        if isinstance(cell, Number) and _too_long(cell.value):
            message = (
                f"{column.where(place)} holds a number of more than {MOST_DIGITS} digits, and a spreadsheet keeps "
                f"{MOST_DIGITS}. Format the column {column.name!r} as text, and type such numbers again."
            )
            raise TruthError(message)
        lost = isinstance(cell, Number) or (isinstance(cell, str) and _EXPONENT(cell.strip()))
        lost = lost or (through_floats and isinstance(cell, str) and bool(cell.strip()))
        if lost and exact:
            message = (
                f"{column.where(place)} holds a number where {column.place} is a text of letters and digits: leading "
                f"zeros and late digits may be lost. Format the column {column.name!r} as text, and type it again (in "
                f"JSON put it into quotes), or leave it out with columns={{{column.name!r}: None}} (in a shell "
                f"--column {column.name!r}=)."
            )
            raise TruthError(message)


def _too_long(value: Decimal) -> bool:
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        return True
    return len(value.normalize().as_tuple().digits) > MOST_DIGITS or value.adjusted() >= MOST_DIGITS


def _amount(value: Decimal, code: str) -> str:
    text = notations.plain(value)
    if len(text.partition(".")[2]) < 2:
        text = f"{value:.2f}"
    return f"{text}:{code}" if code else text


def cell_text(cell: Cell) -> str | None:
    """Return a cell as text, where its field is no amount, number or date."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Number):
        return notations.plain(cell.value)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.replace(tzinfo=None).isoformat(sep=" ")
    return cell.error if isinstance(cell, Broken) else cell.isoformat()


def _texts(column: ColumnOfCells, _wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    numbers = [notations.plain(cell.value) for cell in column.cells if isinstance(cell, Number)]
    notes = [_note("numbers_as_text", column, numbers)] if numbers and column.place.endswith("artNumber") else []
    return [cell_text(cell) for cell in column.cells], notes


def _ibans(column: ColumnOfCells, _wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    texts = [cell_text(cell) for cell in column.cells]
    values = [text if text is None else _NAMED_IBAN.sub("", text, count=1) for text in texts]
    named = [text for text, value in zip(texts, values, strict=True) if text is not None and text != value]
    return values, [_note("notation_understood", column, named, "account numbers behind a word")] if named else []


def _flags(column: ColumnOfCells, _wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    texts = [cell_text(cell) for cell in column.cells]
    values = [text if text is None else _FLAGS.get(text.strip().casefold(), text) for text in texts]
    read = [text for text, value in zip(texts, values, strict=True) if text is not None and text.casefold() != value]
    read = [text for text in read if text.strip().casefold() in _FLAGS]
    return values, [_note("notation_understood", column, read, "true or false")] if read else []


def _words(column: ColumnOfCells, _wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    """Read a field that has one of a few words of the service."""
    understood, strange = _Understood(), list[str]()
    values: list[str | None] = []
    for text in map(cell_text, column.cells):
        meant = value_meant(column.kind, text) if text and _stated(text) else None
        if meant is not None and meant != text:
            understood.say(f"{text} → {meant}", str(text))
        elif meant is None and text and _stated(text):
            strange.append(text)
        values.append(meant or text)
    unknown = [_note("values_unknown", column, strange, ", ".join(VALUE_WORDS[column.kind]))] if strange else []
    return values, [*unknown, *understood.notes(column)]


def is_missing_word(text: str) -> bool:
    """Return whether a text is a word by which people and programs say that there is nothing."""
    return text.strip().casefold() in MISSING_WORDS


def is_service_amount(text: str) -> bool:
    """Return whether a text is an amount with its currency as the service writes it."""
    return _SERVICE_AMOUNT(text) is not None


def _stated(text: str) -> bool:
    return bool(text.strip()) and not is_missing_word(text)


@dataclass(slots=True)
class _Understood:
    """What was read of a column, by how it was understood."""

    examples: dict[str, list[str]] = field(default_factory=dict)

    def say(self, how: str, text: str) -> None:
        self.examples.setdefault(how, []).append(text)

    def notes(self, column: ColumnOfCells) -> list[Note]:
        return [_note("notation_understood", column, texts, how) for how, texts in self.examples.items()]


def _amounts(column: ColumnOfCells, wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    texts = {place: cell for place, cell in enumerate(column.cells) if isinstance(cell, str) and _stated(cell)}
    free = {place: _spelled(text) for place, text in texts.items() if not _SERVICE_AMOUNT(text.strip())}
    readings = _in_one_notation(column, free, wishes, notations.amount)
    understood = _Understood()
    values: list[str | None] = []
    for place, cell in enumerate(column.cells):
        beside = column.currencies[place] or wishes.currency
        if isinstance(cell, Number):
            code = cell.currency or beside
            if cell.currency:
                understood.say("amounts with the currency of the cell's format", notations.plain(cell.value))
            values.append(_amount(cell.value, code))
        elif place in readings.values:
            value, own = readings.values[place]
            code = own or beside
            values.append(_amount(value, code))
            if place in readings.odd:
                understood.say(f"amounts {_ODD}", texts[place])
            elif how := _how(texts[place], own, readings.notation):
                understood.say(how, texts[place])
        else:
            values.append(cell_text(cell))
    return values, understood.notes(column)


def _spelled(text: str) -> str:
    """Return an amount with a currency behind a colon, in free notation, as people write it."""
    head, colon, tail = notations.cleaned(text).rpartition(":")
    return f"{head.strip()} {tail.strip()}" if colon and len(tail.strip()) == 3 else notations.cleaned(text)


def _how(text: str, currency: str, notation: str) -> str:
    if _SERVICE_NUMBER(text.strip()) and not (notation == "German" and _THOUSAND(text.strip())):
        return ""
    return f"{notation} amounts".strip() + (" with a currency" if currency else "")


@dataclass(frozen=True, slots=True)
class _Readings(Generic[T]):
    """Values by place, the name of the notation, and the places that are written otherwise than most of the column."""

    values: Mapping[int, T]
    notation: str
    odd: frozenset[int] = frozenset()


def _in_one_notation(
    column: ColumnOfCells, texts: Mapping[int, str], wishes: Wishes, read: Callable[[str, str | None], T | None]
) -> _Readings[T]:
    """Read texts by the declared locale, or by all locales if they leave one reading.

    With a declared locale a number in the service's notation is read as well, where the locale has no reading.
    """
    declared = wishes.locale_of(column.name, column.place, column.place.rpartition(".")[2])
    if declared is not None:
        found = {place: _first(read(text, declared), read(text, None)) for place, text in texts.items()}
        return _Readings({place: one for place, one in found.items() if one is not None}, _NAMES[declared])
    by_locale = {locale: {place: read(text, locale) for place, text in texts.items()} for locale in notations.LOCALES}
    readable = [place for place in texts if any(found[place] is not None for found in by_locale.values())]
    whole = {
        locale: {place: one for place in readable if (one := found[place]) is not None}
        for locale, found in by_locale.items()
    }
    whole = {locale: found for locale, found in whole.items() if len(found) == len(readable)}
    if not whole:
        usual = max(by_locale.values(), key=lambda found: sum(found[place] is not None for place in readable))
        odd = frozenset(place for place in readable if usual[place] is None)
        return _Readings(_each_by_itself(column, readable, by_locale), "several notations of", odd)
    first = next(iter(whole.values()))
    if any(found != first for found in whole.values()):
        place = next(place for place in readable if len({found[place] for found in whole.values()}) > 1)
        raise TruthError(_ambiguous(column, place))
    names = [_NAMES[locale] for locale in whole]
    return _Readings(first, names[0] if len(names) == 1 else "")


def _first(one: T | None, other: T | None) -> T | None:
    return other if one is None else one


def _each_by_itself(
    column: ColumnOfCells, readable: Iterable[int], by_locale: Mapping[str, Mapping[int, T | None]]
) -> dict[int, T]:
    """Read a column of several notations, if each text has one reading."""
    values = {}
    for place in readable:
        found = {one for by_place in by_locale.values() if (one := by_place[place]) is not None}
        if len(found) > 1:
            raise TruthError(_ambiguous(column, place))
        values[place] = found.pop()
    return values


def _ambiguous(column: ColumnOfCells, place: int) -> str:
    return (
        f"{column.where(place)} holds {str(column.cells[place])!r}, which is one number in German notation and another "
        f"in English, and the column {column.name!r} does not tell which. Say it: locale='de', 'ch' or 'en' (in a "
        "shell --locale de)."
    )


def _numbers(column: ColumnOfCells, wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    texts = {place: cell for place, cell in enumerate(column.cells) if isinstance(cell, str) and _stated(cell)}
    free = {place: notations.cleaned(text).removesuffix("%").rstrip() for place, text in texts.items()}
    readings = _in_one_notation(column, free, wishes, notations.number)
    understood = _Understood()
    values: list[str | None] = []
    for place, cell in enumerate(column.cells):
        if isinstance(cell, Number):
            values.append(notations.plain(cell.value))
            if cell.percent:
                understood.say("percentages", notations.plain(cell.value))
            elif 0 < cell.value < 1 and "Percentage" in column.place:
                understood.say("percentages as they stand there (0.02 is 0.02 %, not 2 %)", notations.plain(cell.value))
        elif place in readings.values:
            text = texts[place].strip()
            values.append(
                text if _SERVICE_NUMBER(text) and not readings.notation else notations.plain(readings.values[place])
            )
            if place in readings.odd:
                understood.say(f"numbers {_ODD}", text)
            elif not _SERVICE_NUMBER(text):
                percent = text.endswith("%")
                understood.say("percentages" if percent else f"{readings.notation} numbers".strip(), text)
        else:
            values.append(cell_text(cell))
    return values, understood.notes(column)


def _dates(column: ColumnOfCells, wishes: Wishes) -> tuple[list[str | None], list[Note]]:
    order = wishes.date_order or _order(column)
    understood = _Understood()
    values: list[str | None] = []
    for cell in column.cells:
        read = _date(cell, order)
        values.append(cell_text(cell) if read is None else read.isoformat())
        if read is not None and (how := _how_dated(cell, order)):
            understood.say(how, cell_text(cell) or "")
    return values, understood.notes(column)


def _date(cell: Cell, order: str | None) -> datetime.date | None:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    if isinstance(cell, Number):
        return _serial(cell.value + cell.first_day) or notations.day(notations.plain(cell.value))
    if isinstance(cell, str) and _stated(cell):
        text = notations.cleaned(cell)
        return (_serial(Decimal(text)) if _digits(text) else None) or notations.day(text, order)
    return None


def _digits(text: str) -> bool:
    return len(text) == 5 and text.isascii() and text.isdigit()


def _serial(value: Decimal) -> datetime.date | None:
    return _FIRST_DAY + datetime.timedelta(int(value)) if int(value) in _SERIALS else None


def _how_dated(cell: Cell, order: str | None) -> str:
    if isinstance(cell, datetime.datetime):
        return "dates, without the time of day" if cell.time() != datetime.time() else ""
    if isinstance(cell, Number) or (isinstance(cell, str) and _digits(cell.strip())):
        return "dates counted in days by a spreadsheet"
    if not isinstance(cell, str) or notations.is_iso(cell.strip()):
        return ""
    return "dates with the month first" if order == "mdy" else "dates with the day first"


def _order(column: ColumnOfCells) -> str | None:
    """Return the order of day and month that the texts of a column leave, or None if none needs one."""
    texts = {place: cell for place, cell in enumerate(column.cells) if isinstance(cell, str) and _stated(cell)}
    open_ones = {place: text for place, text in texts.items() if notations.day(text) is None and not _digits(text)}
    both = {
        order: {place: notations.day(text, order) for place, text in open_ones.items()} for order in notations.ORDERS
    }
    unsure = [place for place in open_ones if any(both[order][place] for order in both)]
    if not unsure:
        return None
    fitting = [order for order in notations.ORDERS if all(both[order][place] for place in unsure)]
    if len(fitting) == 1:
        return fitting[0]
    place = next((one for one in unsure if both["dmy"][one] != both["mdy"][one]), None)
    if fitting and place is None:
        return fitting[0]
    message = (
        f"{column.where(unsure[0] if place is None else place)} holds a date in which day and month may be either way "
        f"round, and the column {column.name!r} does not tell which. Say it: date_order='dmy' or 'mdy' (in a shell "
        "--date-order dmy)."
    )
    raise TruthError(message)


def reads_back(group: str, name: str, value: str) -> bool:
    """Return whether a value of a field is read as it stands, whatever else its column holds."""
    alone = ColumnOfCells(name, dotted(group, name), kind_of(name), [value], [""], lambda _: name)
    try:
        return read_values(alone, Wishes())[0] == [value]
    except TruthError:
        return False


_READERS = {
    "amount": _amounts,
    "numeric": _numbers,
    "date": _dates,
    "iban": _ibans,
    "flag": _flags,
    **dict.fromkeys(VALUE_WORDS, _words),
}


def together(notes: Iterable[Note]) -> list[Note]:
    """Put notes of one kind and detail together that speak of different columns."""
    counts: Counter[tuple[str, str]] = Counter()
    about: dict[tuple[str, str], dict[str, None]] = {}
    examples: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        group = (note.kind, note.detail)
        counts[group] += note.count
        about.setdefault(group, {}).update(dict.fromkeys(note.about))
        examples.setdefault(group, []).extend(note.examples)
    return [
        Note(kind, count, tuple(about[kind, detail]), detail, tuple(examples[kind, detail][:EXAMPLES]))
        for (kind, detail), count in counts.items()
    ]


class Found(NamedTuple):
    """One cell that says something about a field of a document."""

    document: str
    group: str
    row: int
    field: str
    cell: Cell
    source: str
    name: str = ""
    where: str = ""
    currency: str = ""
    alternative: int = 0
    state: str = ""


def labels_of(found: Sequence[Found], wishes: Wishes) -> tuple[LabelColumns, list[Note]]:
    """Read the cells of every field together, and return the labels in the order of what was found."""
    by_field: dict[tuple[str, str], list[int]] = {}
    for at, one in enumerate(found):
        by_field.setdefault((one.group, one.field), []).append(at)
    values: list[str | None] = [None] * len(found)
    notes: list[Note] = []
    for (group, name), places in by_field.items():
        cells = [found[at] for at in places]
        of_field = ColumnOfCells(
            cells[0].name or name,
            dotted(group, name),
            kind_of(name),
            [one.cell for one in cells],
            [one.currency for one in cells],
            lambda at, cells=cells: cells[at].where,  # type: ignore[misc]
        )
        read, said = read_values(of_field, wishes)
        notes += said
        for at, value in zip(places, read, strict=True):
            values[at] = value
    columns = dict(zip(Found._fields, zip(*found, strict=True), strict=True)) if found else {}
    as_found = {name: columns.get(name, ()) for name in Label._fields if name != "value"}
    labels = LabelColumns.of_columns(value=values, **as_found)
    return labels, together(notes)
