"""The list, processing, pages, payment requests and the rest of the API."""

import asyncio
import io
import json
import random
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gini_notebook.sandbox import Sandbox
from gini_notebook.sandbox.documents import Library
from gini_notebook.sandbox.processing import Processing
from gini_notebook.sandbox.settings import Settings
from gini_notebook.sandbox.workers import Workers

PAID = {"recipient": "Praxis am Markt", "iban": "DE12500105170648489890", "amount": "87,40 EUR", "purpose": "Rechnung"}


def test_the_list_is_newest_first_and_goes_on_at_a_date(person: Any) -> None:
    names = [f"{number}.txt" for number in range(7)]
    for name in names:
        person.upload(name=name)
    seen: list[str] = []
    following: dict[str, Any] = {}
    for _ in range(10):
        page = person.get("/documents", params={"limit": 3, **following}).json()["documents"]
        assert len(page) <= 3
        new = [one for one in page if one["id"] not in {known for known, _ in seen}]
        if not new:
            break
        seen += [(one["id"], one["name"]) for one in new]
        following = {"next": page[-1]["creationDate"]}
    assert [name for _, name in seen] == names[::-1]


def test_the_list_understands_the_older_paging_and_fractional_dates(person: Any) -> None:
    for name in "abc":
        person.upload(name=name)
    value = person.get("/documents/", params={"limit": 2, "offset": 1}).json()
    assert [one["name"] for one in value["documents"]] == ["b", "a"]
    assert value["totalCount"] == 3
    newest = person.get("/documents").json()["documents"][0]["creationDate"]
    assert len(person.get("/documents", params={"next": f"{newest}.25"}).json()["documents"]) == 3
    assert person.get("/documents", params={"offset": 99}).json()["documents"] == []


def test_a_library_is_cut_at_the_date_even_where_many_are_equal() -> None:
    library = Library()
    for number in range(50):
        library.add(name=str(number), kind="whole", upload_media_type="", media_type="", sha256="",
                    page_count=1, source_classification="TEXT")  # fmt: skip
    documents = [*library]
    for number, document in enumerate(documents):
        document.created_ms = 1000 + number // 10
    page = library.page(limit=100, next_ms=1002)
    assert [one.name for one in page] == [str(number) for number in range(29, -1, -1)]
    assert [one.name for one in library.page(limit=2, next_ms=1002, offset=10)] == ["19", "18"]


def test_links_follow_the_host_that_was_asked(person: Any) -> None:
    port = person.sandbox.api.rpartition(":")[2]
    answer = person.post("/documents", data=b"x", headers={"Content-Type": "text/plain", "Host": f"localhost:{port}"})
    assert answer.headers["Location"].startswith(f"https://localhost:{port}/documents/")


def test_links_are_on_the_same_host_and_work(person: Any) -> None:
    path = person.upload()
    document = person.get(path).json()
    for name, uri in document["_links"].items():
        assert person.get(uri).status_code == 200, name
    for page in person.get(document["_links"]["pages"]).json():
        for uri in page["images"].values():
            assert person.get(uri).headers["Content-Type"] == "image/jpeg"


def test_ipv6_and_the_name_of_the_host_are_served_and_certified(sandbox: Sandbox) -> None:
    import socket
    import ssl

    context = ssl.create_default_context(cafile=sandbox.ca_file)
    port = int(sandbox.api.rpartition(":")[2])
    hosts = ["127.0.0.1", "localhost"] + (["::1"] if _has_ipv6() else [])
    for host in hosts:
        address = "::1" if host == "::1" else "127.0.0.1"
        with (
            socket.create_connection((address, port), timeout=30) as connection,
            context.wrap_socket(connection, server_hostname=host) as secured,
        ):
            assert secured.version() in {"TLSv1.2", "TLSv1.3"}


def _has_ipv6() -> bool:
    import socket

    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_what_is_no_http_is_answered_in_the_shape_of_errors(sandbox: Sandbox) -> None:
    import socket
    import ssl

    context = ssl.create_default_context(cafile=sandbox.ca_file)
    port = int(sandbox.api.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as connection,
        context.wrap_socket(connection, server_hostname="127.0.0.1") as secured,
    ):
        secured.sendall(b"NONSENSE\r\n\r\n")
        answer = secured.recv(4096)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert f"x-request-id: {json.loads(body)['requestId']}" in head.decode().lower()


