"""Feedback: what is taken, what is refused, and what one sees afterwards (Transfer summary and entity pages)."""

from typing import Any

import pytest

from gini_notebook.sandbox.vocabulary import Unfit, normal_form

V2 = "application/vnd.gini.v2+json"
LABELS = ("amountToPay", "paymentRecipient", "paymentReference", "paymentPurpose", "iban", "bic")


def extractions(person: Any, path: str) -> Any:
    return person.get(f"{path}/extractions").json()


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("end", ["/extractions/feedback", "/extractions/feedback/", "/extractions"])
@pytest.mark.parametrize("member", ["feedback", "extractions"])
def test_corrected_values_are_seen_afterwards(person: Any, files: Any, method: str, end: str, member: str) -> None:
    path = person.upload(files.pdf(), "application/pdf")
    before = extractions(person, path)
    body = {member: {"amountToPay": {"value": "950.00:EUR"}, "iban": {"value": "DE59 2004 1155 0987 6543 21"}}}
    answer = person.ask(method, path + end, json=body)
    assert (answer.status_code, answer.content) == (204, b"")
    after = extractions(person, path)
    amount = after["extractions"]["amountToPay"]
    # The service's own recordings show it: entity and candidates stay, the box goes.
    assert amount == {"entity": "amount", "value": "950.00:EUR", "candidates": "amounts"}
    assert "box" in before["extractions"]["amountToPay"]
    assert after["extractions"]["iban"] == {"entity": "iban", "value": "DE59200411550987654321", "candidates": "ibans"}
    assert after["candidates"] == before["candidates"]
    untouched = {label for label in before["extractions"] if label not in {"amountToPay", "iban"}}
    assert untouched
    assert all(after["extractions"][label] == before["extractions"][label] for label in untouched)


def test_a_confirmed_box_stays(person: Any) -> None:
    path = person.upload()
    box = {"top": 1.0, "left": 2.0, "width": 3.0, "height": 4.0, "page": 1}
    body = {"feedback": {"amountToPay": {"value": "1.00:EUR", "entity": "anything", "box": box}}}
    assert person.post(f"{path}/extractions/feedback", json=body).status_code == 204
    assert extractions(person, path)["extractions"]["amountToPay"]["box"] == box


def test_the_acceptance_test_of_the_documentation(person: Any, files: Any) -> None:
    path = person.upload(files.pdf(), "application/pdf")
    found = extractions(person, path)["extractions"]
    summary = {label: {"value": one["value"]} for label, one in found.items() if label in LABELS}
    summary["amountToPay"] = {"value": "950.00:EUR"}
    assert person.post(f"{path}/extractions/feedback", json={"feedback": summary}).status_code == 204
    assert extractions(person, path)["extractions"]["amountToPay"]["value"] == "950.00:EUR"


def test_labels_that_are_empty_of_a_value_are_taken(person: Any) -> None:
    # The service's mobile clients send six labels whether they are filled or not.
    path = person.upload()
    body = {"feedback": {label: {"value": ""} for label in LABELS}}
    assert person.post(f"{path}/extractions/feedback", json=body).status_code == 204
    assert not set(LABELS) & extractions(person, path)["extractions"].keys()


def test_the_last_feedback_wins(person: Any) -> None:
    path = person.upload()
    for value in ("1.00:EUR", "2.00:EUR"):
        assert person.put(f"{path}/extractions/amountToPay", json={"value": value}).status_code == 204
    assert extractions(person, path)["extractions"]["amountToPay"]["value"] == "2.00:EUR"
    assert person.delete(f"{path}/extractions/amountToPay").status_code == 204
    assert "amountToPay" not in extractions(person, path)["extractions"]
    assert person.put(f"{path}/extractions/amountToPay", json={"value": "3.00:EUR"}).status_code == 204
    assert extractions(person, path)["extractions"]["amountToPay"]["value"] == "3.00:EUR"


