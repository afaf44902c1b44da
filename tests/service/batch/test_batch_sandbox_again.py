"""A sandbox is another one each time it starts; a run folder outlives it."""

import sqlite3
from pathlib import Path

import gini_notebook as gini


def uploads(sandbox: gini.Sandbox) -> int:
    return sum(request.method == "POST" and request.path.startswith("/documents") for request in sandbox.requests())


def test_a_finished_run_needs_no_upload_at_another_sandbox_and_an_unfinished_one_only_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"Rechnung {name}: zu zahlen 12,34 EUR", encoding="utf-8")
    with gini.Sandbox() as first:
        gini.process(gini.login(first), folder, to=tmp_path / "run", progress=False)
    ledger = sqlite3.connect(tmp_path / "run" / "ledger.sqlite")
    with ledger:
        ledger.execute("DELETE FROM results WHERE key IN (SELECT key FROM documents WHERE document = 'b.txt')")
        ledger.execute(
            "UPDATE uploads SET state = 'uploaded', finished_at = NULL "
            "WHERE key IN (SELECT key FROM documents WHERE document = 'b.txt')"
        )
        ledger.execute("INSERT INTO surplus (document_id, name) VALUES ('gone', 'gone')")
    ledger.close()
    with gini.Sandbox() as second:
        batch = gini.process(gini.login(second), folder, to=tmp_path / "run", progress=False)
        assert uploads(second) == 1
    with gini.Sandbox() as third:
        gini.process(gini.login(third), folder, to=tmp_path / "run", progress=False)
        assert uploads(third) == 0
    # What was in excess at the first one is gone with it.
    assert batch.surplus.empty
    assert batch.documents["status"].tolist() == ["completed"] * 3
    assert batch.extractions["document"].nunique() == 3