def test_page_images_have_the_width_of_their_size(person: Any, files: Any) -> None:
    path = person.upload(files.pdf(), "application/pdf")
    for size, width in (("medium", 750), ("large", 1280)):
        with Image.open(io.BytesIO(person.get(f"{path}/pages/1/{size}").content)) as picture:
            assert (picture.format, picture.width) == ("JPEG", width)


def test_boxes_stand_on_the_words_of_the_layout(person: Any, files: Any) -> None:
    path = person.upload(files.pdf(), "application/pdf")
    box = person.get(f"{path}/extractions").json()["extractions"]["iban"]["box"]
    page = person.get(f"{path}/layout").json()["pages"][box["page"] - 1]
    words = [
        word
        for zone in page["textZones"]
        for paragraph in zone["paragraphs"]
        for line in paragraph["lines"]
        for word in line["wds"]
    ]
    word = next(word for word in words if word["text"] == "DE59200411550987654321")
    assert abs(word["l"] - box["left"]) < 1
    assert abs(word["t"] - box["top"]) < 1


def test_the_processed_file_of_a_pdf_is_the_file(person: Any, files: Any) -> None:
    content = files.pdf()
    assert person.get(person.upload(content, "application/pdf") + "/processed").content == content


def test_units_engine_and_pending_answers_can_be_set(person_of: Callable[[Sandbox], Any], files: Any) -> None:
    with Sandbox(coordinates="pixels", engine="keywords-only", pending_status=200, processing_time_s=0.0) as sandbox:
        person = person_of(sandbox)
        path = person.upload(files.pdf(), "application/pdf")
        assert person.get(f"{path}/layout").json()["pages"][0]["sizeX"] == pytest.approx(2480, abs=2)
        stuck = person.send(**{"X-Sandbox-Fault": "processing-stuck"}).headers["Location"]
        assert person.get(f"{stuck}/extractions").json() == {"extractions": {}, "candidates": {}}


def test_what_is_not_done_has_no_results(person: Any) -> None:
    for fault, progress in (("processing-stuck", "PENDING"), ("processing-error", "ERROR")):
        location = person.send(**{"X-Sandbox-Fault": fault}).headers["Location"]
        while (found := person.get(location).json()["progress"]) == "PENDING" != progress:
            pass
        assert found == progress
        for what in ("extractions", "layout", "processed"):
            answer = person.get(f"{location}/{what}")
            assert answer.status_code == 404
            assert progress in answer.json()["message"]
    assert person.get(f"{location}/pages/1/large").status_code == 200


def test_an_image_of_a_page_must_wait_for_the_document(person: Any) -> None:
    location = person.send(**{"X-Sandbox-Fault": "processing-stuck"}).headers["Location"]
    answer = person.get(f"{location}/pages/1/large")
    assert answer.status_code == 404
    assert "not drawn yet" in answer.json()["message"]


def test_a_dead_worker_costs_one_document(person: Any, files: Any) -> None:
    crashed = [person.send(**{"X-Sandbox-Fault": "processing-crash"}).headers["Location"] for _ in range(3)]
    fine = person.upload(files.pdf(lines=["Rechnung 4711", "Rechnungsbetrag: 47,11 EUR"]), "application/pdf")
    assert person.get(fine).json()["progress"] == "COMPLETED"
    for location in crashed:
        while (progress := person.get(location).json()["progress"]) == "PENDING":
            pass
        assert progress == "ERROR"


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


def processed(tmp_path: Path, count: int, **settings: Any) -> tuple[Clock, list[Any]]:
    """Process documents that need no reading, on a clock of our own."""

    async def run() -> tuple[Clock, list[Any]]:
        clock = Clock()
        processing = Processing(tmp_path, Settings(**settings), Workers(), clock=clock, sleep=clock.sleep)
        library = Library()
        for number in range(count):
            document = library.add(name=str(number), kind="whole", upload_media_type="", media_type="text/plain",
                                   sha256="x", page_count=1, source_classification="TEXT")  # fmt: skip
            processing.begin(document, "processing-error")
        assert {one.progress for one in library} == {"PENDING"}
        await processing.finished()
        return clock, [*library]

    return asyncio.run(run())


