"""Values read what the service says and give it back without loss."""

import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.service import values
from gini_notebook.service.values import (
    Box,
    Configuration,
    Document,
    DocumentList,
    DocumentReference,
    ErrorAnswer,
    ErrorReport,
    Extraction,
    Extractions,
    Feedback,
    Layout,
    Page,
    Payment,
    PaymentProvider,
    PaymentRequest,
    Secret,
    Token,
    Value,
)

DAMAGED = {"gini-sdk-ios/extractions.json", "gini-sdk-ios/layout.json"}
SHAPES: dict[str, type[Value]] = {
    "compositedocument": Document,
    "document": Document,
    "document-template": Document,
    "documents": DocumentList,
    "errorreport": ErrorReport,
    "extractions": Extractions,
    "layout": Layout,
    "pages": Page,
    "payment": Payment,
    "payment-provider": PaymentProvider,
    "payment-providers": PaymentProvider,
    "payment-request": PaymentRequest,
    "payment-requests": PaymentRequest,
    "resolved-payment": PaymentRequest,
    "search": DocumentList,
    "session": Token,
    "unknown-processing-state-document": Document,
    "unknown-source-classification-document": Document,
}


def test_every_recorded_answer_is_read_without_loss(fixtures: Path) -> None:
    read = 0
    for path in sorted(fixtures.glob("*/*.json")):
        if path.relative_to(fixtures).as_posix() in DAMAGED:
            continue
        recorded = json.loads(path.read_text())
        if path.stem == "feedback":
            assert Feedback.from_dict({"extractions": recorded}).to_dict() == {"extractions": recorded}
        else:
            cls = SHAPES[path.stem]
            for each in recorded if isinstance(recorded, list) else [recorded]:
                value = cls.from_dict(each)
                assert value.to_dict() == each
                if cls is not Token:
                    assert pickle.loads(pickle.dumps(value)) == value
        read += 1
    assert read == 26


def test_recorded_members_become_attributes(fixtures: Path) -> None:
    recorded = json.loads((fixtures / "gini-sdk-android/extractions.json").read_text())
    read = Extractions.from_dict(recorded)
    amount = read.extractions["amountToPay"]
    assert (amount.entity, amount.value, amount.candidates) == ("amount", "24.99:EUR", "amounts")
    assert amount.box == Box(1, 516.0, 588.0, 42.0, 9.0)
    assert read.compound_extractions["lineItems"][0]["quantity"].value == "1"
    layout = Layout.from_dict(json.loads((fixtures / "gini-sdk-android/layout.json").read_text()))
    assert [word.text for word in layout.pages[0].words()][:2] == ["Ihre", "Vorgangsnummer"]
    assert layout.pages[0].regions[0].type == "RemittanceSlip"
    composite = Document.from_dict(json.loads((fixtures / "gini-sdk-ios/compositedocument.json").read_text()))
    assert [part.rotation_delta for part in composite.partial_documents] == [90, 0]
    assert composite.partial_documents[0].id == "626626a0-749f-11e2-bfd2-000000000000"


def test_unknown_enum_values_and_members_are_kept() -> None:
    data = {"id": "1", "progress": "QUEUED", "sourceClassification": "SCREEN", "colour": {"deep": [1]}}
    document = Document.from_dict(data)
    assert document.progress == "QUEUED"
    assert not document.finished
    assert document.extra == {"colour": {"deep": [1]}}
    assert document.to_dict() == data


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CLASSES = sorted(values._base._members, key=lambda cls: cls.__name__)


@settings(deadline=None)
@given(cls=st.sampled_from(CLASSES), data=st.data())
def test_T47_any_json_is_read_without_loss_or_refused_with_a_reason(cls: type[Value], data: st.DataObject) -> None:
    names = [member.name for member in values._base._members[cls]]
    raw = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), JSON))
    try:
        value = cls.from_dict(raw)
    except ValueError:
        return
    assert value.to_dict() == raw