def test_compound_extractions_follow_the_feedback(person: Any) -> None:
    path = person.upload()
    rows = [
        {"description": {"value": "Regenjacke"}, "quantity": {"value": "0"}, "baseGross": {"value": "59.98:EUR"},
         "returnReason": {"value": "r4", "entity": "returnreason"}, "grossPrice": {"value": "59.98:EUR"}},
        {"description": {"value": "Socken"}, "quantity": {"value": "2"}, "artNumber": {"value": ""}},
    ]  # fmt: skip
    body = {"extractions": {}, "compoundExtractions": {"lineItems": rows}}
    assert person.post(f"{path}/extractions/feedback", json=body).status_code == 204
    stored = extractions(person, path)["compoundExtractions"]["lineItems"]
    assert stored[0]["quantity"] == {"entity": "numeric", "value": "0"}
    assert stored[0]["returnReason"] == {"entity": "returnreason", "value": "r4"}
    assert stored[0]["grossPrice"]["value"] == "59.98:EUR"
    assert stored[1].keys() == {"description", "quantity"}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "needs the member feedback"),
        ({"feedback": []}, 400, "feedback must be an object"),
        ({"feedback": {"iban": "DE12"}}, 400, "iban must be an object with the member value"),
        ({"feedback": {"iban": {"value": 7}}}, 400, "iban must be an object with the member value"),
        ({"feedback": {"bic": {"value": "COBADEHD055", "box": {"top": 1}}}}, 400, "box of bic needs the numbers"),
        ({"feedback": {"bic": {"value": "COBADEHD055", "box": []}}}, 400, "box of bic needs the numbers"),
        ({"feedback": {"colour": {"value": "red"}}}, 404, "label colour is not known"),
        ({"compoundExtractions": {"wheels": []}}, 404, "compound extraction wheels is not known"),
        ({"compoundExtractions": {"lineItems": {}}}, 400, "lineItems must be a list of objects"),
        ({"compoundExtractions": {"lineItems": ["x"]}}, 400, "lineItems must be a list of objects"),
        (
            {"compoundExtractions": {"lineItems": [{"quantity": {"value": "two"}}]}},
            422,
            "lineItems[0].quantity: 'two' is not a decimal number",
        ),
        (
            {"feedback": {"iban": {"value": "DE12"}, "bic": {"value": "x"}}},
            422,
            "iban: 'DE12' is not a valid IBAN; bic: 'x' is not 8 or 11 letters",
        ),
    ],
)
def test_feedback_that_cannot_be_is_refused_as_a_whole(person: Any, body: Any, status: int, message: str) -> None:
    path = person.upload()
    before = extractions(person, path)
    mixed = {**body, "feedback": {"amountToPay": {"value": "1.00:EUR"}, **body["feedback"]}} if (
        isinstance(body.get("feedback"), dict)
    ) else body  # fmt: skip
    answer = person.post(f"{path}/extractions/feedback", json=mixed)
    assert answer.status_code == status, answer.text
    assert message in answer.json()["message"]
    assert extractions(person, path) == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", V2, ""])
def test_wrong_headers_of_feedback_are_not_acceptable(person: Any, kind: str) -> None:
    path = person.upload()
    body = b'{"feedback": {"amountToPay": {"value": "1.00:EUR"}}}'
    answer = person.post(f"{path}/extractions/feedback", data=body, headers={"Content-Type": kind or None})
    assert answer.status_code == 406
    assert "application/vnd.gini.v1+json" in answer.json()["message"]


def test_feedback_for_a_part_is_refused(person: Any) -> None:
    path = person.upload(kind="application/vnd.gini.v1.partial+plain")
    for method, end in (("POST", "feedback"), ("PUT", "iban"), ("DELETE", "iban")):
        assert person.ask(method, f"{path}/extractions/{end}", json={"feedback": {}}).status_code == 404