def test_processing_takes_the_time_that_was_set(tmp_path: Path) -> None:
    clock, documents = processed(tmp_path, 3, processing_time_s=2.5)
    assert clock.slept == [2.5] * 3
    assert {one.progress for one in documents} == {"ERROR"}


def test_processing_times_are_log_normal_around_their_mean_and_repeatable(tmp_path: Path) -> None:
    first, _ = processed(tmp_path, 2000, processing_time_s=2.0, processing_spread=0.5, seed=7, capacity=2000)
    again, _ = processed(tmp_path, 2000, processing_time_s=2.0, processing_spread=0.5, seed=7, capacity=2000)
    assert first.slept == again.slept
    assert statistics.mean(first.slept) == pytest.approx(2.0, rel=0.05)
    assert min(first.slept) > 0
    other, _ = processed(tmp_path, 3, processing_time_s=2.0, processing_spread=0.5, seed=8)
    assert other.slept[0] != first.slept[0]


def test_no_more_documents_are_worked_on_than_the_capacity(tmp_path: Path) -> None:
    async def run() -> int:
        working = most = 0

        async def sleep(_seconds: float) -> None:
            nonlocal working, most
            working += 1
            most = max(most, working)
            for _ in range(random.Random(working).randrange(1, 5)):
                await asyncio.sleep(0)
            working -= 1

        processing = Processing(tmp_path, Settings(capacity=3, processing_time_s=1.0), Workers(), sleep=sleep)
        library = Library()
        for _ in range(20):
            document = library.add(name="", kind="whole", upload_media_type="", media_type="", sha256="x",
                                   page_count=1, source_classification="TEXT")  # fmt: skip
            processing.begin(document, "processing-error")
        await processing.finished()
        assert {one.progress for one in library} == {"ERROR"}
        return most

    assert asyncio.run(run()) == 3


def test_payment_requests_are_listed_resolved_once_and_shown(person: Any, other: Any) -> None:
    listed = person.get("/paymentRequests").json()
    assert [one["status"] for one in listed] == ["open", "open"]
    uri = listed[0]["_links"]["_self"]
    assert person.get(uri).json() == listed[0]
    assert other.get(uri).status_code == 404
    assert person.get(f"{uri}/payment").status_code == 404
    paid = person.post(f"{uri}/payment", json=PAID)
    assert (paid.status_code, paid.json()["status"]) == (200, "paid")
    again = person.post(f"{uri}/payment", json=PAID)
    assert (again.status_code, "before" in again.json()["message"]) == (409, True)
    shown = person.get(f"{uri}/payment").json()
    assert shown["amount"] == "87.40:EUR"
    assert shown["_links"]["paymentRequest"] == uri


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"recipient": ""}, 400, "recipient missing"),
        ({"iban": 7}, 400, "iban missing"),
        ({"bic": 7}, 400, "bic must be a string"),
        ({"amount": "much"}, 422, "'much' is not an amount"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(person: Any, change: Any, status: int, message: str) -> None:
    uri = person.get("/paymentRequests").json()[0]["_links"]["_self"]
    answer = person.post(f"{uri}/payment", json={**PAID, **change})
    assert (answer.status_code, message in answer.json()["message"]) == (status, True), answer.text
    assert person.get(uri).json()["status"] == "open"


def test_the_configuration_names_the_client(person: Any) -> None:
    value = person.get("/configurations").json()
    assert value["clientID"] == person.sandbox.client_id
    assert value["skontoEnabled"] is True


def test_an_error_report_gets_an_id(person: Any) -> None:
    answer = person.post(person.upload() + "/errorreport?summary=wrong&description=all")
    assert answer.status_code == 200
    assert answer.json().keys() == {"message", "errorId"}


def test_json_that_is_none_is_refused(person: Any) -> None:
    path = person.upload() + "/extractions/feedback"
    for body in (b"", b"{", b"[]", b'"text"', b"\xff", b'{"feedback": NaN}', b"[" * 100_000):
        answer = person.post(path, data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, body[:20]
