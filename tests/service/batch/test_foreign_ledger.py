"""A ledger that somebody else made runs no query of theirs, sends no file that they name, and overwrites none."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import LedgerError
from gini_notebook.service.batch import Batch, process, resume
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger, origin, store
from tests.service.batch.conftest import QUICK, invoice

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

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


def place_of(folder: Path) -> str:
    return json.dumps([folder.stat().st_ino, str(folder.resolve())])


def nothing(folder: Path, ledger: Ledger) -> None:
    del folder, ledger


def no_place(_: Path, ledger: Ledger) -> None:
    ledger.forget("place")


def this_place(folder: Path, ledger: Ledger) -> None:
    ledger.remember("place", place_of(folder))


def no_origin(folder: Path, ledger: Ledger) -> None:
    this_place(folder, ledger)
    ledger.forget("origin")


def no_file(folder: Path, ledger: Ledger) -> None:
    this_place(folder, ledger)
    (folder / origin.ORIGIN_NAME).unlink()


def a_link(folder: Path, ledger: Ledger) -> None:
    """Let the file be one that is known to be old: somebody else's."""
    this_place(folder, ledger)
    old = folder.parent / "old"
    old.write_text("known")
    (folder / origin.ORIGIN_NAME).unlink()
    (folder / origin.ORIGIN_NAME).symlink_to(old)
    ledger.remember("origin", json.dumps(["known", old.stat().st_ctime_ns]))


def nonsense(folder: Path, ledger: Ledger) -> None:
    this_place(folder, ledger)
    ledger.remember("origin", '{"a": [')


@pytest.mark.parametrize("forge", [nothing, no_place, this_place, no_origin, no_file, a_link, nonsense])
def test_T61_a_forged_ledger_names_no_file_of_this_machine(
    client: "Client",
    sandbox: "Sandbox",
    invoices_of: Callable[..., Path],
    tmp_path: Path,
    forge: Callable[[Path, Ledger], None],
) -> None:
    process(client, invoices_of(count=1), to=tmp_path / "stranger", settings=QUICK)
    forged, secret = tmp_path / "run", tmp_path / "secret.txt"
    shutil.copytree(tmp_path / "stranger", forged)
    secret.write_text(invoice(99))
    with Ledger(forged) as ledger:
        ledger.change("UPDATE documents SET path = ?, key = NULL, size = NULL", (str(secret),))
        forge(forged, ledger)
        ledger.commit()
    user = Batch.load(forged).user
    held = [one.id for one in sandbox.stored()[user]]
    with pytest.raises(LedgerError, match="nothing shows that the files it names were named here, so none is sent"):
        resume(client, forged, settings=QUICK)
    assert [one.id for one in sandbox.stored()[user]] == held
    named = tmp_path / "named"
    named.mkdir()
    (named / "mine.txt").write_text(invoice(7))
    assert list(process(client, named, to=forged, settings=QUICK).documents["document"]) == ["mine.txt"]
    assert len(resume(client, forged, settings=QUICK).documents) == 1
    assert len(sandbox.stored()[user]) == 2


@pytest.mark.parametrize("name", [origin.FILE_NAME, origin.ORIGIN_NAME])
def test_T42_T61_what_lies_in_a_foreign_folder_is_not_written_through(
    client: "Client", invoices_of: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    folder, mine = invoices_of(count=1), tmp_path / "mine"
    mine.write_text("precious")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).symlink_to(mine)
    process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert mine.read_text() == "precious"
    assert len(resume(client, tmp_path / "run", settings=QUICK).documents) == 1
