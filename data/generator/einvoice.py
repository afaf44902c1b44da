"""Puts the e-invoice (Factur-X / ZUGFeRD, UN/CEFACT CII, profile EN 16931) of a bill into its PDF.

The attachment is named, described and related to the document as Factur-X asks for. The files are not checked to be
PDF/A-3 in every other respect (no colour profile is embedded).
"""

import io
from decimal import Decimal

from lxml import etree
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from generator.facts import Bill, Extra, Item
from generator.notation import cents, plain

FILE_NAME = "factur-x.xml"
PROFILE = "urn:cen.eu:en16931:2017"
SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
# UN/ECE recommendation 20 codes of the units that the bills use.
UNITS = {"Std.": "HUR", "m": "MTR", "m²": "MTK", "psch.": "LS", "hrs": "HUR"}


def _add(parent: etree._Element, path: str, text: str = "", **attributes: str) -> etree._Element:
    """Add the elements of a path below the parent and return the last one."""
    for name in path.split("/"):
        space, tag = name.split(":")
        parent = etree.SubElement(parent, f"{{{SPACES[space]}}}{tag}")
    parent.text = text or None
    for key, value in attributes.items():
        parent.set(key, value)
    return parent


def xml(bill: Bill) -> bytes:
    """Write the bill as CII."""
    root = etree.Element(f"{{{SPACES['rsm']}}}CrossIndustryInvoice", nsmap=SPACES)
    _add(root, "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PROFILE)
    head = _add(root, "rsm:ExchangedDocument")
    _add(head, "ram:ID", bill.invoice_id)
    _add(head, "ram:TypeCode", "380")
    _add(head, "ram:IssueDateTime/udt:DateTimeString", f"{bill.date:%Y%m%d}", format="102")
    trade = _add(root, "rsm:SupplyChainTradeTransaction")
    for position, (item, total) in enumerate(zip(bill.items, _net_totals(bill), strict=True), start=1):
        _add_line(trade, bill, item, (position, total))
    _agreement(trade, bill)
    delivery = _add(trade, "ram:ApplicableHeaderTradeDelivery")
    if bill.more.get("buyer country"):
        party = _add(delivery, "ram:ShipToTradeParty")
        _address(party, bill.buyer[-2], bill.buyer[-1], bill.more["buyer country"])
    event = _add(delivery, "ram:ActualDeliverySupplyChainEvent")
    _add(event, "ram:OccurrenceDateTime/udt:DateTimeString", f"{bill.date:%Y%m%d}", format="102")
    _settlement(trade, bill)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _category(rate: Decimal) -> str:
    return "S" if rate else "K"


def net_price(bill: Bill, price: Decimal, rate: Decimal) -> Decimal:
    """Turn the printed price of one unit into the net price that an e-invoice carries."""
    return price if bill.prices == "net" else (price * 100 / (100 + rate)).quantize(Decimal("0.000001"))


def _net_totals(bill: Bill) -> list[Decimal]:
    """Net totals of the lines; where prices are gross, the first line of a rate takes what rounding leaves."""
    if bill.prices == "net":
        return [item.total for item in bill.items]
    totals = [cents(item.total * 100 / (100 + item.rate)) for item in bill.items]
    rates = [item.rate for item in bill.items]
    for rate in set(rates):
        charged = sum((_charge(bill, extra) for extra in bill.extras if extra.rate == rate), Decimal(0))
        listed = sum((total for total, own in zip(totals, rates, strict=True) if own == rate), Decimal(0))
        totals[rates.index(rate)] += bill.taxes[rate][0] - charged - listed
    return totals


def _charge(bill: Bill, extra: Extra) -> Decimal:
    return cents(net_price(bill, extra.amount, extra.rate))


def _add_line(trade: etree._Element, bill: Bill, item: Item, place: tuple[int, Decimal]) -> None:
    position, total = place
    line = _add(trade, "ram:IncludedSupplyChainTradeLineItem")
    _add(line, "ram:AssociatedDocumentLineDocument/ram:LineID", str(position))
    product = _add(line, "ram:SpecifiedTradeProduct")
    if item.number:
        _add(product, "ram:SellerAssignedID", item.number)
    _add(product, "ram:Name", item.text)
    price = plain(net_price(bill, item.price, item.rate))
    _add(line, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", price)
    unit = UNITS.get(item.unit, "C62")
    _add(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", plain(item.quantity), unitCode=unit)
    settlement = _add(line, "ram:SpecifiedLineTradeSettlement")
    _tax(settlement, item.rate)
    _add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", str(total))


def _tax(parent: etree._Element, rate: Decimal, path: str = "ram:ApplicableTradeTax") -> None:
    tax = _add(parent, path)
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", _category(rate))
    _add(tax, "ram:RateApplicablePercent", plain(rate))


def _agreement(trade: etree._Element, bill: Bill) -> None:
    agreement = _add(trade, "ram:ApplicableHeaderTradeAgreement")
    seller = _add(agreement, "ram:SellerTradeParty")
    _add(seller, "ram:Name", bill.seller.name)
    _address(seller, bill.seller.street, bill.seller.place, bill.seller.country)
    _add(seller, "ram:SpecifiedTaxRegistration/ram:ID", bill.seller.tax_id, schemeID="VA")
    buyer = _add(agreement, "ram:BuyerTradeParty")
    _add(buyer, "ram:Name", bill.buyer[0])
    _address(buyer, bill.buyer[-2], bill.buyer[-1], bill.more.get("buyer country", "DE"))
    if bill.more.get("buyer country"):
        _add(buyer, "ram:SpecifiedTaxRegistration/ram:ID", bill.more["buyer tax"], schemeID="VA")
    if bill.more.get("order"):
        _add(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", bill.more["order"])


def _address(party: etree._Element, street: str, place: str, country: str) -> None:
    code, city = place.split(" ", 1)
    address = _add(party, "ram:PostalTradeAddress")
    for tag, text in (("PostcodeCode", code), ("LineOne", street), ("CityName", city), ("CountryID", country)):
        _add(address, f"ram:{tag}", text)


def _settlement(trade: etree._Element, bill: Bill) -> None:
    settlement = _add(trade, "ram:ApplicableHeaderTradeSettlement")
    if bill.purpose:
        _add(settlement, "ram:PaymentReference", bill.purpose)
    _add(settlement, "ram:InvoiceCurrencyCode", bill.notation.currency)
    if bill.payee:
        _add(settlement, "ram:PayeeTradeParty/ram:Name", bill.payee.name)
    means = _add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    _add(means, "ram:TypeCode", "58")
    bank = bill.recipient.bank
    _add(means, "ram:PayeePartyCreditorFinancialAccount/ram:IBANID", bank.iban)
    _add(means, "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", bank.bic)
    for rate, (net, tax) in bill.taxes.items():
        part = _add(settlement, "ram:ApplicableTradeTax")
        _add(part, "ram:CalculatedAmount", str(tax))
        _add(part, "ram:TypeCode", "VAT")
        if not rate:
            _add(part, "ram:ExemptionReason", "Intra-community supply")
        _add(part, "ram:BasisAmount", str(net))
        _add(part, "ram:CategoryCode", _category(rate))
        _add(part, "ram:RateApplicablePercent", plain(rate))
    _charges(settlement, bill)
    if bill.due:
        terms = _add(settlement, "ram:SpecifiedTradePaymentTerms")
        _add(terms, "ram:DueDateDateTime/udt:DateTimeString", f"{bill.due:%Y%m%d}", format="102")
    _totals(settlement, bill)


def _charges(settlement: etree._Element, bill: Bill) -> None:
    for extra in bill.extras:
        charge = _add(settlement, "ram:SpecifiedTradeAllowanceCharge")
        _add(charge, "ram:ChargeIndicator/udt:Indicator", "true" if extra.amount > 0 else "false")
        _add(charge, "ram:ActualAmount", str(abs(_charge(bill, extra))))
        _add(charge, "ram:Reason", extra.text)
        _tax(charge, extra.rate, "ram:CategoryTradeTax")


def _totals(settlement: etree._Element, bill: Bill) -> None:
    charges = sum((_charge(bill, extra) for extra in bill.extras), Decimal(0))
    totals = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(totals, "ram:LineTotalAmount", str(bill.net - charges))
    if charges:
        _add(totals, "ram:ChargeTotalAmount", str(charges))
    _add(totals, "ram:TaxBasisTotalAmount", str(bill.net))
    _add(totals, "ram:TaxTotalAmount", str(bill.tax), currencyID=bill.notation.currency)
    _add(totals, "ram:GrandTotalAmount", str(bill.gross))
    if bill.paid:
        _add(totals, "ram:TotalPrepaidAmount", str(bill.paid))
    _add(totals, "ram:DuePayableAmount", str(bill.to_pay))


XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
 fx:DocumentType="INVOICE" fx:DocumentFileName="{FILE_NAME}" fx:Version="1.0" fx:ConformanceLevel="EN 16931"/>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def attach(pdf: bytes, content: bytes) -> bytes:
    """Return the PDF with the XML attached; the same input gives the same bytes."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    stream = DecodedStreamObject()
    stream.set_data(content)
    kind = {NameObject("/Type"): NameObject("/EmbeddedFile"), NameObject("/Subtype"): NameObject("/text/xml")}
    stream.update(kind)
    stream[NameObject("/Params")] = DictionaryObject({NameObject("/Size"): NumberObject(len(content))})
    file = writer._add_object(stream)
    name = TextStringObject(FILE_NAME)
    specification = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): name,
            NameObject("/UF"): name,
            NameObject("/Desc"): TextStringObject("Factur-X/ZUGFeRD e-invoice"),
            NameObject("/AFRelationship"): NameObject("/Alternative"),
            NameObject("/EF"): DictionaryObject({NameObject("/F"): file, NameObject("/UF"): file}),
        }
    )
    reference = writer._add_object(specification)
    files = DictionaryObject({NameObject("/Names"): ArrayObject([name, reference])})
    root = writer.root_object
    root[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): files})
    root[NameObject("/AF")] = ArrayObject([reference])
    metadata = DecodedStreamObject()
    metadata.set_data(XMP.encode())
    metadata.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    root[NameObject("/Metadata")] = writer._add_object(metadata)
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()
