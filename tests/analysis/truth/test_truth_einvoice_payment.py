"""What e-invoices say about paying: accounts, references, discounts, due dates, kinds of documents, gross prices."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truth_samples import IBAN_XML, LINE_XML, cii, terms, ubl

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.einvoice import einvoice_labels
from gini_notebook.analysis.truth.einvoice.accounts import Account, is_bic, is_iban, payable
from gini_notebook.analysis.truth.einvoice.discounts import Discount, discount_amounts, in_days, noted, terms_of
from gini_notebook.analysis.truth.einvoice.kinds import business_doc_type, doc_type
from gini_notebook.analysis.truth.einvoice.prices import LinePrice, gross_unit_price

OTHER_IBAN = "DE02120300000000202051"


def read(content: bytes):
    return einvoice_labels(content, "a.xml", "a.xml")


def header(content: bytes) -> dict[str, str]:
    return {label.field: label.value for label in read(content).labels if label.group == ""}


def rows(content: bytes, group: str) -> dict[tuple[int, str], str]:
    return {(label.row, label.field): label.value for label in read(content).labels if label.group == group}


def means(account: str, *, reference: str = "", bic: str = "") -> str:
    branch = f"<cac:FinancialInstitutionBranch><cbc:ID>{bic}</cbc:ID></cac:FinancialInstitutionBranch>" if bic else ""
    holder = f"<cac:PayeeFinancialAccount><cbc:ID>{account}</cbc:ID>{branch}</cac:PayeeFinancialAccount>"
    paid = f"<cbc:PaymentID>{reference}</cbc:PaymentID>" if reference else ""
    return f"<cac:PaymentMeans>{paid}{holder if account else ''}</cac:PaymentMeans>"


def ubl_with(*payment: str, total: str = "238.00") -> bytes:
    """Return a UBL invoice whose means and terms of payment are these."""
    text = ubl(payable=total).decode()
    start, end = text.index("<cac:PaymentMeans>"), text.index("<cac:LegalMonetaryTotal>")
    return (text[:start] + "".join(payment) + text[end:]).replace("<cbc:DueDate>2025-04-11</cbc:DueDate>", "").encode()


# --- accounts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["DE89370400440532013000", "DE12345678901234567890", "NO9386011117947", "CH4431999123000889012"]
)
def test_the_form_of_an_iban_counts_not_its_check_digits(text):
    assert is_iban(text)


@pytest.mark.parametrize(
    "text", ["BANKGIRO5050-1055", "[IBAN]", "PAYEEIBAN", "IBAN", "XXX", "FRDEBIT", "XX89370400440532013000", "DE1234",
             "DE00000000000000000000", "ZZ12345678901234", ""]
)  # fmt: skip
def test_GT7_what_only_fills_the_place_of_an_iban(text):
    assert not is_iban(text)


def test_the_form_of_a_bic():
    assert all(map(is_bic, ["COBADEFFXXX", "COBADEFF", "COBADEFXXX", "PBNKDEFF", "1ABCDEFF"]))
    assert not any(map(is_bic, ["[BIC]", "BIC", "PAYEEBIC", "BIC_MONCOMPTE", "SWIFTBIC", "XXXXXXXX", "COBADE", ""]))


def test_GT7_placeholders_are_unlabelled_with_a_note():
    placeholder = IBAN_XML.replace("DE89 3704 0044 0532 0130 00", "PAYEEIBAN").replace("COBADEFFXXX", "[BIC]")
    found = read(cii(payment=placeholder))
    assert not {"iban", "bic"} & {label.field for label in found.labels}
    assert [(note.kind, note.about, note.examples) for note in found.notes] == [
        ("truth_placeholders", ("iban",), ("a.xml: PAYEEIBAN",)),
        ("truth_placeholders", ("bic",), ("a.xml: [BIC]",)),
    ]


def test_GT7_the_notes_of_all_files_add_up(tmp_path):
    for name in "ab":
        placeholder = IBAN_XML.replace("DE89 3704 0044 0532 0130 00", "PAYEEIBAN")
        (tmp_path / f"{name}.xml").write_bytes(cii(payment=placeholder))
    (note,) = read_truth(tmp_path).attrs["notes"]
    assert (note["kind"], note["count"], note["about"]) == ("truth_placeholders", 2, ["iban"])
    assert note["examples"] == ["a.xml: PAYEEIBAN", "b.xml: PAYEEIBAN"]


def test_GT7_the_account_and_the_reference_are_those_of_the_same_means():
    card, giro = means("", reference="CARD-REF"), means("Bankgiro 5050-1055", reference="GIRO")
    found = header(ubl_with(card, giro, means(OTHER_IBAN, reference="RF18539007547034", bic="BYLADEM1001")))
    assert (found["iban"], found["bic"], found["paymentReference"]) == (OTHER_IBAN, "BYLADEM1001", "RF18539007547034")


def test_without_an_account_the_first_reference_counts():
    assert header(ubl_with(means("", reference="A 1"), means("", reference="A 2")))["paymentReference"] == "A 1"
    assert header(ubl_with(means(OTHER_IBAN)))["paymentReference"] == "U-7"


def test_the_account_to_be_debited_is_not_the_one_to_pay_to():
    debit = IBAN_XML.replace("PayeePartyCreditorFinancialAccount", "PayerPartyDebtorFinancialAccount")
    found = header(cii(payment=debit))
    assert "iban" not in found
    assert found["bic"] == "COBADEFFXXX"


def alternatives(content: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label in read(content).labels:
        if label.group == "" and label.field in ("iban", "bic", "paymentReference"):
            assert label.alternative == len(found.setdefault(label.field, []))
            found[label.field].append(label.value)
    return found


def test_GT3_several_accounts_are_alternatives():
    second = IBAN_XML.replace("DE89 3704 0044 0532 0130 00", OTHER_IBAN).replace("COBADEFFXXX", "BYLADEM1001")
    assert alternatives(cii(payment=IBAN_XML + second + IBAN_XML)) == {
        "iban": ["DE89370400440532013000", OTHER_IBAN],
        "bic": ["COBADEFFXXX", "BYLADEM1001"],
        "paymentReference": ["RE-1"],
    }
    content = ubl_with(means(OTHER_IBAN, reference="A 1"), means("DE89370400440532013000", reference="A 2"))
    assert alternatives(content)["paymentReference"] == ["A 1", "A 2"]


def test_GT3_either_account_of_an_einvoice_is_right_and_that_is_a_note(tmp_path):
    (tmp_path / "a.xml").write_bytes(ubl_with(means(OTHER_IBAN), means("DE89370400440532013000")))
    truth = read_truth(tmp_path)
    assert [note.kind for note in truth.notes] == ["alternatives_found"]
    for iban in (OTHER_IBAN, "DE89370400440532013000"):
        extracted = pd.DataFrame({"document": ["a.xml"], "field": ["iban"], "value": [iban]})
        assert evaluate(extracted, truth).comparisons.query("field == 'iban'")["outcome"].tolist() == ["correct"]


def test_an_account_counts_once():
    assert payable([Account(OTHER_IBAN), Account(OTHER_IBAN), Account(None, "COBADEFF")]) == [Account(OTHER_IBAN)]


# --- due dates and discounts ----------------------------------------------------------------------------------------


def test_due_date_is_the_one_without_discount():
    both = terms("20250401", discount=True) + terms("20250411")
    assert header(cii(payment=both))["paymentDueDate"] == "2025-04-11"
    assert "paymentDueDate" not in header(cii(payment=terms("20250401", discount=True)))
    assert "paymentDueDate" not in header(cii(payment=terms("20250231")))


def discounted(*members: str, until: str = "") -> str:
    day = f"<ram:DueDateDateTime><udt:DateTimeString>{until}</udt:DateTimeString></ram:DueDateDateTime>"
    inner = "".join(members)
    return (
        f"<ram:SpecifiedTradePaymentTerms>{day if until else ''}<ram:ApplicableTradePaymentDiscountTerms>{inner}"
        "</ram:ApplicableTradePaymentDiscountTerms></ram:SpecifiedTradePaymentTerms>"
    )


PERCENT = "<ram:CalculationPercent>2.00</ram:CalculationPercent>"
TEN_DAYS = '<ram:BasisPeriodMeasure unitCode="DAY">10</ram:BasisPeriodMeasure>'


def test_a_discount_within_a_period():
    content = cii(payment=discounted(PERCENT, TEN_DAYS, until="20250410"))
    assert rows(content, "skontoDiscounts") == {
        (0, "skontoPercentageDiscounted"): "2.0",
        (0, "skontoPercentageDiscountedCalculated"): "2.0",
        (0, "skontoDuePeriod"): "10:day",
        (0, "skontoDueDateCalculated"): "2025-03-21",
        (0, "skontoAmountDiscountedCalculated"): "2.39:EUR",
        (0, "skontoAmountToPayCalculated"): "117.11:EUR",
    }
    # The discount has its period, so the date is the one of the whole.
    assert header(content)["paymentDueDate"] == "2025-04-10"


def test_a_discount_until_a_date_of_a_part_of_the_amount():
    basis = "<ram:BasisAmount>100</ram:BasisAmount>"
    content = cii(payment=discounted(PERCENT.replace("2.00", "2.25"), basis, until="20250321"))
    found = rows(content, "skontoDiscounts")
    assert found[0, "skontoPercentageDiscounted"] == "2.25"
    assert found[0, "skontoDueDate"] == found[0, "skontoDueDateCalculated"] == "2025-03-21"
    assert found[0, "skontoAmountToPayCalculated"] == "117.25:EUR"
    assert (0, "skontoDuePeriod") not in found


def test_a_stated_discount_and_a_start_of_its_own():
    start = "<ram:BasisDateTime><udt:DateTimeString>20250315</udt:DateTimeString></ram:BasisDateTime>"
    off = "<ram:ActualDiscountAmount>2.40</ram:ActualDiscountAmount>"
    found = rows(cii(payment=discounted(PERCENT, TEN_DAYS, start, off)), "skontoDiscounts")
    assert found[0, "skontoDueDateCalculated"] == "2025-03-25"
    assert found[0, "skontoAmountDiscountedCalculated"] == "2.40:EUR"
    assert found[0, "skontoAmountToPayCalculated"] == "117.10:EUR"


def test_the_notation_of_xrechnung():
    note = (
        "#SKONTO#TAGE=7#PROZENT=2.00#\n#SKONTO#TAGE=14#PROZENT=1.00#BASISBETRAG=100.00#\n#SKONTO#TAGE=30#PROZENT=0.00#"
    )
    content = ubl_with(f"<cac:PaymentTerms><cbc:Note>{note}</cbc:Note></cac:PaymentTerms>")
    found = rows(content, "skontoDiscounts")
    assert {row for row, _ in found} == {0, 1}
    assert found[0, "skontoAmountToPayCalculated"] == "233.24:EUR"
    assert found[1, "skontoAmountDiscountedCalculated"] == "1.00:EUR"
    assert found[1, "skontoDueDateCalculated"] == "2025-03-25"
    # The term without discount says when the whole is due, if nothing else does.
    assert header(content)["paymentDueDate"] == "2025-04-10"
    described = (
        f"<ram:SpecifiedTradePaymentTerms><ram:Description>{note}</ram:Description></ram:SpecifiedTradePaymentTerms>"
    )
    assert header(cii(payment=described))["paymentDueDate"] == "2025-04-10"
    assert len(rows(cii(payment=described), "skontoDiscounts")) == 2 * 6


def test_a_discount_of_ubl():
    percent = "<cbc:SettlementDiscountPercent>3</cbc:SettlementDiscountPercent>"
    period = "<cac:SettlementPeriod><cbc:EndDate>2025-03-20</cbc:EndDate></cac:SettlementPeriod>"
    late = "<cac:PaymentTerms><cbc:PaymentDueDate>2025-04-20</cbc:PaymentDueDate></cac:PaymentTerms>"
    content = ubl_with(f"<cac:PaymentTerms>{percent}{period}</cac:PaymentTerms>", late)
    found = rows(content, "skontoDiscounts")
    assert (found[0, "skontoPercentageDiscounted"], found[0, "skontoDueDate"]) == ("3.0", "2025-03-20")
    assert header(content)["paymentDueDate"] == "2025-04-20"
    length = '<cac:SettlementPeriod><cbc:DurationMeasure unitCode="DAY">8</cbc:DurationMeasure></cac:SettlementPeriod>'
    found = rows(ubl_with(f"<cac:PaymentTerms>{percent}{length}</cac:PaymentTerms>"), "skontoDiscounts")
    assert (found[0, "skontoDuePeriod"], found[0, "skontoDueDateCalculated"]) == ("8:day", "2025-03-19")


def test_free_words_about_a_discount_are_not_read():
    assert noted("3 % Skonto innerhalb 10 Tagen") == []
    assert noted(None) == []


def test_periods_and_dates_that_nobody_can_mean():
    assert in_days(Decimal(2), "WEE") == 14
    assert in_days(Decimal(3), None) == 3
    assert in_days(Decimal(1), "MON") is in_days(Decimal("1.5"), "DAY") is in_days(Decimal(10**9), "DAY") is None
    assert in_days(Decimal(-1), "DAY") is in_days(None, "DAY") is None
    assert Discount(days=30).deadline(date(9999, 12, 31)) is None
    assert Discount(days=30).deadline(None) is None
    assert terms_of([Discount()], None, None).discounts == []


@settings(deadline=None)
@given(st.decimals(-(10**9), 10**9, places=2), st.decimals("0.01", 15, places=2))
def test_what_is_discounted_and_what_is_to_pay_add_up(total, percent):
    off, rest = discount_amounts(Discount(percent), total)
    assert off + rest == total
    assert abs(off - total * percent / 100) <= Decimal("0.005")


# --- kinds of documents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [("380", ("Invoice", "Invoice")), ("381", ("Invoice", "CreditNote")), ("384", ("Invoice", None)),
     ("389", ("Invoice", None)), ("326", ("Invoice", "Invoice")), ("220", (None, None)), (None, ("Invoice", None))],
)  # fmt: skip
def test_the_kind_of_document_by_its_code(code, expected):
    assert (doc_type(code), business_doc_type(code)) == expected


def test_the_code_of_both_syntaxes():
    coded = cii().replace(b"<ram:IssueDateTime>", b"<ram:TypeCode>381</ram:TypeCode><ram:IssueDateTime>")
    assert (header(coded)["docType"], header(coded)["businessDocType"]) == ("Invoice", "CreditNote")
    coded = ubl().replace(b"<cbc:DueDate>", b"<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DueDate>")
    assert header(coded)["businessDocType"] == "Invoice"
    assert header(ubl("CreditNote"))["businessDocType"] == "CreditNote"


# --- gross prices ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("net", "rate", "gross"),
    [("1.50", "19", "1.79"), ("3.50", "19", "4.17"), ("5.50", "19", "6.55"), ("2.50", "19", "2.98"),
     ("1.50", "7", "1.61"), ("-1.50", "7", "-1.61"), ("0.5", "1", "0.51")],
)  # fmt: skip
def test_GT4_half_a_cent_is_rounded_away_from_zero(net, rate, gross):
    assert gross_unit_price(LinePrice(Decimal(net), rate=Decimal(rate))) == Decimal(gross)


def per_ten(total: str | None, quantity: str | None = "20", charges: str = "0") -> Decimal | None:
    price = LinePrice(
        Decimal(50),
        Decimal(10),
        Decimal(20),
        Decimal(quantity) if quantity else None,
        Decimal(total) if total else None,
        Decimal(charges),
    )
    return gross_unit_price(price)


def test_GT12_the_net_amount_of_the_line_tells_whether_the_price_is_of_one_unit():
    assert per_ten("100.00") == Decimal("6.00")
    assert per_ten("1000.00") == Decimal("60.00")
    assert per_ten("333.00") is None
    assert per_ten(None) == per_ten("333", quantity=None) == Decimal("6.00")
    assert per_ten("90.00", charges="-10") == Decimal("6.00")
    assert per_ten("990.00", charges="-10") == Decimal("60.00")
    assert per_ten("0", quantity="0") == Decimal("6.00")
    # Whole units only: rounded, unless the total is small or has cents.
    assert per_ten("113", quantity="22.5") == Decimal("6.00")
    assert per_ten("112.90", quantity="22.5") is per_ten("12", quantity="2.5") is None


def test_GT12_in_both_syntaxes(tmp_path):
    name = "ram:SpecifiedTradeSettlementLineMonetarySummation"
    total = f"<{name}><ram:LineTotalAmount>{{}}</ram:LineTotalAmount></{name}>"
    charge = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{}</udt:Indicator></ram:ChargeIndicator>"
        "<ram:ActualAmount>5.00</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>"
    )
    end = "</ram:SpecifiedLineTradeSettlement>"
    for added, gross in (
        (total.format("40.00"), "23.80:EUR"),
        (total.format("400.00"), "238.00:EUR"),
        (total.format("50.00"), None),
        (charge.format("false") + total.format("395.00"), "238.00:EUR"),
        (charge.format("true") + total.format("45.00"), "23.80:EUR"),
    ):
        found = rows(cii(lines=LINE_XML.replace(end, added + end)), "lineItems")
        assert found.get((0, "baseGross")) == gross
    line = (
        ubl()
        .decode()
        .replace(
            "</cbc:InvoicedQuantity>", "</cbc:InvoicedQuantity><cbc:LineExtensionAmount>{}</cbc:LineExtensionAmount>{}"
        )
    )
    line = line.replace("</cbc:PriceAmount>", "</cbc:PriceAmount><cbc:BaseQuantity>10</cbc:BaseQuantity>")
    charge = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator><cbc:Amount>5</cbc:Amount>"
        "</cac:AllowanceCharge>"
    )
    for amount, extra, gross in (
        ("2.50", "", "1.07:EUR"),
        ("25.00", "", "10.70:EUR"),
        ("20.00", charge.format("false"), "10.70:EUR"),
        ("7.50", charge.format("true"), "1.07:EUR"),
        ("9.00", "", None),
    ):
        assert rows(line.format(amount, extra).encode(), "lineItems").get((0, "baseGross")) == gross


def test_prices_that_cannot_be_calculated():
    huge = Decimal("9" * 40)
    assert gross_unit_price(LinePrice(Decimal(1), Decimal(0), Decimal(19))) is None
    assert gross_unit_price(LinePrice(huge)) is None
    assert gross_unit_price(LinePrice(rate=Decimal(19))) is None
    assert gross_unit_price(LinePrice(huge, rate=huge)) is None
    assert gross_unit_price(LinePrice(huge, Decimal("1e-39"), huge)) is None


# --- what other shapes say ------------------------------------------------------------------------------------------


def test_an_iban_in_the_place_of_another_account_is_one():
    moved = IBAN_XML.replace("IBANID", "ProprietaryID")
    assert header(cii(payment=moved))["iban"] == "DE89370400440532013000"
    assert "iban" not in header(cii(payment=moved.replace("DE89 3704 0044 0532 0130 00", "5050-1055")))


def test_what_is_to_be_paid_follows_from_the_totals_where_it_is_not_stated():
    """BR-CO-16: the total with tax less what is prepaid, and what is rounded."""
    rounding = "<ram:RoundingAmount>0.03</ram:RoundingAmount>"
    assert header(cii(due=rounding))["amountToPay"] == "100.03:EUR"
    totals = (
        "<cbc:TaxInclusiveAmount>238.01</cbc:TaxInclusiveAmount><cbc:PrepaidAmount>38.00</cbc:PrepaidAmount>"
        "<cbc:PayableRoundingAmount>-0.01</cbc:PayableRoundingAmount></cac:LegalMonetaryTotal>"
    )
    text = ubl().decode()
    start, end = text.index("<cbc:PayableAmount"), text.index("</cac:LegalMonetaryTotal>")
    without = text[:start] + totals + text[end + len("</cac:LegalMonetaryTotal>") :]
    assert header(without.encode())["amountToPay"] == "200.00:EUR"


@pytest.mark.parametrize(("category", "gross"), [("O", "20.00:EUR"), ("AE", "20.00:EUR"), ("S", None)])
def test_a_category_without_tax_needs_no_rate(category, gross):
    rate = "<ram:RateApplicablePercent>19.00</ram:RateApplicablePercent>"
    line = LINE_XML.replace(rate, f"<ram:CategoryCode>{category}</ram:CategoryCode>")
    assert line != LINE_XML
    assert rows(cii(lines=line), "lineItems").get((0, "baseGross")) == gross
