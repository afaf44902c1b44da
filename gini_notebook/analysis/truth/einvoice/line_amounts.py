"""What e-invoices state of the amounts of their lines, beside what is labelled: the net amount, allowances, the rate.

No field of the service is among them, so they are no labels and in no score. They travel with a truth as one text
(``attrs["lines"]``), which costs nothing to copy, and ``check_truth`` compares quantities and prices with them.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from gini_notebook.analysis.truth.einvoice.prices import LinePrice

ATTRIBUTE = "lines"
"""The key among the ``attrs`` of a truth."""


def written(lines: Sequence[LinePrice]) -> str:
    """Return the lines of one document as a text; empty where none states a net amount."""
    if all(line.total is None for line in lines):
        return ""
    return json.dumps([[None if value is None else str(value) for value in line] for line in lines])


def written_together(by_document: Mapping[str, str]) -> str:
    """Return the lines of many documents as a text, of what :func:`written` returned for each."""
    return "{" + ", ".join(f"{json.dumps(document)}: {text}" for document, text in by_document.items()) + "}"


def read(text: Any) -> dict[str, list[LinePrice]]:
    """Return the lines by document, of what :func:`written_together` returned; nothing where it is something else."""
    try:
        found = json.loads(text) if isinstance(text, str) else {}
        return {str(document): [LinePrice(*map(_number, line)) for line in lines] for document, lines in found.items()}
    except (ValueError, TypeError, AttributeError, InvalidOperation, RecursionError):
        return {}


def read_each(text: Any) -> dict[str, str]:
    """Return by document what :func:`written` returned for it."""
    return {document: written(lines) for document, lines in read(text).items()}


def _number(text: str | None) -> Any:
    return None if text is None else Decimal(text)
