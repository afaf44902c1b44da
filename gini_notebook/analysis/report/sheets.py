"""Sheets for people: headings, formats, widths, filters, print settings; text is text, never a formula or a link."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook._text import printable_lines

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_575
"""Rows of a sheet below its heading."""
MAX_CHARACTERS = 32_767
"""Characters of a cell."""
NARROWEST, WIDEST = 8, 48
LINE, MOST_LINES = 15, 8
"""Height of a line in points, and the lines of a cell that are seen without pulling its row open."""
# Widths are those of so many rows: the rest looks alike, and is wrapped or cut where it does not.
_MEASURED = 2_000
# A cell is cut by Excel before it is long, and one that wraps makes its row high.
_WRAPPED = 40

INK, PAPER, SOFT, BAND = "#1B2430", "#FFFFFF", "#56616F", "#F1F4F7"
ACCENT, PASS, FAIL = "#0B5C8A", "#17603A", "#9E1B2F"
# Fill and text of an outcome: pale, since the words stand on it.
OUTCOME_FILLS: Mapping[str, tuple[str, str]] = {
    "wrong": ("#F6DDE1", FAIL),
    "missing": ("#FBF1D3", "#7A5900"),
    "spurious": ("#E4DFF2", "#3F2A7D"),
    "correct": ("#DDEAF3", ACCENT),
}

PLAIN, BOLD, FAILS = range(3)
"""How a cell looks: as the others, as an average, as what fails."""
LOOKS: tuple[Mapping[str, Any], ...] = ({}, {"bold": True}, {"bold": True, "font_color": FAIL})

# Numbers keep their full precision; these say how they look. Excel writes the decimal sign of its own language.
NUMBER_FORMATS: Mapping[str, str] = {
    "count": "#,##0",
    "percent": "0.0%",
    "change": "+0.0%;-0.0%;0.0%",
    "amount": "#,##0.00",
    "off": "+#,##0.00;-#,##0.00;0.00",
    "measure": "0.000",
    "seconds": "0.00",
    "date": "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    heading, meaning
        What stands above it, and what is shown when somebody points there; no comment where empty.
    values
        One value per row; ``None`` leaves a cell empty, and not-a-number says that there is no such number.
    kind
        ``"text"``, ``"outcome"``, or a name in :data:`NUMBER_FORMATS`; ``"plain"`` keeps machine forms.
    keys
        For outcomes, the name of each value before it was translated.
    bar
        Whether each cell has a bar, from 0 to 1.
    """

    heading: str
    values: Sequence[Any]
    kind: str = "text"
    meaning: str = ""
    keys: Sequence[str | None] = ()
    bar: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What all sheets have in common: the name of the run in the header, and words of the language."""

    run: str
    of: str
    undefined: str
    cut: str


@dataclass(slots=True)
class Book:
    """A workbook that is being written, and its formats."""

    workbook: "Workbook"
    page: Page
    cut: list[str] = field(default_factory=list)
    _formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def format(self, **properties: Any) -> Any:
        """Return a format of these properties; each is made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({"font_name": "Calibri", "valign": "top", **properties})
        return self._formats[key]

    def sheet(self, name: str, *, portrait: bool = False) -> "Worksheet":
        """Add a sheet: A4, fit to the width of a page, the run above and the number of the page below."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(9)
        if portrait:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        sheet.set_header(f"&L&9 {_header_text(self.page.run)}&R&9 &A")
        sheet.set_footer(f"&C&9&P {_header_text(self.page.of)} &N")
        return sheet

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        *,
        bold: Sequence[bool] = (),
        marked: Container[tuple[int, int]] = frozenset(),
        print_rows: int | None = None,
    ) -> "Worksheet":
        """Add a sheet with a table.

        Parameters
        ----------
        name
            Of the sheet.
        columns
            All of one length.
        bold
            Which rows stand out, as averages do.
        marked
            Cells (row from 0, column from 0) that are shown in the colour of what fails.
        print_rows
            How many rows are printed, if not all; the rest is for the screen.
        """
        sheet = self.sheet(name)
        total = len(columns[0].values) if columns else 0
        rows = min(total, MAX_ROWS)
        if rows < total:
            self.cut.append(self.page.cut.format(sheet=name, rows=f"{rows:,}", total=f"{total:,}"))
        self._head(sheet, columns)
        writers = [self._writer(sheet, place, column) for place, column in enumerate(columns)]
        heights = _heights(columns, rows)
        for row in range(rows):
            if row in heights:
                sheet.set_row(row + 1, heights[row])
            look = BOLD if bold and bold[row] else PLAIN
            for place, write in enumerate(writers):
                write(row, FAILS if (row, place) in marked else look)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, rows, max(len(columns) - 1, 0))
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _width(column))
            if column.bar and rows:
                sheet.conditional_format(1, place, rows, place, _bar())
        if print_rows is not None and rows > print_rows:
            sheet.print_area(0, 0, print_rows, len(columns) - 1)
        return sheet

    def _head(self, sheet: "Worksheet", columns: Sequence[Column]) -> None:
        lines = max((_lines(column.heading, _width(column) - 2) for column in columns), default=1)
        sheet.set_row(0, LINE * lines + 2)
        style = self.format(bold=True, font_color=PAPER, bg_color=ACCENT, text_wrap=True, border=1, border_color=PAPER)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, cell_text(column.heading), style)
        for place, column in enumerate(columns):
            if column.meaning:
                sheet.write_comment(0, place, column.meaning, {"x_scale": 1.6, "y_scale": 0.8, "author": ""})

    def _writer(self, sheet: "Worksheet", place: int, column: Column) -> Callable[[int, int], None]:
        """Return who writes the cell of a row; made once per column, since there may be a million rows."""
        values = column.values
        if column.kind == "text":
            return self._text_writer(sheet, place, values, text_wrap=_wraps(values))
        if column.kind == "plain":
            return self._plain_writer(sheet, place, values)
        if column.kind == "outcome":
            return self._outcome_writer(sheet, place, column)
        number_format = NUMBER_FORMATS[column.kind]
        looks = [self.format(num_format=number_format, **look) for look in LOOKS]
        unknown, undefined = self.format(font_color=SOFT, align="right"), self.page.undefined
        write, write_text = sheet.write_number, sheet.write_string
        if column.kind == "date":
            write = sheet.write_datetime

        def number(row: int, look: int) -> None:
            value = values[row]
            if value is None:
                return
            if value == value:  # noqa: PLR0124 - not a number is not itself
                write(row + 1, place, value, looks[look])
            else:
                write_text(row + 1, place, undefined, unknown)

        return number

    def _text_writer(
        self, sheet: "Worksheet", place: int, values: Sequence[Any], *, text_wrap: bool
    ) -> Callable[[int, int], None]:
        looks = [self.format(text_wrap=text_wrap, indent=1, **look) for look in LOOKS]
        write = sheet.write_string

        def text(row: int, look: int) -> None:
            value = values[row]
            if value:
                write(row + 1, place, cell_text(value), looks[look])

        return text

    def _outcome_writer(self, sheet: "Worksheet", place: int, column: Column) -> Callable[[int, int], None]:
        styles = {name: self.format(bg_color=fill, font_color=ink) for name, (fill, ink) in OUTCOME_FILLS.items()}
        values, keys, write = column.values, column.keys, sheet.write_string

        def outcome(row: int, _look: int) -> None:
            if (key := keys[row]) is not None:
                write(row + 1, place, values[row], styles.get(key))

        return outcome

    def _plain_writer(self, sheet: "Worksheet", place: int, values: Sequence[Any]) -> Callable[[int, int], None]:
        def plain(row: int, _look: int) -> None:
            value = values[row]
            if value is None or pd.isna(value):
                return
            if isinstance(value, bool):
                sheet.write_boolean(row + 1, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(row + 1, place, value)
            else:
                sheet.write_string(row + 1, place, cell_text(str(value)))

        return plain


def values_of(column: "pd.Series[Any]") -> list[Any]:
    """Return the values of a column as Python has them, with ``None`` for what is missing; times without their zone."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.floor("us")  # a cell knows no nanoseconds
    missing = column.isna().to_numpy()
    values = column.astype(object).tolist()
    if missing.any():
        values = [None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)]
    return [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in values]


