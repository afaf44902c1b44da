"""T59: runs of documents whose names, contents and reasons hold payloads, in every command that deals with a run."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from gini_notebook.sandbox.serving import PrintableFormatter
from gini_notebook.service.batch import Batch
from gini_notebook.service.batch.ledger.store import FILE_NAME
from tests.cli.test_cli_payloads import printed
from tests.payloads import PAYLOADS, unprintable

if TYPE_CHECKING:
    pass

IN_NAMES = [payload.replace("/", "") for payload in PAYLOADS if "\0" not in payload]
# What the bar itself writes: the beginning of its line, and the way up.
BAR = ("\r", "\x1b[A", "\n")


def plain(text: str) -> str:
    for mark in BAR:
        text = text.replace(mark, "")
    return text


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Documents that are read, that fail here, that the service refuses, and entries that are none."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, payload in enumerate(IN_NAMES):
        read = f"Rechnung {payload} vom {payload}\nGesamtbetrag {number + 1},00 EUR\nEmpfänger: A{payload}B GmbH\n"
        (folder / f"{number}a{payload}b.txt").write_text(read, encoding="utf-8")
        (folder / f"{number}e{payload}e.pdf").write_bytes(b"")
        (folder / f"{number}p{payload}p.pdf").write_bytes(b"%PDF-1.4 " + payload.encode() * 20)
        (folder / f"{number}n{payload}n.docx").write_bytes(b"none")
    return folder


@pytest.mark.usefixtures("logged_in")
def test_T59_runs_of_documents_with_payloads(
    documents: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.parquet"
    names = [path.name for path in documents.iterdir()]
    pd.DataFrame({"document": names, "field": "iban", "value": "DE\x1b[2J1"}).to_parquet(truth)
    ran = [
        ("run", str(documents), "--to", "run"),
        ("run", str(documents), "--to", "run", "--json"),
        ("run", str(documents), "--to", "run", "--truth", str(truth), "--report", "report.md"),
        ("resume", "run"),
        ("resume", "run", "--json"),
        ("status", "run"),
        ("status", "run", "--json"),
        ("evaluate", "run", str(truth)),
        ("dedupe", "run"),
        ("dedupe", "run", "--delete"),
        ("cleanup", "run"),
        ("cleanup", "run"),
        ("purge", "run"),
    ]
    for words in ran:
        if words[0] == "cleanup":
            batch = Batch.load(tmp_path / "run")
            for text in (repr(batch), batch._repr_html_(), *(note.text for note in batch.notes)):
                assert not unprintable(text.replace("\n", "")), text
        text = printed(capfd, *words)
        assert text.strip()
        assert "Traceback" not in text
        assert unprintable(plain(text)) == [], (words, text)
    assert not (tmp_path / "run" / FILE_NAME).exists()


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_T59_tracebacks_in_the_log_of_the_sandbox(payload: str) -> None:
    try:
        raise ValueError(payload, f"a{payload}b")  # noqa: TRY301 - to have a traceback
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, f"{payload}.py", 1, "no %s", (payload,), sys.exc_info())
    text = PrintableFormatter().format(record)
    assert "Traceback" in text
    assert unprintable(text.replace("\n", "")) == []


def test_T59_what_a_sandbox_prints_while_it_reads(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from gini_notebook.sandbox import Sandbox\n"
        "from gini_notebook.interactive.login import login\n"
        "from gini_notebook.service.batch import process\n"
        "with Sandbox(processing_time_s=0.0) as sandbox:\n"
        "    process(login(sandbox), sys.argv[1], to=sys.argv[2], progress=True)\n"
    )
    folder = tmp_path / "in"
    folder.mkdir()
    for number, payload in enumerate(IN_NAMES):
        (folder / f"{number}a{payload}b.xml").write_text(f"<a{number}>{payload}</a>", encoding="utf-8")
        (folder / f"{number}p{payload}p.pdf").write_bytes(b"%PDF-1.4\n" + payload.encode() * 20)
        (folder / f"{number}j{payload}p.jpg").write_bytes(b"\xff\xd8\xff\xe0" + payload.encode() * 20)
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(tmp_path / "run")], capture_output=True, check=False
    )
    text = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
    assert done.returncode == 0, text
    assert unprintable(plain(text)) == [], text
