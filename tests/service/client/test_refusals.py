"""What is missing, foreign, malformed or broken is refused, with what to do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from loopback import LETTER

from gini_notebook.errors import (
    FileProblem,
    FileRefused,
    GiniError,
    NotAuthorized,
    NotFound,
    SettingError,
)
from gini_notebook.interactive.login import login
from gini_notebook.service.client import Client

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox


MISSING = "00000000-0000-1000-8000-000000000000"


ROWS: dict[str, Callable[[Client, Any], object]] = {
    "GET /documents/{id}": lambda client, known: client.document(known),
    "DELETE /documents/{id}": lambda client, known: client.delete(known),
    "GET /documents/{id}/extractions": lambda client, known: client.extractions(known),
    "POST /documents/{id}/extractions/feedback": lambda client, known: client.send_feedback(known, {"iban": IBAN}),
    "PUT /documents/{id}/extractions/{label}": lambda client, known: client.send_label_feedback(known, "iban", IBAN),
    "DELETE /documents/{id}/extractions/{label}": lambda client, known: client.delete_label(known, "iban"),
    "GET /documents/{id}/pages": lambda client, known: client.pages(known),
    "GET /documents/{id}/pages/{n}/{size}": lambda client, known: client.page_image(known, 1),
    "GET /documents/{id}/layout": lambda client, known: client.layout(known),
    "GET /documents/{id}/processed": lambda client, known: client.processed(known),
    "POST /documents/{id}/errorreport": lambda client, known: client.error_report(known),
    "POST /documents (composite)": lambda client, known: client.compose([known]),
    "GET /paymentRequests/{id}": lambda client, known: client.payment_request(known),
    "GET /paymentRequests/{id}/payment": lambda client, known: client.payment(known),
}


IBAN = "DE59200411550987654321"


@pytest.fixture(scope="module")
def foreign(sandbox: "Sandbox") -> str:
    """A document of somebody else."""
    other = login(sandbox)
    identifier = other.upload(LETTER.encode())
    other.wait(identifier)
    return identifier


@pytest.fixture(scope="module")
def stranger(sandbox: "Sandbox") -> Iterator[Client]:
    with login(sandbox) as client:
        yield client


@pytest.mark.parametrize("row", ROWS)
def test_B1_what_is_missing_foreign_or_malformed(stranger: Client, foreign: str, sandbox: "Sandbox", row: str) -> None:
    call = ROWS[row]
    for identifier in (MISSING, foreign):
        with pytest.raises(NotFound) as caught:
            call(stranger, identifier)
        assert caught.value.request_id
        assert caught.value.service_message
    since = len(sandbox.requests())
    for malformed in ("../users", "", "a b", None):
        with pytest.raises(SettingError, match="is no id of the service"):
            call(stranger, malformed)
    assert len(sandbox.requests()) == since


ALL_ROWS: dict[str, Callable[[Client, Any], object]] = {
    **ROWS,
    "POST /login": lambda client, known: client.login_token(),
    "POST /documents": lambda client, known: client.upload(LETTER.encode()),
    "GET /documents": lambda client, known: client.documents(),
    "POST /events/error": lambda client, known: client.log_event("x"),
    "POST /events/batch": lambda client, known: client.send_events([]),
    "GET /configurations": lambda client, known: client.configuration(),
    "GET /paymentRequests": lambda client, known: client.payment_requests(),
}


@pytest.mark.parametrize("row", ALL_ROWS)
def test_B1_wrong_secret(sandbox: "Sandbox", foreign: str, row: str) -> None:
    from gini_notebook.service.credentials import TrustedAccess

    access = TrustedAccess(sandbox.client_id, "wrong")
    client = Client(access, api=sandbox.api, user_center=sandbox.user_center, ca_bundle=sandbox.ca_file)
    with client, pytest.raises(NotAuthorized, match="status 401") as caught:
        ALL_ROWS[row](client, foreign)
    assert caught.value.request_id


@pytest.mark.parametrize(
    ("name", "kind", "match"),
    [
        ("broken_encrypted.pdf", FileRefused, r"Could not upload broken_encrypted\.pdf.*status 400"),
        ("broken_truncated.pdf", FileRefused, "may be broken"),
        ("broken_animation.gif", FileRefused, "status 400"),
        ("broken_empty.pdf", FileProblem, "is empty; there is nothing to send"),
        ("broken_encoding.txt", FileProblem, "none of PDF, PNG, JPEG, GIF, TIFF or UTF-8 text"),
    ],
)
def test_broken_files_say_what_is_wrong(
    client: Client, invoices: Path, name: str, kind: type[GiniError], match: str
) -> None:
    if not (invoices / name).exists():
        pytest.skip("the sample invoices are not there; make them with data/make_invoices.py")
    with pytest.raises(kind, match=match):
        client.upload(invoices / name)


def test_files_that_are_not_there(client: Client, tmp_path: Path, sandbox: "Sandbox") -> None:
    since = len(sandbox.requests())
    for source in (tmp_path / "gone.pdf", str(tmp_path), [tmp_path / "gone.pdf"]):
        with pytest.raises(FileProblem, match=r"cannot be read: (No such file|Is a directory)"):
            client.upload(source)
    with pytest.raises(FileProblem, match="list of pages is empty"):
        client.upload([])
    with pytest.raises(SettingError, match="needs at least one partial document"):
        client.compose([])
    assert len(sandbox.requests()) == since


def test_unsupported_type_given_on_purpose(client: Client) -> None:
    with pytest.raises(FileRefused, match="takes PDF, PNG, JPEG, GIF, TIFF and plain text"):
        client.upload(b"PK\x03\x04", media_type="application/zip")
