"""What could make a number mean something else stands beside it, for programs, too."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gini_notebook.cli import app
from gini_notebook.service.batch.ledger.store import FILE_NAME
from tests.hostile.ledgers import ledger


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run at a sandbox that read no scans, and that left out a file."""
    facts = ("('scans', 'not read: ocr=False')", """('left_out', '[["a.docx", "unknown kind"]]')""")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(ledger(*(f"INSERT INTO facts VALUES {fact}" for fact in facts)))
    (tmp_path / "truth.csv").write_text("document,iban\nd0,DE1\n", "utf-8")
    return folder


def test_evaluate_says_what_to_know_about_the_run(run: Path) -> None:
    command = ["evaluate", str(run), str(run.parent / "truth.csv")]
    told = CliRunner().invoke(app, [*command, "--json"])
    notes = {note["kind"]: note for note in json.loads(told.output)["notes"]}
    assert "The sandbox does not read scans (ocr=False)" in notes["scans_unread"]["text"]
    assert notes["files_left_out"]["examples"] == ["a.docx"]
    assert set(notes["files_left_out"]) >= {"kind", "count", "examples"}
    assert "Note: The sandbox does not read scans (ocr=False)" in CliRunner().invoke(app, command).output


def test_the_shell_prints_the_words_above_columns_without_a_source() -> None:
    told = CliRunner().invoke(app, ["truth", "--words"])
    assert told.exit_code == 0
    assert "\npaymentRecipient: payment recipient, recipient, " in told.output
