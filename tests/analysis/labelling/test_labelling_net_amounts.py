"""Lines of e-invoices whose labels contradict the net amount that is stated beside them (BT-131 of EN 16931)."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gini_notebook.analysis.labelling import check_labels
from gini_notebook.analysis.truth import read_truth

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


def line(number: int, quantity: str, price: str, total: str, more: str = "", base: str = "") -> str:
    return (
        f"<cac:InvoiceLine><cbc:ID>{number}</cbc:ID><cbc:InvoicedQuantity>{quantity}</cbc:InvoicedQuantity>"
        f"<cbc:LineExtensionAmount>{total}</cbc:LineExtensionAmount>{more}<cac:Item><cbc:Name>Ware {number}</cbc:Name>"
        "<cac:ClassifiedTaxCategory><cbc:Percent>19</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>"
        f"<cac:Price><cbc:PriceAmount>{price}</cbc:PriceAmount>{base}</cac:Price></cac:InvoiceLine>"
    )


def charge(amount: str, *, is_charge: bool) -> str:
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(is_charge).lower()}</cbc:ChargeIndicator>"
        f"<cbc:Amount>{amount}</cbc:Amount></cac:AllowanceCharge>"
    )


RIGHT = [
    line(1, "3", "9.99", "29.97"),
    line(2, "2", "100.00", "190.00", charge("15.00", is_charge=False) + charge("5.00", is_charge=True)),
    line(3, "250", "12.00", "30.00", base="<cbc:BaseQuantity>100</cbc:BaseQuantity>"),
    line(4, "7", "0.333", "2.33"),
    line(5, "-1", "20.00", "-20.00"),
]


def read(folder: Path, *lines: str) -> pd.DataFrame:
    xml = (
        f'<Invoice xmlns="{UBL}Invoice-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
        f'xmlns:cbc="{UBL}CommonBasicComponents-2"><cbc:ID>RE-1</cbc:ID>'
        f"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{''.join(lines)}</Invoice>"
    )
    (folder / "a.xml").write_text(xml)
    return read_truth(folder / "a.xml")


def found(truth: pd.DataFrame) -> list[list[object]]:
    table = check_labels(truth)
    return table[table["check"] == "net_amount"][["row", "field", "value"]].values.tolist()


def changed(truth: pd.DataFrame, row: int, field: str, value: str) -> pd.DataFrame:
    copy = truth.copy()
    copy.loc[(copy["row"] == row) & (copy["field"] == field), "value"] = value
    return copy


def test_lines_with_allowances_base_quantities_and_rounded_prices_agree(tmp_path):
    truth = read(tmp_path, *RIGHT)
    assert truth.loc[truth["field"] == "baseGross", "value"].tolist() == [
        "11.89:EUR",
        "119.00:EUR",
        "0.14:EUR",
        "0.40:EUR",
        "23.80:EUR",
    ]
    assert found(truth) == []


@pytest.mark.parametrize(
    ("row", "field", "value", "suggestion"),
    [
        (0, "quantity", "8", "With 3 here, they would agree."),
        (1, "quantity", "5", "With 2 here, they would agree."),
        (1, "baseGross", "179.00:EUR", "With 119.00 here, they would agree."),
        (4, "quantity", "1", "With -1 here, they would agree."),
    ],
)
def test_a_label_that_contradicts_is_named_with_what_would_agree(tmp_path, row, field, value, suggestion):
    table = check_labels(changed(read(tmp_path, *RIGHT), row, field, value))
    shown = table[table["check"] == "net_amount"]
    assert shown[["row", "field", "value", "suggestion"]].values.tolist() == [[row, field, value, suggestion]]
    assert "(BT-131)" in shown["found"].iloc[0]


def test_a_line_that_contradicts_itself_in_the_e_invoice_is_named(tmp_path):
    truth = read(tmp_path, *RIGHT, line(6, "3", "10.00", "77.00"))
    (row,) = check_labels(truth).to_dict("records")
    assert (row["row"], row["field"], row["check"]) == (5, "baseGross", "net_amount")
    assert "a net amount of 77.00 for the line (BT-131), and quantity times net price is 30.00" in row["found"]
    assert row["suggestion"] == "Look at quantity, price and allowances of the line."


def test_rows_of_another_source_are_not_held_against_the_e_invoice(tmp_path):
    truth = read(tmp_path, *RIGHT)
    rows = [("a.xml", "lineItems", 0, "quantity", "8"), ("a.xml", "lineItems", 0, "baseGross", "11.89:EUR")]
    table = pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])
    assert found(read_truth([tmp_path / "a.xml", table])) == []
    assert found(read_truth([truth, table])) == []


def test_what_lines_state_is_no_label_and_goes_with_the_truth(tmp_path):
    truth = read(tmp_path, *RIGHT)
    assert set(truth.loc[truth["group"] == "lineItems", "field"]) == {
        "position",
        "description",
        "quantity",
        "baseGross",
    }
    assert json.loads(truth.attrs["lines"])["a.xml"][0] == ["9.99", None, "19", "3", "29.97", "0"]
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    beside = read_truth(tmp_path)
    assert list(json.loads(beside.attrs["lines"])) == ["a.pdf"]
    assert list(json.loads(read_truth(beside, documents=["b/a.pdf"]).attrs["lines"])) == ["b/a.pdf"]
    assert found(changed(beside, 0, "quantity", "8")) == [[0, "quantity", "8"]]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a.xml": 3}', '{"a.xml": [["x", null]]}', '{"a.xml": [[]]}', 7])
def test_what_is_no_such_text_says_nothing(tmp_path, text):
    truth = read(tmp_path, *RIGHT)
    truth.attrs["lines"] = text
    assert found(changed(truth, 0, "quantity", "8")) == []


def test_e_invoices_without_net_amounts_hand_nothing_on(tmp_path):
    bare = [one.replace("<cbc:LineExtensionAmount>29.97</cbc:LineExtensionAmount>", "") for one in RIGHT[:1]]
    assert "lines" not in read(tmp_path, *bare).attrs
