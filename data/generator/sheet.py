"""A sheet of paper on which layouts draw, in millimetres from the top left corner."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

A4 = (210.0, 297.0)
BLACK = "#111111"
GREY = "#666666"
# Regular and bold of each family; the first three are built into every PDF viewer, the others are embedded.
FONTS = {
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "times": ("Times-Roman", "Times-Bold"),
    "courier": ("Courier", "Courier-Bold"),
    "dejavu": ("DejaVuSans", "DejaVuSans-Bold"),
    "dejavu serif": ("DejaVuSerif", "DejaVuSerif-Bold"),
    "dejavu mono": ("DejaVuSansMono", "DejaVuSansMono-Bold"),
    "stix": ("STIXGeneral", "STIXGeneralBol"),
    "vera": ("Vera", "VeraBd"),
}
# What stands in for the fonts of the viewer where every machine must draw the same dots.
EMBEDDED = {"helvetica": "vera", "times": "stix", "courier": "dejavu mono"}


def _font(name: str) -> str:
    """Register the font file that belongs to the name, once."""
    if name not in pdfmetrics.standardFonts and name not in pdfmetrics.getRegisteredFontNames():
        folders = (Path(mpl.get_data_path()) / "fonts" / "ttf", Path(reportlab.__file__).parent / "fonts")
        path = next(folder / f"{name}.ttf" for folder in folders if (folder / f"{name}.ttf").exists())
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return name


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, its width in mm, and ``left``, ``right`` or ``center``."""

    title: str
    width: float
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Look:
    """How a table looks: colours (empty for none), size of the text, height of a row in mm, rules between rows."""

    head_fill: str = ""
    head_ink: str = BLACK
    zebra: str = ""
    rule: str = "#999999"
    row_rules: bool = False
    grid: bool = False
    size: float = 9.0
    row: float = 5.6
    bold_head: bool = True


