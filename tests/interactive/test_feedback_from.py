"""The ground truth of an evaluation goes back to the service, after a dry run."""

import types
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from gini_notebook.errors import NotAuthorized, SettingError
from gini_notebook.interactive.feedback import feedback_from
from gini_notebook.interactive.login import login
from gini_notebook.schema import COMPARISONS
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import TrustedAccess

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

LETTER = b"Rechnung Nr. 2025-0318\nBetrag 238,00 EUR\nIBAN DE59 2004 1155 0987 6543 21\n"


def comparison(
    document: str, field: str, truth: str | None, canonical: str | None, outcome: str, **more: object
) -> dict:
    row = {"document": document, "group": "", "row": 0, "field": field, "truth": truth, "outcome": outcome}
    return {**row, "truth_canonical": canonical, "extracted": "x", **more}


def evaluation(identifiers: dict[str, str | None], rows: list[dict]) -> types.SimpleNamespace:
    documents = pd.DataFrame({"document": list(identifiers), "document_id": list(identifiers.values())})
    return types.SimpleNamespace(documents=documents, comparisons=COMPARISONS.frame(rows))


ROWS = [
    comparison("a.txt", "amountToPay", "1.966,69 EUR", "1966.69:EUR", "wrong"),
    comparison("a.txt", "paymentRecipient", "Tischlerei Ahornhof GmbH", "tischlerei ahornhof gmbh", "correct"),
    comparison("a.txt", "bic", None, None, "ignored"),
    comparison("a.txt", "docType", "", None, "absent"),
    comparison("a.txt", "iban", None, None, "spurious"),
    comparison("a.txt", "quantity", "2", "2", "correct", group="lineItems", row=1),
    comparison("a.txt", "description", "Wandersocken", "wandersocken", "missing", group="lineItems", row=0),
    comparison("a.txt", "quantity", "1", "1", "wrong", group="lineItems", row=0),
    comparison("failed.pdf", "amountToPay", "1.00:EUR", "1.00:EUR", "missing"),
    comparison("nothing.pdf", "bic", None, None, "ignored"),
]


def test_a_dry_run_shows_what_would_be_sent() -> None:
    (planned,) = feedback_from(evaluation({"a.txt": "id-1", "failed.pdf": None, "nothing.pdf": "id-2"}, ROWS))
    assert (planned.document, planned.document_id, planned.sent, planned.error) == ("a.txt", "id-1", False, "")
    assert planned.deletions == ("iban",)
    assert planned.feedback.to_dict() == {
        "extractions": {
            "amountToPay": {"value": "1966.69:EUR"},
            "paymentRecipient": {"value": "Tischlerei Ahornhof GmbH"},
        },
        "compoundExtractions": {
            "lineItems": [
                {"description": {"value": "Wandersocken"}, "quantity": {"value": "1"}},
                {"quantity": {"value": "2"}},
            ]
        },
    }


def test_sending_changes_what_the_service_answers(client: Client) -> None:
    first, second = (client.upload(LETTER, name=f"{name}.txt") for name in "ab")
    client.wait(first)
    client.wait(second)
    rows = [*ROWS[:-2], comparison("b.txt", "amountToPay", "nothing", None, "wrong")]
    sent = feedback_from(evaluation({"a.txt": first, "b.txt": second}, rows), client, dry_run=False)
    assert [(each.document, each.sent) for each in sent] == [("a.txt", True), ("b.txt", False)]
    assert "breaks the rules of its entity" in sent[1].error
    read = client.extractions(first)
    assert read.extractions["amountToPay"].value == "1966.69:EUR"
    assert "iban" not in read.extractions
    assert [row["quantity"].value for row in read.compound_extractions["lineItems"]] == ["1", "2"]


def test_what_makes_no_sense_is_said(sandbox: "Sandbox") -> None:
    without_ids = types.SimpleNamespace(documents=pd.DataFrame({"document": ["a"]}), comparisons=COMPARISONS.empty())
    with pytest.raises(SettingError, match="does not know the documents' ids; evaluate the batch"):
        feedback_from(without_ids)
    with pytest.raises(SettingError, match="Give the client to send with"):
        feedback_from(evaluation({"a.txt": "id-1"}, ROWS), dry_run=False)
    stranger = login(sandbox)
    (row, *_) = feedback_from(evaluation({"a.txt": "id-1"}, ROWS), stranger, dry_run=False)
    assert not row.sent
    assert "does not exist, or it belongs to another user" in row.error


def test_refused_credentials_stop_the_whole(sandbox: "Sandbox") -> None:
    access = TrustedAccess(sandbox.client_id, "wrong", "user-1")
    target = {"api": sandbox.api, "user_center": sandbox.user_center, "ca_bundle": sandbox.ca_file, "proxies": {}}
    with Client(access, **target) as client, pytest.raises(NotAuthorized, match="401"):
        feedback_from(evaluation({"a.txt": "id-1"}, ROWS), client, dry_run=False)
