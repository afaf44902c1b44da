"""Builds the tables of a run from its ledger, column by column."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from gini_notebook.errors import LedgerError
from gini_notebook.schema import CANDIDATES, COUNT, DOCUMENTS, EXTRACTIONS, LINE_ITEMS, TEXT, TIME
from gini_notebook.service.batch.ledger.documents import STATUS
from gini_notebook.service.batch.ledger.store import Ledger, as_written

DOCUMENT_COLUMNS = (
    "document",
    "sha256",
    "bytes",
    "media_type",
    "pages",
    "status",
    "document_id",
    "source_classification",
    "uploaded_at",
    "processing_s",
    "attempts",
    "polls",
    "error",
    "request_id",
)
BOX = ("page", "left", "top", "width", "height")
# The children of a line item, "Return Assistant extractions" (page 36733240 of the service's documentation).
LINE_ITEM_FIELDS = ("position", "artNumber", "description", "quantity", "baseGross")
# Documents with the same bytes share a result; a ledger of a few documents could make any number of rows of it.
MOST_ROWS, BYTES_PER_ROW = 100_000, 8
SURPLUS_COLUMNS = {"document_id": TEXT, "document": TEXT, "name": TEXT, "created_at": TIME, "deleted_at": TIME}
DUPLICATES_COLUMNS = {"document": TEXT, "copy_of": TEXT, "sha256": TEXT}


def documents(ledger: Ledger) -> pd.DataFrame:
    """Return the documents table: one row per document of the latest call."""
    rows = ledger.rows(
        f"SELECT document, substr(key, 1, 64), coalesce(bytes, size), media_type, pages, {STATUS}, document_id, "  # noqa: S608
        "source_classification, uploaded_at, processing_s, coalesce(attempts, 0), coalesce(polls, 0), "
        "coalesce(problem, error), request_id "
        "FROM documents LEFT JOIN uploads USING (key) WHERE listed ORDER BY position"
    )
    columns: dict[str, Any] = _columns(DOCUMENT_COLUMNS, rows)
    with as_written(ledger):
        columns["uploaded_at"] = _times(columns["uploaded_at"])
        return DOCUMENTS.frame(columns)


def extractions(ledger: Ledger) -> pd.DataFrame:
    """Return the extractions table: header fields in group ``""`` and row 0, then the rows of the compounds."""
    with as_written(ledger):
        return EXTRACTIONS.frame(_gathered(EXTRACTIONS.columns, ledger, _extraction_rows))


def candidates(ledger: Ledger) -> pd.DataFrame:
    """Return the candidates table; rank 1 is the first of its list."""
    with as_written(ledger):
        return CANDIDATES.frame(_gathered(CANDIDATES.columns, ledger, _candidate_rows))


def line_items(long: pd.DataFrame) -> pd.DataFrame:
    """Return the line items of an extractions table side by side: one row per document and row.

    Parameters
    ----------
    long
        An extractions table.

    Returns
    -------
    pandas.DataFrame
        ``document``, ``row``, then the documented children (always there), then others that occur, all as text.
    """
    rows = long.loc[long["group"] == LINE_ITEMS, ["document", "row", "field", "value"]]
    wide = rows.set_index(["document", "row", "field"])["value"].unstack("field")
    others = sorted(set(wide.columns) - set(LINE_ITEM_FIELDS))
    wide = wide.reindex(columns=[*LINE_ITEM_FIELDS, *others]).astype(TEXT)
    order = pd.Index(long["document"].unique())
    table = wide.reset_index()
    table = table.iloc[order.get_indexer(table["document"]).argsort(kind="stable")]
    table = table.astype({"document": TEXT, "row": COUNT}).reset_index(drop=True)
    return table.rename_axis(columns=None)


def surplus(ledger: Ledger) -> pd.DataFrame:
    """Return the documents at the service that are in excess, with the document they are a copy of."""
    rows = ledger.rows(
        "SELECT surplus.document_id, min(documents.document), surplus.name, surplus.created_at, surplus.deleted_at "
        "FROM surplus LEFT JOIN documents USING (key) GROUP BY surplus.document_id ORDER BY surplus.created_at"
    )
    columns: dict[str, Any] = _columns(tuple(SURPLUS_COLUMNS), rows)
    with as_written(ledger):
        columns["created_at"] = _times(columns["created_at"])
        columns["deleted_at"] = _times(columns["deleted_at"])
        return pd.DataFrame(columns).astype(SURPLUS_COLUMNS)


def duplicates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the documents whose bytes are those of an earlier one; they share its upload and its result."""
    known = table[table["sha256"].notna()]
    first = known.groupby("sha256", sort=False)["document"].transform("first")
    copies = known[known["document"] != first]
    return (
        pd.DataFrame({"document": copies["document"], "copy_of": first[copies.index], "sha256": copies["sha256"]})
        .reset_index(drop=True)
        .astype(DUPLICATES_COLUMNS)
    )


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    values = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: list(column) for name, column in zip(names, values, strict=True)}


def _times(seconds: list[float | None]) -> pd.Series:
    return pd.to_datetime(pd.Series(seconds, dtype="float64"), unit="s", utc=True)


Row = tuple[Any, ...]
Rows = Callable[[str, Mapping[str, Any]], Iterator[Row]]


def _gathered(names: Mapping[str, str], ledger: Ledger, rows_of: Rows) -> dict[str, list[Any]]:
    gathered: list[Row] = []
    size = ledger.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0][0]
    most = max(MOST_ROWS, size // BYTES_PER_ROW)
    # Names alone are sorted, since a join that is sorted holds all results at once; the limit keeps the order.
    for document, text in ledger.each(
        "WITH named AS MATERIALIZED "
        "(SELECT document, key FROM documents WHERE listed ORDER BY position LIMIT -1) "
        "SELECT document, extractions FROM named CROSS JOIN results USING (key)"
    ):
        gathered.extend(rows_of(document, json.loads(text)))
        if len(gathered) > most:
            message = (
                f"{ledger.path} would make more than {most} rows of {size} bytes: somebody has changed it so that it "
                "unpacks without end."
            )
            raise LedgerError(message)
    return _columns(tuple(names), gathered)


def _extraction_rows(document: str, result: Mapping[str, Any]) -> Iterator[Row]:
    for field, extraction in result.get("extractions", {}).items():
        yield (document, "", 0, field, *_value(extraction), extraction.get("candidates"))
    for group, rows in result.get("compoundExtractions", {}).items():
        for number, row in enumerate(rows):
            for field, extraction in row.items():
                yield (document, group, number, field, *_value(extraction), extraction.get("candidates"))


def _candidate_rows(document: str, result: Mapping[str, Any]) -> Iterator[Row]:
    for name, found in result.get("candidates", {}).items():
        for rank, extraction in enumerate(found, 1):
            yield (document, name, rank, *_value(extraction))


def _value(extraction: Mapping[str, Any]) -> Row:
    box = extraction.get("box") or {}
    return (extraction.get("entity"), extraction["value"], *(box.get(name) for name in BOX))
