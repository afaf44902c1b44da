"""What may be uploaded, and in which ways (Submit Files page of the documentation)."""

import io
import json
from typing import Any

import pytest
from PIL import Image

JPEG_AS_PNG = "application/vnd.gini.v1.partial+png"


def test_every_supported_format_is_taken_and_named(person: Any, files: Any) -> None:
    uploads = {
        "application/pdf": (files.pdf(), "NATIVE"),
        "image/jpeg": (files.picture("JPEG"), "SCANNED"),
        "image/png": (files.picture("PNG"), "SCANNED"),
        "image/gif": (files.picture("GIF"), "SCANNED"),
        "image/tiff": (files.picture("TIFF"), "SCANNED"),
        "text/plain": (files.TEXT, "TEXT"),
    }
    for media_type, (content, classification) in uploads.items():
        document = person.get(person.upload(content, media_type, "name.ext")).json()
        assert document["progress"] == "COMPLETED", media_type
        assert (document["uploadMediaType"], document["sourceClassification"]) == (media_type, classification)
        assert (document["name"], document["origin"], document["pageCount"]) == ("name.ext", "UPLOAD", 1)


def test_a_file_is_known_by_its_content(person: Any, files: Any) -> None:
    path = person.upload(files.picture("PNG"), "image/jpeg")
    assert person.get(f"{path}/processed").headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("name", "media_type", "status", "message"),
    [
        ("encrypted", "application/pdf", 400, "password|encrypt|protect"),
        ("broken", "application/pdf", 400, "."),
        ("empty", "application/pdf", 400, "body is empty"),
        ("animated", "image/gif", 400, "animated"),
        ("not utf-8", "text/plain", 400, "UTF-8"),
        ("no image", "image/png", 400, "declared as image/png"),
        ("cut image", "image/jpeg", 400, "."),
        ("zip", "application/zip", 415, "application/zip is not supported"),
        ("zip", "application/pdf", 415, "ZIP"),
        ("xml", "text/xml", 415, "no e-invoice"),
        ("text", "application/octet-stream", 415, "octet-stream is not supported"),
        ("text", "application/x-www-form-urlencoded", 415, "not supported; supported are application/pdf"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    person: Any, files: Any, name: str, media_type: str, status: int, message: str
) -> None:
    content = {
        "encrypted": files.encrypted,
        "broken": lambda: files.pdf()[:200],
        "empty": lambda: b"",
        "animated": files.animated,
        "not utf-8": lambda: "Überweisung".encode("latin-1"),
        "no image": lambda: b"not an image",
        "cut image": lambda: files.picture()[:100],
        "zip": lambda: b"PK\x03\x04" + bytes(100),
        "xml": lambda: b"<?xml version='1.0'?><Invoice/>",
        "text": lambda: files.TEXT,
    }[name]()
    answer = person.send(content, media_type)
    assert answer.status_code == status, answer.text
    import re

    assert re.search(message, answer.json()["message"]), answer.json()["message"]
    assert person.get("/documents").json()["totalCount"] == 0


def test_a_still_gif_is_taken(person: Any, files: Any) -> None:
    assert person.send(files.picture("GIF"), "image/gif").status_code == 201


def test_raw_upload_without_content_type_is_taken(person: Any, files: Any) -> None:
    answer = person.post("/documents", data=io.BytesIO(files.pdf()), headers={"Content-Type": None})
    assert answer.status_code == 201


def test_the_name_comes_from_query_or_form_and_is_document_otherwise(person: Any) -> None:
    name = "Rechnung März & Söhne/2025.txt"
    assert person.get(person.upload(name=name)).json()["name"] == name
    form = {"file": (name, person.get("/documents").content and b"Rechnung", "text/plain")}
    location = person.post("/documents", files=form).headers["Location"]
    assert person.get(location).json()["name"] == name
    assert person.get(person.upload()).json()["name"] == "Document"


def test_a_form_without_file_is_refused(person: Any) -> None:
    answer = person.post("/documents", files={"page": ("a.txt", b"Rechnung", "text/plain")})
    assert answer.status_code == 400
    assert "no part named file" in answer.json()["message"]


def test_a_form_that_is_none_is_refused(person: Any) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = person.send(b"nothing of the kind", kind)
        assert answer.status_code == 400, kind
        assert "form" in answer.json()["message"]


def test_metadata_headers_must_be_ascii(person: Any) -> None:
    fine = person.send(**{"X-Document-Metadata-BranchId": "42", "x-document-metadata-deviceclass": "mobile_device"})
    assert fine.status_code == 201
    answer = person.post("/documents", data=b"x", headers={"X-Document-Metadata-BranchId": "München".encode()})
    assert answer.status_code == 400
    assert "must be ASCII" in answer.json()["message"]


def test_the_product_tag_decides_what_is_extracted(person: Any) -> None:
    tag = "x-document-metadata-product-tag"
    plain = person.get(person.upload() + "/extractions").json()
    assert "crossBorderPayment" not in plain.get("compoundExtractions", {})
    path = person.upload(**{tag: "cxExtractions"})
    rows = person.get(f"{path}/extractions").json()["compoundExtractions"]["crossBorderPayment"]
    assert rows[0]["creditorAccountNumber"]["value"] == "DE59200411550987654321"
    assert rows[0]["instructedAmount"] == {"entity": "amount", "value": "238.00:EUR"}
    refused = person.send(**{tag: "secretExtractions"})
    assert refused.status_code == 400
    assert "product tag secretExtractions" in refused.json()["message"]


def test_parts_may_be_declared_as_anything(person: Any, files: Any) -> None:
    # The documentation declares a JPEG as PNG, iOS declares everything as JSON, Android repeats the subtype.
    for rest in ("png", "json", "jpeg", "pdf"):
        path = person.upload(files.picture(), f"application/vnd.gini.v1.partial+{rest}")
        document = person.get(path).json()
        assert document["uploadMediaType"] == f"application/vnd.gini.v1.partial+{rest}"
        assert document["compositeDocuments"] == []
        assert person.get(f"{path}/processed").headers["Content-Type"] == "image/jpeg"


def test_a_partial_document_has_no_extractions_but_pages(person: Any, files: Any) -> None:
    path = person.upload(files.picture(), JPEG_AS_PNG)
    for what in ("extractions", "layout"):
        answer = person.get(f"{path}/{what}")
        assert answer.status_code == 404
        assert "Partial documents have no extractions" in answer.json()["message"]
    assert person.get(f"{path}/pages/1/large").headers["Content-Type"] == "image/jpeg"


def test_a_composite_keeps_order_and_rotation_of_its_parts(person: Any, files: Any) -> None:
    first = person.upload(files.pdf(2), "application/vnd.gini.v1.partial+pdf")
    second = person.upload(files.picture(), JPEG_AS_PNG)
    answer = person.compose((second, -90), (first, 450), (second, 0))
    assert answer.status_code == 201
    path = answer.headers["Location"].removeprefix(person.sandbox.api)
    document = person.get(path).json()
    listed = [
        (part["document"].removeprefix(person.sandbox.api), part["rotationDelta"])
        for part in document["partialDocuments"]
    ]
    assert listed == [(second, 270), (first, 90), (second, 0)]
    assert (document["sourceClassification"], document["pageCount"]) == ("COMPOSITE", 4)
    for part in (first, second):
        parents = person.get(part).json()["compositeDocuments"]
        assert parents == [{"document": answer.headers["Location"]}]


def test_a_composite_is_read_turned_and_drawn(person: Any, files: Any) -> None:
    part = person.upload(files.pdf(), "application/vnd.gini.v1.partial+pdf")
    path = person.compose((part, 90)).headers["Location"].removeprefix(person.sandbox.api)
    while person.get(path).json()["progress"] == "PENDING":
        pass
    value = person.get(f"{path}/extractions").json()
    assert value["extractions"]["amountToPay"]["value"] == "238.00:EUR"
    page = person.get(f"{path}/layout").json()["pages"][0]
    assert page["sizeX"] > page["sizeY"]
    with Image.open(io.BytesIO(person.get(f"{path}/pages/1/large").content)) as picture:
        assert picture.width > picture.height
    combined = person.get(f"{path}/processed")
    assert combined.headers["Content-Type"] == "application/pdf"
    assert combined.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("listed", "status", "message"),
    [
        ([], 400, "at least one document"),
        ([{"document": "https://elsewhere.example/documents/unknown"}], 404, "There is no document"),
        ([{"document": "https://[broken/x"}], 404, "There is no document"),
        ([{"rotationDelta": 90}], 400, "needs the member document"),
        (["text"], 400, "needs the member document"),
        ("text", 400, "partialDocuments"),
        ([{"document": "{part}", "rotationDelta": "90"}], 400, "multiple of 90"),
        ([{"document": "{part}", "rotationDelta": 45}], 400, "multiple of 90"),
        ([{"document": "{whole}"}], 400, "not uploaded as a partial document"),
    ],
)
def test_a_composite_that_cannot_be_is_refused(person: Any, listed: Any, status: int, message: str) -> None:
    names = {"{part}": person.upload(kind="application/vnd.gini.v1.partial+plain"), "{whole}": person.upload()}
    body = json.dumps({"partialDocuments": listed})
    for name, path in names.items():
        body = body.replace(name, person.sandbox.api + path)
    answer = person.send(body.encode(), "application/vnd.gini.v1.composite+json")
    assert answer.status_code == status, answer.text
    assert message in answer.json()["message"]


