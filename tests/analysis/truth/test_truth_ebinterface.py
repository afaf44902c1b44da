"""ebInterface, the Austrian syntax of e-invoices, in its versions 4.3, 5.0, 6.0 and 6.1."""

import pytest
from truth_samples import header, read, values

from gini_notebook.errors import TruthError

ACCOUNT = (
    "<BeneficiaryAccount><BankName>Bank</BankName><BIC>BKAUATWW</BIC><IBAN>AT61 1904 3002 3457 3201</IBAN>"
    "</BeneficiaryAccount>"
)
DISCOUNT = (
    "<Discount><PaymentDate>2025-03-21</PaymentDate><BaseAmount>100.00</BaseAmount><Percentage>3.00</Percentage>"
    "<Amount>3.00</Amount></Discount>"
)
CONDITIONS = f"<PaymentConditions><DueDate>2025-04-10</DueDate>{DISCOUNT}</PaymentConditions>"


def ebinterface(
    version: str = "6p1",
    *,
    kind: str = "Invoice",
    payment: str = ACCOUNT,
    conditions: str = CONDITIONS,
    price: str = "<UnitPrice>10.00</UnitPrice>",
    total: str = "25.00",
    more: str = "",
) -> bytes:
    """Return a small invoice; up to 5.0 its attributes stand in the namespace of the document."""
    old = version in ("4p3", "5p0")
    mark = "eb:" if old else ""
    tax = "<VATRate>20.00</VATRate>" if old else '<TaxItem><TaxPercent TaxCategoryCode="S">20</TaxPercent></TaxItem>'
    return (
        f'<Invoice xmlns="http://www.ebinterface.at/schema/{version}/" '
        f'xmlns:eb="http://www.ebinterface.at/schema/{version}/" {mark}GeneratingSystem="x" '
        f'{mark}DocumentType="{kind}" {mark}InvoiceCurrency="EUR"><InvoiceNumber>RE-7</InvoiceNumber>'
        "<InvoiceDate>2025-03-11</InvoiceDate><Biller><VATIdentificationNumber>ATU12345678</VATIdentificationNumber>"
        "<Address><Name>Lieferant GmbH</Name></Address><Contact><Name>Frau Muster</Name></Contact></Biller>"
        "<InvoiceRecipient><Address><Name>Abnehmer AG</Name></Address></InvoiceRecipient><Details><ItemList>"
        "<ListLineItem><PositionNumber>1</PositionNumber><Description>Beratung</Description>"
        "<Description>vor Ort</Description>"
        f'<ArticleNumber {mark}ArticleNumberType="GTIN">4006381333931</ArticleNumber>'
        f'<ArticleNumber {mark}ArticleNumberType="BillersArticleNumber">B-1</ArticleNumber>'
        f'<Quantity {mark}Unit="HUR">2.50</Quantity>{price}{more}{tax}<LineItemAmount>{total}</LineItemAmount>'
        "</ListLineItem></ItemList></Details><TotalGrossAmount>130.00</TotalGrossAmount>"
        "<PrepaidAmount>30.00</PrepaidAmount><PayableAmount>100.00</PayableAmount><PaymentMethod>"
        f"<UniversalBankTransaction>{payment}<PaymentReference>RF18539007547034</PaymentReference>"
        f"</UniversalBankTransaction></PaymentMethod>{conditions}</Invoice>"
    ).encode()


@pytest.mark.parametrize("version", ["4p3", "5p0", "6p0", "6p1"])
def test_every_version_says_the_same(tmp_path, version):
    table = read(tmp_path, ebinterface(version))
    assert {field: value for (_, field), value in values(table).items()} == {
        "amountToPay": "100.00:EUR",
        "iban": "AT611904300234573201",
        "bic": "BKAUATWW",
        "paymentReference": "RF18539007547034",
        "paymentRecipient": "Lieferant GmbH",
        "paymentDueDate": "2025-04-10",
        "invoiceId": "RE-7",
        "invoiceDate": "2025-03-11",
        "docType": "Invoice",
        "businessDocType": "Invoice",
    }
    assert {field: value for (_, _, field), value in values(table, "lineItems").items()} == {
        "position": "1",
        "artNumber": "B-1",
        "description": "Beratung vor Ort",
        "quantity": "2.5",
        "baseGross": "12.00:EUR",
    }
    assert {field: value for (_, _, field), value in values(table, "skontoDiscounts").items()} == {
        "skontoPercentageDiscounted": "3.0",
        "skontoPercentageDiscountedCalculated": "3.0",
        "skontoDueDate": "2025-03-21",
        "skontoDueDateCalculated": "2025-03-21",
        "skontoAmountDiscountedCalculated": "3.00:EUR",
        "skontoAmountToPayCalculated": "97.00:EUR",
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("CreditMemo", "CreditNote"),
        ("SubsequentCredit", "CreditNote"),
        ("FinalSettlement", "Invoice"),
        ("SelfBilling", None),
    ],
)
def test_kinds_of_documents(tmp_path, kind, expected):
    assert header(tmp_path, ebinterface(kind=kind)).get("businessDocType") == expected


def test_the_account_of_a_direct_debit_is_not_the_one_to_pay_to(tmp_path):
    content = ebinterface().replace(b"UniversalBankTransaction", b"SEPADirectDebit")
    found = header(tmp_path, content)
    assert not {"iban", "bic"} & set(found)
    assert found["paymentReference"] == "RE-7"


def test_old_account_numbers_are_placeholders(tmp_path):
    table = read(tmp_path, ebinterface(payment=ACCOUNT.replace("AT61 1904 3002 3457 3201", "23424234")))
    assert ("a.xml", "iban") not in values(table)
    assert [note["kind"] for note in table.attrs["notes"]] == ["truth_placeholders"]


def test_GT12_a_base_quantity(tmp_path):
    def gross(total, more=""):
        price = '<UnitPrice BaseQuantity="10">10.00</UnitPrice>'
        table = read(tmp_path, ebinterface(price=price, total=total, more=more))
        return values(table, "lineItems").get(("a.xml", 0, "baseGross"))

    assert gross("2.50") == "1.20:EUR"
    assert gross("25.00") == "12.00:EUR"
    assert gross("7.00") is None
    off = "<ReductionListLineItem><BaseAmount>25</BaseAmount><Percentage>10</Percentage></ReductionListLineItem>"
    on = "<SurchargeListLineItem><BaseAmount>25</BaseAmount><Amount>4</Amount></SurchargeListLineItem>"
    nothing = "<SurchargeListLineItem><BaseAmount>25</BaseAmount></SurchargeListLineItem>"
    details = "<ReductionAndSurchargeListLineItemDetails>{}</ReductionAndSurchargeListLineItemDetails>"
    assert gross("26.50", details.format(off + on + nothing)) == "12.00:EUR"


def test_an_exempt_line_has_no_tax(tmp_path):
    content = ebinterface("4p3").replace(b"<VATRate>20.00</VATRate>", b"<TaxExemption>Reverse Charge</TaxExemption>")
    assert values(read(tmp_path, content), "lineItems")["a.xml", 0, "baseGross"] == "10.00:EUR"


def test_versions_that_are_not_read_are_named(tmp_path):
    with pytest.raises(
        TruthError, match=r"namespace 'http://www\.ebinterface\.at/schema/3p02/'.*ebInterface 4\.3 to 6\.1"
    ):
        read(tmp_path, ebinterface("3p02"))
