"""Ledgers that attack who opens the run folder they are in, made at run time."""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from gini_notebook.service.batch.ledger.store import APPLICATION_ID, FILE_NAME, VERSION, Ledger

MIB = 1024 * 1024
DEEP = 1_000_000
FIELD = '{"extractions": {"iban": {"entity": "iban", "value": "DE1"}}}'


def ledger(*statements: str, extractions: str | bytes | None = FIELD, documents: int = 1) -> bytes:
    """Return a ledger with documents that share one result, after these statements."""
    with tempfile.TemporaryDirectory() as folder:
        Ledger(Path(folder), create=True).close()
        path = Path(folder, FILE_NAME)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute(
                "INSERT INTO uploads (key, bytes, media_type, name, state, document_id) "
                "VALUES ('k', 1, 't', 'n', 'done', 'd')"
            )
            rows = ((f"d{number}", number) for number in range(documents))
            connection.executemany("INSERT INTO documents VALUES (?, ?, 'p', 1, 1, 1, 'k', NULL, NULL)", rows)
            if extractions is not None:
                connection.execute("INSERT INTO results VALUES ('k', ?)", [extractions])
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return path.read_bytes()


def another(*statements: str) -> bytes:
    """Return a database of these statements that says it is a ledger."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, FILE_NAME)
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.close()
        return path.read_bytes()


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS document FROM n"
LONG = "ALTER TABLE results RENAME COLUMN extractions TO was"
_LARGE = "hex(zeroblob(400000000))"
_MANY = json.dumps({"extractions": {f"f{n}": {"value": "x"} for n in range(20_000)}})

FILES: Mapping[str, Callable[[], bytes]] = {
    "view.sqlite": lambda: another(f"CREATE VIEW documents AS {ENDLESS}"),
    "generated.sqlite": lambda: ledger(
        LONG, f"ALTER TABLE results ADD COLUMN extractions TEXT GENERATED ALWAYS AS ({_LARGE}) VIRTUAL"
    ),
    "deep.sqlite": lambda: ledger(extractions="[" * DEEP),
    "deep_fact.sqlite": lambda: ledger(f"INSERT INTO facts VALUES ('left_out', '{'[' * DEEP}')"),
    "no_mapping.sqlite": lambda: ledger(extractions="[1]"),
    "no_value.sqlite": lambda: ledger(extractions='{"extractions": {"iban": {}}}'),
    "no_text.sqlite": lambda: ledger(extractions=b"\xff\xfe"),
    "no_name.sqlite": lambda: ledger("UPDATE documents SET document = X'fffe'"),
    "no_utf8.sqlite": lambda: ledger("UPDATE documents SET document = CAST(X'fffe' AS TEXT)"),
    "no_time.sqlite": lambda: ledger("UPDATE uploads SET uploaded_at = 1e300, pages = 'many'"),
    "copies.sqlite": lambda: ledger(extractions=_MANY, documents=30_000),
    "few_copies.sqlite": lambda: ledger(extractions=_MANY, documents=20),
    "damaged.sqlite": lambda: ledger()[:8192] + b"\xff" * 20_000,
}
