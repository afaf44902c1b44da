"""The processes that read, and the files they read: one bad document harms no other, and none outlives its deletion."""

import asyncio
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest
from PIL import Image

from gini_notebook.sandbox import Sandbox, system
from gini_notebook.sandbox.documents import Library, Storage
from gini_notebook.sandbox.processing import Processing
from gini_notebook.sandbox.settings import Settings
from gini_notebook.sandbox.workers import Workers, WorkFailed, WorkRefused

TEXT = b"Rechnung Nr. 2025-0318\nRechnungsbetrag: 238,00 EUR\n"


def check(path: Path) -> dict[str, Any]:
    return {"job": "check", "path": str(path), "media_type": None}


def run(work: Callable[[Workers], Any], **settings: Any) -> Any:
    """Give workers to a coroutine, and end them afterwards."""

    async def whole() -> Any:
        workers = Workers(**settings)
        try:
            return await work(workers)
        finally:
            await workers.close()

    return asyncio.run(whole())


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_bytes(TEXT)
    return path


def test_a_worker_that_takes_too_long_is_replaced(tmp_path: Path, text: Path) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)

    async def work(workers: Workers) -> None:
        with pytest.raises(WorkFailed, match=r"Took longer than 0\.5 s"):
            await workers.do(check(endless))

    run(work, count=1, time_limit_s=0.5)

    async def work_again(workers: Workers) -> Any:
        with pytest.raises(WorkFailed, match="The worker died"):
            await workers.do({"job": "crash"})
        return await workers.do(check(text))

    assert run(work_again, count=1)["media_type"] == "text/plain"


@pytest.mark.parametrize("binds", [True, False], ids=["the system limits", "looked at from outside"])
def test_a_worker_has_bounded_memory(binds: bool, tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "LIMITS_BIND", binds)
    picture = tmp_path / "picture"
    Image.new("1", (7_900, 7_900)).save(picture, "PNG")
    job = {"job": "image", "path": str(picture), "media_type": "image/png", "number": 1, "width": 750,
           "turn": 0, "image": str(tmp_path / "image.jpg")}  # fmt: skip

    async def work(workers: Workers) -> Any:
        with pytest.raises((WorkFailed, WorkRefused) if binds else WorkFailed, match=None if binds else "more memory"):
            await workers.do(job)
        return await workers.do(check(text))

    # Address space holds what libraries reserve; what is looked at is what is used.
    assert run(work, count=1, memory_limit=(350 if binds else 120) * 1024 * 1024)["page_count"] == 1
    assert run(lambda workers: workers.do(job), count=1) == {}


