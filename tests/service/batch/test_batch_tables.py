"""Tables of a run: exact columns and dtypes, empty too, and nothing lost on the way."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from markupsafe import escape
from pandas.testing import assert_frame_equal

from gini_notebook import schema
from gini_notebook.errors import LedgerError
from gini_notebook.service.batch import Batch, process
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger import Ledger, tables
from gini_notebook.service.batch.ledger.documents import register
from gini_notebook.service.batch.ledger.uploads import (
    Finished,
    Prepared,
    record_intent,
    set_done,
    set_failed,
    set_uploaded,
)

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

RESULT = """{
"extractions": {
  "amountToPay": {"entity": "amount", "value": "12.34:EUR", "candidates": "amounts",
                  "box": {"page": 1, "left": 1.5, "top": 2.5, "width": 3.5, "height": 4.5}},
  "docType": {"entity": "doctype", "value": "Invoice"}},
"candidates": {
  "amounts": [{"entity": "amount", "value": "12.34:EUR"},
              {"entity": "amount", "value": "1.00:EUR",
               "box": {"page": 2, "left": 0, "top": 0, "width": 1, "height": 1}}],
  "ibans": []},
"compoundExtractions": {
  "lineItems": [{"description": {"entity": "text", "value": "Schraube"},
                 "quantity": {"entity": "numeric", "value": "2"}},
                {"description": {"entity": "text", "value": "=1+1"}, "colour": {"entity": "text", "value": "rot"}}],
  "skontoDiscounts": [{"skontoPercentageDiscounted": {"entity": "numeric", "value": "3.0"}}]}}"""


def written(folder: Path, rows: list[tuple[str, str | None]]) -> Batch:
    """Write a run with these documents and results; a document without result has failed."""
    files = folder / "files"
    files.mkdir()
    sources = []
    for name, _ in rows:
        (files / name).write_text(name)
        sources.append(Source(name, str(files / name)))
    (folder / "run").mkdir()
    with Ledger(folder / "run", create=True) as ledger:
        register(ledger, sources)
        for number, (source, (name, result)) in enumerate(zip(sources, rows, strict=True)):
            key = f"{number:064x}"
            record_intent(ledger, Prepared(source, "text/plain", key, f"{name}.tagged", name.encode(), 1))
            if result is None:
                set_failed(ledger, key, "The PDF is broken.", "req-1")
            else:
                set_uploaded(ledger, key, f"id-{number}")
                set_done(ledger, key, Finished(result, 3, 1.5, 2, "NATIVE"))
        ledger.commit()
    return Batch.load(folder / "run")


@pytest.fixture
def loaded(tmp_path: Path) -> Batch:
    return written(tmp_path, [("b.txt", RESULT), ("a.txt", None)])


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {name: "string[python]" if str(dtype) == "string" else str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("rows", [[], [("b.txt", RESULT), ("a.txt", None)]], ids=["empty", "filled"])
@pytest.mark.parametrize("name", ["documents", "extractions", "candidates"])
def test_tables_have_the_columns_and_dtypes_of_the_schema(
    name: str, rows: list[tuple[str, str | None]], tmp_path: Path
) -> None:
    frame, table = getattr(written(tmp_path, rows), name), schema.TABLES[name]
    assert dtypes(frame) == dict(table.columns)
    assert list(frame.columns) == list(table.columns)
    assert (len(frame) == 0) == (not rows)
    assert_frame_equal(schema.check(frame, table), frame)


def test_documents_are_in_the_order_of_the_call_and_say_why_one_failed(loaded: Batch) -> None:
    documents = loaded.documents
    assert documents["document"].to_list() == ["b.txt", "a.txt"]
    assert documents["status"].to_list() == ["completed", "failed"]
    assert documents["error"][1] == "The PDF is broken."
    assert documents["request_id"][1] == "req-1"
    assert documents["document_id"].to_list() == ["id-0", pd.NA]
    row: dict[str, Any] = documents.iloc[0].to_dict()
    assert (row["bytes"], row["pages"], row["polls"], row["attempts"], row["processing_s"]) == (5, 2, 3, 1, 1.5)
    assert abs((pd.Timestamp.now(tz="UTC") - row["uploaded_at"]).total_seconds()) < 60


def test_extractions_hold_header_fields_and_the_rows_of_compounds(loaded: Batch) -> None:
    short = loaded.extractions[["document", "group", "row", "field", "entity", "value"]]
    assert [tuple(row) for row in short.itertuples(index=False)] == [
        ("b.txt", "", 0, "amountToPay", "amount", "12.34:EUR"),
        ("b.txt", "", 0, "docType", "doctype", "Invoice"),
        ("b.txt", "lineItems", 0, "description", "text", "Schraube"),
        ("b.txt", "lineItems", 0, "quantity", "numeric", "2"),
        ("b.txt", "lineItems", 1, "description", "text", "=1+1"),
        ("b.txt", "lineItems", 1, "colour", "text", "rot"),
        ("b.txt", "skontoDiscounts", 0, "skontoPercentageDiscounted", "numeric", "3.0"),
    ]
    assert loaded.extractions.loc[0, ["page", "left", "top", "width", "height"]].to_list() == [1, 1.5, 2.5, 3.5, 4.5]
    assert loaded.extractions.loc[1, ["page", "left"]].isna().all()
    assert loaded.extractions["candidates"].to_list()[:2] == ["amounts", pd.NA]


def test_candidates_are_ranked_from_one(loaded: Batch) -> None:
    short = loaded.candidates[["document", "list", "rank", "value"]]
    assert [tuple(row) for row in short.itertuples(index=False)] == [
        ("b.txt", "amounts", 1, "12.34:EUR"),
        ("b.txt", "amounts", 2, "1.00:EUR"),
    ]
    assert loaded.candidates["page"].to_list() == [pd.NA, 2]


def test_line_items_stand_side_by_side_with_the_documented_columns_first(loaded: Batch) -> None:
    items = loaded.line_items
    assert list(items.columns) == ["document", "row", *tables.LINE_ITEM_FIELDS, "colour"]
    assert items["row"].to_list() == [0, 1]
    assert items["description"].to_list() == ["Schraube", "=1+1"]
    assert items["colour"].to_list() == [pd.NA, "rot"]
    assert set(dtypes(items).values()) == {"string[python]", "Int64"}


def test_line_items_keep_the_order_of_documents_and_their_columns_when_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "filled").mkdir()
    filled = written(tmp_path / "filled", [("z.txt", RESULT), ("a.txt", RESULT)])
    assert filled.line_items["document"].to_list() == ["z.txt", "z.txt", "a.txt", "a.txt"]
    empty = written(tmp_path, [])
    assert list(empty.line_items.columns) == ["document", "row", *tables.LINE_ITEM_FIELDS]
    assert dtypes(empty.line_items)["row"] == "Int64"
    assert len(empty.surplus) == len(empty.duplicates) == 0
    assert list(empty.surplus.columns) == list(tables.SURPLUS_COLUMNS)
    assert str(empty.surplus["created_at"].dtype) == "datetime64[ns, UTC]"
    assert list(empty.duplicates.columns) == ["document", "copy_of", "sha256"]


def test_tables_are_read_once_and_kept(loaded: Batch) -> None:
    first = loaded.extractions
    (loaded.folder / "ledger.sqlite").unlink()
    assert loaded.extractions is first


def test_loading_needs_a_run(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no run in"):
        Batch.load(tmp_path)


def test_T56_loading_and_showing_make_no_connection(loaded: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    fresh = Batch.load(loaded.folder)
    assert len(fresh.documents) == 2
    assert "1 completed, 1 failed" in repr(fresh)
    assert "a.txt" in fresh._repr_html_()


PAYLOADS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "&lt;b&gt;", "'--"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_T29_everything_from_outside_is_escaped(payload: str, tmp_path: Path) -> None:
    name = payload.replace("/", "_")
    shown = written(tmp_path, [(name, None)])
    with Ledger(shown.folder) as ledger:
        ledger.change("UPDATE uploads SET error = ?", (payload,))
        ledger.commit()
    html = shown._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert html.count("<td") == 8
    assert html.count(str(escape(payload))) >= 1


def test_the_display_is_light(tmp_path: Path) -> None:
    shown = written(tmp_path, [(f"{number:03}.txt", RESULT if number else None) for number in range(50)])
    html = shown._repr_html_()
    assert html.count("<tr>") == 21
    assert html.index("The PDF is broken.") < html.index("001.txt")
    assert "50 documents: 49 read, 1 failed." in html
    assert "The first 20 of 50, failed ones first." in html


def test_process_runs_and_loads(client: "Client", tmp_path: Path) -> None:
    folder = tmp_path / "invoices"
    folder.mkdir()
    (folder / "a.txt").write_text("Rechnung\nGesamtbetrag 12,34 EUR")
    loaded = process(client, folder, to=tmp_path / "run")
    values = loaded.extractions.set_index("field")["value"]
    assert values["amountToPay"] == "12.34:EUR"
    assert loaded.status() == {"completed": 1, "failed": 0, "unclear": 0, "pending": 0}
    assert repr(loaded) == f"<Batch {str(tmp_path / 'run')!r}: 1 completed>"