@pytest.mark.parametrize(
    ("cls", "data", "match"),
    [
        (Document, [], "an object was expected, not an array"),
        (Document, {"progress": "COMPLETED"}, "id is missing"),
        (Document, {"id": None, "progress": "COMPLETED"}, "id is missing"),
        (Document, {"id": 7, "progress": "COMPLETED"}, "id: a text was expected, not a number"),
        (Document, {"id": "1", "progress": "X", "pageCount": 1.5}, "pageCount: a whole number was expected, not 1.5"),
        (Document, {"id": "1", "progress": "X", "pageCount": True}, "pageCount: a number was expected, not true or"),
        (Document, {"id": "1", "progress": "X", "creationDate": "now"}, "creationDate: a number was expected"),
        (Document, {"id": "1", "progress": "X", "creationDate": float("inf")}, "the number is too large"),
        (Document, {"id": "1", "progress": "X", "creationDate": 10**400}, "the number is too large"),
        (Document, {"id": "1", "progress": "X", "_links": []}, "_links: an object was expected, not an array"),
        (Extractions, {}, "extractions is missing"),
        (Extractions, {"extractions": {"iban": {"entity": "iban", "value": 7}}}, "extractions: 'iban': value: a text"),
        (Extractions, {"extractions": {"iban": None}}, "'iban': an object was expected, not null"),
        (Extractions, {"extractions": {}, "candidates": {"a": [{"entity": "x"}]}}, r"candidates: 'a': \[0\] value is"),
        (Extractions, {"extractions": {}, "compoundExtractions": {"a": {}}}, "'a': an array was expected"),
        (Configuration, {"skontoEnabled": "yes"}, "skontoEnabled: true or false was expected, not a text"),
        (Token, {"access_token": "", "expires_in": 1}, "access_token: it is empty"),
        (Token, {"access_token": "x"}, "expires_in is missing"),
    ],
)
def test_T47_wrong_types_are_refused_with_the_path_to_them(cls: type[Value], data: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        cls.from_dict(data)


def test_incomplete_boxes_and_missing_entities_are_tolerated() -> None:
    data = {"entity": "text", "value": "true", "box": {}}
    extraction = Extraction.from_dict(data)
    assert extraction.box is None
    assert extraction.to_dict() == data
    bare = Extraction.from_dict({"value": "x"})
    assert (bare.entity, bare.to_dict()) == ("", {"value": "x"})


def test_empty_and_missing_containers_are_told_apart_when_written_back() -> None:
    for data in ({"extractions": {}}, {"extractions": {}, "candidates": {}, "returnReasons": []}):
        read = Extractions.from_dict(data)
        assert (read.candidates, read.return_reasons) == ({}, ())
        assert read.to_dict() == data


def test_fractional_and_absurd_dates() -> None:
    document = Document.from_dict({"id": "1", "progress": "PENDING", "creationDate": 1360623867402.5})
    assert document.creation_date == 1360623867402.5
    assert document.created_at == datetime(2013, 2, 11, 23, 4, 27, 402500, tzinfo=UTC)
    assert Document("1", "PENDING", creation_date=1e300).created_at is None
    assert Document("1", "PENDING", expiration_date=0).expires_at is None
    assert Document("1", "PENDING").created_at is None
    assert Document("1", "PENDING", expiration_date=1000).expires_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_boxes_are_scaled_by_the_layout_page() -> None:
    assert Box(2, 10, 20, 30, 40).scaled(100, 200) == Box(2, 0.1, 0.1, 0.3, 0.2)


def test_layout_pages_are_found_by_number() -> None:
    layout = Layout.from_dict({"pages": [{"number": 2, "sizeX": 1, "sizeY": 2}]})
    assert layout.page(2) == layout.pages[0]
    assert layout.page(1) is None


def test_return_reasons_hold_their_wording_by_language() -> None:
    data = {"extractions": {}, "returnReasons": [{"id": "r3", "de": "Defekt", "en": "Defect"}]}
    reason = Extractions.from_dict(data).return_reasons[0]
    assert (reason.id, reason.texts) == ("r3", {"de": "Defekt", "en": "Defect"})


def test_feedback_takes_texts_extractions_and_objects() -> None:
    box = Box(1, 2, 3, 4, 5)
    feedback = Feedback.of(
        {
            "iban": "DE17100500000123456789",
            "bic": Extraction("bic", "COBADEHD055", box, "bics"),
            "amountToPay": {"value": "1.00:EUR"},
        },
        {"lineItems": [{"quantity": "0", "returnReason": {"value": "r4", "entity": "returnreason"}}]},
    )
    assert feedback.to_dict() == {
        "extractions": {
            "iban": {"value": "DE17100500000123456789"},
            "bic": {"entity": "bic", "value": "COBADEHD055", "box": box.to_dict()},
            "amountToPay": {"value": "1.00:EUR"},
        },
        "compoundExtractions": {
            "lineItems": [{"quantity": {"value": "0"}, "returnReason": {"value": "r4", "entity": "returnreason"}}]
        },
    }
    with pytest.raises(ValueError, match=r"feedback for 'amountToPay' must be a text, not a number; write amounts as"):
        Feedback.of({"amountToPay": 12.3})


def test_errors_of_all_shapes_are_read() -> None:
    items = [{"code": "2013", "object": ["1"]}]
    read = ErrorAnswer.from_dict({"items": items, "message": "no", "requestId": "7cc7-229b"})
    assert (read.items, read.message, read.request_id) == (tuple(items), "no", "7cc7-229b")
    assert ErrorAnswer.from_dict({"error": "invalid_client"}).error == "invalid_client"


def test_payment_requests_know_their_id_by_either_link() -> None:
    for link in ("_self", "self"):
        assert PaymentRequest(links={link: "https://x/paymentRequests/abc/"}).id == "abc"
    assert PaymentRequest().id == ""
    assert DocumentReference("https://x/documents/1").id == "1"


@settings(deadline=None)
@given(st.text(st.characters()))
def test_T18_secrets_hide_everywhere_but_come_out_on_demand(text: str) -> None:
    secret = Secret(text)
    assert secret.reveal() == text
    assert secret.encode("utf-8", "surrogatepass") == text.encode("utf-8", "surrogatepass")
    assert repr(secret) == "Secret(***)"
    assert f"{secret}" == "***"
    assert bool(secret) is bool(text)
    assert secret == Secret(text)
    assert hash(secret) == hash(Secret(text))
    assert secret != text


def test_T24_secrets_are_never_pickled() -> None:
    for attempt in (pickle.dumps, __import__("copy").copy, __import__("copy").deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            attempt(Secret("x"))


@pytest.mark.parametrize(
    ("entity", "value", "typed"),
    [
        ("amount", "12.30:EUR", (Decimal("12.30"), "EUR")),
        ("amount", "-5.00:GBP", (Decimal("-5.00"), "GBP")),
        ("amount", "21.0", (Decimal("21.0"), "EUR")),
        ("amount", "12.30:", (Decimal("12.30"), "EUR")),
        ("amount", "twelve:EUR", None),
        ("amount", "NaN:EUR", None),
        ("date", "2025-04-11", date(2025, 4, 11)),
        ("date", "11.04.2025", None),
        ("date", "20250411", None),
        ("date", "2025-02-30", None),
        ("numeric", "-63", Decimal(-63)),
        ("number", "2", Decimal(2)),
        ("text", "true", "true"),
        ("iban", "DE17100500000123456789", "DE17100500000123456789"),
    ],
)
def test_typed_values_on_request(entity: str, value: str, typed: object) -> None:
    assert Extraction(entity, value).typed() == typed
