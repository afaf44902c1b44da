"""Every documented limit: at it, below it, above it (Submit Files and Document list pages of the documentation)."""

import json
import uuid
from typing import Any

import pytest

from gini_notebook.sandbox import Sandbox

MIB10 = 10 * 1024 * 1024
KIB512 = 512 * 1024
PARTIAL = "application/vnd.gini.v1.partial+jpeg"


def padded(content: bytes, size: int) -> bytes:
    """A JPEG may be followed by anything."""
    return content + b"\0" * (size - len(content))


@pytest.mark.parametrize(("size", "status"), [(MIB10 - 1, 201), (MIB10, 413), (MIB10 + 1, 413)])
@pytest.mark.parametrize("kind", ["image/jpeg", PARTIAL])
def test_a_file_must_have_less_than_10_mib(person: Any, files: Any, size: int, status: int, kind: str) -> None:
    answer = person.send(padded(files.picture(), size), kind)
    assert answer.status_code == status
    if status == 413:
        assert "less than 10485760 (10 MiB)" in answer.json()["message"]


@pytest.mark.parametrize(("size", "status"), [(MIB10 - 1, 201), (MIB10, 413), (MIB10 + 1, 413)])
def test_a_file_in_a_form_must_have_less_than_10_mib(person: Any, files: Any, size: int, status: int) -> None:
    form = {"file": ("a.jpg", padded(files.picture(), size), "image/jpeg")}
    assert person.post("/documents", files=form).status_code == status


def test_a_far_too_large_body_is_refused_so_that_the_sender_can_read_it(person: Any) -> None:
    answer = person.send(b"x" * (30 * 1024 * 1024), "image/jpeg")
    assert answer.status_code == 413
    assert "too large" in answer.json()["message"]


@pytest.mark.parametrize(("size", "status"), [(KIB512 - 1, 201), (KIB512, 413), (KIB512 + 1, 413)])
def test_text_must_have_less_than_512_kib(person: Any, size: int, status: int) -> None:
    answer = person.send(b"Rechnung\n" * (size // 9) + b"x" * (size % 9))
    assert answer.status_code == status
    if status == 413:
        assert "less than 524288 (512 KiB)" in answer.json()["message"]


@pytest.mark.parametrize(("sizes", "status"), [((MIB10 // 2, MIB10 // 2 - 1), 201), ((MIB10 // 2, MIB10 // 2), 413)])
def test_the_parts_of_a_composite_must_have_less_than_10_mib(
    person: Any, files: Any, sizes: tuple[int, int], status: int
) -> None:
    parts = []
    for size in sizes:
        location = person.send(padded(files.picture(), size), PARTIAL).headers["Location"]
        parts.append((location.removeprefix(person.sandbox.api), 0))
    answer = person.compose(*parts)
    assert answer.status_code == status


@pytest.mark.parametrize(("pages", "shown"), [(9, 9), (10, 10), (11, 10)])
def test_only_the_first_ten_pages_are_worked_on(person: Any, files: Any, pages: int, shown: int) -> None:
    path = person.upload(files.pdf(pages), "application/pdf")
    assert person.get(path).json()["pageCount"] == pages
    assert len(person.get(f"{path}/pages").json()) == shown
    assert len(person.get(f"{path}/layout").json()["pages"]) == shown
    assert person.get(f"{path}/pages/{shown}/medium").status_code == 200
    assert person.get(f"{path}/pages/{shown + 1}/medium").status_code == 404


@pytest.mark.parametrize(("limit", "status"), [("0", 400), ("1", 200), ("2", 200), ("-1", 400), ("1e3", 400)])
def test_a_page_of_the_list_has_at_least_one_document(person: Any, limit: str, status: int) -> None:
    for _ in range(3):
        person.send()
    answer = person.get("/documents", params={"limit": limit})
    assert answer.status_code == status
    if status == 200:
        assert len(answer.json()["documents"]) == int(limit)


def test_a_page_of_the_list_has_20_documents_unless_asked(person: Any) -> None:
    for _ in range(21):
        person.send()
    value = person.get("/documents").json()
    assert (len(value["documents"]), value["totalCount"]) == (20, 21)


@pytest.mark.parametrize(("length", "status"), [(5, 400), (6, 201), (7, 201)])
def test_a_password_has_six_characters_or_more(person: Any, length: int, status: int) -> None:
    account = {"email": f"{uuid.uuid4()}@app.example.org", "password": "x" * length}
    headers = person.client_token()
    person.session.auth = None
    answer = person.post(f"{person.sandbox.user_center}/api/users", json=account, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"qrcode": "BCD"}, 201),
        ({"qrcode": "BCD", "paymentdata": {"iban": "", "paymentRecipient": ""}}, 201),
        ({"qrcode": "BCD", "paymentdata": {"iban": ""}}, 400),
        ({"qrcode": "BCD", "paymentdata": []}, 400),
        ({"paymentdata": {"iban": "", "paymentRecipient": ""}}, 400),
        ({"qrcode": 7}, 400),
    ],
)
def test_a_qr_code_document_needs_text_and_what_it_promises(person: Any, payload: Any, status: int) -> None:
    answer = person.send(json.dumps(payload).encode(), "application/vnd.gini.v1.partial+qr+json")
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"capacity": 0}, "capacity=0 makes no sense: it must be 1 or more"),
        ({"processing_time_s": -1}, "processing_time_s=-1 makes no sense: it must be 0 or more"),
        ({"processing_spread": -1}, "processing_spread=-1 makes no sense: it must be 0 or more"),
        ({"token_life_s": 0}, "token_life_s=0 makes no sense: it must be more than 0"),
        ({"port": 65536}, "port=65536 makes no sense: it must be between 0 and 65535"),
        ({"user_center_port": -1}, "user_center_port=-1 makes no sense: it must be between 0 and 65535"),
        ({"environment": "health-api"}, "environment='health-api' makes no sense: it must be one of pay-api, gini-api"),
        ({"engine": "magic"}, "engine='magic' makes no sense: it must be one of baseline, keywords-only"),
        ({"coordinates": "inches"}, "coordinates='inches' makes no sense: it must be one of points, pixels"),
        ({"foreign_status": 418}, "foreign_status=418 makes no sense: it must be 404 or 403"),
        ({"pending_status": 418}, "pending_status=418 makes no sense: it must be 404 or 200"),
    ],
)
def test_settings_that_make_no_sense_are_refused_before_anything_starts(setting: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sandbox(**setting)
