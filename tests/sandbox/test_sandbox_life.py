"""Start and end: nothing is left behind, nothing secret gets out, and only what is needed is loaded."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from gini_notebook.sandbox import Sandbox

MODULE = ["-m", "gini_notebook.sandbox"]
COMMAND = [sys.executable, *MODULE]


@pytest.fixture
def start() -> Iterator[Callable[..., Any]]:
    """Start processes that end with the test, whatever becomes of it."""
    started: list[Any] = []

    def popen(*arguments: str) -> Any:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen([sys.executable, *arguments], **pipes, text=True))
        return started[-1]

    yield popen
    for process in started:
        process.terminate()
        process.communicate(timeout=10)


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def all_gone(processes: list[psutil.Process], *, limit_s: float = 10.0) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=limit_s)
    return not alive


def child() -> psutil.Process:
    return next(one for one in psutil.Process().children() if one.cmdline()[-1:] == ["--child"])


@pytest.fixture
def used(person_of: Callable[[Sandbox], Any], files: Any) -> Callable[[Sandbox], None]:
    """Use a sandbox so that workers run and files are stored."""

    def use(sandbox: Sandbox) -> None:
        person_of(sandbox).upload(files.pdf(), "application/pdf")

    return use


def test_a_sandbox_leaves_no_process_and_no_folder(used: Callable[[Sandbox], None]) -> None:
    before = set(psutil.Process().children(recursive=True))
    with Sandbox(processing_time_s=0.0) as sandbox:
        used(sandbox)
        folder = Path(sandbox.ca_file).parent
        own = set(psutil.Process().children(recursive=True)) - before
        assert len(own) >= 2, "server and worker"
        assert len([*folder.rglob("*")]) >= 5
    assert all_gone([*own])
    assert not folder.exists()
    sandbox.close()
    assert "closed" in repr(sandbox)


def test_closing_does_not_wait_for_open_connections_or_documents(person_of: Callable[[Sandbox], Any]) -> None:
    sandbox = Sandbox(processing_time_s=600.0)
    person = person_of(sandbox)
    person.send()
    begun = time.monotonic()
    sandbox.close()
    assert time.monotonic() - begun < 5


def test_a_failure_inside_the_block_closes_the_sandbox() -> None:
    sandbox = Sandbox()
    with pytest.raises(ZeroDivisionError), sandbox:
        raise ZeroDivisionError
    assert not Path(sandbox.ca_file).parent.exists()


PARENT = """
import sys, time
from gini_notebook.sandbox import Sandbox
sandbox = Sandbox()
print(sandbox.ca_file, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_sandbox_dies_with_its_parent(how: int, start: Callable[..., Any]) -> None:
    parent = start("-c", PARENT)
    folder = Path(parent.stdout.readline().strip()).parent
    processes = family(psutil.Process(parent.pid))[1:]
    assert processes
    parent.send_signal(how)
    parent.wait(10)
    assert all_gone(processes)
    assert not folder.exists()


def test_the_sandbox_ends_with_an_interpreter_that_forgets_it() -> None:
    code = "from gini_notebook.sandbox import Sandbox; print(Sandbox().ca_file)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not Path(done.stdout.strip()).parent.exists()


def test_a_killed_server_leaves_no_folder_after_close(used: Callable[[Sandbox], None]) -> None:
    before = {one.pid for one in psutil.Process().children()}
    sandbox = Sandbox(processing_time_s=0.0)
    used(sandbox)
    server = next(one for one in psutil.Process().children() if one.pid not in before)
    processes = family(server)
    server.kill()
    assert all_gone(processes[1:]), "workers end when their input ends"
    sandbox.close()
    assert not Path(sandbox.ca_file).parent.exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_one_line_and_ends_cleanly(how: int, start: Callable[..., Any]) -> None:
    server = start(*MODULE, "--json", "--port", "0")
    line = json.loads(server.stdout.readline())
    assert line.keys() == {"api", "user_center", "ca_file", "client_id", "client_secret"}
    folder = Path(line["ca_file"]).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    server.send_signal(how)
    out, err = server.communicate(timeout=10)
    assert (server.returncode, out, err) == (0, "", "")
    assert not folder.exists()


def test_the_command_tells_people_what_to_use(start: Callable[..., Any]) -> None:
    server = start(*MODULE, "--no-ocr")
    lines = []
    while "_sandbox/requests" not in (lines or [""])[-1]:
        lines.append(server.stdout.readline())
    text = "".join(lines)
    for name in ("GINI_API_URL", "GINI_USER_CENTER_URL", "GINI_CA_FILE", "GINI_CLIENT_ID", "GINI_CLIENT_SECRET"):
        assert f"export {name}=" in text
    assert "Scans are not read: OCR is switched off (ocr=False): of a scan it delivers what its QR code says" in text
    script = text.partition("Upload")[0].partition("\n\n")[2]
    curl = text.partition("What it has seen:\n")[2].strip()
    seen = subprocess.run(["bash", "-c", f"{script}\n{curl} --silent"], capture_output=True, text=True, check=True)
    assert json.loads(seen.stdout) == []
    server.terminate()
    assert server.wait(10) == 0


def test_a_port_can_be_chosen_and_one_in_use_is_named(sandbox: Sandbox) -> None:
    port = sandbox.api.rpartition(":")[2]
    done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "cannot listen: [Errno" in done.stderr
    assert "Choose another port, or 0." in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(RuntimeError, match=r"did not start: It cannot listen: .* Choose another port, or 0"):
        Sandbox(port=int(port))


def test_an_option_that_makes_no_sense_is_named() -> None:
    done = subprocess.run([*COMMAND, "--capacity", "0"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "capacity=0 makes no sense" in done.stderr


def test_two_sandboxes_live_side_by_side(person_of: Callable[[Sandbox], Any]) -> None:
    with Sandbox() as first, Sandbox() as second:
        assert first.api != second.api
        assert first.client_secret != second.client_secret
        stranger = person_of(second)
        stranger.session.auth = (first.client_id, first.client_secret)
        assert stranger.get("/documents").status_code == 401


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, gini_notebook.sandbox; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    heavy = {"starlette", "uvicorn", "pypdfium2", "trustme", "cryptography", "numpy", "PIL", "typer", "jwt", "requests"}
    assert not heavy & set(done.stdout.split())


def test_secrets_are_neither_shown_nor_on_the_command_line(sandbox: Sandbox) -> None:
    for secret in (sandbox.client_secret, sandbox._admin_token):
        assert secret not in repr(sandbox)
        assert not any(secret in " ".join(one.cmdline()) for one in family(child()))
        assert not any(secret in value for one in family(child()) for value in one.environ().values())


def test_the_private_key_is_not_on_disk(sandbox: Sandbox) -> None:
    files = [path for path in Path(sandbox.ca_file).parent.rglob("*") if path.is_file()]
    assert files
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in files)


def test_the_audit_shows_what_was_sent_but_no_secret(person: Any, sandbox: Sandbox) -> None:
    begun = len(sandbox.requests())
    jwt = sandbox.json_web_token(person.name)
    token = person.post("/login").json()["access_token"]
    password = "tulip-4711-canary"
    person.get("/documents?limit=3", headers={"X-JWT-Authorization": f"Bearer {jwt}", "Cookie": "canary-cookie"})
    person.session.get(f"{sandbox.user_center}/oauth/check_token?token={token}", timeout=60)
    person.session.post(f"{sandbox.user_center}/oauth/token?grant_type=password&password={password}", timeout=60)
    person.send(b"Rechnung 4711", name="a.txt")
    seen = sandbox.requests(begun)
    assert [one.number for one in seen] == [*range(begun, begun + 5)]
    listed, sent = seen[1], seen[-1]
    assert (listed.method, listed.path, listed.query, listed.status) == ("GET", "/documents", "limit=3", 200)
    assert (listed.user, listed.role) == (person.name, "api")
    assert listed.headers["authorization"] == "Basic"
    assert listed.headers["x-jwt-authorization"] == "Bearer"
    assert listed.headers["x-user-identifier"] == person.name
    assert (sent.body_bytes, sent.query, sent.headers["content-type"]) == (13, "filename=a.txt", "text/plain")
    assert abs(sent.time - time.time()) < 60
    assert sent.remote.startswith("127.0.0.1:")
    text = repr(seen)
    for secret in (sandbox.client_secret, jwt, token, password, "canary-cookie"):
        assert secret not in text
    assert "[hidden]" in seen[2].query


def test_what_is_stored_is_shown_by_user(person: Any, sandbox: Sandbox) -> None:
    import hashlib

    path = person.upload(b"Rechnung 4711", name="a.txt")
    document = person.get(path).json()
    (stored,) = sandbox.stored()[person.name]
    assert (stored.id, stored.name, stored.created_ms) == (document["id"], "a.txt", document["creationDate"])
    assert stored.sha256 == hashlib.sha256(b"Rechnung 4711").hexdigest()


def test_what_the_sandbox_is_asked_by_its_program_needs_its_token(person: Any, stranger: Any) -> None:
    for path in ("requests", "documents", "faults"):
        assert stranger.get(f"/_sandbox/{path}").status_code == 401
        assert person.get(f"/_sandbox/{path}").status_code == 401
        wrong = stranger.get(f"/_sandbox/{path}", headers={"Authorization": "Bearer "})
        assert wrong.status_code == 401


def test_without_an_admin_token_nobody_gets_in(start: Callable[..., Any]) -> None:
    server = start(*MODULE, "--json")
    line = json.loads(server.stdout.readline())
    curl = ["curl", "--silent", "--cacert", line["ca_file"], "--output", os.devnull, "--write-out", "%{http_code}"]
    asked = [*curl, "--header", "Authorization: Bearer ", f"{line['api']}/_sandbox/requests"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "401"
