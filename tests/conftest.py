"""Fixtures that many tests share: the sandbox, a client of it, the optional corpus, clean figures."""

import ipaddress
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says more about the machine than about the code.
settings.register_profile("unhurried", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    # A shell starts what runs in its background deaf to Ctrl-C, and every process of a test would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _guard_connections(event: str, arguments: tuple[object, ...]) -> None:
    """T54: stop every connection of the whole session to an address of the open network, whichever library makes it."""
    if event not in ("socket.connect", "socket.sendto"):
        return
    address = arguments[1]
    try:
        reached = ipaddress.ip_address(str(address[0]).partition("%")[0]) if isinstance(address, tuple) else None
    except ValueError:
        reached = None  # a name, which the system looks up; what it finds is connected to by its number
    if reached is not None and reached.is_global:
        message = f"a test connects to {reached}"
        raise PermissionError(message)


sys.addaudithook(_guard_connections)


@pytest.fixture(scope="session")
def sandbox() -> "Iterator[Sandbox]":
    """One sandbox for all tests: documents are ready at once; users are kept apart, so tests do not meet."""
    from gini_notebook.sandbox import Sandbox

    with Sandbox(processing_time_s=0.0) as running:
        yield running


@pytest.fixture
def client(sandbox: "Sandbox") -> "Client":
    """A client of the sandbox as a user of its own."""
    from gini_notebook.interactive.login import login

    return login(sandbox)


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("GINI_") or name.lower() in {"https_proxy", "http_proxy", "all_proxy", "no_proxy"}:
            monkeypatch.delenv(name)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real documents with ground truth, which is not part of the repository."""
    folder = Path(os.environ.get("GINI_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not (folder / "manifest.csv").exists():
        pytest.skip(f"the corpus of real documents is not at {folder}; set GINI_CORPUS to run this test")
    return folder


@pytest.fixture(scope="session")
def invoices() -> Path:
    """The invoices that the project's own generator made."""
    return ROOT / "data" / "invoices"