def test_a_file_that_cannot_be_taken_is_refused_with_its_status(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(b"PK\x03\x04" + bytes(100))

    async def work(workers: Workers) -> int:
        with pytest.raises(WorkRefused, match="ZIP") as refused:
            await workers.do(check(archive))
        return refused.value.status

    assert run(work) == 415


def test_whoever_uploads_does_not_wait_until_all_documents_are_read(tmp_path: Path, text: Path) -> None:
    async def work(workers: Workers) -> list[str]:
        done: list[str] = []

        async def do(name: str, *, patient: bool) -> None:
            await workers.do(check(text), patient=patient)
            done.append(name)

        first = asyncio.create_task(do("first", patient=True))
        await asyncio.sleep(0)
        later = [asyncio.create_task(do(f"read {number}", patient=True)) for number in range(3)]
        await asyncio.sleep(0)
        await asyncio.gather(first, *later, do("upload", patient=False))
        return done

    assert run(work, count=1) == ["first", "upload", "read 0", "read 1", "read 2"]


def test_a_job_nobody_waits_for_any_more_loses_no_worker(text: Path) -> None:
    async def work(workers: Workers) -> Any:
        first = asyncio.create_task(workers.do(check(text)))
        await asyncio.sleep(0)
        given_up = [asyncio.create_task(workers.do(check(text))) for _ in range(3)]
        await asyncio.sleep(0)
        for one in given_up:
            one.cancel()
        await first
        return await asyncio.wait_for(workers.do(check(text)), 30)

    assert run(work, count=1)["source_classification"] == "TEXT"


def test_equal_documents_are_read_once(tmp_path: Path) -> None:
    class Counting(Workers):
        jobs: ClassVar[list[str]] = []

        async def do(self, job: Any, *, patient: bool = False) -> Any:
            self.jobs.append(job["job"])
            return await super().do(job, patient=patient)

    async def whole() -> set[str]:
        processing = Processing(tmp_path, Settings(processing_time_s=0.0), Counting())
        library = Library()
        for _ in range(5):
            sha256 = processing.storage.store(TEXT)
            document = library.add(name="", kind="whole", upload_media_type="", media_type="text/plain",
                                   sha256=sha256, page_count=1, source_classification="TEXT")  # fmt: skip
            processing.begin(document)
        await processing.finished()
        await processing.close()
        return {document.progress for document in library}

    assert asyncio.run(whole()) == {"COMPLETED"}
    assert Counting.jobs == ["read"]


def test_files_stay_as_long_as_a_document_needs_them(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    first, second = storage.store(b"a"), storage.store(b"a")
    assert first == second
    storage.path(first, "layout.json").write_text("{}")
    assert not storage.let_go(first)
    assert storage.content(first) == b"a"
    assert storage.let_go(first)
    assert [*tmp_path.iterdir()] == []


def test_nothing_of_a_deleted_document_stays_on_disk(person_of: Callable[[Sandbox], Any], files: Any) -> None:
    with Sandbox(processing_time_s=0.0) as sandbox:
        folder = Path(sandbox.ca_file).parent
        before = [*folder.iterdir()]
        person, other = person_of(sandbox), person_of(sandbox)
        paths = [one.upload(files.TEXT) for one in (person, person, other)]
        part = person.upload(files.picture(), "application/vnd.gini.v1.partial+jpeg")
        composite = person.compose((part, 0)).headers["Location"]
        while person.get(composite).json()["progress"] == "PENDING":
            pass
        assert person.send(b"PK\x03\x04" + bytes(50), "application/pdf").status_code == 415
        for path in (paths[0], composite, part):
            person.get(f"{path}/pages/1/medium")
            assert person.delete(path).status_code == 204
        # Two documents still have that content.
        assert person.get(f"{paths[1]}/extractions").status_code == 200
        assert person.delete(paths[1]).status_code == 204
        assert other.get(f"{paths[2]}/processed").content == files.TEXT
        assert other.delete(paths[2]).status_code == 204
        assert [*folder.iterdir()] == before
        again = person.upload(files.TEXT)
        assert person.get(f"{again}/extractions").json()["extractions"]["iban"]["value"].startswith("DE59")


def test_no_more_than_two_workers_run(person_of: Callable[[Sandbox], Any], files: Any) -> None:
    with Sandbox(processing_time_s=0.0) as sandbox:
        person = person_of(sandbox)
        server = max(psutil.Process().children(), key=psutil.Process.create_time)
        for number in range(6):
            person.send(files.pdf(lines=[f"Rechnung {number}"]), "application/pdf")
        workers = [one for one in server.children() if "gini_notebook.sandbox.worker" in one.cmdline()]
        assert 1 <= len(workers) <= 2


def test_a_file_in_the_folder_that_is_called_like_a_library_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person_of: Callable[[Sandbox], Any]
) -> None:
    for name in ("uvicorn", "jwt", "pypdfium2"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported from the working folder')")
    monkeypatch.chdir(tmp_path)
    with Sandbox(processing_time_s=0.0) as sandbox:
        content = io.BytesIO()
        Image.new("RGB", (50, 50)).save(content, "PDF")
        assert person_of(sandbox).send(content.getvalue(), "application/pdf").status_code == 201


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(person: Any, tmp_path: Path) -> None:
    import subprocess

    large, sandbox = tmp_path / "large.jpg", person.sandbox
    large.write_bytes(bytes(12 * 1024 * 1024))
    command = ["curl", "--silent", "--cacert", sandbox.ca_file, "--output", os.devnull]
    command += ["--user", f"{sandbox.client_id}:{sandbox.client_secret}", "--header", "X-User-Identifier: me"]
    command += ["--header", "Content-Type: image/jpeg", "--header", "Expect: 100-continue"]
    command += ["--data-binary", f"@{large}", "--write-out", "%{http_code} %{size_upload}"]
    command += [f"{sandbox.api}/documents"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    status, sent = done.stdout.split()
    assert status == "413"
    assert int(sent) == 0


@pytest.mark.parametrize(("classification", "most"), [("SCANNED", 1), ("NATIVE", 4)])
def test_scans_are_read_one_at_a_time_so_that_a_worker_stays_free(
    tmp_path: Path, classification: str, most: int
) -> None:
    class Watching(Workers):
        working = most = 0

        async def do(self, job: Any, *, patient: bool = False) -> Any:
            self.working += 1
            self.most = max(self.most, self.working)
            await asyncio.sleep(0)
            Path(job["extractions"]).write_text("{}")
            self.working -= 1
            return {}

    async def whole() -> int:
        workers = Watching()
        processing = Processing(tmp_path, Settings(processing_time_s=0.0), workers)
        library = Library()
        for number in range(4):
            sha256 = processing.storage.store(b"%d" % number)
            document = library.add(name="", kind="whole", upload_media_type="", media_type="image/jpeg",
                                   sha256=sha256, page_count=1, source_classification=classification)  # fmt: skip
            processing.begin(document)
        await processing.finished()
        assert {document.progress for document in library} == {"COMPLETED"}
        return workers.most

    assert asyncio.run(whole()) == most
