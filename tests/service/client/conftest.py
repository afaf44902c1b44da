"""Fixtures of the client's tests: an authority of their own, and servers that misbehave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from loopback import SECRET, Loopback, Reply, ca_file, context_of

from gini_notebook.service.client import Client
from gini_notebook.service.credentials import TrustedAccess


@pytest.fixture(autouse=True)
def nothing_set(bare_environment: None) -> None:
    """No setting of this machine reaches a test of this folder."""


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """File of the authority that clients of these tests trust."""
    return ca_file(authority, tmp_path_factory.mktemp("authority"))


@pytest.fixture
def serve(authority: trustme.CA) -> Iterator[Callable[..., Loopback]]:
    """Start servers with a good certificate; they end with the test."""
    context = context_of(authority.issue_cert("127.0.0.1", "localhost", "::1", "pay-api.test"))
    running: list[Loopback] = []

    def start(reply: Reply, **options: object) -> Loopback:
        running.append(Loopback(reply, context, **options))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for server in running:
        server.__exit__()


@pytest.fixture
def connect(trusted: str) -> Iterator[Callable[..., Client]]:
    """Make clients that never sleep."""
    made: list[Client] = []

    def start(url: str, **options: object) -> Client:
        settings = {"ca_bundle": trusted, "user_center": url, "sleep": lambda seconds: None, **options}
        access = settings.pop("access", None) or TrustedAccess("client", SECRET, "user-1")
        made.append(Client(access, api=url, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for client in made:
        client.close()


@pytest.fixture
def pdf(invoices: Path) -> Path:
    path = invoices / "letter_plain.pdf"
    if not path.exists():
        pytest.skip("the sample invoices are not there; make them with data/make_invoices.py")
    return path


@pytest.fixture
def document(client: Client, pdf: Path) -> str:
    identifier = client.upload(pdf)
    client.wait(identifier)
    return identifier


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Answers recorded by the service's own client libraries, which are not part of the repository."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "fixtures"
    if not folder.is_dir():
        pytest.skip(f"the recorded answers are not at {folder}")
    return folder