@pytest.mark.parametrize(
    ("entity", "value", "normal"),
    [
        ("amount", "12.3:EUR", "12.30:EUR"),
        ("amount", "12,4:USD", "12.40:USD"),
        ("amount", "12,3 EUR", "12.30:EUR"),
        ("amount", "12 €", "12.00:EUR"),
        ("amount", "EUR 12.3", "12.30:EUR"),
        ("amount", "$ 12.4", "12.40:USD"),
        ("amount", "12", "12.00:EUR"),
        ("amount", "1.234,56 EUR", "1234.56:EUR"),
        ("amount", "1,234.56:EUR", "1234.56:EUR"),
        ("amount", "1.234.567 €", "1234567.00:EUR"),
        ("amount", "-5.00:EUR", "-5.00:EUR"),
        ("amount", "1.439:EUR", "1.439:EUR"),
        ("iban", "de59 2004 1155 0987 6543 21", "DE59200411550987654321"),
        ("bic", "cobadehd 055", "COBADEHD055"),
        ("bic", "COBADEHD", "COBADEHD"),
        ("date", "2025-04-11", "2025-04-11"),
        ("date", "11.04.2025", "2025-04-11"),
        ("date", "11-04-2025", "2025-04-11"),
        ("date", "11 Apr 2025", "2025-04-11"),
        ("date", "11. März 2025", "2025-03-11"),
        ("companyname", "Tischlerei Ahornhof GmbH", "Tischlerei Ahornhof GmbH"),
        ("reference", "2025-", "2025-"),
        ("numeric", "-63", "-63"),
        ("numeric", "5.0", "5.0"),
        ("currency", "€", "EUR"),
        ("currency", "Euro", "EUR"),
        ("timeperiod", "10:day", "10:day"),
        ("doctype", "Invoice", "Invoice"),
        ("paymentstate", "ToBePaid", "ToBePaid"),
        ("businessdoctype", "CreditNote", "CreditNote"),
        ("returnreason", "r7", "r7"),
        ("bankaccount", "123 4567", "1234567"),
        ("text", " anything ", "anything"),
        ("iban", "  ", ""),
    ],
)
def test_values_are_brought_into_normal_form(entity: str, value: str, normal: str) -> None:
    assert normal_form(entity, value) == normal
    assert normal_form(entity, normal) == normal


@pytest.mark.parametrize(
    ("entity", "value", "message"),
    [
        ("amount", "much", "'much' is not an amount"),
        ("amount", "EUR", "'EUR' is not an amount"),
        ("amount", "12:EU", "is not an amount"),
        ("iban", "DE59200411550987654322", "is not a valid IBAN"),
        ("bic", "COBADEHD05", "is not 8 or 11 letters and digits"),
        ("date", "31.02.2025", "is not a date"),
        ("date", "soon", "is not a date"),
        ("date", "11 Foo 2025", "is not a date"),
        ("companyname", "A.", "is not at least two letters or digits"),
        ("reference", "20 25", "is not at least five characters"),
        ("numeric", "1,5", "is not a decimal number"),
        ("currency", "Taler", "is not a currency"),
        ("timeperiod", "10 days", "is not a number of days"),
        ("doctype", "Novel", "is not one of Invoice, Other"),
        ("paymentstate", "Maybe", "is not one of Other, Paid, ToBePaid"),
        ("businessdoctype", "Novel", "is not one of CreditNote, Invoice"),
        ("returnreason", "r8", "is not one of r1, r2"),
        ("banknumber", "1234567", "is not eight digits"),
        ("bankaccount", "12", "is not at least three digits"),
        ("customerid", "ABC", "is not at least one digit"),
        ("zipcode", "12", "is not four or five digits"),
    ],
)
def test_values_that_break_their_entity_are_refused(entity: str, value: str, message: str) -> None:
    with pytest.raises(Unfit, match=message):
        normal_form(entity, value)
