"""How ground truth is read: the options of all commands that read it, written down once.

``truth``, ``evaluate``, ``run`` and ``demo`` take the same options; they are the parameters of
:func:`gini_notebook.read_truth`.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from gini_notebook.analysis.truth import Truth

_OPTIONS: dict[str, Any] = {
    "declared_fields": Annotated[
        str | None,
        typer.Option(
            help='Fields whose empty cells mean "looked, nothing there", separated by commas, or "all". '
            "Other empty cells mean that nobody looked."
        ),
    ],
    "column": Annotated[
        list[str] | None,
        typer.Option(
            help='Another name of a column: "Betrag=amountToPay"; "Gesamtpreis=" leaves it out. May be repeated.'
        ),
    ],
    "sheet": Annotated[str | None, typer.Option(help="Name or number (from 1) of the sheet of a workbook.")],
    "header_row": Annotated[int | None, typer.Option(help="Number (from 1) of the row with the names of columns.")],
    "locale": Annotated[
        list[str] | None,
        typer.Option(
            help='Notation of numbers that are text: de, ch or en; of one column: "Betrag=de". May be repeated.'
        ),
    ],
    "currency": Annotated[str | None, typer.Option(help="The currency of amounts that name none, such as EUR.")],
    "date_order": Annotated[str | None, typer.Option(help="Order of dates such as 03/04/2025: dmy or mdy.")],
    "encoding": Annotated[str | None, typer.Option(help="Encoding of CSV and JSON, such as cp1252.")],
    "alternatives": Annotated[
        str | None, typer.Option(help='What stands between several acceptable values in a cell, such as " | ".')
    ],
    "qr_codes": Annotated[bool, typer.Option("--qr-codes", help="Also read payment QR codes: EPC, Swiss, BezahlCode.")],
    "over": Annotated[
        list[Path] | None,
        typer.Option(help="A further source, which replaces what those before it say. May be repeated."),
    ],
}


@dataclass(frozen=True, slots=True)
class TruthOptions:
    """The options as they were given; ``read`` reads with them."""

    declared_fields: str | None = None
    column: Sequence[str] | None = None
    sheet: str | None = None
    header_row: int | None = None
    locale: Sequence[str] | None = None
    currency: str | None = None
    date_order: str | None = None
    encoding: str | None = None
    alternatives: str | None = None
    qr_codes: bool = False
    over: Sequence[Path] | None = None

    def read(self, source: Path, documents: Any = None) -> "Truth":
        """Read ground truth.

        Parameters
        ----------
        source
            Where from.
        documents
            The documents that its names mean.
        """
        from gini_notebook.analysis.truth import read_truth

        return read_truth(
            [source, *self.over] if self.over else source,
            columns=dict(_column(text) for text in self.column or ()),
            documents=documents,
            sheet=self.sheet,
            header_row=self.header_row,
            locale=self._locales(),
            currency=self.currency,
            date_order=self.date_order,
            encoding=self.encoding,
            declared_fields=declared(self.declared_fields),
            alternatives=self.alternatives,
            qr_codes=self.qr_codes,
        )

    def _locales(self) -> "dict[str, str] | None":
        return dict(("", text) if "=" not in text else _pair(text, "--locale") for text in self.locale or ()) or None


def _pair(text: str, option: str) -> tuple[str, str]:
    theirs, sign, ours = text.rpartition("=")
    if not sign or not theirs.strip() or not ours.strip():
        message = f"Cannot read {option} {text!r}; write OLD=NEW."
        raise SettingError(message)
    return theirs.strip(), ours.strip()


def _column(text: str) -> tuple[str, str | None]:
    """Read the option ``--column``; nothing behind the sign leaves the column out."""
    left, sign, right = text.rpartition("=")
    return (left.strip(), None) if sign and left.strip() and not right.strip() else _pair(text, "--column")


def declared(fields: str | None) -> list[str] | str | None:
    """Read the option ``--declared-fields``."""
    if fields is None or fields == "all":
        return fields
    return [name.strip() for name in fields.split(",") if name.strip()]


def reads_truth(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options, which it gets together as its argument ``reading``."""
    options = {name: (annotation, False if name == "qr_codes" else None) for name, annotation in _OPTIONS.items()}
    return with_options(command, "reading", TruthOptions, options)


def with_options(
    command: Callable[..., None], argument: str, gathered: Callable[..., Any], options: Mapping[str, tuple[Any, Any]]
) -> Callable[..., None]:
    """Give a command options that several commands have.

    Parameters
    ----------
    command
        It has an argument of the name ``argument``.
    argument, gathered
        What the command gets instead of the options, and who makes it of them.
    options
        Annotation and default of each.
    """

    @wraps(command)
    def extended(*arguments: Any, **given: Any) -> None:
        given[argument] = gathered(**{name: given.pop(name) for name in options})
        command(*arguments, **given)

    signature = inspect.signature(command)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != argument]
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]
    parameters = [*own, *more]
    extended.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    extended.__annotations__ = {one.name: one.annotation for one in parameters}
    return extended
