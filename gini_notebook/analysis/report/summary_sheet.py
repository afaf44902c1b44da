"""The first sheet of a workbook: one page of A4 that says what came out, to be printed alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gini_notebook.analysis.report.headings import HEADINGS
from gini_notebook.analysis.report.parts import Page
from gini_notebook.analysis.report.sheets import ACCENT, BAND, FAIL, PAPER, PASS, SOFT, Book, cell_text
from gini_notebook.analysis.report.texts import Format, missing

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from gini_notebook.analysis.evaluation.gate import CheckResult

WIDTHS = (44, 16, 22, 40)
_LAST = len(WIDTHS) - 1
# How many characters of the usual size a merged line holds, and how high one is, in points.
_CHARACTERS, _LINE = 112, 15


def summary_sheet(
    sheet: "Worksheet", book: Book, page: Page, sheets: Sequence[str], checks: "Sequence[CheckResult]" = ()
) -> None:
    """Write the page, and make it the one that is seen first.

    Parameters
    ----------
    sheet, book
        Where to.
    page
        What it says.
    sheets
        The names of the other sheets.
    checks
        The conditions with their numbers; those of the page in words, if there are none.
    """
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 1)
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    writer = _Writer(sheet, book, page)
    writer.write(sheets, checks)
    sheet.print_area(0, 0, writer.row, _LAST)
    sheet.activate()


class _Writer:
    """Writes the page from its top to its end."""

    def __init__(self, sheet: "Worksheet", book: Book, page: Page) -> None:
        self.sheet, self.book, self.page = sheet, book, page
        self.german = page.language == "de"
        self.form = Format(page.language)
        self.row = 0

    def write(self, sheets: Sequence[str], checks: "Sequence[CheckResult]") -> None:
        """Write title, verdict, notes, numbers, conditions, and what else is in the workbook."""
        page = self.page
        self._line(page.title, bold=True, font_size=16, height=24)
        self._line(self._made(), font_color=SOFT)
        if page.sandbox:
            self._line(page.text["from_sandbox"], bold=True, font_color=PAPER, bg_color=FAIL)
        self._gap()
        self._line(" ".join(page.verdict), bold=True, font_size=12)
        grave = [note.text for note in page.notes if note.level == "must"]
        if grave:
            self._title("Zuerst lesen" if self.german else "Read this first")
            for text in grave:
                self._line(text, bg_color="#FBF1D3")
        self._numbers()
        if checks:
            self._checks(checks)
        elif page.gates:
            self._gates()
        self._contents(sheets, len(page.notes) - len(grave))
        for text in self.book.cut:
            self._line(text, bold=True, font_color=FAIL)
        self._line(" ".join(page.privacy), font_color=SOFT)

    def _made(self) -> str:
        page = self.page
        made = page.made_at.strftime("%d.%m.%Y %H:%M" if self.german else "%Y-%m-%d %H:%M")
        return " · ".join([f"{page.text['made_at']} {made}", *page.made])

    def _numbers(self) -> None:
        self._title("Zahlen" if self.german else "Numbers")
        self._heads("metric", "value", "low_high", "of")
        for card in self.page.cards:
            self._text(0, card.name, text_wrap=True)
            if card.place.at is None:
                self._text(1, card.value, bold=True, align="right")
            else:
                style = self._style(num_format="0.0%", bold=True, font_size=12)
                self.sheet.write_number(self.row, 1, card.place.at, style)
            ends = self.form.percents(card.place.low, card.place.high) or card.interval
            self._text(2, ends, align="center", text_wrap=True)
            self._text(3, card.base, text_wrap=True)
            self._height(max(len(card.name) / WIDTHS[0], len(ends) / WIDTHS[2], len(card.base) / WIDTHS[3]))
            self.row += 1

    def _checks(self, checks: "Sequence[CheckResult]") -> None:
        self._title("Bedingungen" if self.german else "Gates")
        self._heads("condition", "is", "low_high", "result")
        for gate in sorted(checks, key=lambda one: one.passed):
            self._text(0, gate.expression, text_wrap=True)
            if missing(gate.value):
                self._text(1, self.form.undefined, font_color=SOFT, align="right")
            else:
                self.sheet.write_number(self.row, 1, gate.value, self._style(num_format="#,##0.000"))
            self._text(2, self.form.interval(gate.low, gate.high), align="center")
            self._text(3, self._met(passed=gate.passed), bold=True, font_color=PASS if gate.passed else FAIL)
            self._height(len(gate.expression) / WIDTHS[0])
            self.row += 1

    def _gates(self) -> None:
        """Write conditions that are words: what was asked, what came out, and the answer."""
        self._title("Bedingungen" if self.german else "Gates")
        for gate in self.page.gates:
            answer = gate.answer or self._met(passed=gate.passed)
            self._line(f"{answer}: {gate.words}; {gate.value}", bold=True, font_color=PASS if gate.passed else FAIL)

    def _met(self, *, passed: bool) -> str:
        if passed:
            return "✓ erfüllt" if self.german else "✓ met"
        return "✗ nicht erfüllt" if self.german else "✗ not met"

    def _contents(self, sheets: Sequence[str], other_notes: int) -> None:
        self._title("In dieser Datei" if self.german else "In this file")
        more = ""
        if other_notes > 0:
            more = (
                f" · {other_notes} weitere Hinweise im Blatt Hinweise"
                if self.german
                else f" · {other_notes} more notes on the sheet Notes"
            )
        self._line(", ".join(sheets) + more)

    def _title(self, text: str) -> None:
        self._gap()
        self._line(text, bold=True, font_color=ACCENT, font_size=12, bottom=1, bottom_color=ACCENT)

    def _heads(self, *keys: str) -> None:
        for place, key in enumerate(keys):
            name = self.page.text[key] if key not in HEADINGS else HEADINGS[key].name(self.page.language)
            self._text(place, name, bold=True, bg_color=BAND, align="center" if place else "left")
        self.row += 1

    def _line(self, text: str, *, height: float = 0, **look: Any) -> None:
        """Write a line over the whole width, as high as its words need."""
        style = self._style(text_wrap=True, **look)
        self.sheet.merge_range(self.row, 0, self.row, _LAST, "", style)
        self.sheet.write_string(self.row, 0, cell_text(text), style)
        size = look.get("font_size", 11) / 11
        lines = -(-len(text) * size // _CHARACTERS)
        self.sheet.set_row(self.row, max(height, _LINE * size * max(lines, 1)))
        self.row += 1

    def _text(self, place: int, text: str, **look: Any) -> None:
        self.sheet.write_string(self.row, place, cell_text(text), self._style(**look))

    def _height(self, lines: float) -> None:
        self.sheet.set_row(self.row, _LINE * max(-(-lines // 1), 1) + 3)

    def _gap(self) -> None:
        self.sheet.set_row(self.row, 8)
        self.row += 1

    def _style(self, **look: Any) -> Any:
        return self.book.format(**look)
