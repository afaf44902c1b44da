"""What happens to a document after its upload: waiting, reading, a result or an error."""

import asyncio
import contextlib
import hashlib
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gini_notebook.sandbox.documents import Document, Storage
from gini_notebook.sandbox.settings import Settings
from gini_notebook.sandbox.workers import Workers, WorkFailed, WorkRefused

T = TypeVar("T")
_logger = logging.getLogger("gini_notebook.sandbox")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a first look at a file shows."""

    media_type: str
    page_count: int
    source_classification: str


class Processing:
    """Files, the engine that reads them, and the queue of documents.

    Results are kept under the hash of the content, so that the same bytes are read once.

    Parameters
    ----------
    folder
        The sandbox's own folder.
    settings
        Processing time, capacity, units, OCR.
    workers
        The worker processes that read.
    clock
        Seconds that never go back.
    sleep
        Lets time pass.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        workers: Workers,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.storage = Storage(folder)
        self._settings = settings
        self._workers = workers
        self._clock = clock
        self._sleep = sleep
        self._random = random.Random(settings.seed)  # noqa: S311 - reproducible, not secret
        self._free = asyncio.Semaphore(settings.capacity)
        self._one_scan = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._checked: dict[str, dict[str, Checked]] = {}
        self._extractions: dict[str, bytes] = {}
        self._texts: dict[str, str] = {}
        self._reading: dict[str, asyncio.Task[str]] = {}

    def forget(self, document: Document) -> None:
        """Remove what was stored and read for a document that is deleted, unless another one has the same content."""
        self.let_go(document.sha256)

    def let_go(self, sha256: str) -> None:
        """Release a file of one document."""
        if self.storage.let_go(sha256):
            for cache in (self._checked, self._extractions, self._texts):
                cache.pop(sha256, None)

    async def check(self, sha256: str, media_type: str) -> Checked:
        """Look whether a file can be taken.

        Raises
        ------
        WorkRefused
            If not.
        """
        known = self._checked.setdefault(sha256, {})
        if media_type not in known:
            job = {"job": "check", "path": str(self.storage.path(sha256)), "media_type": media_type or None}
            try:
                known[media_type] = Checked(**await self._workers.do(job))
            except WorkFailed as problem:
                message = f"The file cannot be read: {problem}"
                raise WorkRefused(message, 400) from problem
        return known[media_type]

    def begin(self, document: Document, fault: str = "") -> None:
        """Start to work on a document.

        Parameters
        ----------
        document
            It is ``PENDING`` until the work is done.
        fault
            What shall go wrong: ``"processing-error"``, ``"processing-crash"``, ``"processing-stuck"`` or nothing.
        """
        if fault == "processing-stuck":
            return
        time_s = self._draw_time()
        if not fault and time_s == 0 and document.sha256 in self._extractions and not self._free.locked():
            document.progress = "COMPLETED"
            return
        self._begin(self._process(document, time_s, fault))

    def extractions(self, document: Document) -> bytes:
        """Return what was read, as JSON."""
        return self._extractions[document.sha256]

    def layout(self, document: Document) -> bytes:
        """Return the words and their places, as JSON."""
        return self.storage.path(document.sha256, "layout.json").read_bytes()

    def text(self, document: Document) -> str:
        """Return all words of a document."""
        if document.sha256 not in self._texts:
            self._texts[document.sha256] = " ".join(_words(json.loads(self.layout(document))))
        return self._texts[document.sha256]

    async def image(self, document: Document, number: int, width: int) -> bytes:
        """Draw a page, ``width`` pixels wide.

        Raises
        ------
        WorkFailed, WorkRefused
            It cannot be drawn.
        """
        path = self.storage.path(document.sha256, f"{number}.{width}.jpg")
        if not path.exists():
            part, within, turn = document.page(number)
            job = {
                "job": "image",
                "path": str(self.storage.path(part.sha256)),
                "media_type": part.media_type,
                "number": within,
                "width": width,
                "turn": turn,
                "image": str(path),
            }
            await self._workers.do(job)
        return path.read_bytes()

    async def combined(self, document: Document) -> bytes:
        """Put the parts of a composite together as one PDF.

        Raises
        ------
        WorkFailed, WorkRefused
            They cannot be.
        """
        path = self.storage.path(document.sha256, "pdf")
        if not path.exists():
            await self._workers.do({"job": "combine", "parts": self._parts(document), "file": str(path)})
        return path.read_bytes()

    async def finished(self) -> None:
        """Wait until nothing is worked on."""
        while self._tasks:
            await asyncio.wait([*self._tasks])

    async def close(self) -> None:
        """Stop all work."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._workers.close()

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _process(self, document: Document, time_s: float, fault: str) -> None:
        async with self._free:
            begun = self._clock()
            document.failure = await self._read(document, fault)
            await self._sleep(max(0.0, time_s - (self._clock() - begun)))
        document.progress = "ERROR" if document.failure else "COMPLETED"
        if document.failure and not fault:
            _logger.warning("document %s could not be read: %s", document.id, ascii(document.failure)[1:-1])

    async def _read(self, document: Document, fault: str) -> str:
        """Read a document unless its content was read before; return why it failed, or nothing."""
        if fault == "processing-error":
            return "A fault of the sandbox, as was asked for."
        if fault == "processing-crash":
            return await self._failure({"job": "crash"})
        sha256 = document.sha256
        if sha256 in self._extractions:
            return ""
        if sha256 not in self._reading:
            self._reading[sha256] = self._begin(self._read_new(document))
            self._reading[sha256].add_done_callback(lambda _: self._reading.pop(sha256))
        return await asyncio.shield(self._reading[sha256])

    async def _read_new(self, document: Document) -> str:
        sha256 = document.sha256
        extractions, layout = (self.storage.path(sha256, what) for what in ("extractions.json", "layout.json"))
        job: dict[str, Any] = {
            "job": "read",
            "parts": self._parts(document),
            "settings": {
                "engine": self._settings.engine,
                "coordinates": self._settings.coordinates,
                "ocr": self._settings.ocr,
            },
            "extractions": str(extractions),
            "layout": str(layout),
        }
        scanned = any(part.source_classification == "SCANNED" for part, _ in document.partials or [(document, 0)])
        # A scan takes a worker for long; one worker stays free for whoever uploads or looks at a page.
        async with self._one_scan if scanned else contextlib.nullcontext():
            failure = await self._failure(job)
        if not self.storage.holds(sha256):
            # Deleted meanwhile: nothing may come back.
            self.storage.remove(sha256)
        elif not failure:
            self._extractions[sha256] = extractions.read_bytes()
        return failure

    async def _failure(self, job: Mapping[str, Any]) -> str:
        """Have a job done; return why it failed, or nothing."""
        try:
            # Whoever uploads or looks at a page does not wait until all documents are read.
            await self._workers.do(job, patient=True)
        except (WorkFailed, WorkRefused) as problem:
            return str(problem)
        return ""

    def _draw_time(self) -> float:
        mean_s, spread = self._settings.processing_time_s, self._settings.processing_spread
        if not spread or not mean_s:
            return mean_s
        # The mean of exp(N(mu, sigma)) is exp(mu + sigma²/2).
        return mean_s * self._random.lognormvariate(-(spread**2) / 2, spread)

    def _parts(self, document: Document) -> list[dict[str, Any]]:
        return [
            {"path": str(self.storage.path(part.sha256)), "media_type": part.media_type, "turn": turn}
            for part, turn in document.partials or [(document, 0)]
        ]


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, dict):
        yield from (one for one in (value.get("text"),) if isinstance(one, str))
        yield from _words([*value.values()])


def composite_hash(parts: Sequence[tuple[Document, int]]) -> str:
    """Return the hash of a composite that its results are kept under."""
    return hashlib.sha256(json.dumps([[part.sha256, turn] for part, turn in parts]).encode()).hexdigest()
