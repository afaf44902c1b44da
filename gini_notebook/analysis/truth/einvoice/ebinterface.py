"""ebInterface 4.3 to 6.1, the Austrian syntax; names of its schemas (https://www.wko.at/ebinterface).

From 4.3 to 6.1 little of what is read here has moved: the rate of tax is ``VATRate`` up to 5.0 and ``TaxItem`` since,
and up to 5.0 attributes may stand in the namespace of the document.
"""

from collections.abc import Iterator
from decimal import Decimal

from gini_notebook.analysis.truth.einvoice.accounts import Account, compact
from gini_notebook.analysis.truth.einvoice.collector import Collector, Money
from gini_notebook.analysis.truth.einvoice.discounts import Discount, terms_of
from gini_notebook.analysis.truth.einvoice.kinds import CREDIT_NOTE, INVOICE
from gini_notebook.analysis.truth.einvoice.nodes import (
    Element,
    amount,
    attribute,
    content_of,
    day,
    find,
    find_all,
    iso_date,
    number,
    plain_number,
    text,
)
from gini_notebook.analysis.truth.einvoice.prices import LinePrice, gross_unit_price
from gini_notebook.analysis.truth.labels import Labels

VERSIONS = ("4p3", "5p0", "6p0", "6p1")

_TRANSFER = "PaymentMethod/UniversalBankTransaction"
_KINDS = {  # a self-billed invoice (SelfBilling) is headed now "Rechnung", now "Gutschrift"
    "CreditMemo": CREDIT_NOTE,
    "SubsequentCredit": CREDIT_NOTE,
    "FinalSettlement": INVOICE,
    "Invoice": INVOICE,
    "InvoiceForAdvancePayment": INVOICE,
    "InvoiceForPartialDelivery": INVOICE,
    "SubsequentDebit": INVOICE,
}


def ebinterface_labels(root: Element, document: str) -> Labels:
    """Read the labels of an ebInterface invoice."""
    result = Collector(document)
    total = Money(number(text(root, "PayableAmount")), attribute(root, "InvoiceCurrency"))
    result.header("amountToPay", amount(*total), "PayableAmount")
    result.accounts([_account(one) for one in find_all(root, f"{_TRANSFER}/BeneficiaryAccount")], ("IBAN", "BIC"))
    references = [text(root, f"{_TRANSFER}/PaymentReference")]
    result.reference(references, text(root, "InvoiceNumber"), ("PaymentReference", "InvoiceNumber"))
    result.header("paymentRecipient", text(root, "Biller/Address/Name"), "Biller")  # the contact is a person
    issued = day(text(root, "InvoiceDate"))
    terms = terms_of(_discounts(root), day(text(root, "PaymentConditions/DueDate")), issued)
    result.header("paymentDueDate", iso_date(terms.due), "DueDate")
    result.skonto(terms.discounts, total, issued, "Discount")
    result.header("invoiceDate", iso_date(issued), "InvoiceDate")
    result.header("docType", INVOICE, "DocumentType")
    result.header("businessDocType", _KINDS.get(attribute(root, "DocumentType") or ""), "DocumentType")
    for row, line in enumerate(find_all(root, "Details/ItemList/ListLineItem")):
        _line(result, row, line, total.currency)
    return result.collected()


def _account(node: Element) -> Account:
    return Account(compact(text(node, "IBAN")), compact(text(node, "BIC")))


def _discounts(root: Element) -> Iterator[Discount]:
    for node in find_all(root, "PaymentConditions/Discount"):
        yield Discount(
            number(text(node, "Percentage")),
            until=day(text(node, "PaymentDate")),
            basis=number(text(node, "BaseAmount")),
            off=number(text(node, "Amount")),
        )


def _line(result: Collector, row: int, line: Element, currency: str | None) -> None:
    quantity = number(text(line, "Quantity"))
    price = LinePrice(
        net=number(text(line, "UnitPrice")),
        per=number(attribute(find(line, "UnitPrice"), "BaseQuantity")),
        rate=_rate(line),
        quantity=quantity,
        total=number(text(line, "LineItemAmount")),
        charges=_charges(line),
    )
    texts = (content_of(one) for one in find_all(line, "Description"))
    cells = (
        ("position", text(line, "PositionNumber"), "PositionNumber"),
        ("artNumber", _article_number(line), "ArticleNumber"),
        ("description", " ".join(one for one in texts if one), "Description"),
        ("quantity", None if quantity is None else plain_number(quantity), "Quantity"),
        ("baseGross", amount(gross_unit_price(price), currency), "UnitPrice+tax"),
    )
    result.line(row, cells, price)


def _rate(line: Element) -> Decimal | None:
    stated = number(text(line, "TaxItem/TaxPercent", "VATRate"))
    return Decimal(0) if stated is None and find(line, "TaxExemption") is not None else stated


def _article_number(line: Element) -> str | None:
    """Return the number the seller gave the article."""
    numbers = find_all(line, "ArticleNumber")
    own = (content_of(one) for one in numbers if attribute(one, "ArticleNumberType") == "BillersArticleNumber")
    return next(own, None)


def _charges(line: Element) -> Decimal:
    details = find(line, "ReductionAndSurchargeListLineItemDetails")
    off = sum((_amount(one) for one in find_all(details, "ReductionListLineItem")), Decimal(0))
    names = ("SurchargeListLineItem", "OtherVATableTaxListLineItem")
    return sum((_amount(one) for name in names for one in find_all(details, name)), -off)


def _amount(charge: Element) -> Decimal:
    """Return the amount of a reduction or surcharge; it may be stated as a percentage only."""
    stated = number(text(charge, "Amount", "TaxAmount"))
    if stated is not None:
        return stated
    basis, percent = (
        number(text(charge, "BaseAmount", "TaxableAmount")),
        number(text(charge, "Percentage", "TaxPercent")),
    )
    return Decimal(0) if basis is None or percent is None else basis * percent / 100
