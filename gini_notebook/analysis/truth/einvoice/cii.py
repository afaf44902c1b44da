"""CII: Cross Industry Invoice D16B (ZUGFeRD 2, Factur-X, XRechnung) and the older ZUGFeRD 1.0.

The paths are those of EN 16931 (business terms BT-…, CEN/TS 16931-3-3) and of the ZUGFeRD 1.0 specification, whose
elements are named a little differently.
"""

from decimal import Decimal

from gini_notebook.analysis.truth.einvoice.nodes import (
    Collector,
    Element,
    amount,
    find,
    find_all,
    gross_unit_price,
    identifier,
    iso_date,
    number,
    plain_number,
    text,
)
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


def cii_labels(root: Element, document: str) -> Labels:
    """Read the labels of a Cross Industry Invoice."""
    result = Collector(document)
    transaction = _first(root, _TRANSACTION)
    settlement = _first(transaction, _SETTLEMENT)
    exchanged = _first(root, _DOCUMENT)
    _payment(result, settlement)
    _recipient(result, settlement, _first(transaction, _AGREEMENT))
    invoice_id = text(exchanged, "ID")
    reference = text(settlement, "PaymentReference")
    result.header("paymentReference", reference or invoice_id, "PaymentReference" if reference else "ID")
    result.header("invoiceId", invoice_id, "ID")
    result.header("invoiceDate", iso_date(text(exchanged, "IssueDateTime/DateTimeString")), "IssueDateTime")
    currency = text(settlement, "InvoiceCurrencyCode")
    row = 0
    for line in find_all(transaction, "IncludedSupplyChainTradeLineItem"):
        if find(line, "SpecifiedTradeProduct") is not None:  # else it is a line that only carries a note
            _line(result, row, line, currency)
            row += 1
    return result.labels


def _first(node: Element | None, names: tuple[str, ...]) -> Element | None:
    return next((found for name in names if (found := find(node, name)) is not None), None)


def _payment(result: Collector, settlement: Element | None) -> None:
    currency = text(settlement, "InvoiceCurrencyCode")
    summation = _first(settlement, _SUMMATION)
    due = number(text(summation, "DuePayableAmount"))
    if due is not None:
        result.header("amountToPay", amount(due, currency), "DuePayableAmount")
    else:
        total = number(text(summation, "GrandTotalAmount"))
        prepaid = number(text(summation, "TotalPrepaidAmount")) or Decimal(0)
        value = None if total is None else total - prepaid
        result.header("amountToPay", amount(value, currency), "GrandTotalAmount")
    means = find_all(settlement, "SpecifiedTradeSettlementPaymentMeans")
    paying = next((one for one in means if _iban(one)), None)
    result.header("iban", _iban(paying), "IBANID")
    bank = ("PayeeSpecifiedCreditorFinancialInstitution/BICID",)
    with_bic = paying if paying is not None else next((one for one in means if text(one, *bank)), None)
    result.header("bic", identifier(text(with_bic, *bank)), "BICID")
    result.header("paymentDueDate", _due_date(settlement), "DueDateDateTime")


def _due_date(settlement: Element | None) -> str | None:
    """Return the date the whole amount is due: where terms with and without a discount lie side by side, the latter."""
    terms = find_all(settlement, "SpecifiedTradePaymentTerms")
    terms.sort(key=lambda term: find(term, "ApplicableTradePaymentDiscountTerms") is not None)
    dates = (iso_date(text(term, "DueDateDateTime/DateTimeString")) for term in terms)
    return next((found for found in dates if found), None)


def _iban(means: Element | None) -> str | None:
    return identifier(text(means, "PayeePartyCreditorFinancialAccount/IBANID"))


def _recipient(result: Collector, settlement: Element | None, agreement: Element | None) -> None:
    payee = text(settlement, "PayeeTradeParty/Name")
    seller = text(agreement, "SellerTradeParty/Name")
    result.header("paymentRecipient", payee or seller, "PayeeTradeParty" if payee else "SellerTradeParty")


def _line(result: Collector, row: int, line: Element, currency: str | None) -> None:
    agreement, settlement = _first(line, _LINE_AGREEMENT), _first(line, _LINE_SETTLEMENT)
    price = find(agreement, "NetPriceProductTradePrice")
    quantity = number(text(_first(line, _LINE_DELIVERY), "BilledQuantity"))
    rate = text(settlement, "ApplicableTradeTax/RateApplicablePercent", "ApplicableTradeTax/ApplicablePercent")
    gross = gross_unit_price(number(text(price, "ChargeAmount")), number(text(price, "BasisQuantity")), number(rate))
    product = find(line, "SpecifiedTradeProduct")
    cells = (
        ("position", text(line, "AssociatedDocumentLineDocument/LineID"), "LineID"),
        ("artNumber", text(product, "SellerAssignedID"), "SellerAssignedID"),
        ("description", text(product, "Name", "Description"), "Name"),
        ("quantity", None if quantity is None else plain_number(quantity), "BilledQuantity"),
        ("baseGross", amount(gross, currency), "NetPriceProductTradePrice+tax"),
    )
    result.row(row, cells)
