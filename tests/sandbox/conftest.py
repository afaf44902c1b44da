"""People who talk to the sandbox without the project's client, and files to send.

Sandbox and client share no code, so that a misread reference cannot cancel out; hence these tests use requests itself.
"""

import io
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from gini_notebook.sandbox import Sandbox

TEXT = b"Rechnung Nr. 2025-0318\nRechnungsbetrag: 238,00 EUR\nIBAN DE59200411550987654321\nBIC COBADEHD055\n"
LINES = TEXT.decode().splitlines()


@dataclass
class Person:
    """Somebody with credentials and a connection; paths are below the API's address."""

    sandbox: Sandbox
    name: str = field(default_factory=lambda: f"user-{uuid.uuid4()}")
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        # Otherwise a CA file of the environment would win over ours.
        self.session.trust_env = False
        self.session.verify = self.sandbox.ca_file

    def trusted(self) -> "Person":
        self.session.auth = (self.sandbox.client_id, self.sandbox.client_secret)
        self.session.headers["X-User-Identifier"] = self.name
        return self

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        url = path if path.startswith("https:") else self.sandbox.api + path
        return self.session.request(method, url, timeout=60, allow_redirects=False, **more)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> requests.Response:
        return self.ask("POST", path, **more)

    def put(self, path: str, **more: Any) -> requests.Response:
        return self.ask("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> requests.Response:
        return self.ask("DELETE", path, **more)

    def send(
        self, content: bytes = TEXT, kind: str = "text/plain", name: str = "", **headers: str
    ) -> requests.Response:
        query = {"filename": name} if name else {}
        return self.post("/documents", params=query, data=content, headers={"Content-Type": kind, **headers})

    def upload(self, content: bytes = TEXT, kind: str = "text/plain", name: str = "", **headers: str) -> str:
        """Upload, wait until it is done, and give the path of the document."""
        answer = self.send(content, kind, name, **headers)
        assert answer.status_code == 201, answer.text
        location = answer.headers["Location"]
        assert location.startswith(self.sandbox.api)
        path = location.removeprefix(self.sandbox.api)
        deadline = time.monotonic() + 60
        while self.get(path).json()["progress"] == "PENDING":
            assert time.monotonic() < deadline, "the document stays PENDING"
        return path

    def compose(self, *parts: tuple[str, int]) -> requests.Response:
        listed = [{"document": self.sandbox.api + path, "rotationDelta": turn} for path, turn in parts]
        kind = "application/vnd.gini.v1.composite+json"
        return self.post("/documents", json={"partialDocuments": listed}, headers={"Content-Type": kind})

    def client_token(self) -> dict[str, str]:
        """Give the header with the client's own token, for the User Center."""
        answer = requests.Session()
        answer.trust_env = False
        got = answer.post(
            f"{self.sandbox.user_center}/oauth/token",
            params={"grant_type": "client_credentials"},
            auth=(self.sandbox.client_id, self.sandbox.client_secret),
            verify=self.sandbox.ca_file,
            timeout=60,
        )
        return {"Authorization": f"Bearer {got.json()['access_token']}"}


@pytest.fixture
def person(sandbox: Sandbox) -> Person:
    """A user of a trusted client, whom nobody else is."""
    return Person(sandbox).trusted()


@pytest.fixture
def other(sandbox: Sandbox) -> Person:
    """Another user of the same client."""
    return Person(sandbox).trusted()


@pytest.fixture
def stranger(sandbox: Sandbox) -> Person:
    """Somebody without credentials."""
    return Person(sandbox)


@pytest.fixture
def person_of() -> Callable[[Sandbox], Person]:
    """Make a user of another sandbox."""
    return lambda sandbox: Person(sandbox).trusted()


class Files:
    """Files to send."""

    TEXT = TEXT

    @staticmethod
    def pdf(pages: int = 1, lines: list[str] = LINES) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(target)
        for page in range(pages):
            for number, line in enumerate(lines):
                canvas.drawString(72, 760 - 20 * number, line)
            canvas.drawString(72, 100, f"Seite {page + 1}")
            canvas.showPage()
        canvas.save()
        return target.getvalue()

    @staticmethod
    def picture(kind: str = "JPEG", size: tuple[int, int] = (200, 300)) -> bytes:
        target = io.BytesIO()
        Image.new("RGB", size, "white").save(target, kind)
        return target.getvalue()

    @staticmethod
    def animated() -> bytes:
        frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
        target = io.BytesIO()
        frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=100)
        return target.getvalue()

    @staticmethod
    def encrypted() -> bytes:
        from pypdf import PdfWriter

        writer = PdfWriter()
        writer.add_blank_page(200, 200)
        writer.encrypt("secret", algorithm="RC4-128")
        target = io.BytesIO()
        writer.write(target)
        return target.getvalue()


@pytest.fixture(scope="session")
def files() -> type[Files]:
    """Files to send."""
    return Files
