"""Extractions: what the service read on a document (pages "Retrieve extractions" and "Specific extractions")."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from gini_notebook.schema import EXTRACTIONS
from gini_notebook.service.values._base import (
    NUMBER,
    TEXT,
    WHOLE,
    Kind,
    Value,
    json_type,
    many,
    many_by_name,
    mapping,
    member,
    one,
    value,
)

if TYPE_CHECKING:
    import pandas as pd


@value
class Box(Value):
    """Where a value stands on a page: page number from 1, origin top left.

    The unit is that of the layout of the same page (points for native PDFs, pixels for scans), so compare with
    ``size_x`` and ``size_y`` of the layout page; :meth:`scaled` does it.
    """

    page: int = member("page", WHOLE)
    left: float = member("left", NUMBER)
    top: float = member("top", NUMBER)
    width: float = member("width", NUMBER)
    height: float = member("height", NUMBER)

    def scaled(self, size_x: float, size_y: float) -> Self:
        """Return the box in shares of the page: 0 is the left or upper edge, 1 the right or lower one.

        Parameters
        ----------
        size_x, size_y
            Size of the page in the layout of the same document, in the box's own unit.
        """
        return replace(
            self,
            left=self.left / size_x,
            top=self.top / size_y,
            width=self.width / size_x,
            height=self.height / size_y,
        )


_BOX_MEMBERS = ("page", "left", "top", "width", "height")
# One documented example has ``{}``: a box that lacks members is none, and stays as it came in ``extra``.
_BOX = Kind(
    lambda data: None if type(data) is dict and not all(name in data for name in _BOX_MEMBERS) else Box.from_dict(data),
    lambda held: held.to_dict(),
)


@value
class Extraction(Value):
    """One value on a document: ``value`` is always a text, in the normal form of its ``entity``.

    ``candidates`` names the list in :attr:`Extractions.candidates` that the value was chosen from.
    """

    entity: str = member("entity", TEXT, if_missing="")
    value: str = member("value", TEXT)
    box: Box | None = member("box", _BOX, default=None)
    candidates: str | None = member("candidates", TEXT, default=None)

    def typed(self) -> tuple[Decimal, str] | Decimal | date | str | None:
        """Return the value by its entity, or None if it is not in the entity's normal form.

        Returns
        -------
        tuple, Decimal, date, str or None
            For ``amount`` number and currency (EUR if there is none, "Entities"); for ``numeric`` a number; for
            ``date`` a date; for everything else the text itself.

        Examples
        --------
        >>> Extraction("amount", "12.30:EUR").typed()
        (Decimal('12.30'), 'EUR')
        """
        if self.entity == "amount":
            number, _, currency = self.value.rpartition(":") if ":" in self.value else (self.value, "", "")
            amount = _decimal(number)
            return None if amount is None else (amount, currency or "EUR")
        if self.entity in ("numeric", "number"):
            return _decimal(self.value)
        if self.entity == "date":
            return _date(self.value)
        return self.value


# What is no plain word may be content of a document, which messages never show.
_PLAIN_LABEL = re.compile(r"[A-Za-z-]{1,40}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@value
class ReturnReason(Value):
    """Why a line item may be sent back; ``texts`` by language ("Return Assistant extractions")."""

    id: str = member("id", TEXT)

    @property
    def texts(self) -> Mapping[str, str]:
        """The reason's wording by language code, for example ``{"de": "Defekt", "en": "Defect"}``."""
        return {name: text for name, text in self.extra.items() if isinstance(text, str)}


_EXTRACTION = one(Extraction)