class Sheet:
    """The pages of one document.

    Parameters
    ----------
    font
        A key of :data:`FONTS`.
    size
        Width and height of a page in mm.
    embed
        Put every font into the file, so that every machine draws the same dots.
    pages
        How many pages the document will have, where the first drawing has shown it; for "Seite 1 von 3".
    """

    def __init__(
        self, font: str = "helvetica", *, size: tuple[float, float] = A4, embed: bool = False, pages: int = 1
    ) -> None:
        self.width, self.height = size
        self.pages = pages
        self.page = 1
        self.bottom = self.height - 40
        self.sums_page = 0
        self.continued: Callable[[Sheet], float] = lambda _: 25.0
        self.footer: Callable[[Sheet], None] = lambda _: None
        self._embed = embed
        self._fonts = self._family(font)
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, (self.width * mm, self.height * mm), invariant=1, pageCompression=1)

    def _family(self, font: str) -> tuple[str, str]:
        return FONTS[EMBEDDED.get(font, font) if self._embed else font]

    def describe(self, title: str, author: str) -> None:
        """Set the properties of the file."""
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.canvas.setCreator("gini_notebook data generator")

    def finish(self) -> bytes:
        """Close the document and return the PDF."""
        self.footer(self)
        self.canvas.showPage()
        self.canvas.save()
        return self._buffer.getvalue()

    def next_page(self) -> float:
        """Begin a page and return where its content begins."""
        self.footer(self)
        self.canvas.showPage()
        self.page += 1
        return self.continued(self)

    def text_width(self, text: str, size: float = 10, *, bold: bool = False) -> float:
        """How wide a text is, in mm."""
        return float(pdfmetrics.stringWidth(text, _font(self._fonts[bold]), size) / mm)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float = 10,
        *,
        bold: bool = False,
        align: str = "left",
        colour: str = BLACK,
        spacing: float = 0,
        font: str = "",
    ) -> None:
        """Write one line; ``at`` is the left, middle or right end of its base line."""
        x, y = at
        name = _font((self._family(font) if font else self._fonts)[bold])
        width = pdfmetrics.stringWidth(text, name, size) / mm + spacing * len(text) / mm
        left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.setFont(name, size)
        self.canvas.drawString(left * mm, (self.height - y) * mm, text, charSpace=spacing)

    def lines(
        self, at: tuple[float, float], lines: Sequence[str], size: float = 10, *, step: float = 0, **how: object
    ) -> float:
        """Write lines below one another and return the base line after the last."""
        x, y = at
        for line in lines:
            self.text((x, y), line, size, **how)  # type: ignore[arg-type]
            y += step or size * 0.48
        return y

    def wrapped(self, text: str, width: float, size: float = 10, *, bold: bool = False) -> list[str]:
        """Break a text at blanks so that each line is at most ``width`` mm wide."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.text_width(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def paragraph(
        self, at: tuple[float, float], text: str, width: float, size: float = 10, *, bold: bool = False
    ) -> float:
        """Write a text broken at ``width`` and return the base line after the last."""
        return self.lines(at, self.wrapped(text, width, size, bold=bold), size, bold=bold)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], *, colour: str = BLACK, width: float = 0.5
    ) -> None:
        """Draw a line; ``width`` in points."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(width)
        self.canvas.line(start[0] * mm, (self.height - start[1]) * mm, end[0] * mm, (self.height - end[1]) * mm)

    def box(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        *,
        fill: str = "",
        stroke: str = "",
        width: float = 0.5,
        radius: float = 0,
    ) -> None:
        """Draw a rectangle whose top left corner is ``at``."""
        self.canvas.setLineWidth(width)
        if fill:
            self.canvas.setFillColor(HexColor(fill))
        if stroke:
            self.canvas.setStrokeColor(HexColor(stroke))
        bottom = self.height - at[1] - size[1]
        self.canvas.roundRect(
            at[0] * mm,
            bottom * mm,
            size[0] * mm,
            size[1] * mm,
            radius * mm,
            stroke=int(bool(stroke)),
            fill=int(bool(fill)),
        )

    def room(self, y: float, needed: float) -> float:
        """Return ``y``, or the top of a fresh page where less than ``needed`` mm are left."""
        return self.next_page() if y + needed > self.bottom else y

    def table(
        self, at: tuple[float, float], columns: Sequence[Column], rows: Sequence[Sequence[str]], look: Look = Look()
    ) -> float:
        """Draw a table, over several pages if need be, and return where it ends."""
        x, y = at
        y = self._head(x, y, columns, look)
        for index, row in enumerate(rows):
            cells = [self.wrapped(cell, column.width - 3, look.size) for cell, column in zip(row, columns, strict=True)]
            height = look.row + (max(map(len, cells)) - 1) * look.size * 0.44
            if y + height > self.bottom:
                self._rule(x, y, columns, look)
                y = self._head(x, self.next_page(), columns, look)
            self._row((x, y), columns, cells, (height, look.zebra if index % 2 else ""), look)
            y += height
        self._rule(x, y, columns, look)
        return y

    def _head(self, x: float, y: float, columns: Sequence[Column], look: Look) -> float:
        titles = [column.title.split("\n") for column in columns]
        height = look.row + 1 + (max(map(len, titles)) - 1) * look.size * 0.44
        total = sum(column.width for column in columns)
        if look.head_fill:
            self.box((x, y), (total, height), fill=look.head_fill)
        self._cells((x, y + 0.5), columns, titles, look, head=True)
        if look.grid:
            self._grid((x, y), columns, height, look)
        elif not look.head_fill:
            self.line((x, y + height), (x + total, y + height), colour=look.rule, width=0.8)
        return y + height

    def _row(
        self,
        at: tuple[float, float],
        columns: Sequence[Column],
        cells: Sequence[Sequence[str]],
        body: tuple[float, str],
        look: Look,
    ) -> None:
        height, fill = body
        total = sum(column.width for column in columns)
        if fill:
            self.box(at, (total, height), fill=fill)
        self._cells(at, columns, cells, look, head=False)
        if look.grid:
            self._grid(at, columns, height, look)
        elif look.row_rules:
            self.line((at[0], at[1] + height), (at[0] + total, at[1] + height), colour=look.rule, width=0.25)

    def _cells(
        self,
        at: tuple[float, float],
        columns: Sequence[Column],
        cells: Sequence[Sequence[str]],
        look: Look,
        *,
        head: bool,
    ) -> None:
        x, y = at
        for column, lines in zip(columns, cells, strict=True):
            edge = {"left": x + 1.5, "center": x + column.width / 2, "right": x + column.width - 1.5}[column.align]
            self.lines(
                (edge, y + look.row * 0.5 + look.size * 0.125),
                lines,
                look.size,
                step=look.size * 0.44,
                align=column.align,
                bold=head and look.bold_head,
                colour=look.head_ink if head else BLACK,
            )
            x += column.width

    def _grid(self, at: tuple[float, float], columns: Sequence[Column], height: float, look: Look) -> None:
        x = at[0]
        for column in columns:
            self.box((x, at[1]), (column.width, height), stroke=look.rule, width=0.3)
            x += column.width

    def _rule(self, x: float, y: float, columns: Sequence[Column], look: Look) -> None:
        if look.rule and not look.grid:
            self.line((x, y), (x + sum(column.width for column in columns), y), colour=look.rule, width=0.8)
