"""``run`` and ``status`` in a shell: many paths, figures to read, and Ctrl-C at any moment."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from typer.testing import CliRunner

import gini_notebook.service.batch
from gini_notebook.cli import app
from gini_notebook.service.batch import Batch
from gini_notebook.service.batch.ledger import Ledger

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

STOPPED = 3


@pytest.fixture
def invoices_here(logged_in: None, tmp_path: Path) -> Path:
    """A folder with two invoices below the current one, and the environment of somebody who is logged in."""
    for name in ("2024/a.txt", "2025/b.txt"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_text(f"Rechnung {name} 12,34 EUR", encoding="utf-8")
    return tmp_path / "in"


def test_many_paths_are_taken_as_a_shell_spells_out_a_glob(invoices_here: Path) -> None:
    answer = CliRunner().invoke(app, ["run", "in/2024/a.txt", "in/2025/b.txt", "--to", "run"])
    assert answer.exit_code == 0, answer.output
    assert Batch.load("run").documents["document"].to_list() == ["2024/a.txt", "2025/b.txt"]


def test_the_user_is_the_one_that_was_named(
    sandbox: "Sandbox", invoices_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GINI_USER_IDENTIFIER", "branch-1")
    for options, user in (([], "branch-1"), (["--user", "branch-2"], "branch-2")):
        answer = CliRunner().invoke(app, ["run", "in", "--to", user, *options])
        assert answer.exit_code == 0, answer.output
        assert (Batch.load(user).user, len(sandbox.stored()[user])) == (user, 2)


def test_folders_are_documents_of_several_pages_when_asked_for(invoices_here: Path) -> None:
    for number in (1, 2, 10):
        Image.new("L", (50, 50 + number)).save(invoices_here / "2024" / f"page {number}.png")
    (invoices_here / "2024" / "a.txt").rename(invoices_here / "a.txt")
    answer = CliRunner().invoke(app, ["run", "in", "--to", "run", "--folders-as-documents", "--json"])
    assert answer.exit_code == 0, answer.output
    documents = Batch.load("run").documents
    assert documents["document"].to_list() == ["2024", "2025/b.txt", "a.txt"]
    assert documents["pages"].to_list() == [3, 1, 1]
    again = CliRunner().invoke(app, ["resume", "run", "--json"])
    assert (again.exit_code, json.loads(again.output)["documents"]) == (0, {"completed": 3})


def test_copies_are_sent_when_asked_for(invoices_here: Path) -> None:
    (invoices_here / "copy.txt").write_bytes((invoices_here / "2024/a.txt").read_bytes())
    for options, uploads in (([], 2), (["--allow-duplicates"], 3)):
        answer = CliRunner().invoke(app, ["run", "in", "--to", "run", *options])
        assert answer.exit_code == 0, answer.output
        assert Batch.load("run").documents["document_id"].nunique() == uploads


def test_cleanup_says_what_has_no_result_yet(invoices_here: Path) -> None:
    assert CliRunner().invoke(app, ["run", "in", "--to", "run"]).exit_code == 0
    with Ledger(Path("run")) as ledger:
        ledger.change("UPDATE uploads SET state = 'uploaded' WHERE key IN (SELECT key FROM uploads LIMIT 1)")
        ledger.commit()
    answer = CliRunner().invoke(app, ["cleanup", "run"])
    assert "Deleted 2 documents" in answer.output
    assert "1 documents have no result yet; `gini-notebook resume run` sends them again." in answer.output
    again = CliRunner().invoke(app, ["resume", "run"])
    assert again.exit_code == 0, again.output
    assert "have no result yet" not in CliRunner().invoke(app, ["cleanup", "run"]).output


def test_R34_what_is_left_out_is_named_by_reason(invoices_here: Path) -> None:
    for name in ("a.heic", "b.webp", "c.bmp", "d.HEIC"):
        (invoices_here / name).touch()
    (invoices_here / "truth.csv").touch()
    answer = CliRunner().invoke(app, ["run", "in", "--to", "run"])
    counted = "4 picture of a kind that the service does not read, 1 unknown kind"
    assert f"{counted} (a.heic, b.webp, c.bmp, …)." in answer.stderr
    assert f"5 files and folders are no documents and were not sent: {counted}." in answer.stdout
    assert f"left_out: {counted}" in CliRunner().invoke(app, ["status", "run"]).output
    as_json = json.loads(CliRunner().invoke(app, ["run", "in", "--to", "run", "--json"]).output)
    assert as_json["left_out"] == json.loads(CliRunner().invoke(app, ["status", "run", "--json"]).output)["left_out"]
    assert {"path": "truth.csv", "reason": "unknown kind"} in as_json["left_out"]
    assert "files_left_out" in [note["kind"] for note in as_json["notes"]]


def test_documents_of_earlier_calls_are_not_left_out_in_silence(invoices_here: Path) -> None:
    first = CliRunner().invoke(app, ["run", "in/2024", "--to", "run"])
    assert "earlier calls" not in first.stderr
    second = CliRunner().invoke(app, ["run", "in/2025", "--to", "run"])
    assert "1 documents of earlier calls with run are not among those of this call" in second.stderr
    assert Batch.load("run").documents["document"].to_list() == ["b.txt"]
    third = CliRunner().invoke(app, ["run", "in/2025", "--to", "run", "--json"])
    assert (third.exit_code, third.stderr) == (0, "")


def test_status_is_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    now: dict[str, Any] = {"documents": 3, "documents_per_s": 4.1, "time_left_s": None, "failures": []}
    monkeypatch.setattr(gini_notebook.service.batch, "status", lambda folder: now)
    answer = CliRunner().invoke(app, ["status", "run"])
    assert answer.output.splitlines() == ["documents: 3", "documents_per_s: 4.1", "time_left_s: n/a"]


def test_ctrl_c_outside_of_a_run_is_a_stop_like_any_other(invoices_here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object, **options: object) -> SimpleNamespace:
        raise KeyboardInterrupt

    monkeypatch.setattr(gini_notebook.service.batch, "process", interrupted)
    answer = CliRunner().invoke(app, ["run", "in", "--to", "run"])
    assert answer.exit_code == STOPPED
    assert answer.stderr == (
        "gini-notebook: interrupted; the same command starts again, or goes on with what it had begun.\n"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_ctrl_c_before_a_run_has_begun(tmp_path: Path) -> None:
    # The command reads its secret file, which is a pipe that says nothing: where it is, is known without waiting.
    pipe = tmp_path / "secrets"
    os.mkfifo(pipe, 0o600)
    (tmp_path / "in").mkdir()
    command = [sys.executable, "-m", "gini_notebook.cli", "run", tmp_path / "in", "--to", tmp_path / "run"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GINI_")}
    with (
        subprocess.Popen(
            command, env={**clean, "GINI_SECRET_FILE": str(pipe)}, stderr=subprocess.PIPE, text=True
        ) as process,
        pipe.open("w"),
    ):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, errors.count("\n")) == (STOPPED, 1), errors
    assert errors.startswith("gini-notebook: interrupted")
    assert not (tmp_path / "run").exists()


LOADING = """
import runpy, sys

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == "gini_notebook.cli.runs":
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
runpy.run_module("gini_notebook.cli", run_name="__main__")
"""


def test_ctrl_c_while_the_command_is_loaded() -> None:
    answer = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (
        STOPPED,
        "gini-notebook: interrupted before anything had begun\n",
    )