def cell_text(text: str) -> str:
    """Return what stands in a cell: without effect on who reads it, and no longer than a cell is."""
    if len(text) < MAX_CHARACTERS and text.isprintable():
        return text
    return printable_lines(text)[:MAX_CHARACTERS]


def without_zone(at: datetime) -> datetime:
    """Return a time as Excel keeps it, which knows no zones."""
    return at.replace(tzinfo=None, microsecond=0)


def _bar() -> dict[str, Any]:
    return {
        "type": "data_bar",
        "bar_color": "#9CC3DD",
        "bar_solid": True,
        "min_type": "num",
        "max_type": "num",
        "min_value": 0,
        "max_value": 1,
    }


def _width(column: Column) -> int:
    """Return a width from the content, in characters."""
    shown = column.values[:_MEASURED]
    if column.kind in NUMBER_FORMATS:
        longest = {"date": 17, "amount": 12, "off": 12}.get(column.kind, 9)
    else:
        longest = max((len(str(value)) for value in shown if value is not None), default=0)
    # The arrow of the filter takes two.
    words = max((len(word) for word in column.heading.split()), default=0)
    return max(NARROWEST, min(WIDEST, max(longest + 1, words + 3)))


def _lines(text: str, width: int) -> int:
    return -(-len(text) // width)


def _heights(columns: Sequence[Column], rows: int) -> dict[int, float]:
    """Return the heights of rows that need several lines; not every program finds them by itself."""
    lines: dict[int, int] = {}
    for column in columns:
        if column.kind == "text" and _wraps(column.values):
            width = _width(column)
            for row, value in enumerate(column.values[:rows]):
                if value and len(value) > width:
                    lines[row] = max(lines.get(row, 1), min(_lines(value, width - 2), MOST_LINES))
    return {row: LINE * count for row, count in lines.items()}


def _wraps(values: Sequence[Any]) -> bool:
    return any(isinstance(value, str) and len(value) > _WRAPPED for value in values[:_MEASURED])


def _header_text(text: str) -> str:
    """Return text for the header of a page, in which ``&`` begins an instruction, and no more than Excel takes."""
    return cell_text(text)[:80].replace("&", "&&")
