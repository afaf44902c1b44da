"""A ledger that somebody else made runs no query of theirs."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gini_notebook.errors import LedgerError
from gini_notebook.service.batch import Batch
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger, store

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


def changed(folder: Path, *statements: str) -> Path:
    """Make a ledger, and change it by hand."""
    Ledger(folder, create=True).close()
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return folder


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE results", f"CREATE VIEW results AS {ENDLESS}"),
        ("CREATE TRIGGER more AFTER INSERT ON facts BEGIN DELETE FROM results; END",),
        ("CREATE VIRTUAL TABLE words USING fts5(text)",),
    ],
    ids=["view", "trigger", "virtual table"],
)
def test_T61_a_ledger_that_holds_more_than_tables_is_refused(statements: tuple[str, ...], tmp_path: Path) -> None:
    folder = changed(tmp_path, *statements)
    with pytest.raises(LedgerError, match="plain tables only"):
        Batch.load(folder)
    with pytest.raises(LedgerError, match="plain tables only"):
        Ledger(folder)


def test_T61_a_query_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_STEPS", 20_000_000)
    with Ledger(tmp_path, create=True) as ledger:
        with pytest.raises(LedgerError, match="does not end"):
            ledger.rows(f"SELECT count(*) FROM ({ENDLESS})")
        assert ledger.rows("SELECT count(*) FROM facts") == [(0,)]