def test_the_part_of_somebody_else_is_not_found(person: Any, other: Any) -> None:
    part = other.upload(kind="application/vnd.gini.v1.partial+plain")
    assert person.compose((part, 0)).status_code == 404


def test_deleting_goes_from_the_composite_to_its_parts(person: Any) -> None:
    part = person.upload(kind="application/vnd.gini.v1.partial+plain")
    composites = [person.compose((part, 0)).headers["Location"] for _ in range(2)]
    refused = person.delete(part)
    assert refused.status_code == 400
    assert "delete that first" in refused.json()["message"]
    for uri in (one["document"] for one in person.get(part).json()["compositeDocuments"]):
        assert uri in composites
        assert person.delete(uri).status_code == 204
    assert person.delete(part).status_code == 204
    assert person.get(part).status_code == 404


def test_a_deleted_document_is_gone_with_all_that_was_read(person: Any) -> None:
    path = person.upload()
    assert person.delete(path).status_code == 204
    for what in ("", "/extractions", "/layout", "/pages", "/pages/1/large", "/processed"):
        assert person.get(path + what).status_code == 404, what
    assert person.delete(path).status_code == 404
    assert person.get("/documents").json()["totalCount"] == 0


def test_a_qr_code_is_read_as_part_of_a_composite(person: Any, files: Any) -> None:
    code = "BCD\n002\n1\nSCT\n\nStadtwerke Nordheim\nDE17100500000123456789\nEUR58.20\n\n\nKd 4400127 Abschlag Mai"
    part = person.upload(json.dumps({"qrcode": code}).encode(), "application/vnd.gini.v1.partial+json")
    path = person.compose((part, 0)).headers["Location"].removeprefix(person.sandbox.api)
    while person.get(path).json()["progress"] == "PENDING":
        pass
    found = {label: one["value"] for label, one in person.get(f"{path}/extractions").json()["extractions"].items()}
    assert (found["iban"], found["amountToPay"]) == ("DE17100500000123456789", "58.20:EUR")
    assert found["paymentRecipient"] == "Stadtwerke Nordheim"
    page = person.upload(files.pdf(), "application/vnd.gini.v1.partial+pdf")
    path = person.compose((page, 0), (part, 0)).headers["Location"].removeprefix(person.sandbox.api)
    while person.get(path).json()["progress"] == "PENDING":
        pass
    mixed = person.get(f"{path}/extractions").json()
    assert mixed["extractions"]["iban"]["value"] == "DE17100500000123456789"
    assert mixed["candidates"]["ibans"][0]["value"] == "DE17100500000123456789"
    assert person.get(f"{path}/processed").status_code == 200
