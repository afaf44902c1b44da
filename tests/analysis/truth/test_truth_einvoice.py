"""Ground truth from the XML of e-invoices."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from truth_samples import IBAN_XML, LINE_XML, cii, header, read, ubl, values, zugferd_1

from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.einvoice.nodes import amount, day, number, plain_number
from gini_notebook.errors import TruthError


def test_cii_header_fields(tmp_path):
    table = read(tmp_path, cii())
    assert {label.field: (label.value, label.source) for label in table.itertuples()} == {
        "amountToPay": ("119.50:EUR", "xml:DuePayableAmount"),
        "iban": ("DE89370400440532013000", "xml:IBANID"),
        "bic": ("COBADEFFXXX", "xml:BICID"),
        "paymentRecipient": ("Musterlieferant GmbH", "xml:SellerTradeParty"),
        "paymentReference": ("RE-1", "xml:ID"),
        "paymentDueDate": ("2025-04-11", "xml:DueDateDateTime"),
        "invoiceId": ("RE-1", "xml:ID"),
        "invoiceDate": ("2025-03-11", "xml:IssueDateTime"),
        "docType": ("Invoice", "xml:TypeCode"),
    }
    assert set(table["document"]) == {"a.xml"}


def test_payee_comes_before_seller_and_remittance_information_before_the_number(tmp_path):
    payee = "<ram:PayeeTradeParty><ram:Name>Factoring\n Bank AG</ram:Name></ram:PayeeTradeParty>"
    reference = "<ram:PaymentReference>0003434323213231</ram:PaymentReference>"
    found = header(tmp_path, cii(payee=payee, reference=reference))
    assert found["paymentRecipient"] == "Factoring\n Bank AG"  # as it stands in the XML
    assert found["paymentReference"] == "0003434323213231"
    assert found["invoiceId"] == "RE-1"


def test_the_name_of_the_account_is_not_the_recipient(tmp_path):
    payment = IBAN_XML.replace("</ram:IBANID>", "</ram:IBANID><ram:AccountName>Hausbank</ram:AccountName>")
    assert header(tmp_path, cii(payment=payment))["paymentRecipient"] == "Musterlieferant GmbH"


def test_amount_falls_back_to_the_total_less_what_was_paid(tmp_path):
    table = read(tmp_path, cii(due=""))
    assert values(table)["a.xml", "amountToPay"] == "100.00:EUR"
    assert "xml:GrandTotalAmount" in set(table["source"])


@pytest.mark.parametrize(("text", "expected"), [("-8.79", "-8.79:EUR"), ("0", "0.00:EUR"), ("1e3", None), ("x", None)])
def test_amounts_keep_their_sign_and_are_numbers(tmp_path, text, expected):
    due = f"<ram:DuePayableAmount>{text}</ram:DuePayableAmount>"
    found = header(tmp_path, cii(due=due)).get("amountToPay")
    assert found == (expected or "100.00:EUR")


def test_cii_line_items_without_the_lines_that_only_carry_a_note(tmp_path):
    name = "ram:IncludedSupplyChainTradeLineItem"
    note = f"<{name}><ram:AssociatedDocumentLineDocument/></{name}>"
    second = LINE_XML.replace("A-1", "A-2").replace("19.00", "").replace("Regal, weiß", "Regal\n  schwarz")
    found = values(read(tmp_path, cii(lines=note + LINE_XML + second)), "lineItems")
    assert found == {
        ("a.xml", 0, "position"): "1",
        ("a.xml", 0, "artNumber"): "A-1",
        ("a.xml", 0, "description"): "Regal, weiß",
        ("a.xml", 0, "quantity"): "2",
        ("a.xml", 0, "baseGross"): "23.80:EUR",  # 200 for ten of them, and 19 % on top
        ("a.xml", 1, "position"): "1",
        ("a.xml", 1, "artNumber"): "A-2",
        ("a.xml", 1, "description"): "Regal\n  schwarz",
        ("a.xml", 1, "quantity"): "2",
    }


def test_zugferd_1(tmp_path):
    assert header(tmp_path, zugferd_1()) == {
        "amountToPay": "235.62:EUR",
        "paymentRecipient": "Lieferant GmbH",
        "paymentReference": "471102",
        "invoiceId": "471102",
        "docType": "Invoice",
    }


@pytest.mark.parametrize(("kind", "payable", "expected"), [("Invoice", "238", "238.00"), ("CreditNote", "5.5", "5.50")])
def test_ubl(tmp_path, kind, payable, expected):
    table = read(tmp_path, ubl(kind, payable=payable))
    assert values(table) == {
        ("a.xml", "amountToPay"): f"{expected}:EUR",
        ("a.xml", "iban"): "DE89370400440532013000",
        ("a.xml", "bic"): "COBADEFFXXX",
        ("a.xml", "paymentRecipient"): "Lieferant AG",
        ("a.xml", "paymentReference"): "Kd 12",
        ("a.xml", "paymentDueDate"): "2025-04-11",
        ("a.xml", "invoiceId"): "U-7",
        ("a.xml", "invoiceDate"): "2025-03-11",
        ("a.xml", "docType"): "Invoice",
    } | ({("a.xml", "businessDocType"): "CreditNote"} if kind == "CreditNote" else {})
    assert values(table, "lineItems") == {
        ("a.xml", 0, "position"): "1",
        ("a.xml", 0, "description"): "Beratung",
        ("a.xml", 0, "quantity"): "2.5",
        ("a.xml", 0, "baseGross"): "10.70:EUR",
    }


def test_ubl_payee(tmp_path):
    payee = "<cac:PayeeParty><cac:PartyName><cbc:Name>Factoring AG</cbc:Name></cac:PartyName></cac:PayeeParty>"
    assert header(tmp_path, ubl(payee=payee))["paymentRecipient"] == "Factoring AG"


def test_other_xml_is_named(tmp_path):
    with pytest.raises(
        TruthError, match=r"a\.xml is XML, but no e-invoice: its root is 'Order' in the namespace 'urn:x'"
    ):
        read(tmp_path, b'<Order xmlns="urn:x"/>')
    with pytest.raises(TruthError, match="its root is 'Invoice' in the namespace None"):
        read(tmp_path, b"<Invoice/>")


def test_an_einvoice_without_any_value_says_what_kind_of_document_it_is(tmp_path):
    empty = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
    assert header(tmp_path, empty) == {"docType": "Invoice"}
    assert len(values(read_declared(tmp_path, empty, ["iban"]))) == 2


def read_declared(tmp_path, content, fields):
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    return read_truth(path, declared_fields=fields)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_amounts_lose_no_digit(value):
    written = amount(value, "EUR")
    assert written is not None
    text = written.removesuffix(":EUR")
    assert Decimal(text) == value
    assert len(text.partition(".")[2]) >= 2
    assert number(text) == value


@given(st.text(max_size=20))
def test_whatever_a_number_or_date_says_nothing_breaks(text):
    found = number(text)
    assert found is None or found.is_finite()
    read = day(text)
    assert read is None or read.year > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.", "1"), (".5", "0.5"), ("+2", "2"), (".", None), ("", None), ("١", None), ("NaN", None), ("9" * 41, None)],
)
def test_numbers_of_xml(text, expected):
    assert number(text) == (None if expected is None else Decimal(expected))


def test_small_helpers():
    assert amount(Decimal("9" * 40), "EUR") == "9" * 40 + ".00:EUR"
    assert amount(None, "EUR") is None
    assert amount(Decimal(1), None) is None
    assert plain_number(Decimal("-0.00")) == "0"
    assert plain_number(Decimal("1E+3")) == "1000"
    assert day("2025-04-11T10:00:00") == date(2025, 4, 11)
