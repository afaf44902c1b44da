"""E-invoices and PDFs for the tests of this folder; all names are made up and generic."""

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from gini_notebook.analysis.truth import read_truth

CII_NAMESPACES = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" '
    'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)
IBAN_XML = (
    "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount>"
    "<ram:IBANID>DE89 3704 0044 0532 0130 00</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>"
    "<ram:PayeeSpecifiedCreditorFinancialInstitution><ram:BICID>COBADEFFXXX</ram:BICID>"
    "</ram:PayeeSpecifiedCreditorFinancialInstitution></ram:SpecifiedTradeSettlementPaymentMeans>"
)
LINE_XML = (
    "<ram:IncludedSupplyChainTradeLineItem>"
    "<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>"
    "<ram:SpecifiedTradeProduct><ram:SellerAssignedID>A-1</ram:SellerAssignedID><ram:Name>Regal, weiß</ram:Name>"
    "</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
    "<ram:ChargeAmount>200.00</ram:ChargeAmount><ram:BasisQuantity>10</ram:BasisQuantity>"
    "</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>"
    "<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>2.0000</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>"
    "<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:RateApplicablePercent>19.00"
    "</ram:RateApplicablePercent></ram:ApplicableTradeTax></ram:SpecifiedLineTradeSettlement>"
    "</ram:IncludedSupplyChainTradeLineItem>"
)


def terms(date: str, *, discount: bool = False) -> str:
    """Terms of payment with a due date, perhaps with a discount."""
    extra = "<ram:ApplicableTradePaymentDiscountTerms/>" if discount else ""
    return (
        f"<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString>{date}</udt:DateTimeString>"
        f"</ram:DueDateDateTime>{extra}</ram:SpecifiedTradePaymentTerms>"
    )


def cii(
    *,
    number: str = "RE-1",
    due: str = "<ram:DuePayableAmount>119.5</ram:DuePayableAmount>",
    payment: str = IBAN_XML + terms("20250411"),
    payee: str = "",
    reference: str = "",
    lines: str = "",
) -> bytes:
    """Return a small Cross Industry Invoice."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<rsm:CrossIndustryInvoice {CII_NAMESPACES}><rsm:ExchangedDocument><ram:ID>{number}</ram:ID>"
        '<ram:IssueDateTime><udt:DateTimeString format="102">20250311</udt:DateTimeString></ram:IssueDateTime>'
        f"</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{lines}<ram:ApplicableHeaderTradeAgreement>"
        "<ram:SellerTradeParty><ram:Name>Musterlieferant GmbH</ram:Name></ram:SellerTradeParty>"
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeSettlement>"
        f"{reference}<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>{payee}{payment}"
        f"<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:GrandTotalAmount>119.50</ram:GrandTotalAmount>"
        f"<ram:TotalPrepaidAmount>19.50</ram:TotalPrepaidAmount>{due}"
        "</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>"
        "</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
    ).encode()


def zugferd_1() -> bytes:
    """Return a small invoice of ZUGFeRD 1.0."""
    return (
        b'<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0" xmlns:ram="urn:un:unece:'
        b'uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"><rsm:HeaderExchangedDocument>'
        b"<ram:ID>471102</ram:ID></rsm:HeaderExchangedDocument><rsm:SpecifiedSupplyChainTradeTransaction>"
        b"<ram:ApplicableSupplyChainTradeAgreement><ram:SellerTradeParty><ram:Name>Lieferant GmbH</ram:Name>"
        b"</ram:SellerTradeParty></ram:ApplicableSupplyChainTradeAgreement><ram:ApplicableSupplyChainTradeSettlement>"
        b"<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementMonetarySummation>"
        b"<ram:DuePayableAmount>235.62</ram:DuePayableAmount></ram:SpecifiedTradeSettlementMonetarySummation>"
        b"</ram:ApplicableSupplyChainTradeSettlement></rsm:SpecifiedSupplyChainTradeTransaction>"
        b"</rsm:CrossIndustryDocument>"
    )


def ubl(kind: str = "Invoice", *, payable: str = "238.00", payee: str = "") -> bytes:
    """Return a small UBL invoice or credit note."""
    aggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    basic = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    quantity = "InvoicedQuantity" if kind == "Invoice" else "CreditedQuantity"
    return (
        f'<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2" xmlns:cac="{aggregate}" '
        f'xmlns:cbc="{basic}"><cbc:ID>U-7</cbc:ID><cbc:IssueDate>2025-03-11</cbc:IssueDate>'
        "<cbc:DueDate>2025-04-11</cbc:DueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        "<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Marke</cbc:Name></cac:PartyName>"
        "<cac:PartyLegalEntity><cbc:RegistrationName>Lieferant AG</cbc:RegistrationName></cac:PartyLegalEntity>"
        f"</cac:Party></cac:AccountingSupplierParty>{payee}<cac:PaymentMeans><cbc:PaymentID>Kd 12</cbc:PaymentID>"
        "<cac:PayeeFinancialAccount><cbc:ID>DE89370400440532013000</cbc:ID><cac:FinancialInstitutionBranch>"
        "<cbc:ID>COBADEFFXXX</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount></cac:PaymentMeans>"
        f'<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">{payable}</cbc:PayableAmount>'
        f"</cac:LegalMonetaryTotal><cac:{kind}Line><cbc:ID>1</cbc:ID><cbc:{quantity}>2.50</cbc:{quantity}><cac:Item>"
        "<cbc:Name>Beratung</cbc:Name><cac:ClassifiedTaxCategory><cbc:Percent>7</cbc:Percent>"
        "</cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount>10.00</cbc:PriceAmount></cac:Price>"
        f"</cac:{kind}Line></{kind}>"
    ).encode()


def pdf(**attachments: bytes) -> bytes:
    """Return a PDF of one blank page with attachments; two underscores in a name stand for a dot."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    for name, content in attachments.items():
        writer.add_attachment(name.replace("__", ".").replace("_", "-"), content)
    return _bytes(writer)


def pdf_with_associated_file(name: str, content: bytes) -> bytes:
    """Return a PDF whose catalog lists an associated file, but has no tree of names."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    stream = DecodedStreamObject()
    stream.set_data(content)
    embedded = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
    specification = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/UF"): TextStringObject(name),
            NameObject("/EF"): embedded,
        }
    )
    writer.root_object[NameObject("/AF")] = ArrayObject([writer._add_object(specification)])
    return _bytes(writer)


def encrypted_pdf() -> bytes:
    """Return a PDF that needs a password to be opened."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.encrypt("secret")
    return _bytes(writer)


def _bytes(writer: PdfWriter) -> bytes:
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def values(table, group: str = "") -> dict:
    """Return (document, field) -> value of the header fields, or (document, row, field) -> value of a compound.

    Of alternatives, the first.
    """
    rows = table[(table["group"] == group) & (table["alternative"] == 0)]
    value = [None if missing else value for value, missing in zip(rows["value"], rows["value"].isna(), strict=True)]
    if group:
        return dict(zip(zip(rows["document"], rows["row"], rows["field"], strict=True), value, strict=True))
    return dict(zip(zip(rows["document"], rows["field"], strict=True), value, strict=True))


def read(tmp_path, content: bytes):
    """Read an e-invoice from a file of its own."""
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    return read_truth(path)


def header(tmp_path, content: bytes) -> dict[str, str]:
    """Return the values of an e-invoice by field."""
    return {field: value for (_, field), value in values(read(tmp_path, content)).items()}
