"""Documents of several pages: from a list of files to one row."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, BatchSettings, Counts, process, running
from gini_notebook.service.batch.inputs import folders_as_documents
from gini_notebook.service.batch.naming import composite_key, key_of, part_key
from tests.service.batch.conftest import QUICK, invoice, letter
from tests.service.batch.stored import kinds

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.sandbox.launcher import SeenRequest
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]


def posts(sandbox: "Sandbox", user: str) -> "list[SeenRequest]":
    return [seen for seen in sandbox.requests() if seen.method == "POST" and seen.user == user]


def test_a_list_of_pages_is_one_document_and_one_row(client: "Client", sandbox: "Sandbox", tmp_path: Path) -> None:
    pages = letter(tmp_path / "in", "brief", 7, pages=3)
    (tmp_path / "in" / "single.txt").write_text(invoice(8))
    loaded = process(client, [pages, tmp_path / "in" / "single.txt"], to=tmp_path / "run")
    documents = loaded.documents.set_index("document")
    assert list(documents.index) == ["brief.1.txt (+2)", "single.txt"]
    assert set(documents["status"]) == {"completed"}
    assert list(documents["pages"]) == [3, 1]
    assert documents.loc["brief.1.txt (+2)", "sha256"] == composite_key(
        [part_key(key_of(Path(page).read_bytes())) for page in pages]
    )
    # The amount stands on the last page.
    amounts = loaded.extractions.query("field == 'amountToPay'").set_index("document")["value"]
    assert dict(amounts) == {"brief.1.txt (+2)": "8.07:EUR", "single.txt": "9.08:EUR"}
    assert kinds(sandbox, loaded.user) == {"partial": 3, "composite": 1, "whole": 1}
    own = client.with_user(loaded.user)
    parts = own.document(documents.loc["brief.1.txt (+2)", "document_id"]).partial_documents
    assert [own.document(part.id).name.partition(".")[0] for part in parts] == ["brief_1", "brief_2", "brief_3"]


def test_a_mapping_names_documents(client: "Client", tmp_path: Path) -> None:
    pages = letter(tmp_path / "in", "brief", 7)
    loaded = process(client, {"zwei": pages, "eins": pages[1]}, to=tmp_path / "run")
    assert list(loaded.documents["document"]) == ["eins", "zwei"]
    assert list(loaded.documents["pages"]) == [1, 2]


def test_a_list_of_one_page_is_simply_a_document(client: "Client", sandbox: "Sandbox", tmp_path: Path) -> None:
    first, second = letter(tmp_path / "in", "a", 7, pages=1), letter(tmp_path / "in/alone", "b", 8, pages=1)
    loaded = process(client, [first, second], to=tmp_path / "run")
    assert list(loaded.documents["document"]) == ["a.1.txt", "alone/b.1.txt"]
    assert kinds(sandbox, loaded.user) == {"whole": 2}


def test_R16_a_finished_run_of_composites_costs_no_request_and_resumes_without_naming_them(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    documents = [letter(tmp_path / "in", f"brief{number}", number) for number in range(5)]
    running.run(client, documents, to=tmp_path / "run")
    before = len(sandbox.requests())
    again = running.run(client, documents, to=tmp_path / "run")
    resumed = running.resume(client, tmp_path / "run")
    assert again.counts == resumed.counts == Counts(5, 5, 0)
    assert len(sandbox.requests()) == before


def test_a_page_that_documents_share_is_uploaded_once(client: "Client", sandbox: "Sandbox", tmp_path: Path) -> None:
    first, second = (letter(tmp_path / "in", name, number) for number, name in enumerate("ab"))
    cover = letter(tmp_path / "in", "cover", 99, pages=1)[0]
    documents = {"a": [cover, *first], "b": [*second, cover], "twice": [cover, cover], "cover": cover}
    loaded = process(client, documents, to=tmp_path / "run")
    assert set(loaded.documents["status"]) == {"completed"}
    # As a document of its own the page is another upload: a partial document has no extractions.
    assert kinds(sandbox, loaded.user) == {"partial": 5, "composite": 3, "whole": 1}


def test_the_same_pages_in_the_same_order_are_one_document_in_another_order_another(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "brief", 7)
    loaded = process(client, {"a": pages, "b": pages, "c": pages[::-1]}, to=tmp_path / "run")
    ids = loaded.documents.set_index("document")["document_id"]
    assert ids["a"] == ids["b"] != ids["c"]
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 2}
    assert list(loaded.duplicates["document"]) == ["b"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"", r"Page 2 of 2: .* is empty"),
        (b"\xff\xfe\x00\x01", r"Page 2 of 2: .* is none of PDF, PNG"),
        (None, r"Page 2 of 2: The file .* cannot be read: No such file"),
    ],
)
def test_a_bad_page_fails_its_document_and_nothing_of_it_is_sent(
    client: "Client", sandbox: "Sandbox", tmp_path: Path, bad: bytes | None, reason: str
) -> None:
    good, other = letter(tmp_path / "in", "good", 1), letter(tmp_path / "in", "bad", 2)
    Path(other[1]).unlink() if bad is None else Path(other[1]).write_bytes(bad)
    loaded = process(client, {"good": good, "bad": other}, to=tmp_path / "run")
    rows = loaded.documents.set_index("document")
    assert dict(rows["status"]) == {"good": "completed", "bad": "failed"}
    assert rows["error"].str.match(reason)["bad"]
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 1}
    # Mended, the same call sends it.
    Path(other[1]).write_text("now a page")
    assert running.run(client, {"good": good, "bad": other}, to=tmp_path / "run").counts == Counts(2, 2, 0)


def test_pages_that_are_too_large_together_are_a_failed_row(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF-1.7\n" + str(number).encode() + bytes(6 << 20))
    loaded = process(client, {"large": [tmp_path / "1.pdf", tmp_path / "2.pdf"]}, to=tmp_path / "run")
    assert loaded.documents["error"][0] == "The pages have 12.0 MiB together; the service takes less than 10 MiB."
    assert kinds(sandbox, loaded.user) == {}


def test_a_page_that_the_service_refuses_fails_all_documents_it_is_part_of(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    good = letter(tmp_path / "in", "good", 1)
    refused = letter(tmp_path / "in", "x.fault-415", 2, pages=1)[0]
    documents = {"good": good, "a": [good[0], refused], "b": [refused, good[1]]}
    loaded = process(client, documents, to=tmp_path / "run", settings=QUICK)
    rows = loaded.documents.set_index("document")
    assert dict(rows["status"]) == {"a": "failed", "b": "failed", "good": "completed"}
    assert rows.loc["a", "error"].startswith("Page 2")
    assert rows.loc["b", "error"].startswith("Page 1")
    assert rows["request_id"].notna().sum() >= 1
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 1}
    assert running.run(client, documents, to=tmp_path / "run").counts == Counts(3, 1, 2)


def test_R18_of_a_document_whose_page_was_edited_only_that_page_is_sent_again(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages, others = letter(tmp_path / "in", "a", 1, pages=3), letter(tmp_path / "in", "b", 2)
    documents = {"a": pages, "b": others}
    loaded = process(client, documents, to=tmp_path / "run")
    before = len(posts(sandbox, loaded.user))
    Path(pages[2]).write_text(invoice(500))
    # A page that was only touched or moved is read, not sent.
    Path(others[0]).touch()
    moved = tmp_path / "elsewhere.txt"
    Path(others[1]).rename(moved)
    again = process(client, {"a": pages, "b": [others[0], moved]}, to=tmp_path / "run")
    assert set(again.documents["status"]) == {"completed"}
    assert len(posts(sandbox, loaded.user)) - before == 2
    assert dict(again.extractions.query("field == 'amountToPay'").set_index("document")["value"]) == {
        "a": "501.00:EUR",
        "b": "3.02:EUR",
    }


def test_R18_a_document_may_gain_and_lose_pages_between_calls(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1, pages=3)
    for now in (pages[:1], pages[:2], pages, pages[1:], pages[2]):
        loaded = process(client, {"a": now}, to=tmp_path / "run")
        count = 1 if isinstance(now, str) else len(now)
        assert list(loaded.documents["pages"]) == [count]
        assert list(loaded.documents["status"]) == ["completed"]
    assert kinds(sandbox, loaded.user) == {"whole": 2, "partial": 3, "composite": 3}
    assert len(loaded.documents) == 1


def test_a_page_that_somebody_deleted_fails_its_document_with_what_to_do(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    loaded = process(client, {"a": pages}, to=tmp_path / "run")
    own = client.with_user(loaded.user)
    parts = own.document(loaded.documents["document_id"][0]).partial_documents
    own.delete(loaded.documents["document_id"][0], with_parts=False)
    own.delete(parts[0].id)
    settings = BatchSettings(grace_s=0.3)
    after = process(client, {"a": [*pages, pages[0]]}, to=tmp_path / "run", settings=settings)
    assert list(after.documents["status"]) == ["failed"]
    assert "A page is no longer at the service" in after.documents["error"][0]
    assert "Start a new run." in after.documents["error"][0]


def test_folders_are_documents_when_asked_for(client: "Client", sandbox: "Sandbox", tmp_path: Path) -> None:
    from PIL import Image

    for place in ("a/page10.png", "a/page2.png", "b/c/1.png", "top.png", "mixed/1.png", "mixed/note.txt"):
        path = tmp_path / "in" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".txt":
            path.write_text("Rechnung")
        else:
            Image.new("L", (40, 40 + len(place))).save(path)
    documents = folders_as_documents(tmp_path / "in")
    names = {name: [Path(page).name for page in pages] for name, pages in documents.items() if isinstance(pages, tuple)}
    assert names == {"a": ["page2.png", "page10.png"], "b/c": ["1.png"]}
    loaded = process(client, documents, to=tmp_path / "run")
    assert list(loaded.documents["document"]) == ["a", "b/c", "mixed/1.png", "mixed/note.txt", "top.png"]
    assert set(loaded.documents["status"]) == {"completed"}
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 1, "whole": 4}


def test_copies_have_an_upload_of_their_own_when_asked_for(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    documents = {"p1": pages, "p2": pages, "w1": pages[1], "w2": pages[1], "w3": pages[1], "z": pages[0]}
    loaded = process(client, documents, to=tmp_path / "run", allow_duplicates=True)
    rows = loaded.documents.set_index("document")
    assert set(rows["status"]) == {"completed"}
    assert rows["document_id"].is_unique
    assert kinds(sandbox, loaded.user) == {"partial": 2, "composite": 2, "whole": 4}
    assert [key.partition("#")[2] for key in ledger_keys(tmp_path / "run")] == ["", "2", "", "2", "3", ""]
    before = len(sandbox.requests())
    # Neither the same call nor a resumption sends anything.
    assert running.run(client, documents, to=tmp_path / "run", allow_duplicates=True).counts == Counts(6, 6, 0)
    assert running.resume(client, tmp_path / "run").counts == Counts(6, 6, 0)
    assert len(sandbox.requests()) == before


def test_copies_that_shared_an_upload_are_sent_when_that_is_asked_for_later(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    documents = {"p1": pages, "p2": pages, "w1": pages[1], "w2": pages[1]}
    shared = process(client, documents, to=tmp_path / "run")
    assert kinds(sandbox, shared.user) == {"partial": 2, "composite": 1, "whole": 1}
    apart = process(client, documents, to=tmp_path / "run", allow_duplicates=True)
    assert kinds(sandbox, shared.user) == {"partial": 2, "composite": 2, "whole": 2}
    ids = shared.documents.set_index("document")["document_id"]
    now = apart.documents.set_index("document")["document_id"]
    assert now.is_unique
    assert (now["p1"], now["w1"]) == (ids["p1"], ids["w1"])
    # What was asked for is remembered until a call asks for the contrary; results that are there are kept.
    resumed = running.resume(client, tmp_path / "run")
    assert resumed.counts == Counts(4, 4, 0)
    assert Batch.load(tmp_path / "run").documents["document_id"].is_unique


def ledger_keys(to: Path) -> list[str]:
    """Return the keys of the documents in order."""
    with sqlite3.connect(to / "ledger.sqlite") as connection:
        return [row[0] for row in connection.execute("SELECT key FROM documents ORDER BY document")]


def test_R18_a_document_of_other_pages_one_of_which_is_missing_has_no_result_of_the_former(
    client: "Client", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "a", 1)
    running.run(client, {"a": pages, "b": pages[1]}, to=tmp_path / "run")
    nowhere = tmp_path / "nowhere.txt"
    loaded = process(client, {"a": [pages[0], nowhere], "b": nowhere}, to=tmp_path / "run")
    assert list(loaded.documents["status"]) == ["failed", "failed"]
    assert loaded.documents["error"][0].startswith("Page 2 of 2: The file ")
    # Of the same files, one of which is gone, the result is kept.
    assert running.run(client, {"a": pages, "b": pages[1]}, to=tmp_path / "run").counts == Counts(2, 2, 0)
    Path(pages[1]).unlink()
    assert running.run(client, {"a": pages, "b": pages[1]}, to=tmp_path / "run").counts == Counts(2, 2, 0)


def test_R12_pages_beyond_the_limit_are_not_read(client: "Client", tmp_path: Path) -> None:
    pages = [tmp_path / f"{number}.pdf" for number in range(20)]
    for number, page in enumerate(pages):
        page.write_bytes(b"%PDF-1.7\n" + str(number).encode() + bytes(3 << 20))
    loaded = process(client, {"large": pages}, to=tmp_path / "run")
    assert loaded.documents["error"][0].startswith("The first 4 pages alone have 12.0 MiB together;")


def test_R8_files_whose_names_are_no_text_fail_alone_and_are_told(client: "Client", tmp_path: Path) -> None:
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg")
    try:
        Path(strange).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    good = letter(tmp_path / "in", "a", 1)
    documents = {"good": good, "page": [good[0], strange], "single": strange, "gone": strange + "x"}
    loaded = process(client, documents, to=tmp_path / "run")
    assert dict(loaded.documents.set_index("document")["status"]) == {
        "good": "completed",
        "page": "failed",
        "single": "failed",
        "gone": "failed",
    }
    assert "caf\\xe9.jpgx cannot be read" in loaded.documents.set_index("document")["error"]["gone"]
    assert sum(failure["count"] for failure in batch.status(tmp_path / "run")["failures"]) == 3


def test_a_missing_page_with_brackets_in_its_name_is_a_failed_row(client: "Client", tmp_path: Path) -> None:
    documents = {"a": [letter(tmp_path / "in", "a", 1)[0], tmp_path / "scan [2].jpg"]}
    loaded = process(client, documents, to=tmp_path / "run")
    assert list(loaded.documents["status"]) == ["failed"]
