"""T61: a ledger whose content this program never wrote is one sentence, whatever its tables hold."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.errors import LedgerError
from gini_notebook.service.batch import Batch
from gini_notebook.service.batch.ledger import documents, tables
from gini_notebook.service.batch.ledger.store import FILE_NAME, Ledger
from tests.hostile.ledgers import FIELD, ledger

COLUMNS = {
    "documents": ("document", "position", "path", "size", "modified_ns", "listed", "key", "problem", "page_paths"),
    "uploads": ("bytes", "media_type", "state", "attempts", "uploaded_at", "processing_s", "pages", "error"),
    "results": ("extractions",),
    "surplus": ("document_id", "created_at", "deleted_at"),
    "facts": ("value",),
}
VALUES = ("X'ff00'", "CAST(X'ff' AS TEXT)", "1e999", "-9e300", "9223372036854775807", "'x'", "'[[[1]]]'", "''", "'{}'")


def opened(folder: Path, content: bytes) -> Batch:
    (folder / FILE_NAME).write_bytes(content)
    return Batch.load(folder)


def look_at_all(batch: Batch) -> None:
    for name in ("documents", "extractions", "candidates", "line_items", "surplus", "left_out", "notes", "duplicates"):
        getattr(batch, name)
    batch._repr_html_()
    batch.status()


def test_T61_an_ordinary_ledger_is_read(tmp_path: Path) -> None:
    batch = opened(tmp_path, ledger())
    look_at_all(batch)
    assert batch.extractions["value"].tolist() == ["DE1"]


@pytest.mark.parametrize(
    "extractions", ["[" * 100_000, "[1]", '{"extractions": 1}', '{"extractions": {"iban": {}}}', b"\xff", "no JSON"]
)
def test_T61_extractions_that_nobody_wrote_are_one_sentence(tmp_path: Path, extractions: str | bytes) -> None:
    batch = opened(tmp_path, ledger(extractions=extractions))
    with pytest.raises(LedgerError, match=r"ledger\.sqlite holds what this program does not write \(\w+: "):
        batch.extractions  # noqa: B018


def test_T61_candidates_and_what_was_left_out_are_believed_no_more(tmp_path: Path) -> None:
    fact = f"INSERT INTO facts VALUES ('left_out', '{'[' * 100_000}')"
    batch = opened(tmp_path, ledger(fact, extractions='{"candidates": [1]}'))
    for name in ("candidates", "left_out", "notes"):
        with pytest.raises(LedgerError, match="does not write"):
            getattr(batch, name)


def test_T61_files_of_pages_that_nobody_wrote_are_one_sentence(tmp_path: Path) -> None:
    opened(tmp_path, ledger(f"UPDATE documents SET page_paths = '{'[' * 100_000}'"))
    with Ledger(tmp_path, read_only=True) as forged, pytest.raises(LedgerError, match="does not write"):
        documents.sources(forged)


def test_T61_a_result_that_any_number_of_documents_share_is_not_unpacked_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 50)
    monkeypatch.setattr(tables, "BYTES_PER_ROW", 100_000_000)
    assert len(opened(tmp_path, ledger(documents=50)).extractions) == 50
    with pytest.raises(LedgerError, match=r"would make more than 50 rows of \d+ bytes"):
        opened(tmp_path, ledger(documents=51)).extractions  # noqa: B018
    monkeypatch.setattr(tables, "BYTES_PER_ROW", 1)
    assert len(opened(tmp_path, ledger(documents=51)).extractions) == 51


def test_T61_a_value_that_is_computed_is_never_asked_for(tmp_path: Path) -> None:
    for kind in ("VIRTUAL", "STORED"):
        forged = ledger(
            "DROP TABLE results",
            f"CREATE TABLE results (key TEXT, extractions TEXT GENERATED ALWAYS AS (hex(zeroblob(100))) {kind})",
            extractions=None,
        )
        with pytest.raises(LedgerError, match="holds the generated column 'extractions'"):
            opened(tmp_path, forged)


def test_T61_a_value_of_a_ledger_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gini_notebook.service.batch.ledger import store

    monkeypatch.setattr(store, "MOST_BYTES", 1000)
    with pytest.raises(LedgerError, match="too big"):
        opened(tmp_path, ledger(extractions=FIELD + " " * 1000)).extractions  # noqa: B018


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@settings(deadline=None, max_examples=40)
@given(st.sampled_from([(t, c) for t, columns in COLUMNS.items() for c in columns]), st.sampled_from(VALUES))
def test_T61_any_value_in_any_column_is_a_table_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str, str], value: str
) -> None:
    table, column = place
    content = ledger(
        "PRAGMA ignore_check_constraints = ON",
        "INSERT INTO surplus VALUES ('s', 'k', 'n', 1.0, NULL)",
        """INSERT INTO facts VALUES ('left_out', '[["a", "hidden"]]')""",
        f"UPDATE {table} SET {column} = {value}",
    )
    with suppress(LedgerError):
        look_at_all(opened(tmp_path_factory.mktemp("run"), content))
