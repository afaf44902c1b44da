"""Consoles that lack characters: no command ends with an error because of what it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gini_notebook.cli import app

COMMANDS = [str(command.name or command.callback.__name__) for command in app.registered_commands]
COMMANDS += [str(group.name) for group in app.registered_groups]
NAME = "Größe – 請求書 №1.txt"
ENCODINGS = ("ascii", "cp850", "cp1252")


# All in one process: loading the libraries takes longer than the commands do.
SCRIPT = """
import json, sys
from gini_notebook.cli import main

for code, words in json.loads(sys.argv[1]):
    sys.argv = ["gini-notebook", *words]
    try:
        main()
        ended = 0
    except SystemExit as end:
        ended = end.code or 0
    assert ended == code, (words, ended)
"""
# One serves until it is stopped, and has a test of its own.
TRIED = {"sandbox"}
Step = tuple[int, tuple[str, ...]]


def environment(encoding: str) -> dict[str, str]:
    """Return the environment of a process whose console is in this encoding."""
    return {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}


def printed(encoding: str, folder: Path, account: dict[str, str], *steps: Step) -> str:
    """Run commands in a process whose console is in this encoding; return what came on standard output."""
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(steps)],
        cwd=folder,
        env=environment(encoding) | account,
        input=b"tulip-4711\n",
        capture_output=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr.decode(errors="replace")
    # Click takes a stream in ASCII for one whose encoding nobody has set, and writes UTF-8.
    return answer.stdout.decode("utf-8" if encoding == "ascii" else encoding)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / NAME).write_text("Rechnung 12,34 EUR", encoding="utf-8")
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / NAME).write_text("Rechnung 12,34 EUR", encoding="utf-8")
    truth = {"document": NAME, "amountToPay": "99.00:EUR", "paymentRecipient": "Köln – 株式会社"}
    for place in (tmp_path, tmp_path / "small"):
        (place / "truth.jsonl").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints(encoding: str, folder: Path, account: dict[str, str]) -> None:
    steps: list[Step] = [
        (0, ("run", "in", "--to", "run", "--truth", "truth.jsonl", "--report", "report.md")),
        (0, ("status", "run")),
        (0, ("resume", "run")),
        (0, ("dedupe", "run")),
        (0, ("truth", "truth.jsonl", "--check", "--run", "run")),
        (0, ("to-label", "run", "--n", "1")),
        (0, ("evaluate", "run", "truth.jsonl", "--out", "kept.zip")),
        (0, ("report", "kept.zip", "--out", "again.md")),
        (0, ("compare", "kept.zip", "kept.zip")),
        (0, ("history", "kept.zip", "--file", "history.jsonl")),
        (4, ("automation", "run", "truth.jsonl")),
        (0, ("demo", "small", "--to", "demo")),
        (0, ("users", "create", f"{encoding}@app.example.org", "--password-stdin")),
        (2, ("users", "show", "größe–")),
        (0, ("plan", "--rate", "0.95", "--half-width", "0.05")),
        (2, ("evaluate", "run", "Größe – 請求書.csv")),
        (2, ("--größe–",)),
        (0, ("cleanup", "run")),
        (0, ("purge", "run")),
    ]
    assert {words[0] for _, words in steps if not words[0].startswith("-")} == set(COMMANDS) - TRIED
    assert "amountToPay" in printed(encoding, folder, account, *steps)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_sandbox_prints_how_it_is_used(encoding: str) -> None:
    command = [sys.executable, "-m", "gini_notebook", "sandbox", "--no-ocr"]
    with subprocess.Popen(
        command, env=environment(encoding), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout
        text = b""
        while b"/_sandbox/requests" not in text and (line := started.stdout.readline()):
            text += line
        started.terminate()
        assert (started.wait(), started.communicate()[1]) == (0, b"")
    assert "GINI_CA_FILE" in text.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_json_in_any_encoding(encoding: str, folder: Path, account: dict[str, str]) -> None:
    steps = [(0, ("truth", "truth.jsonl", "--json")), (0, ("run", "in", "--to", "other", "--json"))]
    truth, run = printed(encoding, folder, account, *steps).splitlines()
    assert json.loads(truth)["documents"] == 1
    assert json.loads(run)["documents"] == {"completed": 1}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_help_is_printed(encoding: str, tmp_path: Path) -> None:
    text = printed(encoding, tmp_path, {}, *((0, (command, "--help")) for command in COMMANDS))
    assert text.lower().count("usage:") == len(COMMANDS)


def test_the_sandbox_by_itself_prints_its_help_in_any_encoding() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "gini_notebook.sandbox", "--help"],
        env={**os.environ, "PYTHONIOENCODING": "cp437", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert answer.returncode == 0, answer
    assert "Examples" in answer.stdout.decode("cp437")
