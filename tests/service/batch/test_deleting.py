"""Deleting is never a guess: ids in another case, copied and restored run folders, answers that are web pages."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gini_notebook.errors import GiniError, LedgerError
from gini_notebook.service.batch import Batch, cleanup, dedupe, maintenance, process, resume
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document
from gini_notebook.service.wire import GINI_API
from tests.service.batch.conftest import QUICK, invoice
from tests.service.batch.simulation import Clock, Service, Simulation

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

Invoices = Callable[..., Path]


class ShoutingClient(Client):
    """A client of a service whose list writes ids in capitals."""

    def all_documents(self, **arguments: Any) -> Iterator[Document]:
        for document in super().all_documents(**arguments):
            yield replace(document, id=document.id.upper())


class ShoutingService(Service):
    """A service whose list writes ids in capitals."""

    def documents(self, **arguments: Any) -> list[Document]:
        return [replace(document, id=document.id.upper()) for document in super().documents(**arguments)]


def ids_at(sandbox: "Sandbox", loaded: Batch) -> set[str]:
    return {one.id for one in sandbox.stored().get(loaded.user, [])}


def test_R29_ids_in_another_case_are_the_same_ids(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = process(client, invoices_of(count=5), to=tmp_path / "run", settings=QUICK)
    own = client.with_user(loaded.user)
    held = ids_at(sandbox, loaded)
    own.upload(b"the same again", name=sandbox.stored()[loaded.user][0].name)
    shouting = client.with_user(loaded.user)
    shouting.__class__ = ShoutingClient
    # The sandbox itself knows its documents by their small letters, so what is deleted is gone under those only.
    found = dedupe(shouting, tmp_path / "run")
    assert {one.lower() for one in found["document_id"]} == ids_at(sandbox, loaded) - held
    assert len(dedupe(client, tmp_path / "run", delete=True)) == 1
    assert ids_at(sandbox, loaded) >= held


def test_R29_ids_in_another_case_make_no_surplus_in_a_run(memory_path: Path) -> None:
    simulation = Simulation(memory_path, ShoutingService(Clock(), latency_s=lambda rng: 0.5)).documents(40)
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]
    assert simulation.service.calls["document"] < 40


def test_R29_a_copy_stays_while_the_document_of_the_row_is_not_in_the_list(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
    own = client.with_user(loaded.user)
    first = sandbox.stored()[loaded.user][0]
    copy = own.upload(b"the same again", name=first.name)
    own.delete(first.id)
    assert dedupe(client, tmp_path / "run", delete=True)["deleted_at"].isna().all()
    assert copy in ids_at(sandbox, loaded)


def test_R29_nothing_is_deleted_from_a_copied_folder_nor_by_its_original_what_the_copy_sent(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = invoices_of(count=2)
    loaded = process(client, folder, to=tmp_path / "run", settings=QUICK)
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    (folder / "new.txt").write_text(invoice(77))
    for to in ("copy", "run"):
        process(client, folder, to=tmp_path / to, settings=QUICK)
    assert "is a copy of" in capsys.readouterr().err
    held = ids_at(sandbox, loaded)
    assert len(held) == 4
    with pytest.raises(LedgerError, match="is a copy of"):
        dedupe(client, tmp_path / "copy", delete=True)
    with pytest.raises(LedgerError, match="is a copy of"):
        cleanup(client, tmp_path / "copy")
    assert len(dedupe(client, tmp_path / "run", delete=True)) == 0
    assert ids_at(sandbox, loaded) == held
    assert cleanup(client, tmp_path / "run") == 3


def test_R29_nothing_is_deleted_by_a_ledger_that_was_put_back(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=2)
    loaded = process(client, folder, to=tmp_path / "run", settings=QUICK)
    old = (tmp_path / "run" / "ledger.sqlite").read_bytes()
    (folder / "new.txt").write_text(invoice(77))
    process(client, folder, to=tmp_path / "run", settings=QUICK)
    held = ids_at(sandbox, loaded)
    (tmp_path / "run" / "ledger.sqlite").write_bytes(old)
    for _ in range(2):
        with pytest.raises(LedgerError, match="older than the last work"):
            cleanup(client, tmp_path / "run")
    assert ids_at(sandbox, loaded) == held


def test_a_folder_that_was_moved_is_no_copy(
    client: Client, invoices_of: Invoices, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
    (tmp_path / "run").rename(tmp_path / "moved")
    resume(client, tmp_path / "moved", settings=QUICK)
    assert "copy" not in capsys.readouterr().err
    assert cleanup(client, tmp_path / "moved") == 2


def test_R29_what_cleanup_reports_is_what_the_list_shows(
    client: Client, unhurt: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = process(client, invoices_of(count=3), to=tmp_path / "run", settings=QUICK)
    hasty = client.with_user(loaded.user).without_repeats()
    unhurt.set_faults({"DELETE /documents/{document}": {"portal": 1.0}})
    with pytest.raises(GiniError) as caught:
        cleanup(hasty, tmp_path / "run")
    assert any("3 of 3 documents" in note for note in caught.value.__notes__)
    assert len(ids_at(unhurt, loaded)) == 3
    unhurt.set_faults({"DELETE /documents/{document}": {"reset-after": 1.0}})
    assert cleanup(hasty, tmp_path / "run") == 3
    unhurt.set_faults({})
    assert cleanup(client, tmp_path / "run") == 0


class FickleClient(Client):
    """A client of a service that writes ids in another case each time."""

    readings = 0

    def all_documents(self, **arguments: Any) -> Iterator[Document]:
        FickleClient.readings += 1
        for number, document in enumerate(super().all_documents(**arguments)):
            change = str.upper if (number + FickleClient.readings) % 2 else str.lower
            yield replace(document, id=change(document.id))


CONDITIONS = ("letter case", "copied", "restored", "HTML")
CALLERS = ("another user", "another environment")
PRODUCTS = [
    *(frozenset(chosen) for size in range(5) for chosen in itertools.combinations(CONDITIONS, size)),
    *(frozenset({caller, *other}) for caller in CALLERS for other in [(), *((one,) for one in CONDITIONS)]),
]


@pytest.mark.parametrize("action", [dedupe, cleanup], ids=["dedupe", "cleanup"])
@pytest.mark.parametrize("conditions", PRODUCTS, ids=lambda chosen: ", ".join(sorted(chosen)) or "none")
def test_R29_no_genuine_document_is_deleted_and_what_is_reported_is_what_the_list_shows(
    client: Client,
    unhurt: "Sandbox",
    invoices_of: Invoices,
    tmp_path: Path,
    action: Callable[..., Any],
    conditions: frozenset[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(maintenance, "LIST_PAUSES_S", (0.01,) * 3)
    folder, run = invoices_of(count=2), tmp_path / "run"
    loaded = process(client, folder, to=run, settings=QUICK)
    if "copied" in conditions:
        shutil.copytree(run, tmp_path / "copy")
    if "restored" in conditions:
        at = tmp_path / "copy" if "copied" in conditions else run
        old = (at / "ledger.sqlite").read_bytes()
        (folder / "new.txt").write_text(invoice(77))
        process(client, folder, to=at, settings=QUICK)
        (at / "ledger.sqlite").write_bytes(old)
    own = client.with_user(loaded.user)
    genuine = {*ids_at(unhurt, loaded), own.upload(b"somebody else's", name="letter.txt")}
    own.upload(b"the same again", name=unhurt.stored()[loaded.user][0].name)
    before, at = ids_at(unhurt, loaded), tmp_path / "copy" if "copied" in conditions else run
    assert len(before) == len(genuine) + 1
    caller = client.without_repeats()
    if "another user" in conditions:
        # Whoever calls, it is the run's own user whose documents are looked at.
        caller = caller.with_user("somebody-else")
        assert caller.upload(b"a letter of somebody else's", name=unhurt.stored()[loaded.user][0].name)
    if "another environment" in conditions:
        caller = caller._copy(environment=GINI_API)
    if "letter case" in conditions:
        caller.__class__ = FickleClient
    if "HTML" in conditions:
        unhurt.set_faults({"DELETE /documents/{document}": {"portal": 1.0}})
    reported: int | None = None
    with suppress(GiniError):
        told = action(caller, at, delete=True) if action is dedupe else action(caller, at)
        reported = told if action is cleanup else int(told["deleted_at"].notna().sum())
    gone = before - ids_at(unhurt, loaded)
    assert not gone & genuine if action is dedupe else not gone & {one for one in genuine if one not in ids_of(run)}
    if conditions & {"copied", "restored", "HTML", "another environment"}:
        assert gone == set()
    assert reported in {None, len(gone)}
    assert int(Batch.load(at).surplus["deleted_at"].notna().sum()) <= len(gone)
    if not conditions:
        assert len(gone) == (1 if action is dedupe else 3)


def ids_of(run: Path) -> set[str]:
    return set(Batch.load(run).documents["document_id"])


def test_T61_files_that_a_copied_folder_names_are_sent_only_if_the_call_names_them(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=2)
    loaded = process(client, folder, to=tmp_path / "run", settings=QUICK)
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    (folder / "invoice-0000.txt").write_text(invoice(78))
    with pytest.raises(LedgerError, match="nothing shows that the files it names were named here, so none is sent"):
        resume(client, tmp_path / "copy", settings=QUICK)
    assert len(ids_at(sandbox, loaded)) == 2
    assert len(process(client, folder, to=tmp_path / "copy", settings=QUICK).extractions) > 0


def forge(folder: Path, *statements: tuple[str, tuple[Any, ...]], named_here: bool) -> None:
    """Change a ledger by hand, and say whether a call in this folder has named files."""
    with Ledger(folder) as ledger:
        for statement, values in statements:
            ledger.change(statement, values)
        if not named_here:
            ledger.forget("origin")
        ledger.commit()


UPLOAD = (
    "INSERT INTO uploads (key, bytes, media_type, name, state, document_id, kind) "
    "VALUES (?, 1, 'text/plain', ?, ?, ?, ?)"
)


@pytest.mark.parametrize("named_here", [False, True])
@pytest.mark.parametrize("state", ["done", "uploaded", "failed"])
def test_R29_T61_a_forged_ledger_that_knows_real_ids_deletes_no_document_that_its_run_did_not_make(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, state: str, named_here: bool
) -> None:
    loaded = process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
    own = client.with_user(loaded.user)
    pages = [own.upload_partial(invoice(number).encode(), name=f"page{number}.txt") for number in (1, 2)]
    whole, joined = own.upload(b"somebody else's", name="letter.txt"), own.compose(pages)
    tag = Batch.load(tmp_path / "run").documents["document_id"]
    kinds = {whole: "whole", pages[0]: "partial", joined: "composite", pages[1]: "whole"}
    forged = [(UPLOAD, (one, f"{one}.{'0' * 16}.{'0' * 6}.txt", state, one, kind)) for one, kind in kinds.items()]
    forge(tmp_path / "run", *forged, named_here=named_here)
    genuine, made = {whole, joined, *pages}, set(tag)
    with pytest.raises(LedgerError, match="nothing shows that"):
        cleanup(client, tmp_path / "run")
    gone = (genuine | made) - ids_at(sandbox, loaded)
    assert gone == (made if named_here else set())
    if not named_here:
        process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
        with pytest.raises(LedgerError, match="bears another name at the service"):
            cleanup(client, tmp_path / "run")
    assert ids_at(sandbox, loaded) == genuine
    assert told_as_deleted(tmp_path / "run").isdisjoint(genuine)


def told_as_deleted(folder: Path) -> set[str]:
    query = "SELECT document_id FROM {} WHERE deleted_at IS NOT NULL"
    with Ledger(folder, read_only=True) as ledger:
        return {row[0] for table in ("uploads", "surplus") for row in ledger.rows(query.format(table))}


@pytest.mark.parametrize("named_here", [False, True])
def test_R29_T61_a_forged_ledger_calls_nobodys_document_a_copy(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, named_here: bool
) -> None:
    loaded = process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
    own = client.with_user(loaded.user)
    others = [own.upload(invoice(number).encode(), name=f"letter{number}.txt") for number in range(3)]
    (name, kept), (second, _) = (
        (one.name, one.id) for one in sorted(sandbox.stored()[loaded.user], key=lambda one: one.name)[:2]
    )
    before = ids_at(sandbox, loaded)
    forge(
        tmp_path / "run",
        # Letters are called copies of the run's own document, and its own document a copy of a letter.
        ("INSERT INTO surplus SELECT ?, key, name, 1, NULL FROM uploads WHERE name = ?", (others[0], name)),
        ("UPDATE uploads SET document_id = ? WHERE name = ?", (others[1], second)),
        named_here=named_here,
    )
    with suppress(LedgerError):
        dedupe(client, tmp_path / "run", delete=True)
    assert ids_at(sandbox, loaded) == before
    assert kept in before


class DecoratingClient(Client):
    """A client of a service that puts something before names."""

    def all_documents(self, **arguments: Any) -> Iterator[Document]:
        for document in super().all_documents(**arguments):
            yield replace(document, name=f"Upload: {document.name}")


class NamelessClient(Client):
    """A client of a service that returns no names."""

    def all_documents(self, **arguments: Any) -> Iterator[Document]:
        for document in super().all_documents(**arguments):
            yield replace(document, name="Document")


@pytest.mark.parametrize("kind", [NamelessClient, DecoratingClient])
def test_R29_documents_whose_names_a_service_drops_or_adds_to_are_cleaned_up_where_the_run_was_made(
    client: Client, sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, kind: type[Client]
) -> None:
    loaded = process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
    own = client.with_user(loaded.user)
    own.__class__ = kind
    assert cleanup(own, tmp_path / "run") == 2
    assert ids_at(sandbox, loaded) == set()


class LateClient(Client):
    """A client of a service whose list shows what it showed at first for so many readings more."""

    readings = 0
    first: tuple[Document, ...] = ()
    late = 2

    def all_documents(self, **arguments: Any) -> Iterator[Document]:
        cls = type(self)
        cls.readings += 1
        if cls.readings == 1:
            cls.first = tuple(super().all_documents(**arguments))
        yield from cls.first if cls.readings <= 1 + cls.late else super().all_documents(**arguments)


@pytest.mark.parametrize("late", [0, 2, 99])
def test_R29_R30_a_list_that_shows_for_a_while_what_is_deleted_is_read_again(
    client: Client,
    sandbox: "Sandbox",
    invoices_of: Invoices,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    late: int,
) -> None:
    monkeypatch.setattr(maintenance, "LIST_PAUSES_S", (0.01,) * 3)
    monkeypatch.setattr(LateClient, "readings", 0)
    monkeypatch.setattr(LateClient, "late", late)
    loaded = process(client, invoices_of(count=2), to=tmp_path / "run", settings=QUICK)
    behind = client.with_user(loaded.user)
    behind.__class__ = LateClient
    if late < 99:
        assert cleanup(behind, tmp_path / "run") == 2
        assert LateClient.readings == 2 + late
    else:
        with pytest.raises(GiniError, match="2 of 2 documents that were to be deleted are still in the service's list"):
            cleanup(behind, tmp_path / "run")
        assert LateClient.readings == 1 + 1 + 3
    assert ids_at(sandbox, loaded) == set()
