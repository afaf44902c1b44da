"""CII: Cross Industry Invoice D16B (ZUGFeRD 2, Factur-X, XRechnung) and the older ZUGFeRD 1.0.

The paths are those of EN 16931 (business terms BT-…, CEN/TS 16931-3-3) and of the ZUGFeRD 1.0 specification, whose
elements are named a little differently; the discounts are those of the profile EXTENDED (BG-X-44).
"""

from datetime import date
from decimal import Decimal

from gini_notebook.analysis.truth.einvoice.accounts import Account, compact
from gini_notebook.analysis.truth.einvoice.collector import Collector, Money
from gini_notebook.analysis.truth.einvoice.discounts import Discount, Terms, in_days, noted, terms_of
from gini_notebook.analysis.truth.einvoice.kinds import business_doc_type, doc_type
from gini_notebook.analysis.truth.einvoice.nodes import (
    Element,
    amount,
    attribute,
    day,
    find,
    find_all,
    iso_date,
    number,
    plain_number,
    text,
)
from gini_notebook.analysis.truth.einvoice.prices import LinePrice, gross_unit_price, tax_rate
from gini_notebook.analysis.truth.labels import Labels

_TRANSACTION = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
_DOCUMENT = ("ExchangedDocument", "HeaderExchangedDocument")
_AGREEMENT = ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
_SETTLEMENT = ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
_SUMMATION = (
    "SpecifiedTradeSettlementHeaderMonetarySummation",
    "SpecifiedTradeSettlementMonetarySummation",
)
_LINE_AGREEMENT = ("SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
_LINE_DELIVERY = ("SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
_LINE_SETTLEMENT = ("SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
_LINE_SUMMATION = (
    "SpecifiedTradeSettlementLineMonetarySummation",
    "SpecifiedTradeSettlementMonetarySummation",
)
_CREDITOR = "PayeePartyCreditorFinancialAccount"
_MEANS = "SpecifiedTradeSettlementPaymentMeans"
_TERMS = "SpecifiedTradePaymentTerms"


def cii_labels(root: Element, document: str) -> Labels:
    """Read the labels of a Cross Industry Invoice."""
    result = Collector(document)
    transaction = _first(root, _TRANSACTION)
    settlement = _first(transaction, _SETTLEMENT)
    exchanged = _first(root, _DOCUMENT)
    issued = day(text(exchanged, "IssueDateTime/DateTimeString"))
    _payment(result, settlement, issued)
    _recipient(result, settlement, _first(transaction, _AGREEMENT))
    references = [text(settlement, "PaymentReference")]
    result.reference(references, text(exchanged, "ID"), ("PaymentReference", "ID"))
    result.header("invoiceDate", iso_date(issued), "IssueDateTime")
    code = text(exchanged, "TypeCode")
    result.header("docType", doc_type(code), "TypeCode")
    result.header("businessDocType", business_doc_type(code), "TypeCode")
    currency = text(settlement, "InvoiceCurrencyCode")
    row = 0
    for line in find_all(transaction, "IncludedSupplyChainTradeLineItem"):
        if find(line, "SpecifiedTradeProduct") is not None:  # else it is a line that only carries a note
            _line(result, row, line, currency)
            row += 1
    return result.collected()


def _first(node: Element | None, names: tuple[str, ...]) -> Element | None:
    return next((found for name in names if (found := find(node, name)) is not None), None)


def _payment(result: Collector, settlement: Element | None, issued: date | None) -> None:
    currency = text(settlement, "InvoiceCurrencyCode")
    summation = _first(settlement, _SUMMATION)
    due = number(text(summation, "DuePayableAmount"))
    if due is not None:
        result.header("amountToPay", amount(due, currency), "DuePayableAmount")
    else:
        total = number(text(summation, "GrandTotalAmount"))
        prepaid, rounding = (number(text(summation, name)) or 0 for name in ("TotalPrepaidAmount", "RoundingAmount"))
        due = None if total is None else total - prepaid + rounding  # BR-CO-16
        result.header("amountToPay", amount(due, currency), "GrandTotalAmount")
    result.accounts([_account(means) for means in find_all(settlement, _MEANS)], ("IBANID", "BICID"))
    terms = _terms(settlement, issued)
    result.header("paymentDueDate", iso_date(terms.due), "DueDateDateTime")
    result.skonto(terms.discounts, Money(due, currency), issued, "ApplicableTradePaymentDiscountTerms")


def _account(means: Element) -> Account:
    """Return the account to pay to; the one to be debited is another element."""
    return Account(
        # BT-84 is one or the other, and some write an IBAN into the latter.
        compact(text(means, f"{_CREDITOR}/IBANID", f"{_CREDITOR}/ProprietaryID")),
        compact(text(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID")),
    )


def _terms(settlement: Element | None, issued: date | None) -> Terms:
    """Read the terms of payment.

    Where terms with and without a discount lie side by side, the whole is due by those without. The date of terms with
    a discount is the last day of the discount, unless that is stated as a period.
    """
    stated: list[Discount] = []
    dates: list[date | None] = []
    for term in find_all(settlement, _TERMS):
        until = day(text(term, "DueDateDateTime/DateTimeString"))
        discounts = [_discount(one) for one in find_all(term, "ApplicableTradePaymentDiscountTerms")]
        if not discounts or any(one.days is not None for one in discounts):
            dates.append(until)
        else:
            discounts = [one._replace(until=until) for one in discounts]
        stated += discounts
        stated += noted(text(term, "Description"))
    return terms_of(stated, next((one for one in dates if one), None), issued)


def _discount(node: Element) -> Discount:
    period = find(node, "BasisPeriodMeasure")
    return Discount(
        number(text(node, "CalculationPercent")),
        in_days(number(text(node, "BasisPeriodMeasure")), attribute(period, "unitCode")),
        day(text(node, "BasisDateTime/DateTimeString")),
        basis=number(text(node, "BasisAmount")),
        off=number(text(node, "ActualDiscountAmount")),
    )


def _recipient(result: Collector, settlement: Element | None, agreement: Element | None) -> None:
    payee = text(settlement, "PayeeTradeParty/Name")
    seller = text(agreement, "SellerTradeParty/Name")
    result.header("paymentRecipient", payee or seller, "PayeeTradeParty" if payee else "SellerTradeParty")


def _line(result: Collector, row: int, line: Element, currency: str | None) -> None:
    quantity = number(text(_first(line, _LINE_DELIVERY), "BilledQuantity"))
    price = _price(line, quantity)
    product = find(line, "SpecifiedTradeProduct")
    cells = (
        ("position", text(line, "AssociatedDocumentLineDocument/LineID"), "LineID"),
        ("artNumber", text(product, "SellerAssignedID"), "SellerAssignedID"),
        ("description", text(product, "Name", "Description"), "Name"),
        ("quantity", None if quantity is None else plain_number(quantity), "BilledQuantity"),
        ("baseGross", amount(gross_unit_price(price), currency), "NetPriceProductTradePrice+tax"),
    )
    result.line(row, cells, price)


def _price(line: Element, quantity: Decimal | None) -> LinePrice:
    settlement = _first(line, _LINE_SETTLEMENT)
    price = find(_first(line, _LINE_AGREEMENT), "NetPriceProductTradePrice")
    tax = find(settlement, "ApplicableTradeTax")
    return LinePrice(
        net=number(text(price, "ChargeAmount")),
        per=number(text(price, "BasisQuantity")),
        rate=tax_rate(number(text(tax, "RateApplicablePercent", "ApplicablePercent")), text(tax, "CategoryCode")),
        quantity=quantity,
        total=number(text(_first(settlement, _LINE_SUMMATION), "LineTotalAmount")),
        charges=sum((_signed(one) for one in find_all(settlement, "SpecifiedTradeAllowanceCharge")), Decimal(0)),
    )


def _signed(charge: Element) -> Decimal:
    value = number(text(charge, "ActualAmount")) or Decimal(0)
    return value if text(charge, "ChargeIndicator/Indicator") == "true" else -value
