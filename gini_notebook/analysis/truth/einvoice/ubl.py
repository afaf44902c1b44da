"""UBL 2.1: Invoice and CreditNote (XRechnung, Peppol BIS Billing); paths of EN 16931, CEN/TS 16931-3-2."""

from datetime import date
from decimal import Decimal

from gini_notebook.analysis.truth.einvoice.accounts import Account, compact
from gini_notebook.analysis.truth.einvoice.collector import Collector, Money
from gini_notebook.analysis.truth.einvoice.discounts import Discount, Terms, in_days, noted, terms_of
from gini_notebook.analysis.truth.einvoice.kinds import CREDIT_NOTE, business_doc_type, doc_type
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

_PARTY_NAMES = ("PartyLegalEntity/RegistrationName", "PartyName/Name")
_ACCOUNT = "PayeeFinancialAccount/ID"
_BRANCH = "PayeeFinancialAccount/FinancialInstitutionBranch"


def ubl_labels(root: Element, document: str) -> Labels:
    """Read the labels of a UBL invoice or credit note."""
    result = Collector(document)
    currency = text(root, "DocumentCurrencyCode")
    issued = day(text(root, "IssueDate"))
    _payment(result, root, currency, issued)
    _recipient(result, root)
    result.header("invoiceDate", iso_date(issued), "IssueDate")
    code = text(root, "InvoiceTypeCode", "CreditNoteTypeCode")
    result.header("docType", doc_type(code), "InvoiceTypeCode")
    lines = find_all(root, "InvoiceLine")
    credit = find_all(root, "CreditNoteLine")
    kind = CREDIT_NOTE if str(root.tag).endswith("}CreditNote") else business_doc_type(code)
    result.header("businessDocType", kind, "InvoiceTypeCode")
    for row, line in enumerate(lines or credit):
        _line(result, row, line, currency)
    return result.collected()


def _payment(result: Collector, root: Element, currency: str | None, issued: date | None) -> None:
    totals = find(root, "LegalMonetaryTotal")
    payable = find(totals, "PayableAmount")
    total = Money(_due(totals), attribute(payable, "currencyID") or currency)
    result.header("amountToPay", amount(*total), "PayableAmount")
    means = [_account(one) for one in find_all(root, "PaymentMeans")]
    accounts = result.accounts(means, ("PayeeFinancialAccount", "FinancialInstitutionBranch"))
    # The reference of another means, such as a card, does not belong to a transfer.
    references = [one.reference for one in accounts] if accounts else [text(root, "PaymentMeans/PaymentID")]
    result.reference(references, text(root, "ID"), ("PaymentID", "ID"))
    terms = _terms(root, issued)
    result.header("paymentDueDate", iso_date(terms.due), "DueDate")
    result.skonto(terms.discounts, total, issued, "PaymentTerms")


def _due(totals: Element | None) -> Decimal | None:
    """Return what is to be paid, where it is not stated by BR-CO-16."""
    stated, whole = (number(text(totals, name)) for name in ("PayableAmount", "TaxInclusiveAmount"))
    if stated is not None or whole is None:
        return stated
    prepaid, rounding = (number(text(totals, name)) or 0 for name in ("PrepaidAmount", "PayableRoundingAmount"))
    return whole - prepaid + rounding


def _account(means: Element) -> Account:
    return Account(
        compact(text(means, _ACCOUNT)),
        compact(text(means, f"{_BRANCH}/ID", f"{_BRANCH}/FinancialInstitution/ID")),
        text(means, "PaymentID"),
    )


def _terms(root: Element, issued: date | None) -> Terms:
    stated: list[Discount] = []
    dates = [day(text(root, "DueDate")), *(day(text(one, "PaymentDueDate")) for one in find_all(root, "PaymentMeans"))]
    for term in find_all(root, "PaymentTerms"):
        until = day(text(term, "PaymentDueDate"))
        percent = number(text(term, "SettlementDiscountPercent"))
        if percent:
            stated.append(_discount(term, percent, until))
        else:
            dates.append(until)
        stated += noted(text(term, "Note"))
    return terms_of(stated, next((one for one in dates if one), None), issued)


def _discount(term: Element, percent: Decimal, until: date | None) -> Discount:
    measure = find(term, "SettlementPeriod/DurationMeasure")
    return Discount(
        percent,
        in_days(number(text(term, "SettlementPeriod/DurationMeasure")), attribute(measure, "unitCode")),
        day(text(term, "SettlementPeriod/StartDate")),
        day(text(term, "SettlementPeriod/EndDate")) or until,
        number(text(term, "Amount")),
        number(text(term, "SettlementDiscountAmount")),
    )


def _recipient(result: Collector, root: Element) -> None:
    payee = text(root, "PayeeParty/PartyName/Name", "PayeeParty/PartyLegalEntity/RegistrationName")
    seller = text(find(root, "AccountingSupplierParty/Party"), *_PARTY_NAMES)
    result.header("paymentRecipient", payee or seller, "PayeeParty" if payee else "AccountingSupplierParty")


def _line(result: Collector, row: int, line: Element, currency: str | None) -> None:
    item, stated = find(line, "Item"), find(line, "Price")
    tax = find(item, "ClassifiedTaxCategory")
    quantity = number(text(line, "InvoicedQuantity", "CreditedQuantity"))
    price = LinePrice(
        net=number(text(stated, "PriceAmount")),
        per=number(text(stated, "BaseQuantity")),
        rate=tax_rate(number(text(tax, "Percent")), text(tax, "ID")),
        quantity=quantity,
        total=number(text(line, "LineExtensionAmount")),
        charges=sum((_signed(one) for one in find_all(line, "AllowanceCharge")), Decimal(0)),
    )
    cells = (
        ("position", text(line, "ID"), "ID"),
        ("artNumber", text(item, "SellersItemIdentification/ID"), "SellersItemIdentification"),
        ("description", text(item, "Name", "Description"), "Name"),
        ("quantity", None if quantity is None else plain_number(quantity), "InvoicedQuantity"),
        ("baseGross", amount(gross_unit_price(price), currency), "PriceAmount+tax"),
    )
    result.line(row, cells, price)


def _signed(charge: Element) -> Decimal:
    value = number(text(charge, "Amount")) or Decimal(0)
    return value if text(charge, "ChargeIndicator") == "true" else -value