@value
class Extractions(Value):
    """All extractions of a document.

    Attributes
    ----------
    extractions
        By label, for example ``"amountToPay"``.
    candidates
        Lists of values by name, in the service's order.
    compound_extractions
        Tables by name, for example ``"lineItems"``: each a tuple of rows, each row extractions by label.
    return_reasons
        Only with the Return Assistant.
    """

    extractions: Mapping[str, Extraction] = member("extractions", mapping(_EXTRACTION))
    candidates: Mapping[str, tuple[Extraction, ...]] = member("candidates", many_by_name(_EXTRACTION), default={})
    compound_extractions: Mapping[str, tuple[Mapping[str, Extraction], ...]] = member(
        "compoundExtractions", many_by_name(mapping(_EXTRACTION)), default={}
    )
    return_reasons: tuple[ReturnReason, ...] = member("returnReasons", many(one(ReturnReason)), default=())

    def __getitem__(self, label: str) -> Extraction:
        """Return the extraction of a label: ``extractions["amountToPay"].value``.

        Raises
        ------
        KeyError
            If nothing was read under it; the message names the labels there are.
        """
        if label in self.extractions:
            return self.extractions[label]
        if label in self.compound_extractions:
            message = "this is a table; its rows are in compound_extractions"
            raise KeyError(message)
        message = f"nothing was read under this label; there are {', '.join(self.extractions) or 'none'}"
        raise KeyError(message)

    def __contains__(self, label: object) -> bool:
        return label in self.extractions

    def __iter__(self) -> Iterator[str]:
        return iter(self.extractions)

    def get(self, label: str) -> Extraction | None:
        """Return the extraction of a label, or None if nothing was read under it."""
        return self.extractions.get(label)

    def to_frame(self) -> "pd.DataFrame":
        """Return the header fields and the rows of all tables as one table.

        Returns
        -------
        pandas.DataFrame
            One row per value: ``group`` (empty for header fields, else the name of the table), ``row`` (from 0 within
            its table), ``field``, ``entity``, ``value``, ``page``, ``left``, ``top``, ``width``, ``height`` (of the
            box, in the unit of the page's layout), ``candidates``; the types are those of ``Batch.extractions``, which
            has ``document`` besides.

        Examples
        --------
        >>> found = Extractions(extractions={"iban": Extraction("iban", "DE89370400440532013000")})
        >>> found.to_frame()[["group", "row", "field"]].values.tolist()
        [['', 0, 'iban']]
        """
        rows = [_table_row("", 0, label, each) for label, each in self.extractions.items()]
        for group, table in self.compound_extractions.items():
            for number, row in enumerate(table):
                rows += [_table_row(group, number, label, each) for label, each in row.items()]
        return EXTRACTIONS.frame(rows).drop(columns="document")


def _table_row(group: str, number: int, label: str, extraction: Extraction) -> dict[str, Any]:
    box = {} if extraction.box is None else {name: getattr(extraction.box, name) for name in _BOX_MEMBERS}
    place = {"group": group, "row": number, "field": label, **box}
    return {**place, "entity": extraction.entity, "value": extraction.value, "candidates": extraction.candidates}


@value
class Feedback(Value):
    """What a person says the values are: the transfer summary ("Transfer summary", also called feedback).

    The service takes it under ``feedback`` (header fields only) or under ``extractions`` and
    ``compoundExtractions``.
    """

    extractions: Mapping[str, Extraction] = member("extractions", mapping(_EXTRACTION))
    compound_extractions: Mapping[str, tuple[Mapping[str, Extraction], ...]] = member(
        "compoundExtractions", many_by_name(mapping(_EXTRACTION)), default={}
    )

    @classmethod
    def of(cls, labels: Mapping[str, Any], compounds: Mapping[str, Any] | None = None) -> Self:
        """Build feedback from plain texts, extractions, or their JSON objects.

        Parameters
        ----------
        labels
            By label: a text, an :class:`Extraction`, or ``{"value": …}``.
        compounds
            By name: rows, each a mapping like ``labels``.

        Raises
        ------
        ValueError
            If a value is none of these.

        Examples
        --------
        >>> Feedback.of({"amountToPay": "950.00:EUR"}).to_dict()
        {'extractions': {'amountToPay': {'value': '950.00:EUR'}}}
        """
        rows = {name: tuple(_row(row) for row in table) for name, table in (compounds or {}).items()}
        return cls(extractions=_row(labels), compound_extractions=rows)


def _row(labels: Mapping[str, Any]) -> dict[str, Extraction]:
    return {label: _extraction(label, given) for label, given in labels.items()}


def _extraction(label: str, given: Any) -> Extraction:
    if isinstance(given, Extraction):
        return replace(given, candidates=None)
    if isinstance(given, str):
        return Extraction("", given)
    if isinstance(given, Mapping):
        return Extraction.from_dict(dict(given))
    named = repr(label) if _PLAIN_LABEL.fullmatch(label) else "a label"
    message = f"the feedback for {named} must be a text, not {json_type(given)}; write amounts as '12.30:EUR'"
    raise ValueError(message)
