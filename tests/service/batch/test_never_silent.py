"""R35: whoever waits hears something while the service takes its time over an answer, whatever was asked for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gini_notebook.service.batch import BatchSettings, Counts, cleanup, dedupe, process, progress, resume
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.transport import Transport
from tests.service.batch.conftest import QUICK, letter

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]
GIVEN_UP_S = 20.0


class Listener:
    """Hears how far a run is; while it is on, no call of the service is answered before it has heard of that twice."""

    def __init__(self) -> None:
        self.heard: list[Counts] = []
        self.silent: list[str] = []
        self._news = threading.Condition()

    def __call__(self, counts: Counts) -> None:
        with self._news:
            self.heard.append(counts)
            self._news.notify_all()

    def wait(self, what: str) -> None:
        with self._news:
            until = len(self.heard) + 2
            if not self._news.wait_for(lambda: len(self.heard) >= until, GIVEN_UP_S):
                self.silent.append(what)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    """A listener that ten seconds do not separate from the next word, but a twentieth of one."""
    for name, seconds in (("AT_LEAST_EVERY_S", 0.05), ("EVERY_S", 0.01), ("TELL_S", 0.02)):
        monkeypatch.setattr(progress, name, seconds)
    monkeypatch.setattr("gini_notebook.service.batch.engine.LONGEST_WAIT_S", 0.02)
    return Listener()


@pytest.fixture
def slow(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the service be slow from now on."""

    def begin() -> None:
        real = Transport.call

        def call(self: Transport, request: Any, *given: Any, **options: Any) -> Any:
            listener.wait(request.what)
            return real(self, request, *given, **options)

        monkeypatch.setattr(Transport, "call", call)

    return begin


def test_R35_a_run_tells_while_every_answer_takes_long(
    client: "Client", invoices_of: Invoices, tmp_path: Path, listener: Listener, slow: Callable[[], None]
) -> None:
    inputs = {"one": invoices_of(count=1) / "invoice-0000.txt", "pages": letter(tmp_path / "pages", "a", 5)}
    slow()
    process(client, inputs, to=tmp_path / "run", progress=listener, settings=BatchSettings(quarantine_s=5.0))
    assert listener.silent == []
    assert listener.heard[-1].completed == 2


def test_R35_a_resumed_run_tells_while_every_answer_takes_long(
    client: "Client", invoices_of: Invoices, tmp_path: Path, listener: Listener, slow: Callable[[], None]
) -> None:
    inputs = {"one": invoices_of(count=1) / "invoice-0000.txt", "pages": letter(tmp_path / "pages", "a", 5)}
    process(client, inputs, to=tmp_path / "run", settings=QUICK)
    with Ledger(tmp_path / "run") as ledger:
        ledger.change("UPDATE uploads SET state = 'uploaded' WHERE kind != 'partial'")
        ledger.commit()
    slow()
    resume(client, tmp_path / "run", progress=listener, settings=QUICK)
    assert listener.silent == []
    assert listener.heard[-1].completed == 2


def test_R35_unclear_documents_of_several_pages_are_told_with_the_time_of_the_next_look(
    client: "Client", tmp_path: Path, listener: Listener, slow: Callable[[], None]
) -> None:
    first, second = letter(tmp_path / "pages", "a", 5)
    marked = Path(f"{first}.fault-compose-reset-after-x1.txt")
    Path(first).rename(marked)
    slow()
    batch = process(client, {"pages": [marked, second]}, to=tmp_path / "run", progress=listener)
    assert batch.documents["status"].tolist() == ["completed"]
    assert listener.silent == []
    assert any(counts.unclear == 1 and counts.look_at is not None for counts in listener.heard)


@pytest.mark.parametrize(("action", "wanted"), [("dedupe", 1), ("cleanup", 6)])
def test_R35_deleting_tells_while_every_answer_takes_long(
    client: "Client",
    sandbox: "Sandbox",
    tmp_path: Path,
    listener: Listener,
    slow: Callable[[], None],
    action: str,
    wanted: int,
) -> None:
    inputs = {"one": letter(tmp_path / "in", "b", 7, 1)[0], "pages": letter(tmp_path / "in", "a", 5)}
    batch = process(client, {**inputs, "two": letter(tmp_path / "in", "c", 8, 1)[0]}, to=tmp_path / "run")
    with Ledger(tmp_path / "run") as ledger:
        ledger.change("UPDATE uploads SET unknown_at = 1 WHERE kind = 'composite'")
        ledger.commit()
    whole = next(one for one in sandbox.stored()[batch.user] if one.kind == "whole")
    client.with_user(batch.user).upload(b"the same again", name=whole.name)
    slow()
    if action == "dedupe":
        dedupe(client, tmp_path / "run", delete=True, progress=listener)
    else:
        assert cleanup(client, tmp_path / "run", progress=listener) == wanted
    assert listener.silent == []
    last = listener.heard[-1]
    assert (last.total, last.completed, last.failed) == (wanted, wanted, 0)


def test_R35_a_problem_in_a_call_that_tells_is_raised_where_it_was_asked_for() -> None:
    def broken() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        progress.while_telling(broken, lambda: None)


def test_R30_R35_waiting_tells_of_a_document_that_is_not_shown_yet(client: "Client") -> None:
    document = client.upload(b"Rechnung", name="a.fault-document-404-x2.txt")
    seen: list[str] = []
    assert client.wait(document, progress=lambda one: seen.append(one.progress)).progress == "COMPLETED"
    assert seen[:2] == ["PENDING"] * 2
