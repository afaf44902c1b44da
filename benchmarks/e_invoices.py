"""How fast e-invoices are read as ground truth: files per second on one core and on two, memory, and python-drafthorse.

Run ``python benchmarks/e_invoices.py [FILES]`` (10,000 by default). The invoices are made here, CII and UBL by turns,
the same at each run. CPU is that of this process and of all its children. ``read_truth`` reads every file in a guarded
process; "reader alone" is the same reading without it and without a table. python-drafthorse (dependency group
``peers``) reads CII only, and is left out where it is not installed.
"""

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil

from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.einvoice import einvoice_labels

_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


def cii(number: int, chance: random.Random) -> str:
    """Return an invoice of Factur-X EN 16931 with a handful of lines."""
    rows = [(chance.randint(1, 9), chance.randint(100, 99_999) / 100) for _ in range(chance.randint(2, 8))]
    lines = "".join(
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
        f"<ram:LineID>{row}</ram:LineID></ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct>"
        f"<ram:SellerAssignedID>A-{row}</ram:SellerAssignedID><ram:Name>Ware Nummer {row}</ram:Name>"
        "</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
        f"<ram:ChargeAmount>{price:.2f}</ram:ChargeAmount></ram:NetPriceProductTradePrice>"
        "</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>"
        f'<ram:BilledQuantity unitCode="C62">{pieces}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>'
        "<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>"
        "<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19.00</ram:RateApplicablePercent>"
        "</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"<ram:LineTotalAmount>{pieces * price:.2f}</ram:LineTotalAmount>"
        "</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>"
        "</ram:IncludedSupplyChainTradeLineItem>"
        for row, (pieces, price) in enumerate(rows, start=1)
    )
    net = sum(pieces * price for pieces, price in rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rsm:CrossIndustryInvoice xmlns:rsm="{_RSM}" xmlns:ram="{_RAM}" '
        f'xmlns:udt="{_UDT}"><rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>'
        "<ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>"
        f"</rsm:ExchangedDocumentContext><rsm:ExchangedDocument><ram:ID>RE-{number}</ram:ID>"
        "<ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>"
        '<udt:DateTimeString format="102">20250311</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>'
        f"<rsm:SupplyChainTradeTransaction>{lines}<ram:ApplicableHeaderTradeAgreement>{_party('Seller')}"
        f"{_party('Buyer')}</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>"
        f"<ram:ApplicableHeaderTradeSettlement><ram:PaymentReference>RE-{number}</ram:PaymentReference>"
        "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementPaymentMeans>"
        "<ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount>"
        "<ram:IBANID>DE89370400440532013000</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>"
        "<ram:PayeeSpecifiedCreditorFinancialInstitution><ram:BICID>COBADEFFXXX</ram:BICID>"
        "</ram:PayeeSpecifiedCreditorFinancialInstitution></ram:SpecifiedTradeSettlementPaymentMeans>"
        f"<ram:ApplicableTradeTax><ram:CalculatedAmount>{net * 0.19:.2f}</ram:CalculatedAmount>"
        f"<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{net:.2f}</ram:BasisAmount><ram:CategoryCode>S"
        "</ram:CategoryCode><ram:RateApplicablePercent>19.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
        "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        '<udt:DateTimeString format="102">20250410</udt:DateTimeString></ram:DueDateDateTime>'
        "</ram:SpecifiedTradePaymentTerms><ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
        f"<ram:LineTotalAmount>{net:.2f}</ram:LineTotalAmount>"
        f"<ram:TaxBasisTotalAmount>{net:.2f}</ram:TaxBasisTotalAmount>"
        f'<ram:TaxTotalAmount currencyID="EUR">{net * 0.19:.2f}</ram:TaxTotalAmount>'
        f"<ram:GrandTotalAmount>{net * 1.19:.2f}</ram:GrandTotalAmount>"
        f"<ram:DuePayableAmount>{net * 1.19:.2f}</ram:DuePayableAmount>"
        "</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>"
        "</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
    )


def _party(kind: str) -> str:
    return (
        f"<ram:{kind}TradeParty><ram:Name>Beispiel {kind} GmbH</ram:Name><ram:PostalTradeAddress>"
        "<ram:PostcodeCode>80331</ram:PostcodeCode><ram:LineOne>Marktplatz 1</ram:LineOne>"
        "<ram:CityName>Muster</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>"
        f"</ram:{kind}TradeParty>"
    )


