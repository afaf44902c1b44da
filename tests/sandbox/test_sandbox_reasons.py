"""What the sandbox says of documents that it did not read, or not wholly."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gini_notebook.sandbox import Sandbox
from gini_notebook.sandbox.documents import Document, Library
from gini_notebook.sandbox.processing import Processing
from gini_notebook.sandbox.settings import Settings, ocr_installed
from gini_notebook.sandbox.workers import Workers, WorkFailed

REASON = "UnicodeEncodeError: surrogates not allowed"


class Failing(Workers):
    """Workers that read nothing."""

    async def do(self, job: Any, *, patient: bool = False) -> Any:
        raise WorkFailed(REASON)


class Empty(Workers):
    """Workers that find nothing."""

    async def do(self, job: Any, *, patient: bool = False) -> Any:
        Path(job["extractions"]).write_text("{}")
        return {}


def process(folder: Path, workers: Workers, classification: str, fault: str = "", **settings: Any) -> list[Document]:
    """Process three documents and return them."""

    async def whole() -> list[Document]:
        processing = Processing(folder, Settings(processing_time_s=0.0, **settings), workers)
        library = Library()
        for number in range(3):
            sha256 = processing.storage.store(b"%d" % number)
            members = {"media_type": "image/jpeg", "sha256": sha256, "source_classification": classification}
            processing.begin(library.add(name="", kind="whole", upload_media_type="", page_count=1, **members), fault)
        await processing.finished()
        return [*library]

    return asyncio.run(whole())


def test_the_reason_of_a_failed_reading_stands_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    documents = process(tmp_path, Failing(), "NATIVE")
    assert {(one.progress, one.failure) for one in documents} == {("ERROR", REASON)}
    assert sorted(caplog.messages) == sorted(f"document {one.id} could not be read: {REASON}" for one in documents)


def test_a_failure_that_was_asked_for_is_no_news(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    documents = process(tmp_path, Empty(), "NATIVE", "processing-error")
    assert {one.failure for one in documents} == {"A fault of the sandbox, as was asked for."}
    assert caplog.messages == []


def test_that_scans_are_not_read_is_no_message_of_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert {one.progress for one in process(tmp_path, Empty(), "SCANNED", ocr=False)} == {"COMPLETED"}
    assert caplog.messages == []


def test_the_error_report_says_why_a_document_could_not_be_read(person: Any) -> None:
    broken = person.upload(name="a.fault-processing-crash.txt")
    assert person.get(broken).json()["progress"] == "ERROR"
    message = person.post(f"{broken}/errorreport").json()["message"]
    assert message.endswith("It could not be read: The worker died.")
    assert "could not be read" not in person.post(f"{person.upload()}/errorreport").json()["message"]


def test_the_status_says_what_answers_and_whether_scans_are_read(
    sandbox: Sandbox, person_of: Callable[[Sandbox], Any], stranger: Any
) -> None:
    status = stranger.get("/").json()
    assert (status["environment"], status["engine"]) == ("pay-api", "baseline")
    assert (
        status["scans"] == "read" if ocr_installed() else status["scans"].startswith("not read: OCR is not installed")
    )
    assert "/" not in stranger.get("/openapi.json").json()["paths"]
    with Sandbox(environment="gini-api", ocr=False) as older:
        assert older.environment == "gini-api"
        assert person_of(older).get("/").json()["scans"] == "not read: OCR is switched off (ocr=False)"
