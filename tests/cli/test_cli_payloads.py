"""T59: 40 payloads in names, fields, values, reasons and arguments × every command: none reaches the terminal."""

import json
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from gini_notebook import evaluate
from gini_notebook.cli import application
from gini_notebook.service.batch.ledger.store import FILE_NAME
from tests.hostile.ledgers import ledger
from tests.payloads import PAYLOADS, unprintable

IN_NAMES = [payload.replace("/", "") for payload in PAYLOADS if "\0" not in payload]


def printed(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command in this process, and return all that it prints."""
    sys.argv = ["gini-notebook", *map(str, arguments)]
    with pytest.raises(SystemExit):
        application.main()
    out, err = capfd.readouterr()
    return out + err


def check(text: str) -> None:
    assert text.strip()
    assert "Traceback" not in text
    found = unprintable(text.replace("\n", ""))
    assert not found, (found, text)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("GINI_SECRET_FILE", "GINI_USER_IDENTIFIER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GINI_SECRET_FILE", "")
    before = sys.argv
    yield
    sys.argv = before


def test_there_are_forty_payloads() -> None:
    assert len({payload for payload in PAYLOADS if unprintable(payload)}) >= 40


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Extractions and truth with each payload in names of documents, of fields, and in values."""
    rows = []
    for number, payload in enumerate(PAYLOADS):
        rows += [(f"d{number}{payload}x", "iban", f"DE{payload}1"), (f"d{number}{payload}x", f"f{payload}x", "y")]
    found = pd.DataFrame(rows, columns=["document", "field", "value"])
    truth = found.assign(value=found["value"].where(found.index % 3 > 0, "other"))
    extra = pd.DataFrame(
        [(f"t{n}{payload}x", "iban", "z") for n, payload in enumerate(PAYLOADS)], columns=truth.columns
    )
    paths = tmp_path / "found.parquet", tmp_path / "truth.parquet"
    found.to_parquet(paths[0])
    pd.concat([truth, extra]).to_parquet(paths[1])
    return paths


def test_T59_commands_on_tables(tables: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found, truth = tables
    kept = tmp_path / "kept.zip"
    for more in ([], ["--json"], ["--fail-under", "micro.f1>=0.1", "--out", str(kept)]):
        check(printed(capfd, "evaluate", found, truth, *more))
    other = tmp_path / "other.zip"
    evaluate(pd.read_parquet(found).assign(value="w"), pd.read_parquet(truth)).save(other)
    for more in ([], ["--json"]):
        check(printed(capfd, "compare", kept, other, *more))
        check(printed(capfd, "truth", truth, *more))
    for ending in ("md", "html", "xml"):
        report = tmp_path / f"report.{ending}"
        check(printed(capfd, "report", kept, "--out", report))
        assert not unprintable(report.read_text("utf-8").replace("\n", "")), ending


def test_T59_json_says_what_there_was(tables: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    counted = json.loads(printed(capfd, "truth", tables[1], "--json"))["fields"]
    for payload in filter(str.strip, PAYLOADS):
        # What nobody sees in a name is no part of it; all else is, and is only printed as an escape.
        visible = "".join(character for character in payload if unicodedata.category(character) != "Cf")
        assert f"f{payload}x" in counted or f"f{visible}x" in counted


def test_T59_commands_on_a_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE_NAME).write_bytes(ledger(documents=len(PAYLOADS)))
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        left_out = json.dumps([[f"a{payload}b", f"why{payload}"] for payload in PAYLOADS])
        connection.execute("INSERT INTO facts VALUES ('left_out', ?)", [left_out])
        for number, payload in enumerate(PAYLOADS):
            values = (f"{payload.replace(chr(0), '')}n{number}", f"no {payload.replace(chr(0), '')}", f"d{number}")
            connection.execute("UPDATE documents SET document = ?, problem = ? WHERE document = ?", values)
    connection.close()
    for more in ([], ["--json"]):
        text = printed(capfd, "status", tmp_path, *more)
        check(text)
        assert "x1b" in text or "\\u001b" in text
    from gini_notebook.service.batch import Batch

    assert not unprintable(Batch.load(tmp_path)._repr_html_().replace("\n", ""))


# The words of a command, the last of which a payload follows.
COMMANDS = (
    *(
        ["status"],
        ["resume"],
        ["dedupe"],
        ["cleanup"],
        ["truth"],
        ["run", "--to", "x"],
        ["evaluate", "x"],
        ["compare", "x"],
    ),
    *(["report", "--out", "x.md"], ["report", "x", "--out"], ["demo"], ["users", "show"], ["users"], []),
    *(
        ["evaluate", "x", "y", "--intervals"],
        ["run", "x", "--to", "y", "--report"],
        ["run", "x", "--user", "u", "--to"],
    ),
    *(
        ["run", "x", "--to", "y", "--truth", "z", "--fail-under"],
        ["status", "x"],
        ["sandbox", "--port"],
        ["truth", "x", "--out"],
    ),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_T59_arguments(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for payload in ["--a\x1b[2J", *IN_NAMES]:
        check(printed(capfd, *command, f"{payload}" if payload.startswith("--") else f"a{payload}b"))


def test_T59_progress_and_what_is_said_above_it(capfd: pytest.CaptureFixture[str]) -> None:
    from gini_notebook.service.batch.progress import Counts, say, shown

    with shown(True, Counts(2, 0, 0)) as tell:
        for payload in PAYLOADS:
            say(f"Left out: a{payload}b.")
        tell(Counts(2, 1, 1))
    text = "".join(capfd.readouterr())
    assert text.count("Left out") == len(PAYLOADS)
    # Line ends, and the bar's own ways to the beginning of its line and the one above.
    assert not unprintable(text.replace("\n", "").replace("\r", "").replace("\x1b[A", "")), text