def ubl(number: int, chance: random.Random) -> str:
    """Return an invoice of Peppol BIS Billing with a handful of lines."""
    rows = [(chance.randint(1, 9), chance.randint(100, 99_999) / 100) for _ in range(chance.randint(2, 8))]
    net = sum(pieces * price for pieces, price in rows)
    lines = "".join(
        f'<cac:InvoiceLine><cbc:ID>{row}</cbc:ID><cbc:InvoicedQuantity unitCode="C62">{pieces}</cbc:InvoicedQuantity>'
        f'<cbc:LineExtensionAmount currencyID="EUR">{pieces * price:.2f}</cbc:LineExtensionAmount><cac:Item>'
        f"<cbc:Name>Ware Nummer {row}</cbc:Name><cac:SellersItemIdentification><cbc:ID>A-{row}</cbc:ID>"
        "</cac:SellersItemIdentification><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>"
        f"</cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount>{price:.2f}</cbc:PriceAmount></cac:Price>"
        "</cac:InvoiceLine>"
        for row, (pieces, price) in enumerate(rows, start=1)
    )
    return (
        f'<Invoice xmlns="{_UBL}Invoice-2" xmlns:cac="{_UBL}CommonAggregateComponents-2" '
        f'xmlns:cbc="{_UBL}CommonBasicComponents-2"><cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>'
        f"<cbc:ID>RE-{number}</cbc:ID><cbc:IssueDate>2025-03-11</cbc:IssueDate><cbc:DueDate>2025-04-10</cbc:DueDate>"
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        "<cac:AccountingSupplierParty><cac:Party><cac:PostalAddress><cbc:StreetName>Marktplatz 1</cbc:StreetName>"
        "<cbc:CityName>Muster</cbc:CityName></cac:PostalAddress><cac:PartyLegalEntity><cbc:RegistrationName>"
        "Beispiel Seller GmbH</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>"
        f"<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cbc:PaymentID>RE-{number}</cbc:PaymentID>"
        "<cac:PayeeFinancialAccount><cbc:ID>DE89370400440532013000</cbc:ID><cac:FinancialInstitutionBranch>"
        "<cbc:ID>COBADEFFXXX</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount></cac:PaymentMeans>"
        f'<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">{net * 1.19:.2f}</cbc:PayableAmount>'
        f"</cac:LegalMonetaryTotal>{lines}</Invoice>"
    )


def cpu_s() -> float:
    """Return the computing time of this process and of its children, those that still live included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = time.process_time() + ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        times = child.cpu_times()
        used += times.user + times.system
    return used


def memory_mb() -> tuple[float, float]:
    """Return the resident memory of this process, which holds the table, and of its children, which read."""
    children = sum(process.memory_info().rss for process in psutil.Process().children(recursive=True))
    return psutil.Process().memory_info().rss / 2**20, children / 2**20


def on(*cores: int) -> None:
    """Keep this process and its children on these cores."""
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        process.cpu_affinity(list(cores))


def measured(name: str, files: int, work: Callable[[], object]) -> float:
    """Print and return the wall time of some work."""
    wall, cpu = time.perf_counter(), cpu_s()
    work()
    wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
    here, children = memory_mb()
    print(f"{name:34}{files:8}{wall:9.2f}{files / wall:9.0f}{cpu / files * 1e3:9.3f}{here:8.0f}{children:10.0f}")
    return wall


def main(files: int) -> None:
    chance = random.Random(20250311)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number in range(files):
            name = folder / f"{number // 1000:03}" / f"{number:06}.xml"
            name.parent.mkdir(exist_ok=True)
            name.write_text((ubl if number % 2 else cii)(number, chance), encoding="utf-8")
        every = sorted(folder.rglob("*.xml"))
        print(f"{'':34}{'files':>8}{'wall s':>9}{'files/s':>9}{'CPU ms':>9}{'MB':>8}{'MB child':>10}")
        read_truth(every[0])  # starts the guarded process
        part = folder / "000"
        measured("read_truth", len(list(part.iterdir())), lambda: read_truth(part))
        both = os.sched_getaffinity(0)
        on(min(both))
        one = measured("read_truth, on one core", files, lambda: read_truth(folder))
        on(*both)
        measured("read_truth, on two cores", files, lambda: read_truth(folder))
        with ProcessPoolExecutor(2) as executor:
            read_truth(every[:64], executor=executor)
            two = measured("read_truth, 2 processes", files, lambda: read_truth(folder, executor=executor))
        print(f"{'':34}two processes are {one / two:.2f} times as fast as one\n")
        contents = [path.read_bytes() for path in every[::2]]
        measured("reader alone, CII", len(contents), lambda: [einvoice_labels(one, "a", "a") for one in contents])
        _drafthorse(contents[:500])


def _drafthorse(contents: list[bytes]) -> None:
    try:
        from drafthorse.models.document import Document
    except ImportError:
        print("python-drafthorse is not installed (dependency group peers)")
        return
    measured("python-drafthorse, CII", len(contents), lambda: [Document.parse(one, strict=False) for one in contents])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
