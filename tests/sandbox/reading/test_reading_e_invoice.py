"""E-invoices that are sent as XML: what they say, and what is refused before a parser sees it."""

import time

import pytest
from reading_samples import IBAN, INVOICE, pdf_of, values

from gini_notebook.sandbox import reading

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">
 <rsm:ExchangedDocument><ram:ID>R-7</ram:ID><ram:TypeCode>380</ram:TypeCode></rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:SpecifiedTradeProduct><ram:SellerAssignedID>A-1</ram:SellerAssignedID><ram:Name>Werkbank
     Eiche 😀</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>200.5000</ram:ChargeAmount>
     <ram:BasisQuantity>10</ram:BasisQuantity></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>5.00</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
     </ram:ApplicableTradeTax></ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:AssociatedDocumentLineDocument><ram:ParentLineID>1</ram:ParentLineID></ram:AssociatedDocumentLineDocument>
   <ram:SpecifiedTradeProduct><ram:Name>Schraube</ram:Name></ram:SpecifiedTradeProduct>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Beispiel GmbH</ram:Name></ram:SellerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement>
   <ram:PaymentReference>R-7 K-9</ram:PaymentReference><ram:InvoiceCurrencyCode>CHF</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans>
    <ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE89 3704 0044 0532 0130 00</ram:IBANID>
    </ram:PayeePartyCreditorFinancialAccount>
    <ram:PayeeSpecifiedCreditorFinancialInstitution><ram:BICID>COBADEFFXXX</ram:BICID>
    </ram:PayeeSpecifiedCreditorFinancialInstitution>
   </ram:SpecifiedTradeSettlementPaymentMeans>
   <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><ram:DateTimeString format="102">20250402</ram:DateTimeString>
    </ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:GrandTotalAmount>130.00</ram:GrandTotalAmount>
    <ram:DuePayableAmount>119.3</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""
OLD = (
    CII.replace("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100", "urn:ferd:CrossIndustryDocument:1p0")
    .replace("CrossIndustryInvoice", "CrossIndustryDocument")
    .replace("rsm:ExchangedDocument", "rsm:HeaderExchangedDocument")
    .replace("rsm:SupplyChainTrade", "rsm:SpecifiedSupplyChainTrade")
    .replace("ApplicableHeaderTrade", "ApplicableSupplyChainTrade")
    .replace("SettlementHeaderMonetary", "SettlementMonetary")
    .replace("SpecifiedLineTrade", "SpecifiedSupplyChainTrade")
    .replace("RateApplicablePercent", "ApplicablePercent")
)
CAC, CBC = (f'xmlns:{one}="urn:oasis:names:specification:ubl:schema:xsd:Common{two}Components-2"'
            for one, two in (("cac", "Aggregate"), ("cbc", "Basic")))  # fmt: skip
UBL = f"""<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2" {CAC} {CBC}>
 <cbc:ID>G-1</cbc:ID><cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity>
 <cbc:RegistrationName>Beispiel GmbH</cbc:RegistrationName>
 </cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
 <cac:PayeeParty><cac:PartyName><cbc:Name>Kasse AG</cbc:Name></cac:PartyName></cac:PayeeParty>
 <cac:PaymentMeans><cbc:PaymentDueDate>2025-02-30</cbc:PaymentDueDate>
 <cac:PayeeFinancialAccount><cbc:ID>{IBAN}</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
 <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">12.5</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:CreditNoteLine><cbc:CreditedQuantity>1</cbc:CreditedQuantity><cac:Item><cbc:Name>Strom</cbc:Name></cac:Item>
 <cac:Price><cbc:PriceAmount>1e9</cbc:PriceAmount></cac:Price></cac:CreditNoteLine>
</CreditNote>"""


@pytest.mark.parametrize("text", [CII, OLD], ids=["CII", "ZUGFeRD 1"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_a_cii_invoice_says(text: str, encoding: str) -> None:
    content = text.replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8").encode(encoding)
    assert reading.check(content, None) == reading.Checked("application/xml", 1, "TEXT")
    answer = reading.read(content, "text/xml").extractions
    assert values(answer) == {
        "amountToPay": "119.30:CHF",
        "iban": IBAN,
        "bic": "COBADEFFXXX",
        "paymentRecipient": "Beispiel GmbH",
        "paymentReference": "R-7 K-9",
        "paymentPurpose": "R-7 K-9",
        "paymentDueDate": "2025-04-02",
        "docType": "Invoice",
        "businessDocType": "Invoice",
        "paymentState": "ToBePaid",
        "instantPayment": "false",
    }
    rows = answer["compoundExtractions"]["lineItems"]
    assert [{name: one["value"] for name, one in row.items()} for row in rows] == [
        {"artNumber": "A-1", "description": "Werkbank Eiche 😀", "quantity": "5", "baseGross": "23.86:CHF"}
    ]


def test_what_a_ubl_credit_note_says() -> None:
    answer = reading.read(UBL.encode(), None).extractions
    assert values(answer) == {
        "amountToPay": "12.50:EUR",
        "iban": IBAN,
        "paymentRecipient": "Kasse AG",
        "paymentPurpose": "ReNr G-1",
        "docType": "Invoice",
        "businessDocType": "CreditNote",
        "instantPayment": "false",
    }
    assert [[*row] for row in answer["compoundExtractions"]["lineItems"]] == [["description", "quantity"]]


def test_values_of_xml_have_neither_boxes_nor_candidates_and_its_page_can_be_looked_at() -> None:
    answer = reading.read(CII.encode(), None)
    assert answer.extractions["candidates"] == {}
    members = [
        *answer.extractions["extractions"].values(),
        *answer.extractions["compoundExtractions"]["lineItems"][0].values(),
    ]
    assert all(member.keys() == {"entity", "value"} for member in members)
    assert [page["textZones"] for page in answer.layout["pages"]] == [[]]
    assert reading.page_image(CII.encode(), None, 1, 300).startswith(b"\xff\xd8")
    with pytest.raises(reading.Unreadable, match="There is no page 2; the document has 1"):
        reading.page_image(CII.encode(), None, 2, 300)


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{BOMB}]><a>&j;</a>".encode(), "declares a document type"),
        (f"<?xml version='1.0'?>{BOMB}]><a>&j;</a>".encode("utf-16"), "declares a document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', "declares a document type"),
        (CII[:900].encode(), "not well-formed"),
        (b"<a>" * 100_000, "not well-formed"),
        (b"<a>" + b"<b/>" * 500_000 + b"</a>", "more than 400000 tags"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "larger than 10 MiB"),
        (CII.replace("UTF-8", "UTF-7").encode(), "not in an encoding"),
        (CII.replace("UTF-8", "rot13").encode(), "not in an encoding"),
        ("<a>ä</a>".encode("latin-1"), "not in an encoding"),
        (b"plain", "not well-formed"),
    ],
)
def test_hostile_xml_is_refused_at_once(content: bytes, message: str) -> None:
    begun = time.process_time()
    with pytest.raises(reading.Unreadable, match=message):
        reading.check(content, "application/xml")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("root", ["<Invoice/>", "<order xmlns='urn:x'/>", f"<CrossIndustryInvoice {CBC}/>"])
def test_other_xml_is_no_e_invoice(root: str) -> None:
    with pytest.raises(reading.UnsupportedType, match=r"is XML, but no e-invoice .* its root element is"):
        reading.check(root.encode(), "application/xml")


def test_an_e_invoice_is_no_page_of_another_document() -> None:
    with pytest.raises(reading.Unreadable, match="is a document of its own"):
        reading.read_pages([(pdf_of(INVOICE), None, 0), (CII.encode(), None, 0)])
