"""What the tests of batch runs share."""

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.service.batch import BatchSettings

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

# A quarantine that the sandbox, which finishes an upload at once or after a set time, cannot outlast; and little
# patience with documents that are said not to be there.
QUICK = BatchSettings(quarantine_s=0.3, grace_s=0.3)


def invoice(number: int) -> str:
    """Return the text of a little invoice; each number gives another."""
    return (
        f"Rechnung {number}\nGesamtbetrag {number % 900 + 1},{number % 100:02} EUR\nIBAN DE89 3704 0044 0532 0130 00\n"
    )


@pytest.fixture
def invoices_of(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder of little invoices: so many, or with these names."""

    def write(*names: str, count: int = 0) -> Path:
        folder = tmp_path / "invoices"
        for number, name in enumerate(names or [f"invoice-{number:04}.txt" for number in range(count)]):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(invoice(number))
        return folder

    return write


def letter(folder: Path, name: str, number: int, pages: int = 2) -> tuple[str, ...]:
    """Write the pages of a little invoice and return their paths; the amount stands on the last."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = [*(f"Rechnung {number}, Seite {page}\nFirma Muster\n" for page in range(1, pages)), invoice(number)]
    paths = [folder / f"{name}.{page}.txt" for page in range(1, pages + 1)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return tuple(map(str, paths))


@pytest.fixture
def unhurt(sandbox: "Sandbox") -> "Iterator[Sandbox]":
    """The sandbox, with whatever faults the test sets; none are left behind."""
    yield sandbox
    sandbox.set_faults({})


@pytest.fixture(scope="session")
def awake(sandbox: "Sandbox") -> None:
    """See to it that the sandbox has started what it starts when it is first needed.

    That takes longer than the short quarantine of these tests, for which no upload may be under way when the process
    that sent it has died.
    """
    from gini_notebook.interactive.login import login

    client = login(sandbox)
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda number: client.upload(invoice(number).encode(), name="awake.txt"), range(8)):
            pass


@pytest.fixture(scope="session")
def slow_sandbox() -> "Iterator[Sandbox]":
    """A sandbox that takes a moment for each document, so that a run has to wait for it."""
    from gini_notebook.sandbox import Sandbox

    with Sandbox(processing_time_s=0.3, capacity=64) as running:
        yield running


@pytest.fixture
def memory_path() -> Iterator[Path]:
    """A folder in memory where there is one, for simulated runs whose thousand commits need not reach a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)
