"""Public invoices: fetched once with checksums, and kept; a server on this machine stands for the real one."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from requests import Timeout

from gini_notebook import datasets
from gini_notebook.errors import FileProblem

FILES = {"a/one.pdf": b"%PDF-1.4 one", "a/two.pdf": b"%PDF-1.4 two", "three.pdf": b"%PDF-1.4 three"}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Served:
    """A folder, and the address it is served at."""

    def __init__(self, folder: Path, server: ThreadingHTTPServer) -> None:
        self.folder = folder
        self.server = server
        self.address = f"http://127.0.0.1:{server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    folder = tmp_path / "served"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    registry = {name: sha256(content).hexdigest() for name, content in FILES.items()}
    monkeypatch.setattr(datasets, "_registry", lambda _: dict(registry))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    result = Served(folder, server)
    yield result
    result.stop()


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_invoices_are_fetched_once_and_then_need_no_network(served: Served, tmp_path: Path, capfd) -> None:
    folder = datasets.zugferd(mirror=served.address, cache=tmp_path / "cache")
    assert contents(folder) == FILES
    written = capfd.readouterr()
    assert "Fetching invoices: 100%" in written.err
    assert written.out == ""
    served.stop()
    assert datasets.zugferd(mirror=served.address, cache=tmp_path / "cache") == folder
    assert capfd.readouterr().err == ""


def test_what_is_kept_in_the_cache_of_the_user(served: Served, tmp_path: Path, monkeypatch, capfd) -> None:
    monkeypatch.setenv("GINI_CACHE", str(tmp_path / "elsewhere"))
    folder = datasets.zugferd(mirror=f"{served.address}/", progress=False)
    assert folder.parent == tmp_path / "elsewhere" / "datasets"
    assert contents(folder) == FILES
    assert capfd.readouterr().err == ""
    monkeypatch.delenv("GINI_CACHE")
    assert datasets._cache().parts[-2:] == ("gini_notebook", "datasets")


def test_a_damaged_file_is_fetched_again(served: Served, tmp_path: Path) -> None:
    folder = datasets.zugferd(mirror=served.address, cache=tmp_path / "cache", progress=False)
    (folder / "three.pdf").write_bytes(b"half")
    datasets.zugferd(mirror=served.address, cache=tmp_path / "cache", progress=False)
    assert contents(folder) == FILES


def test_a_file_that_is_not_there_is_named_and_the_others_stay(served: Served, tmp_path: Path) -> None:
    (served.folder / "a" / "two.pdf").unlink()
    with pytest.raises(
        FileProblem, match=r"a/two\.pdf cannot be fetched from http://127.*HTTPError: 404.*1 of 3 files"
    ):
        datasets.zugferd(mirror=served.address, cache=tmp_path / "cache", progress=False)
    assert contents(tmp_path / "cache") == {"a/one.pdf": FILES["a/one.pdf"]}
    (served.folder / "a" / "two.pdf").write_bytes(FILES["a/two.pdf"])
    assert contents(datasets.zugferd(mirror=served.address, cache=tmp_path / "cache", progress=False)) == FILES


def test_a_file_with_another_checksum_is_thrown_away(served: Served, tmp_path: Path) -> None:
    (served.folder / "a" / "one.pdf").write_bytes(b"%PDF-1.4 something else")
    with pytest.raises(
        FileProblem, match=r"a/one\.pdf cannot be fetched .*: what came has another SHA-256 than it should"
    ):
        datasets.zugferd(mirror=served.address, cache=tmp_path / "cache", progress=False)
    assert contents(tmp_path / "cache") == {}


def test_without_a_network_it_says_what_to_do(served: Served, tmp_path: Path) -> None:
    served.stop()
    with pytest.raises(
        FileProblem, match=r"no connection to it \(is this .* 0 of 3 files are new .* call again to go on, or name"
    ):
        datasets.zugferd(mirror=served.address, cache=tmp_path / "cache", progress=False)


def test_a_server_that_does_not_answer_is_named_so() -> None:
    assert datasets._reason(Timeout("read timed out")) == "no answer within 30 s"


def test_the_list_of_files_is_whole() -> None:
    registry = datasets._registry("zugferd.txt")
    assert len(registry) == 22
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in registry.values())
    assert all(name.endswith(".pdf") and ".." not in name for name in registry)


def test_the_checksums_are_those_of_the_invoices(corpus: Path) -> None:
    for name, digest in datasets._registry("zugferd.txt").items():
        assert sha256((corpus / "documents" / "zugferd-corpus" / name).read_bytes()).hexdigest() == digest
