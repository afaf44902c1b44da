"""Documents of several pages: documents in excess are found, and a clean-up leaves nothing behind."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import GiniError
from gini_notebook.service.batch import Batch, Counts, cleanup, dedupe, process, running
from gini_notebook.service.batch.ledger import Ledger
from tests.service.batch.conftest import QUICK, invoice, letter
from tests.service.batch.stored import kinds

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client


def test_R27_cleanup_deletes_composites_before_their_partials(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    cover = letter(tmp_path / "in", "cover", 99, pages=1)[0]
    documents = {str(number): [cover, *letter(tmp_path / "in", str(number), number)] for number in range(6)}
    loaded = process(client, {**documents, "whole": cover}, to=tmp_path / "run")
    # Six composites, their pages, the page that they share, and the same page as a document.
    assert cleanup(client, tmp_path / "run") == 6 + 12 + 1 + 1
    assert sandbox.stored()[loaded.user] == []
    assert cleanup(client, tmp_path / "run") == 0
    assert len(loaded.extractions) > 0


def test_dedupe_finds_composites_and_pages_in_excess(client: "Client", sandbox: "Sandbox", tmp_path: Path) -> None:
    cover = letter(tmp_path / "in", "x.fault-compose-reset-after-x1", 1, pages=1)
    unclear = [*cover, *letter(tmp_path / "in", "y", 3)]
    clear = letter(tmp_path / "in", "clear", 2)
    loaded = process(client, {"unclear": unclear, "clear": clear}, to=tmp_path / "run", settings=QUICK)
    assert set(loaded.documents["status"]) == {"completed"}
    assert len(dedupe(client, tmp_path / "run")) == 0
    own = client.with_user(loaded.user)
    parts = {
        row["document"]: [part.id for part in own.document(row["document_id"]).partial_documents]
        for _, row in loaded.documents.iterrows()
    }
    # What somebody joins by hand from pages of a document that was never unclear is not ours.
    own.compose(parts["clear"])
    own.compose(parts["unclear"][::-1])
    late = own.compose(parts["unclear"])
    page = own.upload_partial(b"late", name=own.document(parts["clear"][0]).name)
    found = dedupe(client, tmp_path / "run")
    assert set(found["document_id"]) == {late, page}
    assert set(found["document"].dropna()) == {"unclear"}
    held = len(sandbox.stored()[loaded.user])
    assert dedupe(client, tmp_path / "run", delete=True)["deleted_at"].notna().all()
    assert len(sandbox.stored()[loaded.user]) == held - 2
    assert set(loaded.documents["document_id"]) <= {one.id for one in sandbox.stored()[loaded.user]}


def test_R27_a_stopped_run_that_was_cleaned_up_goes_on_from_the_beginning(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    loaded = process(client, {"a": pages, "b": pages[1]}, to=tmp_path / "run")
    with Ledger(tmp_path / "run") as ledger:
        ledger.change("DELETE FROM results")
        ledger.change("UPDATE uploads SET state = 'uploaded', finished_at = NULL WHERE state = 'done'")
        ledger.commit()
    assert cleanup(client, tmp_path / "run") == 4
    assert running.resume(client, tmp_path / "run").counts == Counts(2, 2, 0)
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 1, "whole": 1}


def test_after_a_cleanup_pages_that_new_documents_need_are_sent_again(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    loaded = process(client, {"a": pages}, to=tmp_path / "run")
    assert cleanup(client, tmp_path / "run") == 3
    Path(pages[1]).write_text(invoice(2))
    again = process(client, {"a": pages}, to=tmp_path / "run")
    assert list(again.documents["status"]) == ["completed"]
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 1}
    assert cleanup(client, tmp_path / "run") == 3
    assert sandbox.stored()[loaded.user] == []


def test_cleanup_takes_composites_and_pages_with_it_of_which_the_run_never_heard(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    loaded = process(client, {"a": pages}, to=tmp_path / "run")
    with Ledger(tmp_path / "run") as ledger:
        ledger.change(
            "UPDATE uploads SET state = 'unknown', unknown_at = 1, document_id = NULL WHERE kind = 'composite'"
        )
        ledger.commit()
    assert dedupe(client, tmp_path / "run", delete=True).empty
    assert cleanup(client, tmp_path / "run") == 3
    assert sandbox.stored()[loaded.user] == []
    # The document was never finished, so it is sent once more.
    assert running.run(client, {"a": pages}, to=tmp_path / "run").counts == Counts(1, 1, 0)


def test_R27_a_clean_up_that_breaks_off_loses_nothing_and_is_finished_by_the_next(
    client: "Client", unhurt: "Sandbox", tmp_path: Path
) -> None:
    documents = {f"{number}": letter(tmp_path / "in", f"{number}", number) for number in range(20)}
    loaded = process(client, documents, to=tmp_path / "run")
    with Ledger(tmp_path / "run") as ledger:
        ledger.change("DELETE FROM results")
        ledger.change("UPDATE uploads SET state = 'uploaded', finished_at = NULL WHERE state = 'done'")
        ledger.commit()
    unhurt.set_faults({"DELETE /documents/{document}": {"403": 0.1}}, seed=3)
    with pytest.raises(GiniError, match="403"):
        cleanup(client, tmp_path / "run")
    unhurt.set_faults({})
    left = len(unhurt.stored()[loaded.user])
    assert 0 < left < 60
    assert running.resume(client, tmp_path / "run", settings=QUICK).counts == Counts(20, 20, 0)
    assert set(Batch.load(tmp_path / "run").documents["document_id"]) <= {
        one.id for one in unhurt.stored()[loaded.user]
    }
    assert cleanup(client, tmp_path / "run") == 60 + left
    assert unhurt.stored()[loaded.user] == []


def test_dedupe_spares_a_copy_that_may_be_that_of_an_unclear_document(client: "Client", tmp_path: Path) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    documents = {"one": pages, "two": pages}
    process(client, documents, to=tmp_path / "run", allow_duplicates=True)
    with Ledger(tmp_path / "run") as ledger:
        ledger.change("UPDATE uploads SET unknown_at = 1 WHERE kind = 'composite'")
        ledger.change(
            "UPDATE uploads SET state = 'unknown', document_id = NULL WHERE kind = 'composite' AND key LIKE '%#2'"
        )
        ledger.commit()
    assert dedupe(client, tmp_path / "run", delete=True).empty
    assert running.resume(client, tmp_path / "run", settings=QUICK).counts == Counts(2, 2, 0)
    assert dedupe(client, tmp_path / "run").empty
