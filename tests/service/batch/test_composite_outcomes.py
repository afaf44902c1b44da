"""R5 for requests that join pages: one test per cell of the outcome table, each seen on a real wire."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from gini_notebook.errors import NotAuthorized
from gini_notebook.interactive.login import login
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, dedupe, process, running
from tests.service.batch.conftest import QUICK, letter
from tests.service.batch.test_outcome_table import REFUSALS, UPLOADS

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.sandbox.launcher import SeenRequest
    from gini_notebook.service.client import Client

pytestmark = pytest.mark.xdist_group("composite outcomes")
# What is certainly not processed may be repeated at once; everything else that needs a second POST was unclear.
AT_ONCE = {"429", "429-bare", "429-date", "408-date"}
UNCLEAR_AND_ABSENT = [fault for fault, posts in UPLOADS.items() if posts == 2 and fault not in AT_ONCE]
UNCLEAR_AND_THERE = [fault for fault, posts in UPLOADS.items() if posts == 1]


@dataclass(frozen=True)
class Seen:
    """A run of documents of two pages, each with another fault, and what the service saw of it."""

    loaded: Batch
    requests: "list[SeenRequest]"
    # First page of each document -> its composites; id of the first page.
    composites: dict[str, list[str]]
    first_pages: dict[str, str]

    def row(self, fault: str) -> pd.Series:
        documents = self.loaded.documents
        return documents[documents["document"] == fault].iloc[0]

    def attempts(self, fault: str) -> int:
        return int(self.row(fault)["attempts"])


def run_with(sandbox: "Sandbox", folder: Path, faults: list[str]) -> Seen:
    """Run one batch: the name of a first page says what happens to the request that joins it to the second."""
    documents = {}
    for number, fault in enumerate(faults):
        first = letter(folder / "in", f"x.fault-compose-{fault}", 2 * number, pages=1)
        documents[fault] = [*first, *letter(folder / "in", f"second-{number}", 2 * number + 1, pages=1)]
    since = len(sandbox.requests())
    client = login(sandbox)
    loaded = process(client, documents, to=folder / "run", settings=QUICK)
    requests = [one for one in sandbox.requests(since) if one.user == loaded.user]
    own, composites, first_pages = client.with_user(loaded.user), {}, {}
    for stored in sandbox.stored()[loaded.user]:
        if stored.kind == "partial" and stored.name.startswith("x_fault-compose-"):
            fault = stored.name.split(".")[0].removeprefix("x_fault-compose-").removesuffix("_1")
            first_pages[fault] = stored.id
            composites[fault] = [one.id for one in own.document(stored.id).composite_documents]
    return Seen(loaded, requests, composites, first_pages)


@pytest.fixture(scope="module")
def joins(sandbox: "Sandbox", tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return run_with(sandbox, tmp_path_factory.mktemp("joins"), [f"{fault}-x1" for fault in UPLOADS])


@pytest.fixture(scope="module")
def refused(sandbox: "Sandbox", tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return run_with(sandbox, tmp_path_factory.mktemp("refused"), list(REFUSALS))


def looks(seen: Seen, fault: str) -> "list[SeenRequest]":
    """Give the requests for a first page: only somebody who wonders what became of a document looks at it."""
    path = f"/documents/{seen.first_pages[fault]}"
    return [one for one in seen.requests if one.method == "GET" and one.path == path]


@pytest.mark.parametrize("fault", UPLOADS)
def test_R5_joining(joins: Seen, fault: str) -> None:
    row = joins.row(f"{fault}-x1")
    assert row["status"] == "completed", row["error"]
    assert joins.composites[f"{fault}-x1"] == [row["document_id"]]
    assert joins.attempts(f"{fault}-x1") == (1 if fault in AT_ONCE else UPLOADS[fault])


def test_R2_R3_nothing_is_joined_twice_and_no_page_is_sent_twice(joins: Seen) -> None:
    posts = [one for one in joins.requests if one.method == "POST"]
    composed = [one for one in posts if not one.query]
    assert len(posts) - len(composed) == 2 * len(UPLOADS)
    assert len(composed) == sum(UPLOADS.values())
    assert len(joins.loaded.surplus) == 0


@pytest.mark.parametrize("fault", UNCLEAR_AND_ABSENT)
def test_R4_an_unclear_request_to_join_is_repeated_only_after_the_quarantine_and_two_looks(
    joins: Seen, fault: str
) -> None:
    asked = looks(joins, f"{fault}-x1")
    assert len(asked) >= 2
    assert asked[-1].time - asked[0].time >= QUICK.quarantine_s / 2


def test_R4_between_two_requests_to_join_the_same_pages_lie_the_quarantine_and_two_looks(
    sandbox: "Sandbox", tmp_path: Path
) -> None:
    # One document alone, so that every request to join is for the same pages.
    seen = run_with(sandbox, tmp_path, ["500-x2"])
    composed = [one for one in seen.requests if one.method == "POST" and not one.query]
    assert len(composed) == 3
    for first, second in pairwise(composed):
        between = [one for one in looks(seen, "500-x2") if first.number < one.number < second.number]
        assert len(between) >= 2
        assert second.time - first.time >= QUICK.quarantine_s


@pytest.mark.parametrize("fault", UNCLEAR_AND_THERE)
def test_an_unclear_request_to_join_that_was_processed_is_found_at_the_first_page(joins: Seen, fault: str) -> None:
    assert len(looks(joins, f"{fault}-x1")) >= 1


def test_what_was_certainly_not_processed_needs_no_look(joins: Seen) -> None:
    # But for one document that is certainly there, which shows whether pages name the documents they are part of.
    assert sum(bool(looks(joins, f"{fault}-x1")) for fault in AT_ONCE) <= 1


@pytest.mark.parametrize("fault", REFUSALS)
def test_R5_R8_joining_that_is_refused_fails_the_row_after_one_request(refused: Seen, fault: str) -> None:
    row = refused.row(fault)
    assert (row["status"], row["attempts"]) == ("failed", 1)
    assert row["request_id"] in {one.request_id for one in refused.requests if one.method == "POST"}
    assert refused.composites[fault] == []


def test_R8_every_refused_request_to_join_was_sent_once(refused: Seen) -> None:
    composed = [one for one in refused.requests if one.method == "POST" and not one.query]
    # Where a page is "not found", it may only be late.
    assert len([one for one in composed if one.status != 404]) == len(REFUSALS) - 1


def test_R5_a_refused_login_at_joining_is_fatal_and_the_run_resumes(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    pages = letter(tmp_path / "in", "x.fault-compose-401-x1", 1)
    with pytest.raises(NotAuthorized, match="Log in again"):
        running.run(client, {"a": pages}, to=tmp_path / "run")
    report = running.resume(client, tmp_path / "run", settings=QUICK)
    assert report.counts.completed == 1
    user = Batch.load(tmp_path / "run").user
    assert Counter(one.kind for one in sandbox.stored()[user]) == {"partial": 2, "composite": 1}


def test_a_document_that_can_never_be_joined_gives_up_and_says_why(client: "Client", tmp_path: Path) -> None:
    documents = {"a": letter(tmp_path / "in", "x.fault-compose-500", 1), "b": letter(tmp_path / "in", "y", 2)}
    settings = batch.BatchSettings(quarantine_s=0.3, attempts=2)
    loaded = process(client, documents, to=tmp_path / "run", settings=settings)
    rows = loaded.documents.set_index("document")
    assert dict(rows["status"]) == {"a": "failed", "b": "completed"}
    assert rows.loc["a", "error"].startswith("Given up after 2 attempts to join the pages.")
    assert rows.loc["a", "attempts"] == 2
    assert rows.loc["a", "request_id"]


def test_a_first_page_that_is_gone_fails_the_row(client: "Client", unhurt: "Sandbox", tmp_path: Path) -> None:
    documents = {"a": letter(tmp_path / "in", "x.fault-compose-502-x1", 1)}
    unhurt.set_faults({"GET /documents/{document}": {"404": 1.0}})
    loaded = process(client, documents, to=tmp_path / "run", settings=QUICK)
    assert list(loaded.documents["status"]) == ["failed"]
    assert loaded.documents["error"][0].startswith("Its first page is no longer at the service: ")
    assert loaded.documents["request_id"][0]


@pytest.mark.parametrize("fault", ["500", "403"])
def test_while_first_pages_cannot_be_read_a_document_stays_unclear_and_is_found_by_a_later_call(
    client: "Client", unhurt: "Sandbox", tmp_path: Path, fault: str
) -> None:
    documents = {"a": letter(tmp_path / "in", "x.fault-compose-reset-after-x1", 1)}
    unhurt.set_faults({"GET /documents/{document}": {fault: 1.0}})
    settings = batch.BatchSettings(quarantine_s=0.3, attempts=2)
    loaded = process(client, documents, to=tmp_path / "run", settings=settings)
    assert loaded.status() == {"completed": 0, "failed": 0, "unclear": 1, "pending": 0}
    unhurt.set_faults({})
    # What may be its only copy is not in excess, and is not deleted as such.
    assert len(dedupe(client, tmp_path / "run", delete=True)) == 0
    assert running.run(client, documents, to=tmp_path / "run", settings=settings).counts.completed == 1
    assert len(dedupe(client, tmp_path / "run")) == 0
    held = unhurt.stored()[loaded.user]
    assert Counter(one.kind for one in held) == {"partial": 2, "composite": 1}
