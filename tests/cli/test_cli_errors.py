"""What people can do wrong ends in one clear sentence and the documented exit code, never in a traceback."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

if TYPE_CHECKING:
    pass

COULD_NOT_START = 2


def shell(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command as from a shell, without the credentials that this machine may hold."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GINI_")}
    return subprocess.run(
        [sys.executable, "-m", "gini_notebook.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**clean, "GINI_SECRET_FILE": "", **variables},
        stdin=subprocess.DEVNULL,
        timeout=100,
        check=False,
    )


def assert_one_sentence(answer: subprocess.CompletedProcess[str], *words: str) -> None:
    assert answer.returncode == COULD_NOT_START, answer
    assert "Traceback" not in answer.stderr + answer.stdout
    message = answer.stderr.strip()
    assert message.startswith("gini-notebook: "), message
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.fixture
def one_invoice(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Rechnung 12,34 EUR", encoding="utf-8")
    return folder


def test_a_run_with_an_account_ends_with_0(one_invoice: Path, tmp_path: Path, account: dict[str, str]) -> None:
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **account)
    assert (answer.returncode, "1 documents: 1 completed" in answer.stdout) == (0, True), answer


def test_nobody_is_logged_in(one_invoice: Path, tmp_path: Path) -> None:
    assert_one_sentence(shell("run", one_invoice, "--to", tmp_path / "run"), "GINI_CLIENT_ID", "GINI_CLIENT_SECRET")


def test_wrong_password(one_invoice: Path, tmp_path: Path, account: dict[str, str]) -> None:
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **{**account, "GINI_CLIENT_SECRET": "canary-wrong"})
    assert_one_sentence(answer, "401")
    assert "canary-wrong" not in answer.stderr


def test_wrong_user_password(one_invoice: Path, tmp_path: Path, account: dict[str, str]) -> None:
    wrong = {"GINI_USERNAME": "nobody@example.org", "GINI_PASSWORD": "canary-wrong"}
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **account, **wrong)
    assert_one_sentence(answer)
    assert "canary-wrong" not in answer.stderr


def test_unreachable_host(one_invoice: Path, tmp_path: Path, account: dict[str, str]) -> None:
    # Port 9 (discard) is served by nothing here; the connection is refused at once.
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **{**account, "GINI_API_URL": "https://127.0.0.1:9"})
    assert_one_sentence(answer, "127.0.0.1")


@pytest.fixture
def another_name(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A TLS server on this machine whose certificate is for another name; its address and its authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("wrong.example").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def shake_hands() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with contextlib.suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()

    thread = threading.Thread(target=shake_hands, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}", tmp_path / "authority.pem"
    # Closing alone does not wake a thread that waits in accept().
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_T02_a_certificate_for_another_name(
    one_invoice: Path, tmp_path: Path, account: dict[str, str], another_name: tuple[str, Path]
) -> None:
    address, authority = another_name
    wrong = {"GINI_API_URL": address, "GINI_CA_FILE": str(authority)}
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **{**account, **wrong})
    assert_one_sentence(answer, "certificate", "127.0.0.1")


def test_T04_a_certificate_of_an_unknown_authority(one_invoice: Path, tmp_path: Path, account: dict[str, str]) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **{**account, "GINI_CA_FILE": str(other)})
    assert_one_sentence(answer, "certificate", "GINI_CA_FILE")


def test_T01_an_http_url(one_invoice: Path, tmp_path: Path, account: dict[str, str]) -> None:
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **{**account, "GINI_API_URL": "http://127.0.0.1:9"})
    assert_one_sentence(answer, "https")


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_one_sentence(shell("run", tmp_path / "empty", "--sandbox", "--to", tmp_path / "run"), "empty")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert_one_sentence(shell("run", tmp_path / "gone", "--sandbox", "--to", tmp_path / "run"), "gone")


def test_a_truth_file_without_the_needed_columns(one_invoice: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("colour;remark\nred;12\n", encoding="utf-8")
    answer = shell("run", one_invoice, "--sandbox", "--to", tmp_path / "run", "--truth", truth)
    assert_one_sentence(answer, "document", "colour")


def test_a_report_without_truth(one_invoice: Path, tmp_path: Path) -> None:
    answer = shell("run", one_invoice, "--sandbox", "--to", tmp_path / "run", "--report", tmp_path / "r.html")
    assert_one_sentence(answer, "--truth")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--report", "r.doc"), ("r.doc", ".html", ".xlsx")),
        (("--fail-under", "iban.f1 is 0.9"), ("iban.f1 is 0.9", "amountToPay.f1>=0.95")),
        (("--folders-as-documents",), ("--folders-as-documents takes one folder",)),
    ],
)
def test_what_would_fail_in_the_end_is_refused_before_anything_is_sent(
    one_invoice: Path, tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("document,amountToPay\na.txt,12.34:EUR\n", encoding="utf-8")
    words_and_folders = ("run", one_invoice, one_invoice, "--sandbox", "--to", tmp_path / "run", "--truth", truth)
    assert_one_sentence(shell(*words_and_folders, *options), *words)
    assert not (tmp_path / "run").exists()


def test_the_demo_of_a_folder_without_truth(tmp_path: Path) -> None:
    assert_one_sentence(shell("demo", tmp_path), "truth.csv", "no folder")


def test_status_of_what_is_no_run(tmp_path: Path) -> None:
    assert_one_sentence(shell("status", tmp_path), "ledger")


def test_a_result_that_is_not_there(tmp_path: Path) -> None:
    assert_one_sentence(shell("report", tmp_path / "gone.zip", "--out", tmp_path / "r.html"), "gone.zip")


def test_neither_run_folder_nor_table(tmp_path: Path) -> None:
    assert_one_sentence(shell("evaluate", tmp_path / "gone.csv", tmp_path / "truth.csv"), "gone.csv")


def test_a_result_that_is_a_folder_says_which_file_is_meant(tmp_path: Path) -> None:
    answer = shell("report", tmp_path, "--out", tmp_path / "r.html")
    assert_one_sentence(answer, "Is a directory", "gini-notebook evaluate --out")


def test_a_file_that_cannot_be_written_is_named_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "found.csv").write_text("document,field,value\na.pdf,iban,DE1\n", encoding="utf-8")
    (tmp_path / "truth.csv").write_text("document,iban\na.pdf,DE1\n", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    answer = shell("evaluate", tmp_path / "found.csv", tmp_path / "truth.csv", "--out", folder)
    assert_one_sentence(answer, f"{folder}: Is a directory")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("run", "in", "--to", "run"), "--sandbox in a shell"),
        (("status", "in"), "gini-notebook run"),
        (("truth", "in"), "--qr-codes"),
    ],
)
def test_advice_can_be_followed_in_a_shell(
    one_invoice: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], wanted: str
) -> None:
    monkeypatch.chdir(one_invoice.parent)
    assert_one_sentence(shell(*arguments), wanted)


def test_the_place_that_named_a_missing_ca_file_is_told(one_invoice: Path, tmp_path: Path) -> None:
    missing = {"GINI_CA_FILE": "/nowhere.pem", "GINI_CLIENT_ID": "me", "GINI_CLIENT_SECRET": "canary"}
    answer = shell("run", one_invoice, "--to", tmp_path / "run", **missing)
    assert_one_sentence(answer, "/nowhere.pem (from GINI_CA_FILE)")
    secrets = tmp_path / "secrets"
    secrets.write_text("".join(f"{name}={value}\n" for name, value in missing.items()), encoding="utf-8")
    secrets.chmod(0o600)
    answer = shell("run", one_invoice, "--to", tmp_path / "run", GINI_SECRET_FILE=str(secrets))
    assert_one_sentence(answer, f"/nowhere.pem (from GINI_CA_FILE in {secrets})")
